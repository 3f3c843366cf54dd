import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { costOf } from "../../src/money/cost.ts";
import { type Price, priceOf } from "../../src/money/prices.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const price = priceOf("claude-sonnet-5-5", Date.now(), { prices: new Map() }) as Price;
const none = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
const tokens = (text: string, after: RegExp) => Number(after.exec(text)?.[1]?.replaceAll(",", "") ?? 0);

it("the README's examples of costs follow from the price table", () => {
	const rows = readme.split("\n").filter((line) => /^\|.*\d tokens.*\|.*tokens: \$/.test(line));
	expect(rows).toHaveLength(3);
	for (const row of rows) {
		const [, , prompt = "", answer = "", cost = ""] = row.split("|");
		const used = {
			...none,
			cacheRead: tokens(prompt, /([\d,]+)(?: tokens)?, read/),
			cacheWrite: tokens(prompt, /([\d,]+)(?: tokens)?, written/),
			output: tokens(answer, /([\d,]+) tokens/),
		};
		const dollars = costOf(used, price) / 1_000_000;
		const digits = /\.(\d+)/.exec(cost)?.[1]?.length ?? 0;
		expect([row, dollars.toFixed(digits)]).toEqual([row, /\$([\d.]+)/.exec(cost)?.[1]]);
	}
	expect(readme).toContain(`$${price.input / 1e6} per million tokens of prompt`);
});
