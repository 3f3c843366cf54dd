// What stands behind a Socket.IO connection, inside the runtime: conversations that may sleep, and may die, without its client hearing of it.

import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { houseOf } from "../../src/gateway/socketio/backend.ts";
import type { Progress } from "../../src/gateway/socketio/catch-up.ts";
import { encodeOffset, encodePid, newPid } from "../../src/gateway/socketio/recovery.ts";
import { openLine } from "../../src/gateway/socketio/websocket.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/message.ts";
import { readSettings } from "../../src/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

type Heard = {
	packet: string;
	name?: string;
	payload: { message: Message; code: string; messages: Message[]; userId: string; cursor: string };
};

const url = (query: string) => `${origin}/socket.io/?EIO=4&transport=${query}`;

/** One connection by WebSocket, its pings answered. */
class Line {
	readonly heard: Heard[] = [];
	readonly closed: Promise<number>;
	answersPings = true;
	readonly #socket: WebSocket;
	#more = Promise.withResolvers<void>();
	#read = 0;

	constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.accept();
		socket.addEventListener("message", ({ data }) => {
			const packet = data as string;
			if (packet === "2" && this.answersPings) socket.send("3");
			const [name, payload] = packet.startsWith("42[") ? JSON.parse(packet.slice(2)) : [];
			this.heard.push({ packet, name, payload });
			this.#more.resolve();
			this.#more = Promise.withResolvers();
		});
		this.closed = new Promise((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
	}

	/** Connected to nothing yet. */
	static async bare(query = "websocket"): Promise<Line> {
		const response = await exports.default.fetch(url(query), { headers: { upgrade: "websocket" } });
		if (!response.webSocket) throw new Error(`No socket: ${response.status}`);
		return new Line(response.webSocket);
	}

	static async open(userId: string, auth: object = {}): Promise<Line> {
		return Line.signedIn(await tokenOf(userId), auth);
	}

	static async signedIn(token: string, auth: object = {}): Promise<Line> {
		const line = await Line.bare();
		line.send(`40${JSON.stringify({ token, ...auth })}`);
		await line.next(({ packet }) => packet.startsWith("40{"));
		return line;
	}

	static async join(userId: string, id: string): Promise<Line> {
		const line = await Line.open(userId);
		line.emit("chat:join", { conversationId: id });
		await line.next(({ name }) => name === "chat:joined");
		return line;
	}

	async next(fits: (heard: Heard) => boolean): Promise<Heard> {
		for (;;) {
			for (; this.#read < this.heard.length; this.#read++) {
				const heard = this.heard[this.#read] as Heard;
				if (!fits(heard)) continue;
				this.#read += 1;
				return heard;
			}
			await this.#more.promise;
		}
	}

	/** Until somebody has said this. */
	said(content: string): Promise<Heard> {
		return this.next(({ name, payload }) => name === "chat:message" && payload.message.content === content);
	}

	/** The answer to what was asked with this number. */
	async answered(ackId: number): Promise<object> {
		const { packet } = await this.next(({ packet }) => packet.startsWith(`43${ackId}[`));
		return JSON.parse(packet.slice(`43${ackId}`.length))[0];
	}

	get contents(): string[] {
		return this.heard.flatMap(({ name, payload }) => (name === "chat:message" ? [payload.message.content] : []));
	}

	emit(name: string, payload: object, ackId: number | "" = ""): void {
		this.send(`42${ackId}${JSON.stringify([name, payload])}`);
	}

	say(conversationId: string, content: string, ackId: number | "" = ""): void {
		this.emit("chat:send", { conversationId, content, role: "user" }, ackId);
	}

	send(packet: string): void {
		this.#socket.send(packet);
	}

	close(): void {
		this.#socket.close(1000);
	}
}

describe("behind a Socket.IO connection", () => {
	it("a conversation sleeps, and is heard when it wakes", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Line.join("ann", id);
		await evictDurableObject(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		await call("POST", `/conversations/${id}/messages`, await tokenOf("bob"), { content: "Good morning" });
		await ann.said("Good morning");
		ann.close();
	});

	it("a reaction is acknowledged with the whole message, and everybody gets it without", async () => {
		const id = await newConversation("ann", ["bob"]);
		const [ann, bob] = [await Line.join("ann", id), await Line.join("bob", id)];
		ann.say(id, "Lunch?");
		const { message } = (await bob.said("Lunch?")).payload;
		const react = (line: Line, ackId: number | "") =>
			line.emit("chat:react", { conversationId: id, messageId: message.id, emoji: "👍", on: true }, ackId);
		react(bob, 1);
		const reactions = [{ emoji: "👍", userIds: ["bob"] }];
		expect(await bob.answered(1)).toEqual({ ...message, reactions, revision: message.revision + 1 });
		// The same again changes nothing, and is acknowledged in the same way.
		react(bob, 2);
		expect(await bob.answered(2)).toEqual({ ...message, reactions, revision: message.revision + 1 });
		react(ann, "");
		const ofBoth = { messageId: message.id, reactions: [{ emoji: "👍", userIds: ["bob", "ann"] }], revision: message.revision + 2 };
		for (const line of [ann, bob]) {
			await line.next(({ name, payload }) => name === "chat:reacted" && (payload as { revision?: number }).revision === ofBoth.revision);
			const received = line.heard.filter(({ name }) => name === "chat:reacted" || name === "chat:updated");
			expect(received.at(-1)?.payload).toMatchObject(ofBoth);
			expect(received.map(({ name, payload }) => [name, payload.message])).toEqual(received.map(() => ["chat:reacted", undefined]));
			line.close();
		}
	});

	it("a reaction that lost its acknowledgement with the conversation is acknowledged after it came back", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Line.join("bob", id);
		bob.say(id, "Lunch?", 1);
		const message = (await bob.answered(1)) as Message;
		await abortAllDurableObjects();
		bob.emit("chat:react", { conversationId: id, messageId: message.id, emoji: "👍", on: true }, 2);
		expect(await bob.answered(2)).toMatchObject({ id: message.id, content: "Lunch?", reactions: [{ emoji: "👍", userIds: ["bob"] }] });
		bob.close();
	});

	it("a conversation sleeps on while its connection is pinged: the platform answers for it", async () => {
		const id = await newConversation("ann");
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		const { 0: theirs, 1: ours } = new WebSocketPair();
		openLine(ours, houseOf(env, { ...read.settings, socketIo: { interval: 20, timeout: 20_000 } }), await tokenOf("ann"));
		const ann = new Line(theirs);
		ann.send("40");
		await ann.next(({ packet }) => packet.startsWith("40{"));
		ann.emit("chat:join", { conversationId: id });
		await ann.next(({ name }) => name === "chat:joined");
		await evictDurableObject(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		const sleepsSince = Date.now();
		for (let n = 0; n < 5; n++) await ann.next(({ packet }) => packet === "2");
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, state) => {
			const answered = state.getWebSockets().map((socket) => state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0);
			expect(answered.length).toBe(1);
			expect(answered[0]).toBeGreaterThanOrEqual(sleepsSince);
		});
		ann.close();
	});

	it("conversations die, again and again: everything is heard once and in order, and the client is not told why it took longer", async () => {
		const ids = [await newConversation("ann", ["bob"]), await newConversation("ann", ["bob"])];
		const ann = await Line.open("ann");
		for (const id of ids) ann.emit("chat:join", { conversationId: id });
		for (const _ of ids) await ann.next(({ name }) => name === "chat:joined");
		const token = await tokenOf("bob");
		for (let turn = 0; turn < 3; turn++) {
			await abortAllDurableObjects();
			for (const [nth, id] of ids.entries()) {
				await call("POST", `/conversations/${id}/messages`, token, { content: `Bob ${nth}.${turn}` });
				ann.say(id, `Ann ${nth}.${turn}`, turn * 10 + nth);
				await ann.next(({ packet }) => packet.startsWith(`43${turn * 10 + nth}[`));
			}
		}
		while (ann.contents.length < 12) await ann.next(() => true);
		for (const id of ids) {
			const { messages } = (await call("GET", `/conversations/${id}/messages`, token)).body as { messages: Message[] };
			expect(messages.length).toBe(6);
			const heard = ann.heard.flatMap(({ name, payload }) => (name === "chat:message" ? [payload.message] : []));
			expect(heard.filter(({ conversationId }) => conversationId === id)).toEqual(messages);
		}
		const names = new Set(ann.heard.map(({ name }) => name));
		expect(names.has("chat:error")).toBe(false);
		expect(ann.heard.filter(({ name }) => name === "chat:joined").length).toBe(2);
		ann.close();
	});

	it("whoever is deleted with a conversation hears so, once, and is in the others", async () => {
		const [gone, kept] = [await newConversation("ann", ["bob"]), await newConversation("ann", ["bob"])];
		const bob = await Line.open("bob");
		for (const id of [gone, kept]) bob.emit("chat:join", { conversationId: id });
		for (let n = 0; n < 2; n++) await bob.next(({ name }) => name === "chat:joined");
		await call("DELETE", `/conversations/${gone}`, await tokenOf("ann"));
		expect((await bob.next(({ name }) => name === "chat:error")).payload).toMatchObject({ conversationId: gone, code: "not_found" });
		bob.say(kept, "here");
		await bob.said("here");
		expect(bob.heard.filter(({ name }) => name === "chat:error").length).toBe(1);
		bob.close();
	});

	it("the events of one packet count as what they are: too much is not read, and its sender is let go", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Line.join("bob", id);
		for (let n = 0; n < 1_000; n++) bob.emit("chat:typing", { conversationId: id, isTyping: true });
		expect((await bob.next(({ name }) => name === "chat:error")).payload).toMatchObject({ code: "rate_limited" });
		for (let n = 0; n < 1_000; n++) bob.emit("chat:typing", { conversationId: id, isTyping: true });
		await bob.closed;
	});

