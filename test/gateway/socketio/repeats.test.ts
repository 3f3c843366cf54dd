// HTTP requests that are sent again, told apart by the parameter `t` that clients choose.

import { describe, expect, it } from "vitest";
import { Repeats } from "../../../src/gateway/socketio/repeats.ts";

describe("a request", () => {
	const outcomes = (...requests: [t: string | undefined, body?: string][]) => {
		const repeats = new Repeats();
		return requests.map(([t, body]) => repeats.isRepeated(t, body));
	};

	it("is a repetition if its t and its content came before", () => {
		expect(outcomes(["abc1", "a"], ["abc2", "b"], ["abc1", "a"], ["abc2", "b"])).toEqual([false, false, true, true]);
	});

	it("is none without t, nor by a t that is a time", () => {
		for (const t of [undefined, "1764355000", "1764355000123", "1764355000.123"])
			expect(outcomes([t, "a"], [t, "a"])).toEqual([false, false]);
	});

	it("is none once a t came with another content: then no t of this client says anything", () => {
		expect(outcomes(["abc1", "a"], ["abc1", "b"], ["abc1", "b"], ["abc2", "a"], ["abc2", "a"])).toEqual([
			false,
			false,
			false,
			false,
			false,
		]);
	});

	it("is none where one that sends and one that asks for packets share their t, unless the former was repeated", () => {
		expect(outcomes(["1", "a"], ["1"], ["1"])).toEqual([false, false, false]);
		expect(outcomes(["1", "a"], ["1", "a"], ["1"], ["1"])).toEqual([false, true, false, true]);
	});

	it("is not a repetition for ever", () => {
		expect(outcomes(["day1", "a"], ["day1", "a"], ["day1", "a"], ["day1", "a"], ["day1", "a"])).toEqual([false, true, true, false, false]);
	});
});
