import { describe, expect, it } from "vitest";
import { defaultClaudeSettings } from "../../src/protocol/claude-settings.ts";
import type { Member } from "../../src/protocol/conversation.ts";
import type { ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import type { ConversationCache } from "../../web/src/live/cachedConversation.ts";
import { type CachedConversation, cachedConversationOf } from "../../web/src/live/cachedConversation.ts";
import { type ClientOptions, ConversationClient } from "../../web/src/live/client.ts";
import type { Page } from "../../web/src/live/historyWindow.ts";
import type { OutgoingMessage } from "../../web/src/live/outgoing.ts";
import { emptyTranscript, reduce } from "../../web/src/live/transcript.ts";
import { ann, bob, conversationId, FakeNetwork, FakeOutbox, HandClock, joined, message } from "./fakes.ts";

const members: Member[] = [
	{ ...ann, role: "owner" },
	{ ...bob, role: "member" },
];

type History = Page | null;

type Described = Awaited<ReturnType<ClientOptions["describe"]>>;

const tea: Described = {
	conversation: { id: conversationId, title: "Tea", createdAt: "", assistant: "auto", ...defaultClaudeSettings },
	members,
};

/** A client whose outbox has not been read yet; the test calls `outbox.listener.restored`. */
function opened(history: History = null, describe: () => Promise<Described> = async () => tea, keeper?: ConversationCache) {
	const clock = new HandClock();
	const network = new FakeNetwork();
	const outbox = new FakeOutbox();
	let ids = 0;
	const client = new ConversationClient({
		conversationId,
		urlFor: (cursor) => `wss://chat.example/socket?cursor=${cursor}`,
		openSocket: network.open,
		clock,
		random: () => 1,
		renewToken: async () => ({ failure: "unreachable" }),
		explainRefusal: async () => undefined,
		fetchPage: async () => history,
		describe,
		newId: () => `id-${++ids}`,
		openOutbox: outbox.open,
		cache: keeper,
	});
	client.setToken("token-1");
	return { client, clock, network, outbox, transcript: () => client.snapshot().transcript };
}

/** A client whose outbox was empty. */
function converse(history: History = null) {
	const all = opened(history);
	all.outbox.listener.restored([]);
	return all;
}

const kept = (clientId: string, saidAt: number, state: OutgoingMessage["state"] = { type: "waiting" }): OutgoingMessage => ({
	clientId,
	content: `kept ${clientId}`,
	saidAt,
	state,
});
const failed: OutgoingMessage["state"] = { type: "failed", code: "too_large", text: "Too long." };

/** Lets everything that was promised happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const sends = (network: FakeNetwork) =>
	network.last.events.flatMap((event) => (event.type === "chat:send" ? [`${event.clientId}: ${event.content}`] : []));
const stored = (seq: number, clientId: string): ServerEvent => ({
	type: "chat:message",
	conversationId,
	message: message(seq, { clientId }),
	cursor: `c${seq}`,
});

describe("sending messages", () => {
	it("sends messages written before the connection, in order, once it is connected", () => {
		const { client, network, transcript } = converse();
		for (const text of ["one", "two", "three"]) client.sendMessage(text);
		expect(sends(network)).toEqual([]);
		network.last.says(joined());
		expect(sends(network)).toEqual(["id-1: one"]);
		network.last.says(stored(1, "id-1"));
		network.last.says(stored(2, "id-2"));
		expect(sends(network)).toEqual(["id-1: one", "id-2: two", "id-3: three"]);
		network.last.says(stored(3, "id-3"));
		expect(transcript().outgoing).toEqual([]);
		expect(transcript().messages.map(({ clientId }) => clientId)).toEqual(["id-1", "id-2", "id-3"]);
	});

	it("resends an unacknowledged message on the next connection, with the same id and before later ones", () => {
		const { client, clock, network } = converse();
		network.last.says(joined());
		client.sendMessage("one");
		client.sendMessage("two");
		network.last.closes(1006);
		clock.advance(500);
		network.last.says(joined({ reset: false }));
		expect(sends(network)).toEqual(["id-1: one"]);
		network.last.says(stored(1, "id-1"));
		expect(sends(network)).toEqual(["id-1: one", "id-2: two"]);
	});

	it("does not resend a message whose acknowledgement was lost but that the next join contains", () => {
		const { client, clock, network, transcript } = converse();
		network.last.says(joined());
		client.sendMessage("one");
		network.last.closes(1006);
		clock.advance(500);
		network.last.says(joined({ reset: false, messages: [message(1, { clientId: "id-1" })] }));
		expect(sends(network)).toEqual([]);
		expect(transcript().outgoing).toEqual([]);
	});

	it("resends a rate-limited message when the server allows it", () => {
		const { client, clock, network } = converse();
		network.last.says(joined());
		client.sendMessage("one");
		client.sendMessage("two");
		network.last.says({ type: "chat:error", conversationId, error: "Slowly.", code: "rate_limited", clientId: "id-1", retryAfterMs: 800 });
		clock.advance(799);
		expect(sends(network)).toEqual(["id-1: one"]);
		clock.advance(1);
		expect(sends(network)).toEqual(["id-1: one", "id-1: one"]);
	});

	it("keeps a refused message until it is retried", () => {
		const { client, network, transcript } = converse();
		network.last.says(joined());
		client.sendMessage("one");
		network.last.says({ type: "chat:error", conversationId, error: "Too long.", code: "too_large", clientId: "id-1" });
		expect(transcript().outgoing[0]?.state).toEqual(failed);
		client.retry("id-1");
		expect(sends(network)).toEqual(["id-1: one", "id-1: one"]);
	});

	it("replaces a live socket that leaves a message unacknowledged", () => {
		const { client, clock, network } = converse();
		network.last.says(joined());
		client.sendMessage("one");
		clock.advance(15_000);
		clock.advance(500);
		expect(network.sockets).toHaveLength(2);
		network.last.says(joined({ reset: false }));
		expect(sends(network)).toEqual(["id-1: one"]);
	});
});

describe("a message with a quote", () => {
	it("is sent with the id of the quoted message and its mentions", () => {
		const { client, network } = converse();
		network.last.says(joined());
		const mentions = [{ userId: bob.userId, offset: 0, length: 4 }];
		client.sendMessage("@Bob yes", { replyTo: "m1", mentions });
		expect(network.last.events).toEqual([
			{ type: "chat:send", conversationId, content: "@Bob yes", role: "user", clientId: "id-1", replyTo: "m1", mentions },
		]);
	});
});

describe("a command on a message", () => {
	it("is sent while connected, and dropped otherwise", () => {
		const { client, clock, network } = converse();
		network.last.says(joined());
		const change = { type: "chat:react", messageId: "m1", emoji: "👍", on: true } as const;
		expect(client.command(change)).toBe(true);
		expect(network.last.events).toEqual([{ ...change, conversationId }]);
		network.last.closes(1006);
		expect(client.command(change)).toBe(false);
		clock.advance(500);
		network.last.says(joined({ reset: false }));
		expect(network.last.events).toEqual([]);
	});
});

describe("the read position", () => {
	it("is sent after connecting if the server does not know it", () => {
		const { client, network } = converse();
		client.markRead(3);
		network.last.says(joined({ reads: [{ userId: ann.userId, upTo: 2 }] }));
		expect(network.last.events).toEqual([{ type: "chat:read", conversationId, upTo: 3 }]);
	});
});

describe("the description", () => {
	it("is fetched again when an unknown person joins", async () => {
		const { network, transcript } = converse();
		network.last.says(joined());
		await settled();
		network.last.says({ type: "chat:member-left", conversationId, userId: bob.userId });
		network.last.says({ type: "chat:user-joined", conversationId, ...ann });
		await settled();
		expect(transcript().members).toEqual(members.slice(0, 1));
		network.last.says({ type: "chat:user-joined", conversationId, ...bob });
		await settled();
		expect(transcript().members).toEqual(members);
	});

	it("is fetched again if an event changed it meanwhile", async () => {
		const [reader, writer] = (["reader", "member"] as const).map((role) => members.map((member) => ({ ...member, role })));
		const answers: ((described: Described) => void)[] = [];
		const { network, transcript } = opened(null, () => new Promise((answer) => answers.push(answer)));
		network.last.says(joined());
		network.last.says({ type: "chat:member", conversationId, member: { ...ann, role: "member" } });
		answers[0]?.({ ...tea, members: reader ?? [] });
		await settled();
		expect(transcript().role).toBe("member");
		answers[1]?.({ ...tea, members: writer ?? [] });
		await settled();
		expect([transcript().role, transcript().members, answers.length]).toEqual(["member", writer, 2]);
	});

	it("is fetched after every join", async () => {
		const { network, transcript } = converse();
		network.last.says(joined());
		await settled();
		expect(transcript().members).toEqual(members);
		network.last.says({ type: "chat:member-left", conversationId, userId: bob.userId });
		expect(transcript().members).toEqual(members.slice(0, 1));
		network.last.says(joined({ reset: false }));
		await settled();
		expect(transcript().members).toEqual(members);
	});
});

describe("a missing event", () => {
	it("is requested once, with the cursor", () => {
		const { network, transcript } = converse();
		network.last.says(joined({ cursor: "c7" }));
		const chunk = (offset: number): ServerEvent => ({
			type: "chat:streaming",
			conversationId,
			messageId: "m1",
			chunk: "x",
			offset,
			isComplete: false,
		});
		network.last.says(chunk(5), chunk(6));
		network.last.says(chunk(7));
		expect(network.last.events).toEqual([{ type: "chat:join", conversationId, cursor: "c7" }]);
		network.last.says(joined({ reset: false, messages: [message(1, { role: "assistant", status: "streaming", content: "12345678" })] }));
		expect(transcript().isBehind).toBe(false);
	});
});

describe("typing", () => {
	it("is sent at intervals while it lasts, and once when it ends", () => {
		const { client, clock, network } = converse();
		network.last.says(joined());
		const said = () => network.last.events.flatMap((event) => (event.type === "chat:typing" ? [event.isTyping] : []));
		client.setTyping(false);
		expect(said()).toEqual([]);
		for (let key = 0; key < 5; key += 1) client.setTyping(true);
		expect(said()).toEqual([true]);
		clock.advance(3_000);
		client.setTyping(true);
		expect(said()).toEqual([true, true]);
		client.setTyping(false);
		client.setTyping(false);
		expect(said()).toEqual([true, true, false]);
	});

	it("that began before the connection is told once there is one", () => {
		const { client, clock, network } = converse();
		const said = () => network.last.events.flatMap((event) => (event.type === "chat:typing" ? [event.isTyping] : []));
		client.setTyping(true);
		expect(said()).toEqual([]);
		network.last.says(joined());
		expect(said()).toEqual([true]);
		client.setTyping(true);
		expect(said()).toEqual([true]);
		network.last.closes(1006);
		clock.advance(60_000);
		network.last.says(joined());
		// Nobody types any more.
		expect(said()).toEqual([]);
	});

	it("of others expires, and listeners are notified", () => {
		const { client, clock, network, transcript } = converse();
		network.last.says(joined());
		network.last.says({ type: "chat:user-typing", conversationId, userId: "u-bob", username: "Bob", isTyping: true });
		let heard = 0;
		client.subscribe(() => {
			heard += 1;
		});
		clock.advance(5_999);
		expect([transcript().typing.length, heard]).toEqual([1, 0]);
		clock.advance(1);
		expect([transcript().typing.length, heard]).toEqual([0, 1]);
	});
});

describe("older messages", () => {
	it("are loaded and shown", async () => {
		const { client, network, transcript } = converse({ messages: [message(1), message(2)], hasMore: false, hasNewer: true });
		network.last.says(joined({ messages: [message(3)], hasMore: true }));
		const loading = client.paging.loadOlder();
		expect(transcript().older).toBe("loading");
		await loading;
		expect(transcript().messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
		expect(transcript().older).toBe("none");
	});

	it("around a seq are loaded only after joining, when changes to them arrive", async () => {
		const { client, network, transcript } = converse({ messages: [message(1), message(2)], hasMore: false, hasNewer: true });
		client.paging.goTo(1);
		await settled();
		expect(transcript().historyWindow).toEqual({ type: "loading", at: 1 });
		network.last.says(joined({ messages: [message(9)], hasMore: true }));
		await settled();
		expect(transcript().historyWindow).toMatchObject({ type: "loaded", at: 1 });
	});

	it("around a seq are loaded again after a reset, when changes may have been missed", async () => {
		const { client, network, transcript } = converse({ messages: [message(1), message(2)], hasMore: false, hasNewer: true });
		network.last.says(joined({ messages: [message(9)], hasMore: true }));
		client.paging.goTo(1);
		expect(transcript().historyWindow).toEqual({ type: "loading", at: 1 });
		await settled();
		expect(transcript().historyWindow).toMatchObject({ type: "loaded", messages: [{ seq: 1 }, { seq: 2 }], newer: "some" });
		network.last.says(joined({ messages: [message(19)], hasMore: true }));
		expect(transcript().historyWindow).toEqual({ type: "loading", at: 1 });
		await settled();
		expect(transcript().historyWindow).toMatchObject({ type: "loaded", newer: "some" });
	});
});

describe("a token", () => {
	it("that is newer is sent over the open connection, once", () => {
		const { client, network } = converse();
		network.last.says(joined());
		client.setToken("token-1");
		client.setToken("token-2");
		client.setToken("token-2");
		expect(network.last.events).toEqual([{ type: "chat:auth", conversationId, token: "token-2" }]);
	});
});

describe("stopping", () => {
	it("disconnects, and a token connects again", () => {
		const { client, network, clock } = converse();
		network.last.says(joined());
		client.stop();
		expect(network.last.isClosed).toBe(true);
		clock.advance(60_000);
		expect(network.sockets).toHaveLength(1);
		client.setToken("token-2");
		expect(network.last.protocols[1]).toBe("bearer.token-2");
	});
});

describe("the outbox", () => {
	it("keeps messages until they are stored, and refused ones until they are deleted", () => {
		const { client, network, outbox } = converse();
		client.sendMessage("one");
		client.sendMessage("two");
		expect(outbox.kept).toMatchObject([{ clientId: "id-1" }, { clientId: "id-2" }]);
		network.last.says(joined());
		network.last.says(stored(1, "id-1"));
		expect(outbox.kept).toMatchObject([{ clientId: "id-2" }]);
		network.last.says({ type: "chat:error", conversationId, error: "Too long.", code: "too_large", clientId: "id-2" });
		expect(outbox.kept).toMatchObject([{ clientId: "id-2", state: failed }]);
		client.discard("id-2");
		expect(outbox.kept).toEqual([]);
	});

	it("is read before sending: saved messages go before new ones", () => {
		const { client, network, outbox } = opened();
		client.sendMessage("new");
		network.last.says(joined());
		expect(sends(network)).toEqual([]);
		outbox.listener.restored([kept("a", 1), kept("b", 2)]);
		network.last.says(stored(1, "a"));
		network.last.says(stored(2, "b"));
		expect(sends(network)).toEqual(["a: kept a", "b: kept b", "id-1: new"]);
	});

	it("is not waited for indefinitely, and messages read late are still sent", () => {
		const { client, clock, network, outbox } = opened();
		network.last.says(joined());
		client.sendMessage("new");
		clock.advance(2_999);
		expect(sends(network)).toEqual([]);
		clock.advance(1);
		expect(sends(network)).toEqual(["id-1: new"]);
		outbox.listener.restored([kept("a", 1)]);
		network.last.says(stored(1, "id-1"));
		expect(sends(network)).toEqual(["id-1: new", "a: kept a"]);
	});

	it("sends a refused message only when it is retried, and then in its place", () => {
		const { client, network, outbox, transcript } = opened();
		outbox.listener.restored([kept("a", 1, failed), kept("b", 2)]);
		network.last.says(joined());
		client.sendMessage("new");
		client.retry("a");
		expect(transcript().outgoing.map(({ clientId }) => clientId)).toEqual(["a", "b", "id-1"]);
		network.last.says(stored(1, "b"));
		network.last.says(stored(2, "a"));
		expect(sends(network)).toEqual(["b: kept b", "a: kept a", "id-1: new"]);
	});

	it("removes messages that are stored already, whether that is known before or after it was read", () => {
		const before = opened();
		before.outbox.kept = [kept("a", 1)];
		before.outbox.listener.restored(before.outbox.kept);
		before.network.last.says(joined({ messages: [message(1, { clientId: "a" })] }));
		const after = opened();
		after.outbox.kept = [kept("a", 1)];
		after.network.last.says(joined({ messages: [message(1, { clientId: "a" })] }));
		after.outbox.listener.restored(after.outbox.kept);
		for (const { network, outbox, transcript } of [before, after]) {
			expect(sends(network)).toEqual([]);
			expect(transcript().outgoing).toEqual([]);
			expect(outbox.kept).toEqual([]);
		}
	});
});

describe("another tab of the same person", () => {
	it("shows its unsent messages here, in order of writing, but none that are stored", () => {
		const { client, network, outbox, transcript } = converse();
		outbox.isBusy = true;
		network.last.says(joined());
		outbox.listener.saved(kept("a", 1));
		client.sendMessage("here");
		outbox.listener.saved(kept("b", 2));
		outbox.listener.saved(kept("a", 1, failed));
		expect(transcript().outgoing).toMatchObject([{ clientId: "a", state: failed }, { clientId: "b" }, { clientId: "id-1" }]);
		outbox.listener.discarded("a");
		network.last.says(stored(1, "b"));
		outbox.listener.saved(kept("b", 2));
		expect(transcript().outgoing).toMatchObject([{ clientId: "id-1" }]);
	});

	it("sends instead of this one, until it is closed or a message is written here", () => {
		const { client, network, outbox } = opened();
		outbox.isBusy = true;
		outbox.listener.restored([kept("a", 1)]);
		network.last.says(joined());
		outbox.listener.saved(kept("b", 2));
		expect(sends(network)).toEqual([]);
		outbox.listener.turnChanged(true);
		expect(sends(network)).toEqual(["a: kept a"]);
		outbox.listener.turnChanged(false);
		network.last.says(stored(1, "a"));
		expect(sends(network)).toEqual(["a: kept a"]);
		client.sendMessage("here");
		expect(sends(network)).toEqual(["a: kept a", "b: kept b"]);
	});

	it("may send while this one is disconnected; afterwards the tab with the newest message sends", () => {
		const { client, clock, network, outbox } = converse();
		network.last.says(joined());
		client.sendMessage("one");
		network.last.closes(1006);
		expect(outbox.isQueued).toBe(false);
		outbox.isBusy = true;
		clock.advance(500);
		network.last.says(joined({ reset: false }));
		expect(sends(network)).toEqual(["id-1: one"]);

		outbox.listener.turnChanged(false);
		network.last.closes(1006);
		clock.advance(1_000);
		network.last.says(joined({ reset: false }));
		expect(outbox.isQueued).toBe(true);
		expect(sends(network)).toEqual([]);
	});
});

describe("the device cache", () => {
	/** A device cache that holds this, and what is written to it since. */
	function withCache(recalled?: CachedConversation, cursor = recalled?.joined.cursor) {
		const kept: (CachedConversation | undefined | "dropped")[] = [];
		const keeper: ConversationCache = {
			read: async () => recalled && { cached: recalled, cursor },
			write: (transcript, cursor) => kept.push(cachedConversationOf(conversationId, transcript, cursor, "build-1")),
			delete: () => kept.push("dropped"),
		};
		return { keeper, kept, places: () => kept.map((one) => (one === "dropped" ? one : one?.joined.messages.map(({ seq }) => seq).join())) };
	}

	const seen = (cursor: string, ...messages: Message[]): CachedConversation => {
		const transcript = reduce(emptyTranscript, { type: "received", events: [joined({ messages })], now: 0 });
		return cachedConversationOf(conversationId, transcript, cursor, "build-1") as CachedConversation;
	};

	it("is shown before the server answers, which is asked only for later changes", async () => {
		const { client, network, transcript } = opened(null, undefined, withCache(seen("c2", message(1), message(2))).keeper);
		expect(network.sockets).toEqual([]);
		await settled();
		expect(transcript().messages.map(({ seq }) => seq)).toEqual([1, 2]);
		expect(network.last.url).toContain("cursor=c2");
		network.last.says(joined({ reset: false, cursor: "c3", messages: [message(1, { content: "changed", revision: 3 })] }));
		expect(transcript().messages.map(({ content }) => content)).toEqual(["changed", "text 2"]);
		client.stop();
	});

	it("does not prevent opening an earlier message from the address", async () => {
		const { client, network, transcript } = opened(
			{ messages: [message(3)], hasMore: true, hasNewer: true },
			undefined,
			withCache(seen("c9", message(9))).keeper,
		);
		client.paging.goTo(3);
		await settled();
		network.last.says(joined({ reset: false }));
		await settled();
		expect(transcript().historyWindow).toMatchObject({ type: "loaded", at: 3 });
	});

	it("is replaced when the server resets", async () => {
		const { network, transcript } = opened(null, undefined, withCache(seen("c2", message(1), message(2))).keeper);
		await settled();
		network.last.says(joined({ messages: [message(9)], hasMore: true }));
		expect(transcript().messages.map(({ seq }) => seq)).toEqual([9]);
	});

	it("is not waited for if the disk does not answer", () => {
		const { clock, network } = opened(null, undefined, { ...withCache().keeper, read: () => new Promise(() => {}) });
		clock.advance(1_000);
		expect(network.last.url).toContain("cursor=undefined");
	});

	it("is written with the cursor once a second while events arrive, and when stopping", async () => {
		const { keeper, kept, places } = withCache();
		const { client, clock, network } = opened(null, undefined, keeper);
		await settled();
		network.last.says(joined({ messages: [message(1)] }));
		network.last.says(stored(2, "id-x"));
		clock.advance(999);
		expect(places()).toEqual([]);
		clock.advance(1);
		network.last.says({ type: "chat:read", conversationId, userId: bob.userId, upTo: 2 });
		clock.advance(20_000);
		expect(places()).toEqual(["1,2"]);
		network.last.says(stored(3, "id-y"));
		client.stop();
		expect(places()).toEqual(["1,2", "1,2,3"]);
		expect(kept.map((one) => one !== "dropped" && one?.joined.cursor)).toEqual(["c2", "c3"]);
	});

	it.each([4403, 4404])("is deleted when access ends with %i", async (code) => {
		const { keeper, places } = withCache();
		const { client, clock, network } = opened(null, undefined, keeper);
		await settled();
		network.last.says(joined({ messages: [message(1)] }));
		network.last.closes(code);
		clock.advance(60_000);
		client.stop();
		expect(places()).toEqual(["dropped"]);
	});
});