	it("nonsense is answered fifty times", async () => {
		const bob = await Line.open("bob");
		for (let n = 0; n < limits.badFramesPerMinute; n++) bob.emit("chat:nonsense", {});
		await bob.closed;
		expect(bob.heard.filter(({ name }) => name === "chat:error").length).toBeGreaterThan(40);
	});

	it("a page of another origin is let in as FRONTEND_URL says, by either transport", async () => {
		for (const [from, status] of [
			["https://pages.example", 200],
			["https://evil.example", 403],
			["null", 403],
		] as const) {
			const preflight = await exports.default.fetch(url("polling"), {
				method: "OPTIONS",
				headers: { origin: from, "access-control-request-method": "GET", "access-control-request-headers": "authorization,x-own" },
			});
			const answer = await exports.default.fetch(url("polling"), { headers: { origin: from } });
			expect(answer.status).toBe(status);
			const allowed = [preflight, answer].map(({ headers }) => [
				headers.get("access-control-allow-origin"),
				headers.get("access-control-allow-credentials"),
			]);
			expect(allowed).toEqual(
				status === 200
					? [
							[from, "true"],
							[from, "true"],
						]
					: [
							[null, null],
							[null, null],
						],
			);
			if (status === 200) expect(preflight.headers.get("access-control-allow-headers")).toBe("authorization,x-own");
			const upgrade = await exports.default.fetch(url("websocket"), { headers: { upgrade: "websocket", origin: from } });
			expect(upgrade.status).toBe(status === 200 ? 101 : 403);
			upgrade.webSocket?.accept();
			upgrade.webSocket?.close(1000);
		}
	});

