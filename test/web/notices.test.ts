// Notices in the page: which lines they make, and which of them are loaded when.

import { describe, expect, it, vi } from "vitest";
import type { Notice } from "../../src/protocol/people/notice.ts";
import type { Person } from "../../src/protocol/person.ts";
import { cachedConversationOf, parseCachedConversation } from "../../web/src/live/cachedConversation.ts";
import { NoticeLoader, type Notices } from "../../web/src/live/people/notices.ts";
import { type Action, emptyTranscript, reduce, type Transcript } from "../../web/src/live/transcript.ts";
import { linesOf } from "../../web/src/people/noticeLines.ts";
import { ann, bob, conversationId, joined, message } from "./fakes.ts";

const cay = { userId: "u-cay", username: "Cay" };
const dan = { userId: "u-dan", username: "Dan" };

let ids = 0;
const notice = (after: number, action: Notice["action"], actor: Person, more: Partial<Notice> = {}): Notice => ({
	id: ++ids,
	at: "2026-11-24T12:00:00.000Z",
	after,
	action,
	actor,
	...more,
});

/** What Ann sees. */
function linesFor(notices: readonly Notice[], isAlone = false): string[] {
	return [...linesOf(notices, ann.userId, isAlone)].flatMap(([after, lines]) =>
		lines.map(({ action, actor, people, title = "" }) =>
			[after, actor.username, action, title || people.map(({ username }) => username).join("+")].join(" "),
		),
	);
}

describe("the lines of notices", () => {
	it("put people together who did the same one after the other, at one place", () => {
		expect(
			linesFor([
				notice(1, "joined", bob),
				notice(1, "joined", cay),
				notice(1, "left", dan),
				notice(2, "removed", ann, { subject: bob }),
				notice(2, "removed", ann, { subject: cay }),
				notice(2, "removed", dan, { subject: { userId: "u-eve", username: "Eve" } }),
			]),
		).toEqual(["1 Bob joined Bob+Cay", "1 Dan left Dan", "2 Ann removed Bob+Cay", "2 Dan removed Eve"]);
	});

	it("tell what came of a person who comes and goes between two messages, and the last title", () => {
		const flapping = Array.from({ length: 20 }, (_, n) => notice(1, n % 2 ? "left" : "joined", bob));
		expect(linesFor(flapping)).toEqual(["1 Bob left Bob"]);
		expect(linesFor([...flapping, notice(2, "joined", bob)])).toEqual(["1 Bob left Bob", "2 Bob joined Bob"]);
		const titled = (title: string) => notice(1, "title_changed", bob, { title });
		expect(linesFor([titled("A"), notice(1, "joined", cay), titled("B")])).toEqual(["1 Cay joined Cay", "1 Bob title_changed B"]);
	});

	it("say nothing of one's own coming and going, nor of own titles where nobody else is", () => {
		const own = [notice(0, "joined", ann), notice(1, "removed", bob, { subject: ann }), notice(2, "title_changed", ann, { title: "A" })];
		expect(linesFor(own)).toEqual(["2 Ann title_changed A"]);
		expect(linesFor(own, true)).toEqual([]);
		expect(linesFor([notice(3, "left", bob)], true)).toEqual(["3 Bob left Bob"]);
	});
});

const seen = (...actions: Action[]): Transcript => actions.reduce(reduce, emptyTranscript);
const received = (...events: Extract<Action, { type: "received" }>["events"]): Action => ({ type: "received", events, now: 0 });
const told = (one: Notice) => ({ type: "chat:notice" as const, conversationId, notice: one });

describe("a transcript", () => {
	it("has each notice once, in order, however it comes", () => {
		const [one, two, three] = [notice(1, "joined", bob), notice(1, "joined", cay), notice(2, "left", bob)];
		const transcript = seen(received(told(two), told(three), told(two)), { type: "notices loaded", notices: [one, two], former: [] });
		expect(transcript.notices).toEqual([one, two, three]);
	});

	it("drops those of an erased person", () => {
		const notices = [notice(1, "joined", bob), notice(1, "removed", bob, { subject: cay }), notice(1, "removed", cay, { subject: bob })];
		const other = notice(2, "joined", dan);
		const gone = { type: "chat:notices-gone" as const, conversationId, userId: bob.userId };
		expect(seen(received(...[...notices, other].map(told), gone)).notices).toEqual([other]);
	});

	it("keeps on the device those beside the messages that it keeps, and a notice that cannot be read costs no message", () => {
		const [old, kept] = [notice(3, "joined", bob), notice(5, "joined", cay)];
		const transcript = seen(received(joined({ messages: [message(5), message(6)] }), told(old), told(kept)));
		const cached = cachedConversationOf(conversationId, transcript, "c", "build");
		expect(cached?.notices).toEqual([kept]);
		expect(parseCachedConversation(structuredClone(cached))).toEqual(cached);
		expect(parseCachedConversation({ ...cached, notices: [{ ...kept, action: "painted" }] })).toMatchObject({ notices: [] });
		const restored = seen({ type: "cache restored", ...(cached as NonNullable<typeof cached>) });
		expect(restored.notices).toEqual([kept]);
	});
});

describe("notices are loaded", () => {
	function loading(first: number, memberCount: number | null = null) {
		let transcript = { ...seen(received(joined({ messages: [message(first), message(first + 1)], hasMore: true }))), memberCount };
		const fetch = vi.fn(async (_after: number, _before?: number): Promise<Notices | null> => []);
		const loaded = (notices: Notices, former: Notices) => {
			transcript = { ...transcript, ...reduce(transcript, { type: "notices loaded", notices, former }) };
		};
		const loader = new NoticeLoader({ fetch, state: () => transcript, loaded });
		const apply = (action: Action) => {
			transcript = { ...transcript, ...reduce(transcript, action) };
		};
		return { loader, fetch, apply, notices: () => transcript.notices };
	}
	const older = (...seqs: number[]): Action[] => [
		{ type: "older requested" },
		{
			type: "older loaded",
			before: (seqs.at(-1) ?? 0) + 1,
			page: { messages: seqs.map((seq) => message(seq)), hasMore: true, hasNewer: true },
		},
	];

	it("beside the newest messages after a join, and beside older ones with these, each once", async () => {
		const { loader, fetch, apply } = loading(50);
		await loader.follow();
		expect(fetch).not.toHaveBeenCalled();
		loader.joined();
		await loader.follow();
		for (const action of older(48, 49)) apply(action);
		await loader.follow();
		await loader.follow();
		loader.joined();
		expect(fetch.mock.calls).toEqual([
			[49, undefined],
			[47, 49],
			[47, undefined],
		]);
	});

	it("anew after each join: those that are gone are dropped, and those that came meanwhile stay", async () => {
		const { loader, fetch, apply, notices } = loading(50);
		const [gone, kept, live] = [notice(50, "joined", bob), notice(50, "joined", cay), notice(51, "left", cay)];
		apply(received(told(gone), told(kept)));
		const answer = Promise.withResolvers<Notices | null>();
		fetch.mockReturnValueOnce(answer.promise);
		loader.joined();
		apply(received(told(live)));
		answer.resolve([kept]);
		await answer.promise;
		await vi.waitFor(() => expect(notices()).toEqual([kept, live]));
	});

	it("in no large conversation", async () => {
		const { loader, fetch } = loading(50, 500);
		loader.joined();
		await loader.follow();
		expect(fetch).not.toHaveBeenCalled();
	});
});
