import { expect, it } from "vitest";
import { Feed } from "../../../src/conversation/relays/feed.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";

const conversationId = "room";
const chunk = (text: string, offset: number, messageId = "m1"): ServerEvent & { chunk: string } => ({
	...{ type: "chat:streaming", conversationId, messageId, chunk: text, offset, isComplete: false },
});

it("is due at once, and then four times a second", () => {
	const feed = new Feed();
	expect(feed.dueAt(0, 1)).toBe(Number.NEGATIVE_INFINITY);
	feed.add(chunk("a", 0));
	expect(feed.take(1_000)).toHaveLength(1);
	expect(feed.dueAt(1_100, 2_000)).toBe(1_250);
	// A delivery without items does not count.
	expect(feed.take(1_200)).toEqual([]);
	expect(feed.dueAt(1_100, 2_000)).toBe(1_250);
});

it("is due later for a relay of so many people that it could not send four frames a second to all", () => {
	const feed = new Feed();
	feed.add(chunk("a", 0));
	feed.take(1_000);
	expect(feed.dueAt(1_100, 5_000)).toBe(1_500);
});

it("is due soon also if the clock was set back", () => {
	const feed = new Feed();
	feed.add(chunk("a", 0));
	feed.take(3_600_000);
	expect(feed.dueAt(1_000, 1)).toBe(1_250);
});

it("joins the chunks of one message, and leaves the conversation's own events as they are", () => {
	const feed = new Feed();
	const first = chunk("a", 0);
	feed.add(first);
	feed.add(chunk("b", 1));
	feed.add(chunk("c", 0, "m2"));
	expect(feed.take(0)).toMatchObject([{ event: { chunk: "ab", offset: 0 } }, { event: { chunk: "c" } }]);
	expect(first.chunk).toBe("a");
});

it("keeps the order of what is for everybody and for one person", () => {
	const feed = new Feed();
	feed.add(chunk("a", 0));
	feed.addFor({ userId: "ann" }, "[1]");
	feed.add(chunk("b", 1));
	expect(feed.take(0)).toMatchObject([{ event: { chunk: "a" } }, { frame: "[1]" }, { event: { chunk: "b" } }]);
	expect(feed.isEmpty).toBe(true);
});