	it("a session by polling stores nothing and sets no alarm, and what it said is answered", async () => {
		const id = await newConversation("ann");
		const sid = await openPolling("ann");
		const session = url(`polling&sid=${sid}`);
		for (const body of ["40", `427["chat:join",{"conversationId":"${id}"}]`]) {
			expect(await (await exports.default.fetch(session, { method: "POST", body })).text()).toBe("ok");
			expect(await (await exports.default.fetch(session)).text()).toMatch(/^4(0|37)/);
		}
		await runInDurableObject(env.POLLING.get(env.POLLING.idFromString(sid)), async (_object, { storage }) => {
			expect([(await storage.list()).size, await storage.getAlarm()]).toEqual([0, null]);
		});
		await exports.default.fetch(session, { method: "POST", body: "1" });
		expect((await exports.default.fetch(session)).status).toBe(400);
	});

	it("a session by polling in which nobody connects with a good token ends within ten seconds, and nothing of it is left", async () => {
		const sids = await Promise.all([openPolling("ann"), openPolling("ann")]);
		const [silent, refused] = sids.map((sid) => url(`polling&sid=${sid}`)) as [string, string];
		const since = Date.now();
		await exports.default.fetch(refused, { method: "POST", body: `40${JSON.stringify({ token: "none of ours" })}` });
		expect(await (await exports.default.fetch(refused)).text()).toMatch(/^44\{.*"unauthorized"/);
		const ends = await Promise.all([silent, refused].map(async (session) => (await exports.default.fetch(session)).text()));
		expect(ends).toEqual(["1", "1"]);
		expect(Date.now() - since).toBeLessThan(12_000);
		for (const sid of sids) {
			expect((await exports.default.fetch(url(`polling&sid=${sid}`))).status).toBe(400);
			await runInDurableObject(env.POLLING.get(env.POLLING.idFromString(sid)), async (_object, { storage }) => {
				expect([(await storage.list()).size, await storage.getAlarm()]).toEqual([0, null]);
			});
		}
	});

	it("one address may begin so many sessions by polling, in words that clients of either kind read, and another one goes on", async () => {
		const begin = (address: string) => exports.default.fetch(url("polling"), { headers: { "cf-connecting-ip": address } });
		let refused: Response | undefined;
		let begun = 0;
		// The limit counts in windows of time: the last of one may be followed by all of the next.
		for (; refused === undefined && begun <= 2 * 600; begun++) {
			const answer = await begin("192.0.2.1");
			if (answer.status !== 200) refused = answer;
		}
		expect(begun).toBeGreaterThan(600);
		expect([refused?.status, refused?.headers.get("retry-after")]).toEqual([429, "60"]);
		expect(await refused?.json()).toEqual({
			code: 3,
			message: expect.any(String),
			error: { code: "rate_limited", message: expect.any(String), retryAfterMs: 60_000 },
		});
		expect((await begin("192.0.2.2")).status).toBe(200);
	});

	it("is the same person as on the native socket", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const line = await Line.join("bob", id);
		expect(await ann.next("chat:user-joined")).toMatchObject({ userId: "bob", username: "Bob" });
		const native = await Client.join("bob", id);
		line.close();
		native.say("still here");
		await ann.next("chat:message");
		expect(ann.all("chat:user-joined").length + ann.all("chat:user-left").length).toBe(1);
	});
});

