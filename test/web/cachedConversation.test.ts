import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import type { ListEntry } from "../../src/protocol/conversation.ts";
import type { Message } from "../../src/protocol/message.ts";
import {
	type CachedConversation,
	cachedConversationOf,
	parseCachedConversation,
	resumeCursor,
} from "../../web/src/live/cachedConversation.ts";
import { clearDeviceCache, deviceCacheOf, deviceCacheOwner, setDeviceCacheOwner } from "../../web/src/live/deviceCache.ts";
import { emptyTranscript, reduce, type Transcript } from "../../web/src/live/transcript.ts";
import { ann, bob, conversationId, joined, message, reply } from "./fakes.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** The transcript of a client that has just joined. */
function seen(messages: Message[], given: Parameters<typeof joined>[0] = {}): Transcript {
	return reduce(emptyTranscript, { type: "received", events: [joined({ messages, ...given })], now: 0 });
}

const keep = (transcript: Transcript, cursor: string | undefined = "c9") =>
	cachedConversationOf(conversationId, transcript, cursor, "build-1");
const seqs = (kept: CachedConversation | undefined) => kept?.joined.messages.map(({ seq }) => seq);

describe("the cached part of a conversation", () => {
	it("is its last page, with the cursor and whether there is more", () => {
		const kept = keep(seen(numbers(60).map((seq) => message(seq))));
		expect(seqs(kept)).toEqual(numbers(60).slice(10));
		expect(kept?.joined).toMatchObject({ cursor: "c9", reset: true, hasMore: true, you: ann });
		expect(keep(seen([message(1), message(2)]))?.joined).toMatchObject({ hasMore: false });
		expect(keep(seen([message(7)], { hasMore: true }))?.joined).toMatchObject({ hasMore: true });
	});

	it("is bounded in length, and left as it was rather than having a gap", () => {
		const long = "x".repeat(90_000);
		expect(seqs(keep(seen(numbers(5).map((seq) => message(seq, { content: long })))))).toEqual([4, 5]);
		expect(keep(seen([message(1, { content: "x".repeat(200_001) })]))).toBeUndefined();
		expect(seqs(keep(seen([])))).toEqual([]);
	});

	it("leaves out a reply that is being written", () => {
		expect(seqs(keep(seen([message(1), reply(2, { status: "streaming", content: "So f" }), message(3)])))).toEqual([1, 3]);
	});

	it("is empty before the server has answered, and while events are missing", () => {
		expect(keep({ ...seen([message(1)]), you: null })).toBeUndefined();
		expect(keep({ ...seen([message(1)]), isBehind: true })).toBeUndefined();
		expect(cachedConversationOf(conversationId, seen([message(1)]), undefined, "build-1")).toBeUndefined();
	});
});

describe("a cached conversation", () => {
	const kept = keep(
		seen([message(1), message(2, { author: bob })], { role: "owner", reads: [{ userId: ann.userId, upTo: 1 }] }),
	) as CachedConversation;

	it("is shown at once, without knowing whose connection it is", () => {
		const transcript = reduce(emptyTranscript, { type: "cache restored", joined: kept.joined, members: [{ ...ann, role: "owner" }] });
		expect(transcript.messages).toHaveLength(2);
		expect(transcript).toMatchObject({ you: null, unreadFrom: null, role: "owner", older: "none", members: [{ userId: ann.userId }] });
	});

	it("resumes from its cursor, but not if another build cached it", () => {
		expect(resumeCursor(kept, "build-1")).toBe("c9");
		expect(resumeCursor(kept, "build-2")).toBeUndefined();
	});

	it("is ignored if it does not fit the schema", () => {
		expect(parseCachedConversation(structuredClone(kept))).toEqual(kept);
		for (const other of [undefined, {}, { ...kept, joined: { ...kept.joined, messages: [{ id: "m1" }] } }])
			expect(parseCachedConversation(other)).toBeUndefined();
	});

	it("acknowledges an outgoing message that it contains", () => {
		const said = { clientId: "id-1", content: "one", saidAt: 1, state: { type: "waiting" } } as const;
		let transcript = reduce(emptyTranscript, {
			type: "cache restored",
			...(keep(seen([message(1, { clientId: "id-1" })])) as CachedConversation),
		});
		transcript = reduce(transcript, { type: "outbox restored", outgoing: [said] });
		transcript = reduce(transcript, { type: "received", events: [joined({ reset: false })], now: 0 });
		expect(transcript.outgoing).toEqual([]);
	});
});

