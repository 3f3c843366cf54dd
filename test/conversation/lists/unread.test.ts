import { expect, it } from "vitest";
import { Unread } from "../../../src/conversation/lists/unread.ts";
import type { Recent } from "../../../src/conversation/store/log-reader.ts";
import { limits } from "../../../src/protocol/limits.ts";

const message = (seq: number, authorId = "ann", counts = true): Recent => ({ seq, authorId, at: seq * 1000, counts });
const newest = (count: number, last: number) => Array.from({ length: count }, (_, n) => message(last - n));

it("counts other people's messages after a seq, and tells when the first arrived", () => {
	const unread = new Unread([message(9), message(7, "bob"), message(4)]);
	expect([unread.count("eve", 4), unread.count("eve", 4, 8), unread.count("eve", 9)]).toEqual([2, 1, 0]);
	expect([unread.since("eve", 4), unread.since("eve", 9)]).toEqual([7000, undefined]);
});

it("does not count the person's own messages", () => {
	const unread = new Unread([message(9), message(7, "bob"), message(4)]);
	expect([unread.count("ann", 0), unread.count("bob", 0)]).toEqual([1, 2]);
	expect([unread.since("bob", 4), unread.since("ann", 7)]).toEqual([9000, undefined]);
});

it("counts answers to the member's questions, and what people wrote", () => {
	const unread = new Unread([
		{ ...message(9, "claude"), askers: ["ann", "bob"] },
		message(8, "bob"),
		{ ...message(7, "claude"), askers: ["bob"] },
		message(6, "ann"),
	]);
	expect([unread.countAnswers("ann", 0), unread.countAnswers("bob", 7), unread.countAnswers("eve", 0)]).toEqual([1, 1, 0]);
	expect([unread.countOfPeople("ann", 0), unread.countOfPeople("eve", 0), unread.countOfPeople("eve", 6)]).toEqual([1, 2, 1]);
});

it("includes messages that arrived or changed", () => {
	const unread = new Unread(newest(5, 5)).with([message(7), message(6, "claude", false), message(2, "ann", false)]);
	expect(unread?.count("eve", 0)).toBe(5);
	expect(unread?.with([message(6, "claude")])?.count("eve", 4)).toBe(3);
});

it("keeps as many messages as are counted, and asks for another look at the log once some are gone", () => {
	const full = new Unread(newest(limits.unread, 1_000)).with([message(1_001)]);
	expect(full?.count("eve", 0)).toBe(limits.unread);
	expect(full?.with([message(990, "ann", false)])).toBeUndefined();
	expect(full?.with([message(990, "ann", false), message(1_002)])?.count("eve", 0)).toBe(limits.unread);
});
