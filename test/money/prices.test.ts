import { describe, expect, it } from "vitest";
import { dearestPrice, priceOf, readOwnPrices } from "../../src/money/prices.ts";

const autumn = Date.parse("2026-11-01");

function price(model: string, own: object = {}, at = autumn) {
	const prices = readOwnPrices(JSON.stringify(own));
	if (!prices) throw new Error("The prices were refused");
	return priceOf(model, at, { prices });
}

describe("the price of a model", () => {
	it("is in micro-dollars per million, with the usual multiples for writing to the cache", () => {
		expect(price("claude-sonnet-5-5")).toEqual({
			input: 2_000_000,
			output: 10_000_000,
			cacheRead: 100_000,
			cacheWrite: 2_500_000,
			cacheWriteLong: 4_000_000,
			search: 10_000_000_000,
		});
	});

	it("is that of an hour for everything written to the cache, if the deployment caches for so long", () => {
		const long = (model: string) => priceOf(model, autumn, { prices: new Map(), claude: { cachesLong: true } });
		expect(long("claude-sonnet-5-5")).toMatchObject({ input: 2_000_000, cacheRead: 100_000, cacheWrite: 4_000_000 });
		expect(long("claude-haiku-5-5")?.above?.price.cacheWrite).toBe(1_000_000);
		expect(dearestPrice(autumn, { prices: new Map(), claude: { cachesLong: true } }).cacheWrite).toBe(30_000_000);
	});

	it("is the one that held on the day", () => {
		const read = (time: string) => price("claude-sonnet-5-5", {}, Date.parse(time))?.cacheRead;
		expect(read("2026-10-06T23:59:59.999Z")).toBe(200_000);
		expect(read("2026-10-07T00:00:00.000Z")).toBe(100_000);
	});

	it("is also known before the oldest day of the table", () => {
		expect(price("claude-opus-5-5", {}, Date.parse("-000001-01-01T00:00:00Z"))?.input).toBe(4_000_000);
	});

	it("has a tier for long prompts", () => {
		const { above, ...short } = price("claude-haiku-5-5") ?? {};
		expect(short).toMatchObject({ input: 100_000, output: 500_000, cacheRead: 10_000, cacheWrite: 125_000, cacheWriteLong: 200_000 });
		expect(above).toMatchObject({
			tokens: 100_000,
			price: { input: 500_000, output: 2_500_000, cacheRead: 50_000, cacheWrite: 625_000, cacheWriteLong: 1_000_000 },
		});
	});

	it("is that of the alias for a dated id", () => {
		expect(price("claude-sonnet-5-5-20261001")).toEqual(price("claude-sonnet-5-5"));
		expect(price("mine-20261001", { mine: { input: 1, output: 2 } })?.output).toBe(2_000_000);
	});

	it.each(["demo", "qwen3", "claude-sonnet-9", "", "constructor", "__proto__", "claude-sonnet-5-5-2026"])("is unknown for %j", (model) =>
		expect(price(model)).toBeUndefined(),
	);
});

describe("the deployment's own prices", () => {
	it("replace the built-in ones and leave what they do not name", () => {
		expect(price("claude-sonnet-5-5", { "claude-sonnet-5-5": { input: 3, search: 5 } })).toMatchObject({
			input: 3_000_000,
			output: 10_000_000,
			cacheRead: 100_000,
			cacheWrite: 3_750_000,
			search: 5_000_000_000,
		});
	});

	it("hold for long prompts too", () => {
		const { input, above } = price("claude-haiku-5-5", { "claude-haiku-5-5": { input: 1 } }) ?? {};
		expect([input, above?.price.input, above?.price.output]).toEqual([1_000_000, 1_000_000, 2_500_000]);
	});

	it("give another model a price, with the usual multiples", () => {
		expect(price("local", { local: { input: 0.07, output: 0.3 } })).toMatchObject({
			input: 70_000,
			output: 300_000,
			cacheRead: 7_000,
			cacheWrite: 87_500,
		});
	});

	it("may say that a model is free", () =>
		expect(price("local", { local: { input: 0, output: 0 } })).toMatchObject({ input: 0, output: 0 }));

	it("prefer the exact id to the alias", () => {
		const own = { "m-20260101": { input: 1, output: 1 }, m: { input: 2, output: 2 } };
		expect([price("m-20260101", own)?.input, price("m-20260102", own)?.input]).toEqual([1_000_000, 2_000_000]);
	});

	it.each([
		["no JSON", "input 2"],
		["a list", "[]"],
		["null", "null"],
		["a number for a model", '{"m": 2}'],
		["null for a model", '{"m": null}'],
		["a list for a model", '{"m": []}'],
		["a model without a name", '{"": {"input": 1, "output": 1}}'],
		["a new model without output", '{"m": {"input": 1}}'],
		["a new model without any price", '{"m": {}}'],
		["a misspelt name", '{"claude-opus-5": {"cache_read": 1}}'],
		["a text", '{"claude-opus-5": {"input": "1"}}'],
		["a negative price", '{"claude-opus-5": {"input": -1}}'],
		["a price beyond reason", '{"claude-opus-5": {"input": 1e300}}'],
	])("are refused if they are %s", (_what, text) => expect(readOwnPrices(text)).toBeUndefined());
});

it("the dearest price is that of no model in particular, and no price is above it", () => {
	const dearest = dearestPrice(Date.parse("2026-11-01"), { prices: new Map() });
	for (const model of ["claude-fable-5-1", "claude-opus-5", "claude-haiku-5-5", "claude-sonnet-4-6"])
		for (const [name, rate] of Object.entries(price(model) ?? {}))
			if (name !== "above") expect(dearest[name as "input"]).toBeGreaterThanOrEqual(rate as number);
	const own = new Map([["m", { input: 500, output: 1 }]]);
	expect(dearestPrice(0, { prices: own }).input).toBe(500_000_000);
});
