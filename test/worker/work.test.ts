// One person's share of a conversation's time, by every way in: who takes more is refused and told for how long, and
// clients of our own wait and go on.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { upgradeRequest } from "../../src/conversation/object.ts";
import { Store } from "../../src/conversation/store/store.ts";
import { limits } from "../../src/protocol/limits.ts";
import { passTime, startClock, stopClock } from "../support/clock.ts";
import { EventReader } from "../support/events.ts";
import { evict } from "../support/evict.ts";
import { Client, call, nameOf, newConversation, origin, tokenOf } from "../support/socket.ts";
import { SocketIoClient } from "../support/socketio.ts";

/** A conversation of Ann's with Bob whose newest page is as long as pages get. */
async function longConversation(): Promise<string> {
	const id = await newConversation("ann", ["bob"]);
	const stub = env.CONVERSATIONS.getByName(id);
	await runInDurableObject(stub, (_object, { storage }) => {
		const store = new Store(storage);
		const author = { userId: "ann", username: nameOf("ann") };
		// Not now, which would use up what Ann may send.
		const sentAt = Date.now() - 3_600_000;
		for (let n = 0; n < 42; n++) store.log.addMessage({ author, content: "x".repeat(100_000), asksClaude: false }, sentAt);
	});
	await evict(stub);
	return id;
}

const get = async (who: string, path: string, headers: Record<string, string> = {}) =>
	exports.default.fetch(`${origin}/api/conversations/${path}`, { headers: { authorization: `Bearer ${await tokenOf(who)}`, ...headers } });

afterEach(startClock);

/** Has Bob read until he is refused, so much that he has to wait for a while. The clock stands still from then on. */
async function readTooMuch(id: string): Promise<void> {
	const token = await tokenOf("bob");
	stopClock();
	const page = () => call("GET", `/conversations/${id}/messages?limit=200`, token);
	const searches = Array.from({ length: 7 }, () => call("GET", `/conversations/${id}/search?q=absent`, token));
	const answers = await Promise.all([page(), ...searches, page(), page(), page()]);
	const refused = answers.filter(({ status }) => status !== 200);
	expect(refused.length).toBeGreaterThan(0);
	for (const { status, headers, body } of refused) {
		expect([status, body.error.code]).toEqual([429, "rate_limited"]);
		expect(body.error.retryAfterMs).toBeGreaterThan(0);
		expect(Number(headers.get("retry-after"))).toBe(Math.ceil(body.error.retryAfterMs / 1000));
	}
}

describe("somebody who reads too much", () => {
	it("is refused by every way in, and nobody else is", async () => {
		const id = await longConversation();
		const ann = await Client.join("ann", id);
		await readTooMuch(id);
		const token = await tokenOf("bob");
		const answers = await Promise.all([
			get("bob", `${id}/socket`, { upgrade: "websocket" }),
			call("POST", `/conversations/${id}/messages`, token, { content: "Me too" }),
			...["", "/members", "/search?q=x"].map((path) => call("GET", `/conversations/${id}${path}`, token)),
		]);
		expect(answers.map(({ status, headers }) => [status, Number(headers.get("retry-after")) > 0])).toEqual(answers.map(() => [429, true]));
		ann.say("Still here");
		expect((await ann.next("chat:message")).message.content).toBe("Still here");
		expect((await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).status).toBe(200);
	});

	it("by joining again and again is told when to go on", async () => {
		const id = await longConversation();
		stopClock();
		const bob = await Client.join("bob", id);
		for (let n = 0; n < 3; n++) bob.send({ type: "chat:join" });
		const refused = await bob.next("chat:error");
		expect(refused).toMatchObject({ code: "rate_limited", retryAfterMs: expect.any(Number) });
		bob.say("And yet I may send");
		expect((await bob.next("chat:message")).message.content).toBe("And yet I may send");
	});

	it("by opening sockets is refused before the next one opens", async () => {
		const id = await longConversation();
		stopClock();
		const opened = await Promise.all(Array.from({ length: 6 }, () => get("bob", `${id}/socket`, { upgrade: "websocket" })));
		expect(new Set(opened.map(({ status }) => status))).toEqual(new Set([101, 429]));
	});

	it("by marking messages as unread and read is refused", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		bob.say("One");
		await bob.next("chat:message");
		stopClock();
		for (let n = 0; n < 200; n++) bob.send({ type: "chat:read", upTo: n % 2, ...(n % 2 === 0 && { unread: true }) });
		expect(await bob.next("chat:error")).toMatchObject({ code: "rate_limited" });
		expect(bob.all("chat:read").length).toBeLessThan(200);
	});

	it("is not told apart from a stranger", async () => {
		const id = await newConversation("ann");
		const token = await tokenOf("stranger");
		const statuses = new Set<number>();
		for (let n = 0; n < 30; n++)
			statuses.add((await call("GET", `/conversations/${id}/socket`, token, undefined, { upgrade: "websocket" })).status);
		for (let n = 0; n < 60; n++) statuses.add((await call("GET", `/conversations/${crypto.randomUUID()}`, token)).status);
		expect([...statuses]).toEqual([404]);
	});
});

