// A conversation with many sockets sends newcomers to relays. They receive what everybody receives: nothing is lost, nothing comes twice,
// and whoever loses access loses it there, too. Relays begin with the second socket here.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConversationObject, upgradeRequest } from "../../src/conversation/object.ts";
import type { Delivery } from "../../src/conversation/relays/delivery.ts";
import { limits } from "../../src/protocol/limits.ts";
import { RelayObject } from "../../src/relay/object.ts";
import { relayName } from "../../src/relay/placement.ts";
import { passTime, startClock, stopClock } from "../support/clock.ts";
import { evict } from "../support/evict.ts";
import { scripted, unlimitedSends, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

withSettings({ ...scripted, ...unlimitedSends, RELAYS_FROM: "1" });
afterEach(() => {
	startClock();
	vi.restoreAllMocks();
});

const relayOf = (id: string) => env.RELAYS.getByName(relayName(id, 0));

/** How many sockets the relay holds. */
const socketsAt = (id: string) => runInDurableObject(relayOf(id), (_object, state) => state.getWebSockets().length);

/** Ann's socket is the conversation's own, and the others' are at the relay. */
async function withRelay<T extends string>(...others: T[]) {
	const id = await newConversation("ann", others);
	const ann = await Client.join("ann", id);
	const readers: Client[] = [];
	for (const other of others) readers.push(await Client.join(other, id));
	expect(await socketsAt(id)).toBe(others.length);
	return { id, ann, readers };
}

const said = (client: Client) => client.all("chat:message").map(({ message }) => message.content);
const heard = (client: Client, text: string) => client.next("chat:message", ({ message }) => message.content === text);

/** Ends the conversation's object as a crash does. */
async function kill(id: string): Promise<void> {
	const died = runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, state) => state.abort("died: broken on purpose"));
	await died.catch(() => {});
}

/** Makes relays fail as if they could not be reached. `failed` waits until a delivery that fits has failed. */
function breakRelays(fits: (delivery: Delivery) => boolean) {
	let hasFailed = false;
	const deliver = vi.spyOn(RelayObject.prototype, "deliver").mockImplementation(async (delivery) => {
		hasFailed ||= fits(delivery);
		throw new Error("unreachable: broken on purpose");
	});
	// A promise of the relay's would tie the test to that object.
	return { failed: () => vi.waitUntil(() => hasFailed, { timeout: 30_000 }), mend: () => deliver.mockRestore() };
}

const isAbout = (type: string) => (delivery: Delivery) => delivery.items.some((item) => "event" in item && item.event.type === type);