const listed = (id: string) =>
	({
		id,
		title: id,
		createdAt: "",
		assistant: "auto",
		role: "owner",
		lastActivityAt: "",
		unread: 0,
		mentions: 0,
		readUpTo: 0,
		muted: false,
		pinned: false,
		archived: false,
	}) satisfies ListEntry;
const of = (text: string) => keep(seen([message(1, { content: text })])) as CachedConversation;
const textOf = (kept: unknown) => parseCachedConversation(kept)?.joined.messages[0]?.content;

describe("the device cache", () => {
	const cache = deviceCacheOf(ann.userId);

	beforeEach(async () => {
		await clearDeviceCache();
		await setDeviceCacheOwner({ id: ann.userId, name: "Ann" });
	});

	it("returns what was written, and knows its owner", async () => {
		await cache.writeConversation("c1", of("tea"), 1);
		await cache.writeList([listed("c1")]);
		await setDeviceCacheOwner({ id: ann.userId, name: "Ann" });
		expect(textOf(await cache.readConversation("c1"))).toBe("tea");
		expect((await cache.readList())?.map(({ id }) => id)).toEqual(["c1"]);
		expect(await deviceCacheOwner()).toEqual({ id: ann.userId, name: "Ann" });
	});

	it("holds the twenty conversations visited last", async () => {
		for (const at of numbers(21)) await cache.writeConversation(`c${at}`, of("tea"), at);
		await cache.writeConversation("c3", of("coffee"), 30);
		await cache.writeConversation("c22", of("tea"), 31);
		const left = await Promise.all(numbers(22).map(async (at) => (await cache.readConversation(`c${at}`)) && at));
		expect(left.filter(Boolean)).toEqual(numbers(22).filter((at) => at !== 1 && at !== 2));
		expect(textOf(await cache.readConversation("c3"))).toBe("coffee");
	});

	it("deletes conversations that are no longer in the list", async () => {
		for (const id of ["c1", "c2", "c3"]) await cache.writeConversation(id, of(id), 1);
		await cache.writeList([listed("c2"), listed("c3")]);
		await cache.deleteConversation("c3");
		expect(await Promise.all(["c1", "c2", "c3"].map(async (id) => textOf(await cache.readConversation(id))))).toEqual([
			undefined,
			"c2",
			undefined,
		]);
	});

	it("belongs to one person: another one sees nothing of it, and late writes are ignored", async () => {
		await cache.writeConversation("c1", of("Ann's"), 1);
		await cache.writeList([listed("c1")]);
		await setDeviceCacheOwner({ id: bob.userId, name: "Bob" });
		await cache.writeConversation("c2", of("Ann's"), 2);
		await cache.writeList([listed("c2")]);
		const bobs = deviceCacheOf(bob.userId);
		for (const one of [cache, bobs]) {
			expect(await one.readList()).toBeUndefined();
			expect(await Promise.all(["c1", "c2"].map(one.readConversation))).toEqual([undefined, undefined]);
		}
	});

	it("stays empty after it was cleared, whatever is written late", async () => {
		await cache.writeConversation("c1", of("tea"), 1);
		await clearDeviceCache();
		await cache.writeConversation("c1", of("tea"), 2);
		expect(await deviceCacheOwner()).toBeUndefined();
		await setDeviceCacheOwner({ id: ann.userId, name: "Ann" });
		expect(await cache.readConversation("c1")).toBeUndefined();
	});
});
