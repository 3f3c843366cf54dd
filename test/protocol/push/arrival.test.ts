import { describe, expect, it } from "vitest";
import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { arrivalIn, isOver, isWanted } from "../../../src/protocol/push/arrival.ts";

function entry(more: Partial<ListEntry> = {}, seq = 1, author = "bob"): ListEntry {
	return {
		id: "c1",
		title: "Tea",
		createdAt: "2026-11-24T11:00:00.000Z",
		assistant: "auto",
		role: "member",
		lastActivityAt: "2026-11-24T12:00:00.000Z",
		lastMessage: { seq, author: { userId: author, username: author }, content: "Hello", createdAt: "2026-11-24T12:00:00.000Z" },
		unread: 0,
		mentions: 0,
		addressed: 0,
		readUpTo: 0,
		muted: false,
		pinned: false,
		archived: false,
		...more,
	};
}

describe("an arrival", () => {
	it.each<[string, ListEntry, ListEntry, boolean | undefined]>([
		["a message of somebody else", entry(), entry({ unread: 1 }, 2), false],
		["a message that mentions the person", entry(), entry({ unread: 1, mentions: 1, addressed: 1 }, 2), true],
		["an answer or a direct message", entry(), entry({ unread: 1, addressed: 1 }, 2), true],
		["an edit that adds a mention", entry({ unread: 1 }, 2), entry({ unread: 1, mentions: 1, addressed: 1 }, 2), true],
		["a mention that an older release counts", entry(), entry({ unread: 1, mentions: 1, addressed: undefined }, 2), true],
		["a message beyond those that are counted", entry({ unread: 100 }, 200), entry({ unread: 100 }, 201), false],
		["a message of one's own", entry(), entry({}, 2, "ann"), undefined],
		["one's own beyond those that are counted", entry({ unread: 100 }, 200), entry({ unread: 100 }, 201, "ann"), undefined],
		["a message that was read at once", entry(), entry({ readUpTo: 2 }, 2), undefined],
		["nothing but a new title", entry({ unread: 1 }, 2), entry({ unread: 1, title: "Coffee" }, 2), undefined],
		["messages that the person marked as unread", entry({ readUpTo: 2 }, 2), entry({ unread: 2, mentions: 1, readUpTo: 0 }, 2), undefined],
		["the last third member leaving", entry({ unread: 3 }, 3), entry({ unread: 3, addressed: 3 }, 3), undefined],
	])("is, or is not: %s", (_what, before, now, isForMe) => {
		expect(arrivalIn(before, now, "ann")?.isForMe).toBe(isForMe);
	});

	it.each<[string, Partial<ListEntry>, "off" | "mentions" | "all", boolean, boolean]>([
		["settings for all", {}, "all", true, true],
		["settings for mentions", {}, "mentions", false, true],
		["settings for none", {}, "off", false, false],
		["a level of the conversation above the settings", { notifications: "all" }, "off", true, true],
		["a level of the conversation below the settings", { notifications: "mentions" }, "all", false, true],
		["a muted conversation", { muted: true, notifications: "all" }, "all", false, false],
	])("is wanted by %s", (_what, given, fallback, other, own) => {
		expect([false, true].map((isForMe) => isWanted({ isForMe }, entry(given), fallback))).toEqual([other, own]);
	});

	it("is over once it is read or muted", () => {
		expect([entry(), entry({ unread: 1 }), entry({ unread: 1, muted: true })].map(isOver)).toEqual([true, false, true]);
	});
});