describe("what is said", () => {
	it("reaches sockets at a relay once and in order, whoever says it", async () => {
		const { id, ann, readers } = await withRelay("bob", "cyd");
		const [bob, cyd] = readers as [Client, Client];
		const texts = Array.from({ length: 30 }, (_, n) => `Number ${n}`);
		for (const [n, text] of texts.entries()) [ann, bob, cyd][n % 3]?.say(text);
		ann.say("The end");
		for (const client of [ann, bob, cyd]) {
			await heard(client, "The end");
			expect(said(client)).toHaveLength(texts.length + 1);
			expect(new Set(said(client)).size).toBe(said(client).length);
			const seqs = client.all("chat:message").map(({ message }) => message.seq);
			expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
		}
		expect(await socketsAt(id)).toBe(2);
	});

	it("reaches a relay in one frame if it is said at once", async () => {
		const { id, ann, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		const event = (n: number) => ({ type: "chat:send", conversationId: id, role: "user", content: `Number ${n}` });
		ann.raw(JSON.stringify(Array.from({ length: 100 }, (_, n) => event(n))));
		await heard(bob, "Number 99");
		expect(said(bob)).toHaveLength(100);
		expect(bob.frames.filter((frame) => frame.includes("Number"))).toHaveLength(1);
	});

	it("streams Claude's reply to a relay, and ends with the whole text", async () => {
		const { readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		bob.say("@claude How are you?");
		await bob.next("chat:complete");
		const reply = bob.all("chat:message").find(({ message }) => message.role === "assistant")?.message;
		const text = bob.all("chat:streaming").reduce((sum, { chunk, offset }) => sum.slice(0, offset) + chunk, "");
		expect(text).toBe(reply?.content);
		expect(text.length).toBeGreaterThan(0);
	});

	it("tells a relay's clients who types, but not the typist", async () => {
		const { ann, readers } = await withRelay("bob", "cyd");
		const [bob, cyd] = readers as [Client, Client];
		bob.send({ type: "chat:typing", isTyping: true });
		expect(await ann.next("chat:user-typing")).toMatchObject({ userId: "bob", isTyping: true });
		expect(await cyd.next("chat:user-typing")).toMatchObject({ userId: "bob", isTyping: true });
		bob.close();
		expect(await cyd.next("chat:user-typing")).toMatchObject({ userId: "bob", isTyping: false });
		expect(bob.all("chat:user-typing")).toEqual([]);
	});

	it("answers a resend and refusals on the socket that sent them", async () => {
		const { id, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		const other = await Client.join("bob", id);
		bob.say("Once", "c1");
		await heard(other, "Once");
		bob.say("Once", "c1");
		await heard(bob, "Once");
		expect(await heard(bob, "Once")).toMatchObject({ message: { clientId: "c1" } });
		bob.send({ type: "chat:edit", messageId: "nothing", content: "x" });
		expect(await bob.next("chat:error")).toMatchObject({ messageId: "nothing" });
		expect(said(other)).toEqual(["Once"]);
		expect(other.all("chat:error")).toEqual([]);
	});

	it("keeps read marks and private answers to their person", async () => {
		const { readers } = await withRelay("bob", "cyd");
		const [bob, cyd] = readers as [Client, Client];
		bob.send({ type: "chat:ask-privately", clientId: "q1", content: "Only for me?" });
		await bob.next("chat:aside");
		await bob.next("chat:aside", ({ aside }) => aside.status !== "streaming");
		expect(cyd.all("chat:aside")).toEqual([]);
	});
});

describe("a cursor", () => {
	it("brings what was missed, from the relay's window and from before it", async () => {
		const { id, ann, readers } = await withRelay("bob", "cyd");
		const [bob] = readers as [Client];
		const old = bob.events.find((event) => event.type === "chat:joined")?.cursor;
		ann.say("One");
		const { cursor } = await heard(bob, "One");
		bob.close();
		ann.say("Two");
		ann.say("Three");
		await heard(ann, "Three");
		const contents = async (at: string | undefined) => {
			const back = await Client.join("bob", id, at === undefined ? {} : { cursor: at });
			return { reset: back.joined.reset, said: back.joined.messages.map(({ content }) => content) };
		};
		expect(await contents(cursor)).toEqual({ reset: false, said: ["Two", "Three"] });
		expect(await contents(old)).toEqual({ reset: false, said: ["One", "Two", "Three"] });
		expect(await contents(undefined)).toEqual({ reset: true, said: ["One", "Two", "Three"] });
		// Before the relay's window begins.
		await evict(relayOf(id), { webSockets: "hibernate" });
		expect(await contents(cursor)).toEqual({ reset: false, said: ["Two", "Three"] });
	});

	it("of the conversation's own socket is good at a relay, and the other way round", async () => {
		const { id, ann, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		ann.say("One");
		const [atAnn, atBob] = [await heard(ann, "One"), await heard(bob, "One")];
		ann.say("Two");
		await heard(bob, "Two");
		const again = await Client.join("ann", id, { cursor: atBob.cursor });
		expect(again.joined).toMatchObject({ reset: false, messages: [{ content: "Two" }] });
		const other = await Client.join("bob", id, { cursor: atAnn.cursor });
		expect(other.joined).toMatchObject({ reset: false, messages: [{ content: "Two" }] });
	});

	it.each(["nonsense", "other000.3.1", "first.999999.1"])("that is forged (%s) begins anew", async (forged) => {
		const { id, ann } = await withRelay("bob");
		ann.say("One");
		await heard(ann, "One");
		const bob = await Client.join("bob", id, { cursor: forged });
		expect(bob.joined).toMatchObject({ reset: true, messages: [{ content: "One" }] });
		ann.say("Two");
		await heard(bob, "Two");
		expect(said(bob)).toEqual(["Two"]);
	});
});

describe("a failure", () => {
	it("of deliveries loses nothing: the relay asks for what it has missed", async () => {
		const { id, ann, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		ann.say("Before");
		await heard(bob, "Before");
		const { failed, mend } = breakRelays(isAbout("chat:conversation"));
		ann.say("Missed");
		await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { title: "Another title" });
		await failed();
		mend();
		const joined = await bob.next("chat:joined", ({ messages }) => messages.some(({ content }) => content === "Missed"));
		expect(joined).toMatchObject({ reset: false, conversation: { title: "Another title" } });
		ann.say("After");
		await heard(bob, "After");
		expect(said(bob)).toEqual(["Before", "After"]);
	});

	it("of the conversation loses nothing: after its death, the relay asks for what it has missed", async () => {
		const { id, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		bob.say("Before");
		await heard(bob, "Before");
		const { failed, mend } = breakRelays(isAbout("chat:conversation"));
		await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { title: "Another title" });
		await failed();
		await kill(id);
		mend();
		await call("GET", `/conversations/${id}`, await tokenOf("ann"));
		expect(await bob.next("chat:joined", ({ conversation }) => conversation?.title === "Another title")).toMatchObject({ reset: false });
		bob.say("After");
		await heard(bob, "After");
		expect(said(bob)).toEqual(["Before", "After"]);
	});

	it("of the relay disconnects its clients, who come back with their cursors", async () => {
		const { id, ann, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		ann.say("Before");
		const { cursor } = await heard(bob, "Before");
		await evict(relayOf(id), { webSockets: "close" });
		await bob.closed;
		ann.say("Meanwhile");
		const back = await Client.join("bob", id, { cursor });
		const missed = [...back.joined.messages.map(({ content }) => content)];
		if (!missed.includes("Meanwhile")) await heard(back, "Meanwhile");
		expect([...missed, ...said(back)]).toEqual(["Meanwhile"]);
	});

	it("is none: relay and conversation sleep, and go on where they were", async () => {
		const { id, ann, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		ann.say("One");
		await heard(bob, "One");
		await evict(relayOf(id), { webSockets: "hibernate" });
		ann.say("Two");
		await heard(bob, "Two");
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		ann.say("Three");
		await heard(bob, "Three");
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		await evict(relayOf(id), { webSockets: "hibernate" });
		bob.say("Four");
		await heard(bob, "Four");
		await heard(ann, "Four");
		expect(said(bob)).toEqual(["One", "Two", "Three", "Four"]);
		expect(bob.all("chat:joined")).toHaveLength(1);
	});
});

describe("access ends at a relay", () => {
	const ways: [how: string, code: number, end: (id: string, bob: Client) => unknown][] = [
		["is removed", 4403, async (id) => call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"))],
		["signs out", 4401, (id) => env.CONVERSATIONS.getByName(id).signOut("bob")],
		["is suspended", 4401, (id) => env.CONVERSATIONS.getByName(id).disconnect("bob")],
		[
			"floods",
			4429,
			(_id, bob) => {
				for (let n = 0; n < limits.badFramesPerMinute; n++) bob.raw("{");
			},
		],
		["sends an oversize frame", 1009, (_id, bob) => bob.raw(" ".repeat(limits.frameBytes + 1))],
		[
			"opens too many sockets",
			4409,
			async (id) => {
				for (let n = 0; n < limits.socketsPerPerson; n++) await Client.join("bob", id);
			},
		],
		[
			"has an expired token",
			4401,
			(id) => {
				passTime(700_000);
				return runDurableObjectAlarm(relayOf(id));
			},
		],
	];

	it.each(ways)("when a person %s", async (how, code, end) => {
		const { id, ann, readers } = await withRelay("bob", "cyd");
		const [bob, cyd] = readers as [Client, Client];
		await end(id, bob);
		expect(await bob.closed).toBe(code);
		startClock();
		// Everybody's token has expired then.
		if (how !== "has an expired token") {
			ann.say("Without Bob");
			await heard(cyd, "Without Bob");
		}
		expect(said(bob)).toEqual([]);
	});

	it("although the relay could not be reached when it ended", async () => {
		const { id, readers } = await withRelay("bob", "cyd");
		const [bob, cyd] = readers as [Client, Client];
		const { failed, mend } = breakRelays(({ closings }) => closings.length > 0);
		await call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"));
		await failed();
		mend();
		expect(await bob.closed).toBe(4403);
		// A socket of somebody who came back since stays.
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body;
		await call("POST", `/invites/${encodeURIComponent(invite.token)}/accept`, await tokenOf("bob"));
		const back = await Client.join("bob", id);
		back.say("Here again");
		await heard(cyd, "Here again");
		await heard(back, "Here again");
	});

	it("although the conversation died before it could say so", async () => {
		const { id, readers } = await withRelay("bob", "cyd");
		const [bob, cyd] = readers as [Client, Client];
		const { failed, mend } = breakRelays(({ closings }) => closings.length > 0);
		await call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"));
		await failed();
		await kill(id);
		mend();
		// Whatever wakes it, if not its alarm.
		cyd.say("Somebody?", "c1");
		expect(await bob.closed).toBe(4403);
		const isHere = ({ content }: { content: string }) => content === "Somebody?";
		// The relay asks again for everything, before or after this is said.
		const known = () => [
			...cyd.all("chat:joined").flatMap(({ messages }) => messages),
			...cyd.all("chat:message").map(({ message }) => message),
		];
		await vi.waitUntil(() => known().some(isHere), { timeout: 30_000 });
	});

	it("although the clock was set back since it was let in, and the conversation has slept", async () => {
		const { id, ann, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		passTime(-3_600_000);
		expect((await call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"))).status).toBe(204);
		expect(await bob.closed).toBe(4403);
		ann.say("SAID-AFTER");
		await heard(ann, "SAID-AFTER");
		expect(said(bob)).toEqual([]);
	});

	it("although it ends between the conversation's answer and its arrival", async () => {
		const id = await newConversation("ann", ["bob", "cyd"]);
		for (const name of ["ann", "cyd"]) await Client.join(name, id);
		let step: "asked" | "answered" | "ended" | "delivered" = "asked";
		const { admit } = ConversationObject.prototype;
		vi.spyOn(ConversationObject.prototype, "admit").mockImplementation(async function (this: ConversationObject, ...asked) {
			const answer = await admit.apply(this, asked);
			if (step === "asked") step = "answered";
			while (step !== "delivered") await scheduler.wait(5);
			return answer;
		});
		const { deliver } = RelayObject.prototype;
		vi.spyOn(RelayObject.prototype, "deliver").mockImplementation(function (this: RelayObject, delivery) {
			if (step === "ended" && delivery.closings.length > 0) step = "delivered";
			return deliver.call(this, delivery);
		});
		const opening = Client.open("bob", id);
		await vi.waitUntil(() => step === "answered", { timeout: 30_000 });
		step = "ended";
		await env.CONVERSATIONS.getByName(id).disconnect("bob");
		expect(await (await opening).closed).toBe(4401);
	});

	it("when the conversation is deleted", async () => {
		const { id, readers } = await withRelay("bob", "cyd");
		await call("DELETE", `/conversations/${id}`, await tokenOf("ann"));
		expect(await Promise.all(readers.map(({ closed }) => closed))).toEqual([4404, 4404]);
		expect((await call("GET", `/conversations/${id}`, await tokenOf("bob"))).status).toBe(404);
	});

	it("for a revoked personal token alone", async () => {
		const { id, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		const made = await call("POST", "/me/tokens", await tokenOf("bob"), { name: "bot", scopes: ["read"] });
		const program = await Client.openBy(made.body.token.secret, id);
		await program.next("chat:joined");
		expect((await call("DELETE", `/me/tokens/${made.body.token.id}`, await tokenOf("bob"))).status).toBe(204);
		expect(await program.closed).toBe(4401);
		bob.say("Still here");
		await heard(bob, "Still here");
	});
});

describe("a stranger", () => {
	const identity = (userId: string) =>
		({ kind: "issued", userId, username: userId, expiresAt: Date.now() + 60_000, grants: [], issuedAt: 0 }) as const;
	const ask = (id: string, userId: string) =>
		relayOf(id).fetch(upgradeRequest({ identity: identity(userId), cursor: undefined, isChatProtocol: false }));

	it("gets the answer of a conversation that does not exist, and leaves nothing behind", async () => {
		const { id } = await withRelay("bob");
		expect((await ask(id, "eve")).status).toBe(404);
		expect((await ask("nowhere", "eve")).status).toBe(404);
		expect(await runInDurableObject(relayOf("nowhere"), (_object, state) => state.storage.kv.get("cursor"))).toBeUndefined();
	});

	it("cannot speak as a relay: what a client writes about itself is not read", async () => {
		const { ann, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		bob.raw(JSON.stringify([{ type: "deliver", feed: "x", number: 1, items: [] }]));
		expect(await bob.next("chat:error")).toMatchObject({ code: "unknown_event" });
		bob.send({ type: "chat:send", role: "user", content: "Hello", person: { userId: "ann" }, sender: { userId: "ann" } });
		expect(await heard(ann, "Hello")).toMatchObject({ message: { author: { userId: "bob" } } });
	});

	it("cannot pass on a frame for somebody who is no member", async () => {
		const { id } = await withRelay("bob");
		const sender = { person: { userId: "eve", username: "Eve" }, expiresAt: Date.now() + 60_000, socketId: "x" };
		const frame = JSON.stringify([{ type: "chat:send", conversationId: id, role: "user", content: "I am Eve" }]);
		expect(await env.CONVERSATIONS.getByName(id).take(0, { sender, frame })).toEqual({ isOver: true });
		const { messages } = (await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body;
		expect(messages).toEqual([]);
	});

	it("changes nothing by a delivery that has come before, or that is of another feed", async () => {
		const { id, ann, readers } = await withRelay("bob");
		const [bob] = readers as [Client];
		const deliver = vi.spyOn(RelayObject.prototype, "deliver");
		ann.say("Once");
		await heard(bob, "Once");
		const [first] = deliver.mock.calls
			.map(([delivery]) => delivery)
			.filter(({ items }) => JSON.stringify(items).includes(`"conversationId":"${id}"`)) as [Delivery];
		deliver.mockRestore();
		await relayOf(id).deliver(first);
		ann.say("Twice");
		await heard(bob, "Twice");
		// It knows nothing of this one, and asks the conversation.
		await relayOf(id).deliver({ ...first, feed: "another", before: "forged.1.1" });
		expect(await bob.next("chat:joined")).toMatchObject({ reset: false, messages: [] });
		ann.say("Thrice");
		await heard(bob, "Thrice");
		expect(said(bob)).toEqual(["Once", "Twice", "Thrice"]);
	});
});

describe("coming and going", () => {
	it("tells everybody how many are here", async () => {
		const { ann, readers } = await withRelay("bob", "cyd");
		await ann.next("chat:presence", ({ participantCount }) => participantCount === 3);
		readers[0]?.close();
		await ann.next("chat:presence", ({ participantCount }) => participantCount === 2);
		readers[1]?.close();
		expect(await ann.next("chat:presence", ({ participants }) => participants?.length === 1)).toMatchObject({
			participantCount: 1,
			participants: [{ userId: "ann" }],
		});
	});

	it("asks the conversation seldom, however many join at once", async () => {
		const { id, ann } = await withRelay("bob");
		const { admit: ask } = ConversationObject.prototype;
		const asked: number[] = [];
		let isAnswering = false;
		vi.spyOn(ConversationObject.prototype, "admit").mockImplementation(async function (this: ConversationObject, relay, question) {
			if (question.asks.length > 0) asked.push(question.asks.length);
			while (!isAnswering) await new Promise((resolve) => setTimeout(resolve, 10));
			return ask.call(this, relay, question);
		});
		const entered = vi.spyOn(RelayObject.prototype, "fetch");
		const claims = { conversations: [id] };
		const joining = Array.from({ length: 40 }, (_, n) => Client.join(`reader-${n}`, id, { claims }));
		await vi.waitUntil(() => entered.mock.calls.length === 40, { timeout: 30_000 });
		isAnswering = true;
		const crowd = await Promise.all(joining);
		// One for whoever came first, and one for all others.
		expect(asked.length).toBeLessThanOrEqual(2);
		ann.say("Welcome");
		for (const client of crowd) await heard(client, "Welcome");
		for (const client of crowd) client.close();
	});

	it("in a loop is bounded by what a person may do", async () => {
		const { id } = await withRelay("bob");
		stopClock();
		const outcomes: string[] = [];
		const loop = async () => {
			const opened = await Client.open("bob", id).catch((error: Error) => error.message);
			if (typeof opened === "string") outcomes.push(opened);
			else opened.close();
		};
		await Promise.all(Array.from({ length: 100 }, loop));
		expect(outcomes.length).toBeGreaterThan(0);
		expect(outcomes.every((message) => /429|409|too_many|rate_limited/.test(message))).toBe(true);
	});

	it("leaves people whom a link limits with the conversation", async () => {
		const { id, ann } = await withRelay("bob");
		ann.say("Before");
		await heard(ann, "Before");
		const link = { allows: { history: "new" } };
		const { body } = await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), link);
		await call("POST", `/invites/${encodeURIComponent(body.invite.token)}/accept`, await tokenOf("dan"));
		const before = await socketsAt(id);
		const dan = await Client.join("dan", id);
		expect(await socketsAt(id)).toBe(before);
		ann.say("Now");
		await heard(dan, "Now");
	});
});
