import { describe, expect, it } from "vitest";
import { nameOf, noUsage, usageAfter } from "../../src/claude/values.ts";

describe("the usage of a request", () => {
	it("replaces the counts before it and keeps those that are not reported", () => {
		const first = usageAfter(noUsage, {
			input_tokens: 11,
			output_tokens: 1,
			cache_read_input_tokens: 22,
			cache_creation_input_tokens: 33,
		});
		expect(first).toEqual({ input: 11, output: 1, cacheRead: 22, cacheWrite: 33 });
		expect(usageAfter(first, { output_tokens: 9, input_tokens: null })).toEqual({ ...first, output: 9 });
		expect(usageAfter(first, { input_tokens: 0 })).toEqual({ ...first, input: 0 });
	});

	it.each([undefined, null, {}])("stays as it is if the report is %j", (report) => {
		const usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 };
		expect(usageAfter(usage, report)).toEqual(usage);
	});

	it.each([12.5, -1, "7", null, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, {}, [], true])("drops a count of %j", (count) => {
		const report = { input_tokens: count, output_tokens: count, cache_read_input_tokens: count, cache_creation_input_tokens: count };
		expect(usageAfter(noUsage, report)).toEqual(noUsage);
	});
});

describe("the id of a model", () => {
	it("is the text that the answer gives", () => {
		expect(nameOf("claude-sonnet-5-5")).toBe("claude-sonnet-5-5");
	});

	it.each([undefined, null, "", 5, {}, "x".repeat(129), "\ud800", "m\u202e", "a\nb", "a\u0000"])("is dropped if it is %j", (value) => {
		expect(nameOf(value)).toBeUndefined();
	});
});