describe("forty guests of one network who read too much", () => {
	const from = (n: number) => ({ "cf-connecting-ip": `2001:db8:40:40::${n.toString(16)}` });
	const guestsIn = async (id: string) => {
		const { token } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body.invite;
		const guests = await Promise.all(
			Array.from({ length: 40 }, async () => (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body.token as string),
		);
		// Not counted, because no network is named.
		for (const guest of guests) expect((await call("POST", "/invites/accept", guest, { token })).status).toBe(200);
		return guests;
	};

	it("are refused together, by every call, and nobody else is", async () => {
		const id = await longConversation();
		const guests = await guestsIn(id);
		stopClock();
		const pages = await Promise.all(
			guests.map((guest, n) => call("GET", `/conversations/${id}/messages?limit=200`, guest, undefined, from(n))),
		);
		const statuses = pages.map(({ status }) => status);
		expect(new Set(statuses)).toEqual(new Set([200, 429]));
		// Four people's worth, and what they regain meanwhile.
		expect(statuses.filter((status) => status === 200).length).toBeLessThan(30);
		const stranger = { "cf-connecting-ip": "192.0.2.40" };
		for (const headers of [{}, stranger])
			expect((await call("GET", `/conversations/${id}/messages`, await tokenOf("bob"), undefined, headers)).status).toBe(200);
	});

	it("use up nothing of what members of their network may do while they are no members", async () => {
		const id = await longConversation();
		const guests = await guestsIn(id);
		// A network of its own, of which the other tests use up nothing.
		const network = { "cf-connecting-ip": "2001:db8:41:41::1" };
		const search = () => call("GET", `/conversations/${id}/search?q=absent`, guests[0], undefined, network);
		const stub = env.CONVERSATIONS.getByName(id);
		// Asked directly: the Worker's gate of the network would stop most of them before they are counted here.
		const lookOf = (n: number) => {
			const userId = `guest-${`${n}`.padStart(22, "0")}`;
			const identity = {
				kind: "guest",
				userId,
				username: "Eve",
				expiresAt: Date.now() + 60_000,
				grants: [],
				network: "2001:db8:41:41::/64",
			};
			return stub.fetch(upgradeRequest({ identity: identity as never, cursor: undefined, isChatProtocol: false }));
		};
		stopClock();
		const looks = await Promise.all(Array.from({ length: 1_000 }, (_, n) => lookOf(n)));
		expect(new Set(looks.map(({ status }) => status))).toEqual(new Set([404, 429]));
		// Long messages of theirs, too, once some are read again.
		passTime(10_000);
		const stranger = (n: number) => ({
			...({ kind: "guest", username: "Eve", expiresAt: Date.now() + 60_000, grants: [], network: "2001:db8:41:41::/64" } as const),
			userId: `guest-${`said${n}`.padStart(22, "0")}`,
		});
		const input = { content: "x".repeat(limits.content) };
		const said = Array.from({ length: 400 }, async (_, n) => (await stub.as(stranger(n) as never)).say(input as never));
		expect(new Set((await Promise.all(said)).map((answer) => "code" in answer && answer.code))).toEqual(
			new Set(["not_found", "rate_limited"]),
		);
		// Far more than a network regains in the meantime.
		const searches = await Promise.all(Array.from({ length: 18 }, search));
		expect(new Set(searches.map(({ status }) => status))).toEqual(new Set([200]));
	});

	it("are refused over sockets, by what these remember after a sleep", async () => {
		const id = await longConversation();
		const guests = await guestsIn(id);
		const sockets: Client[] = [];
		for (const [n, guest] of guests.entries()) {
			const headers = { upgrade: "websocket", authorization: `Bearer ${guest}`, ...from(n) };
			// The end of the log as the cursor, so that joining reads nothing.
			const cursor = sockets[0]?.all("chat:joined")[0]?.cursor ?? "";
			for (;;) {
				const { webSocket } = await exports.default.fetch(`${origin}/api/conversations/${id}/socket?cursor=${cursor}`, { headers });
				if (!webSocket) continue;
				const socket = new Client(webSocket, id);
				await socket.next("chat:joined");
				sockets.push(socket);
				break;
			}
		}
		await evict(env.CONVERSATIONS.getByName(id));
		stopClock();
		for (const socket of sockets) socket.send({ type: "chat:join" });
		const answers = await Promise.all(
			sockets.map((socket) => Promise.race([socket.next("chat:joined"), socket.next("chat:error", ({ code }) => code === "rate_limited")])),
		);
		expect(answers.filter(({ type }) => type === "chat:joined").length).toBeLessThan(30);
	});
});

describe("a client of our own waits and goes on", () => {
	it("in exports, which are whole", async () => {
		const id = await longConversation();
		await readTooMuch(id);
		startClock();
		const exported = await Promise.all([1, 2].map(async () => (await get("bob", `${id}/export`)).text()));
		for (const text of exported) {
			const lines = text.trimEnd().split("\n");
			expect(JSON.parse(lines.at(-1) as string).type).toBe("end");
			expect(lines.filter((line) => JSON.parse(line).type === "message")).toHaveLength(42);
		}
	});

	it("in streams of events", async () => {
		const id = await longConversation();
		const { cursor } = (await Client.join("bob", id)).joined;
		await readTooMuch(id);
		startClock();
		const { status, body } = await get("bob", `${id}/events?cursor=${cursor}`);
		expect(status).toBe(200);
		const bob = new EventReader(body as ReadableStream<Uint8Array>);
		expect(await bob.next("chat:joined")).toMatchObject({ conversationId: id });
		await bob.leave();
	});

	it("over Socket.IO, where every join is acknowledged", async () => {
		const id = await newConversation("ann");
		const ann = await SocketIoClient.join("ann", id);
		for (let n = 1; n <= 30; n++) {
			ann.emit("chat:join", { conversationId: id }, n);
			expect(await ann.acknowledged(n)).toEqual({ conversationId: id });
		}
		expect(ann.received.filter(({ name }) => name === "chat:error")).toEqual([]);
		ann.close();
	});
});
