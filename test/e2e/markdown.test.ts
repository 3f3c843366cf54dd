// Texts as they are read in a real browser: the colours of code, copying it, tables on a narrow page.

import { beforeAll, expect, it } from "vitest";
import { browser, openBrowser, product } from "./opened.ts";
import { Stage } from "./stage.ts";

let stage: Stage;

openBrowser();
beforeAll(async () => {
	stage = await Stage.open(browser, product.url);
});

const code = Array.from(
	{ length: 12 },
	(_, line) => `const line${line} = "a long line of code that is wider than a phone"; // ${line}`,
).join("\n");

it("highlights code when its fence is closed, without moving anything, and copies only the code", async () => {
	const { page, log } = stage.visitor;
	await page.setViewportSize({ width: 390, height: 800 });
	stage.clear();
	const sizes = page.evaluate(
		() =>
			new Promise<{ plain: string; coloured: string }>((resolve) => {
				const sizeOf = (element: Element) => JSON.stringify([element.getBoundingClientRect(), element.scrollWidth]);
				let plain = "";
				new MutationObserver(() => {
					const pre = document.querySelector("[role=log] pre");
					if (!pre?.textContent?.endsWith("// 11")) return;
					if (pre.querySelector("span")) resolve({ plain, coloured: sizeOf(pre) });
					else plain = sizeOf(pre);
				}).observe(document, { childList: true, subtree: true, characterData: true });
			}),
	);
	stage.stream(`\`\`\`ts\n${code}\n\`\`\``, 40);
	const { plain, coloured } = await sizes;
	expect(coloured).toBe(plain);
	const colours = await log.locator("pre span").evaluateAll((pieces) => new Set(pieces.map((piece) => getComputedStyle(piece).color)).size);
	expect(colours).toBeGreaterThanOrEqual(3);
	const figure = log.getByRole("figure");
	await figure.getByRole("button", { name: "Copy" }).click();
	await figure.getByRole("button", { name: "Copied" }).waitFor();
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
	expect(await stage.breaches()).toEqual([]);
});

it("leaves code plain if its language fails to load", async () => {
	const { page, log, complaints } = stage.visitor;
	await page.route("**/assets/rust-*.js", (route) => route.abort());
	stage.clear();
	stage.say("```rust\nlet a = 1;\n```");
	await page.waitForEvent("requestfailed", (request) => /rust/.test(request.url()));
	stage.say("after it");
	await stage.visitor.sees("after it");
	expect(await log.locator("pre").innerText()).toBe("let a = 1;");
	expect(complaints.splice(0).filter((complaint) => !/Failed to load resource/.test(complaint))).toEqual([]);
});

it("scrolls a wide table on its own, also by keyboard", async () => {
	const { page, log } = stage.visitor;
	await page.setViewportSize({ width: 320, height: 640 });
	stage.clear();
	stage.say(`| ${"a name | ".repeat(12)}\n|${"---|".repeat(12)}\n| ${"something | ".repeat(12)}`);
	const scroller = log.locator("[tabindex='0']:has(> table)");
	await scroller.focus();
	await page.keyboard.press("ArrowRight");
	await expect.poll(() => scroller.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});
