import { describe, expect, it } from "vitest";
import type { ServerEvent } from "../../src/protocol/events.ts";
import { type History, type Page, type PageAction, reduceHistory, visibleHistory } from "../../web/src/live/historyWindow.ts";
import { emptyTranscript, reduce, type Transcript } from "../../web/src/live/transcript.ts";
import { conversationId, joined, message } from "./fakes.ts";

const seqs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const page = (from: number, to: number, { hasMore = true, hasNewer = true } = {}): Page => ({
	messages: seqs(from, to),
	hasMore,
	hasNewer,
});
/** The end, from 91 to 100. */
const end: History = { messages: seqs(91, 100), older: "some", historyWindow: null, changes: [] };
const reached = (...actions: PageAction[]) => actions.reduce((history, action) => reduceHistory(history, action), end);
const read = (history: History) => {
	const { messages, older, newer } = visibleHistory(history);
	return `${older} ${messages[0]?.seq}-${messages.at(-1)?.seq} ${newer}`;
};
const at = (place: number): PageAction => ({ type: "window requested", at: place });
const came = (place: number, page: Page | null): PageAction => ({ type: "window loaded", at: place, page });

describe("a history window", () => {
	it("is shown once it is loaded, and the end until then", () => {
		expect(read(reached(at(20)))).toBe("some 91-100 none");
		const there = reached(at(20), came(20, page(10, 30)));
		expect(read(there)).toBe("some 10-30 some");
		expect(there.messages).toEqual(end.messages);
		expect(read(reduceHistory(there, { type: "window closed" }))).toBe("some 91-100 none");
	});

	it("is not requested for a message that is visible or at the end", () => {
		expect(reached(at(95)).historyWindow).toBeNull();
		const there = reached(at(20), came(20, page(10, 30)));
		expect(reduceHistory(there, at(30))).toBe(there);
		expect(reduceHistory(there, at(95)).historyWindow).toBeNull();
	});

	it("that was requested early is not needed once its message is in the cache", () => {
		const early = reduce(emptyTranscript, { type: "window requested", at: 95 });
		expect(early.historyWindow).toEqual({ type: "loading", at: 95 });
		const restored = (from: number) =>
			reduce(early, { type: "cache restored", joined: joined({ reset: true, messages: seqs(from, 100) }), members: null });
		expect(restored(91).historyWindow).toBeNull();
		expect(restored(96).historyWindow).toEqual({ type: "loading", at: 95 });
	});

	it("that failed to load says so, and ignores answers to earlier requests", () => {
		expect(reached(at(20), came(20, null)).historyWindow).toEqual({ type: "failed", at: 20 });
		expect(reached(at(20), at(40), came(20, page(10, 30))).historyWindow).toEqual({ type: "loading", at: 40 });
		expect(reached(at(20), { type: "window closed" }, came(20, page(10, 30))).historyWindow).toBeNull();
	});

	it("grows at both ends", () => {
		const there = reached(
			at(20),
			came(20, page(10, 30)),
			{ type: "older requested" },
			{ type: "older loaded", before: 10, page: page(1, 9, { hasMore: false }) },
			{ type: "newer requested" },
			{ type: "newer loaded", after: 30, page: page(31, 40) },
		);
		expect(read(there)).toBe("none 1-40 some");
		expect(read(reduceHistory(reduceHistory(there, { type: "newer requested" }), { type: "newer loaded", after: 40, page: null }))).toBe(
			"none 1-40 failed",
		);
	});

	it("joins the end once it reaches it, without gaps or duplicates", () => {
		const near = reached(at(70), came(70, page(60, 80)), { type: "newer requested" });
		expect(read(reduceHistory(near, { type: "newer loaded", after: 80, page: page(81, 89) }))).toBe("some 60-89 some");
		for (const last of [90, 95, 100]) {
			const joined = reduceHistory(near, { type: "newer loaded", after: 80, page: page(81, last) });
			expect(read(joined)).toBe("some 60-100 none");
			expect(joined.messages.map(({ seq }) => seq)).toEqual(seqs(60, 100).map(({ seq }) => seq));
		}
	});

	it("that reaches the beginning has nothing before it, also after joining the end", () => {
		const near = reached(at(70), came(70, page(1, 80, { hasMore: false })), { type: "newer requested" });
		expect(read(reduceHistory(near, { type: "newer loaded", after: 80, page: page(81, 90) }))).toBe("none 1-100 none");
		expect(read(reached(at(20), came(20, page(92, 99))))).toBe("some 91-100 none");
	});

	it("does not disturb a page that is being loaded for the end", () => {
		const asked = reached({ type: "older requested" }, at(20), came(20, page(10, 30)));
		const there = reduceHistory(asked, { type: "older loaded", before: 91, page: page(81, 90) });
		expect(read(there)).toBe("some 10-30 some");
		expect(read(reduceHistory(there, { type: "window closed" }))).toBe("some 81-100 none");
	});
});

