import { describe, expect, it } from "vitest";
import { textAfterOverlap } from "../../../src/conversation/replies/overlap.ts";

const text = "The quick brown fox jumps over";

describe("the text after an overlap", () => {
	it.each([
		[" the lazy dog", " the lazy dog"],
		["fox jumps over the lazy dog", " the lazy dog"],
		[`${text} the lazy dog`, " the lazy dog"],
		["brown fox jumps over", ""],
		["", ""],
		// Too short to be a repetition: chance.
		["over", "over"],
		["quick brown", "quick brown"],
	])("%j", (next, added) => {
		expect(textAfterOverlap(text, next, true)).toBe(added);
	});

	it("is unknown until enough text, or all of it, has arrived", () => {
		expect(textAfterOverlap(text, "fox jumps", false)).toBeUndefined();
		expect(textAfterOverlap(text, `fox jumps over${"!".repeat(200)}`, false)).toBe("!".repeat(200));
	});
});
