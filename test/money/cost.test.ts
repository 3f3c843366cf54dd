import { describe, expect, it } from "vitest";
import { costOf, microUsdOf, outputTokensIn, usdOf } from "../../src/money/cost.ts";
import { type Price, priceOf } from "../../src/money/prices.ts";

const price = (model: string) => priceOf(model, Date.parse("2026-11-01"), { prices: new Map() }) as Price;
const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

describe("the cost of a request", () => {
	it("adds the tokens of each kind at their own rate", () => {
		// 1,000 x 2 + 500 x 10 + 20,000 x 0.10 + 400 x 2.50 micro-dollars = $0.01
		expect(costOf({ input: 1_000, output: 500, cacheRead: 20_000, cacheWrite: 400 }, price("claude-sonnet-5-5"))).toBe(10_000);
		// 812 x 4 + 96 x 20 + 700 x 0.20
		expect(costOf({ ...nothing, input: 812, output: 96, cacheRead: 700 }, price("claude-opus-5-5"))).toBe(5_308);
	});

	it("is rounded up once, at the end", () => {
		const haiku = price("claude-haiku-5-5");
		expect(costOf({ ...nothing, cacheRead: 1 }, haiku)).toBe(1);
		// 0.1 + 0.5 + 0.01 + 0.125 micro-dollars
		expect(costOf({ input: 1, output: 1, cacheRead: 1, cacheWrite: 1 }, haiku)).toBe(1);
		expect(costOf({ ...nothing, input: 10 }, haiku)).toBe(1);
		expect(costOf({ ...nothing, input: 11 }, haiku)).toBe(2);
		expect(costOf(nothing, haiku)).toBe(0);
	});

	it("is that of the tier for every token once the prompt passes its bound", () => {
		const haiku = price("claude-haiku-5-5");
		const at = { input: 1_000, output: 1_000, cacheRead: 90_000, cacheWrite: 9_000 };
		// 100 + 500 + 900 + 1,125
		expect(costOf(at, haiku)).toBe(2_625);
		// 500 + 2,500 + 4,500.05 + 5,625
		expect(costOf({ ...at, cacheRead: 90_001 }, haiku)).toBe(13_126);
	});

	it("has searches and writes for an hour at their own rate", () => {
		const sonnet = price("claude-sonnet-5-5");
		expect(costOf({ ...nothing, searches: 3 }, sonnet)).toBe(30_000);
		// 400 x 2.50 + 600 x 4
		expect(costOf({ ...nothing, cacheWrite: 1_000, cacheWriteLong: 600 }, sonnet)).toBe(3_400);
		expect(costOf({ ...nothing, cacheWrite: 1_000, cacheWriteLong: 5_000 }, sonnet)).toBe(4_000);
	});

	it("stays exact for the largest counts", () => {
		const most = Number.MAX_SAFE_INTEGER;
		expect(costOf({ ...nothing, cacheRead: most }, price("claude-sonnet-5-5"))).toBe(900_719_925_474_100);
		expect(costOf({ input: most, output: most, cacheRead: most, cacheWrite: most }, price("claude-sonnet-5-5"))).toBe(most);
	});

	it("is in dollars on the wire", () => expect([usdOf(12_345), microUsdOf(0.012345)]).toEqual([0.012345, 12_345]));
});

it("output that was not reported is estimated from its bytes, rounded up", () => {
	expect([0, 1, 3, 4].map(outputTokensIn)).toEqual([0, 1, 1, 2]);
});