describe("a history window while messages arrive", () => {
	const received = (...events: ServerEvent[]) => ({ type: "received" as const, events, now: 0 });
	const told = (type: "chat:message" | "chat:updated", ...changed: ReturnType<typeof message>[]) =>
		received(...changed.map((message) => ({ type, conversationId, message, cursor: "c" })));
	const reading = [received(joined({ messages: seqs(91, 100), hasMore: true })), at(20), came(20, page(10, 30))].reduce<Transcript>(
		reduce,
		emptyTranscript,
	);

	it("shows changes to its messages, and no other messages", () => {
		const deleted = message(20, { content: "", deletedAt: "2026-11-24T13:00:00.000Z", revision: 102 });
		const later = [told("chat:message", message(101)), told("chat:updated", deleted)].reduce(reduce, reading);
		expect(read(later)).toBe("some 10-30 some");
		expect(visibleHistory(later).messages.find(({ seq }) => seq === 20)?.deletedAt).toBeDefined();
		expect(later.messages.at(-1)?.seq).toBe(101);
	});

	it("keeps changes made while disconnected, and is requested again after a reset", () => {
		const changed = message(20, { content: "changed", revision: 102 });
		const back = reduce(reading, received(joined({ reset: false, messages: [changed] })));
		expect(visibleHistory(back).messages.find(({ seq }) => seq === 20)?.content).toBe("changed");
		const anew = reduce(reading, received(joined({ messages: seqs(191, 200), hasMore: true })));
		expect(anew.historyWindow).toEqual({ type: "loading", at: 20 });
		const failed = reduce(reduce(reading, at(50)), came(50, null));
		expect(reduce(failed, received(joined({ reset: false }))).historyWindow).toEqual({ type: "loading", at: 50 });
	});

	const reacted = (seq: number, revision: number, emoji = "👍"): ServerEvent => ({
		type: "chat:reacted",
		conversationId,
		messageId: `m${seq}`,
		reactions: [{ emoji, userIds: ["bob"] }],
		revision,
		cursor: "c",
	});
	const reactionsOf = (transcript: Transcript, at: number) => visibleHistory(transcript).messages.find(({ seq }) => seq === at)?.reactions;

	it("shows reactions to its messages, and leaves the end alone", () => {
		const later = reduce(reading, received(reacted(20, 102)));
		expect(reactionsOf(later, 20)).toEqual([{ emoji: "👍", userIds: ["bob"] }]);
		expect(later.messages).toEqual(reading.messages);
	});

	it.each<[string, PageAction, PageAction, number]>([
		["an older page", { type: "older requested" }, { type: "older loaded", before: 10, page: page(1, 9) }, 5],
		["a newer page", { type: "newer requested" }, { type: "newer loaded", after: 30, page: page(31, 40) }, 35],
		["another window", at(50), came(50, page(45, 55)), 50],
	])("keeps a change made while %s was being loaded, although the page was read before it", (_what, asked, answer, seq) => {
		const edited = message(seq, { content: "changed", revision: 102, editedAt: "2026-11-24T13:00:00.000Z" });
		const loaded = [asked, told("chat:updated", edited), received(reacted(seq, 103)), answer].reduce(reduce, reading);
		expect(visibleHistory(loaded).messages.find((one) => one.seq === seq)).toMatchObject({ content: "changed", revision: 103 });
		expect(reactionsOf(loaded, seq)).toEqual([{ emoji: "👍", userIds: ["bob"] }]);
		expect(loaded.changes).toEqual([]);
	});

	it("keeps a page that was read after a change made while it was being loaded", () => {
		const newest = message(50, { content: "newest", revision: 105 });
		const loaded = [at(50), received(reacted(50, 103)), came(50, { messages: [newest], hasMore: true, hasNewer: true })].reduce(
			reduce,
			reading,
		);
		expect(visibleHistory(loaded).messages).toEqual([newest]);
	});

	it("keeps the text by which a reply grew while a page was being loaded", () => {
		const begun = message(101, { role: "assistant", content: "", status: "streaming", revision: 102 });
		const chunk = { type: "chat:streaming", conversationId, messageId: "m101", chunk: "Hello", offset: 0, isComplete: false } as const;
		const actions = [at(50), told("chat:updated", begun), received(chunk), came(50, page(45, 55))];
		expect(actions.reduce(reduce, reading).messages.at(-1)?.content).toBe("Hello");
	});

	it("closes when the person sends a message", () => {
		expect(reduce(reading, { type: "enqueued", clientId: "c", content: "Hello", now: 0 }).historyWindow).toBeNull();
	});
});
