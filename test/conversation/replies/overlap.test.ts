import { describe, expect, it } from "vitest";
import { textAfterOverlap } from "../../../src/conversation/replies/overlap.ts";

const text = "The quick brown fox jumps over";

describe("what an answer adds that goes on", () => {
	it.each([
		[" the lazy dog", " the lazy dog"],
		["fox jumps over the lazy dog", " the lazy dog"],
		[`${text} the lazy dog`, " the lazy dog"],
		["brown fox jumps over", ""],
		["", ""],
		// By chance: too little to be a repetition.
		["over", "over"],
		["quick brown", "quick brown"],
	])("%j", (next, added) => {
		expect(textAfterOverlap(text, next, true)).toBe(added);
	});

	it("is not known before there is enough of it, or all", () => {
		expect(textAfterOverlap(text, "fox jumps", false)).toBeUndefined();
		expect(textAfterOverlap(text, `fox jumps over${"!".repeat(200)}`, false)).toBe("!".repeat(200));
	});
});