describe("whoever means harm to a Socket.IO connection", () => {
	const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

	it("is answered where what they say is nested deeper than can be written, by either transport, and nothing breaks", async () => {
		const said = (ackId: number) => `42${ackId}["chat:send",{"conversationId":"x","role":"user","content":${nested(250_000)}}]`;
		const line = await Line.open("eve");
		line.send(said(1));
		expect(await line.answered(1)).toMatchObject({ code: "bad_event" });
		line.emit("chat:ack", { conversationId: "x" }, 2);
		expect(await line.answered(2)).toEqual({ conversationId: "x" });
		line.close();

		const session = url(`polling&sid=${await openPolling("eve")}`);
		await exports.default.fetch(session, { method: "POST", body: "40" });
		expect(await (await exports.default.fetch(session)).text()).toMatch(/^40\{/);
		const answer = await exports.default.fetch(session, { method: "POST", body: said(1) });
		expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
		expect(await (await exports.default.fetch(session)).text()).toContain('"code":"bad_event"');
	});

	it("is let go where they send packets in which nothing is said, without end", async () => {
		const line = await Line.open("eve");
		for (let n = 0; n < 3_000; n++) line.send("6");
		await line.closed;
	});

	it("is not even read where it is too much: nonsense in it closes nothing", async () => {
		const line = await Line.open("eve");
		for (let n = 0; n < 600; n++) line.emit("chat:ack", { conversationId: "x" });
		line.send("42{");
		for (let ackId = 0; !line.heard.some(({ packet }) => packet.startsWith("43")); ackId++) {
			line.emit("chat:ack", { conversationId: "x" }, ackId);
			await call("GET", "/me", await tokenOf("eve"));
		}
		line.close();
	});

	it("reads nothing: what waits for them does not grow without end", async () => {
		const id = await newConversation("ann", ["eve"]);
		const token = await tokenOf("ann");
		for (let n = 0; n < 9; n++) await call("POST", `/conversations/${id}/messages`, token, { content: "x".repeat(100_000) });
		const line = await Line.open("eve");
		line.answersPings = false;
		for (let n = 0; n < 30; n++) line.emit("chat:join", { conversationId: id, cursor: "from the beginning" });
		await line.closed;
	});

	it("gains nothing by an offset of their own making: who is not let in hears nothing of it", async () => {
		const id = await newConversation("ann", ["bob"]);
		await call("POST", `/conversations/${id}/messages`, await tokenOf("ann"), { content: "for Bob alone" });
		const eve = await Line.open("eve", { pid: await pidOf("eve"), offset: `0;${id},a.0.0,m1-x:whole` });
		expect((await eve.next(({ name }) => name === "chat:error")).payload).toMatchObject({ conversationId: id, code: "not_found" });
		eve.say(id, "hello", 1);
		expect(await eve.answered(1)).toMatchObject({ code: "not_joined" });
		expect(eve.heard.filter(({ name }) => name !== undefined && name !== "chat:error")).toEqual([]);
		eve.close();
	});

	it("enters nothing more by a connection of before, once they have signed out or their token is revoked, and is out where they were", async () => {
		const guest = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body.token as string;
		const owner = await tokenOf("ann");
		const program = (await call("POST", "/me/tokens", owner, { name: "bot" })).body.token as { id: string; secret: string };
		const begin = async (token: string) => (await call("POST", "/conversations", token, {})).body.conversation.id as string;
		for (const [token, id, end] of [
			[guest, await begin(guest), () => call("POST", "/auth/sign-out", guest)],
			[program.secret, await begin(owner), () => call("DELETE", `/me/tokens/${program.id}`, owner)],
		] as const) {
			const [there, idle] = [await Line.signedIn(token), await Line.signedIn(token)];
			there.emit("chat:join", { conversationId: id }, 1);
			expect(await there.answered(1)).toEqual({ conversationId: id });
			expect((await end()).status).toBe(204);
			await there.next(({ packet }) => packet === "41");
			idle.emit("chat:join", { conversationId: id }, 1);
			expect(await idle.answered(1)).toMatchObject({ code: "unauthorized" });
			await idle.next(({ packet }) => packet === "41");
			expect(idle.heard.some(({ name }) => name === "chat:joined")).toBe(false);
			for (const line of [there, idle]) line.close();
		}
	});

	it("comes back to fifty conversations and no more, in however many namespaces at once", async () => {
		const ids = await Promise.all(Array.from({ length: limits.conversationsPerSocket }, () => newConversation("eve")));
		const eve = await Line.open("eve");
		const rooms = new Map<string, Progress>();
		for (const conversationId of ids) {
			eve.emit("chat:join", { conversationId });
			const { payload } = await eve.next(({ name }) => name === "chat:joined");
			rooms.set(conversationId, { cursor: payload.cursor, live: new Map() });
		}
		const back = await Line.bare();
		for (const nsp of ["/", "/chat"]) {
			const auth = { token: await tokenOf("eve"), pid: await pidOf("eve", nsp), offset: encodeOffset({ acknowledged: 0, rooms }).text };
			back.send(`40${nsp === "/" ? "" : `${nsp},`}${JSON.stringify(auth)}`);
		}
		await back.next(({ packet }) => packet.startsWith("40/chat,{"));
		back.say(ids[0] as string, "here", 1);
		expect(await back.answered(1)).toMatchObject({ content: "here" });
		back.send(`42/chat,2["chat:send",{"conversationId":"${ids[0]}","content":"and here","role":"user"}]`);
		const { packet } = await back.next(({ packet }) => packet.startsWith("43/chat,2["));
		expect(packet).toContain('"code":"not_joined"');
		for (const line of [eve, back]) line.close();
	});

	it("is let go where they say too much while their session is on its way to a WebSocket", async () => {
		const id = await newConversation("eve");
		// What it is to come back to does not answer for a while.
		void runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, state) => {
			void state.blockConcurrencyWhile(() => scheduler.wait(3_000));
		});
		const sid = await openPolling("eve");
		const auth = { token: await tokenOf("eve"), pid: await pidOf("eve"), offset: `0;${id},a.0.0` };
		await exports.default.fetch(url(`polling&sid=${sid}`), { method: "POST", body: `40${JSON.stringify(auth)}` });
		const line = await Line.bare(`websocket&sid=${sid}`);
		line.send("2probe");
		line.send("5");
		const much = `42["chat:much",{"text":"${"x".repeat(limits.frameBytes - 100)}"}]`;
		for (let n = 0; n < 9; n++) line.send(much);
		await line.closed;
	});
});

/** As anybody can make it: nothing in it is secret. */
async function pidOf(userId: string, nsp = "/"): Promise<string> {
	return encodePid(await newPid("a".repeat(22), 0, `${nsp} ${userId}`));
}

async function openPolling(userId: string): Promise<string> {
	const opened = await exports.default.fetch(url("polling"), { headers: { authorization: `Bearer ${await tokenOf(userId)}` } });
	const { sid } = JSON.parse((await opened.text()).slice(1)) as { sid: string };
	return sid;
}
