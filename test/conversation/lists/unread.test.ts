import { expect, it } from "vitest";
import { Unread } from "../../../src/conversation/lists/unread.ts";
import type { Recent } from "../../../src/conversation/store/log-reader.ts";
import { limits } from "../../../src/protocol/limits.ts";

const said = (seq: number, authorId = "ann", counts = true): Recent => ({ seq, authorId, at: seq * 1000, counts });
const newest = (count: number, last: number) => Array.from({ length: count }, (_, n) => said(last - n));

it("counts what others said after a place, and knows since when", () => {
	const unread = new Unread([said(9), said(7, "bob"), said(4)]);
	expect([unread.count("eve", 4), unread.count("eve", 4, 8), unread.count("eve", 9)]).toEqual([2, 1, 0]);
	expect([unread.since("eve", 4), unread.since("eve", 9)]).toEqual([7000, undefined]);
});

it("counts nothing that one has said oneself", () => {
	const unread = new Unread([said(9), said(7, "bob"), said(4)]);
	expect([unread.count("ann", 0), unread.count("bob", 0)]).toEqual([1, 2]);
	expect([unread.since("bob", 4), unread.since("ann", 7)]).toEqual([9000, undefined]);
});

it("takes in what came and what changed", () => {
	const unread = new Unread(newest(5, 5)).with([said(7), said(6, "claude", false), said(2, "ann", false)]);
	expect(unread?.count("eve", 0)).toBe(5);
	expect(unread?.with([said(6, "claude")])?.count("eve", 4)).toBe(3);
});

it("keeps as many as are counted, and asks for another look when it has lost some of them", () => {
	const full = new Unread(newest(limits.unread, 1_000)).with([said(1_001)]);
	expect(full?.count("eve", 0)).toBe(limits.unread);
	expect(full?.with([said(990, "ann", false)])).toBeUndefined();
	expect(full?.with([said(990, "ann", false), said(1_002)])?.count("eve", 0)).toBe(limits.unread);
});
