// Socket.IO inside the runtime: conversations that hibernate or die unnoticed by the client,
// limits, and hostile clients.

import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { Backend } from "../../src/gateway/backend.ts";
import { encodeOffset, encodePid, newPid, type Progress } from "../../src/gateway/socketio/recovery.ts";
import { openConnection } from "../../src/gateway/socketio/websocket.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/message.ts";
import { readSettings } from "../../src/settings.ts";
import { startClock, stopClock } from "../support/clock.ts";
import { evict } from "../support/evict.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";
import { openPolling, SocketIoClient, url } from "../support/socketio.ts";

withSettings(scripted);
afterEach(startClock);

describe("a Socket.IO connection", () => {
	it("receives messages of a conversation that hibernated", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await SocketIoClient.join("ann", id);
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		await call("POST", `/conversations/${id}/messages`, await tokenOf("bob"), { content: "Good morning" });
		await ann.nextMessage("Good morning");
		ann.close();
	});

	it("acknowledges a reaction with the whole message, and sends it to everybody without", async () => {
		const id = await newConversation("ann", ["bob"]);
		const [ann, bob] = [await SocketIoClient.join("ann", id), await SocketIoClient.join("bob", id)];
		ann.sendMessage(id, "Lunch?");
		const { message } = (await bob.nextMessage("Lunch?")).payload;
		const react = (client: SocketIoClient, ackId: number | "") =>
			client.emit("chat:react", { conversationId: id, messageId: message.id, emoji: "👍", on: true }, ackId);
		react(bob, 1);
		const reactions = [{ emoji: "👍", userIds: ["bob"] }];
		expect(await bob.acknowledged(1)).toEqual({ ...message, reactions, revision: message.revision + 1 });
		// The same again changes nothing, and is acknowledged in the same way.
		react(bob, 2);
		expect(await bob.acknowledged(2)).toEqual({ ...message, reactions, revision: message.revision + 1 });
		react(ann, "");
		const ofBoth = { messageId: message.id, reactions: [{ emoji: "👍", userIds: ["bob", "ann"] }], revision: message.revision + 2 };
		for (const client of [ann, bob]) {
			await client.next(({ name, payload }) => name === "chat:reacted" && (payload as { revision?: number }).revision === ofBoth.revision);
			const received = client.received.filter(({ name }) => name === "chat:reacted" || name === "chat:updated");
			expect(received.at(-1)?.payload).toMatchObject(ofBoth);
			expect(received.map(({ name, payload }) => [name, payload.message])).toEqual(received.map(() => ["chat:reacted", undefined]));
			client.close();
		}
	});

	it("withdraws a question, steers a reply, pins and continues in literal packets", async () => {
		const id = await newConversation("ann");
		const ann = await SocketIoClient.join("ann", id);
		ann.send(`42["chat:send",{"conversationId":"${id}","content":"!{\\"tokens\\":9,\\"hold\\":\\"${id}\\"}","role":"user"}]`);
		const running = await ann.next(({ name }) => name === "chat:streaming");
		const { messageId } = running.payload as unknown as { messageId: string };
		ann.send(`421["chat:send",{"conversationId":"${id}","content":"And?","role":"user"}]`);
		const waiting = (await ann.acknowledged(1)) as Message;
		expect(waiting.asksClaude).toBe(true);
		ann.send(`422["chat:withdraw",{"conversationId":"${id}","messageId":"${waiting.id}"}]`);
		const { asksClaude: _, ...withdrawn } = waiting;
		expect(await ann.acknowledged(2)).toEqual({ ...withdrawn, revision: expect.any(Number) });
		ann.send(`423["chat:withdraw",{"conversationId":"${id}","messageId":"${messageId}"}]`);
		expect(await ann.acknowledged(3)).toMatchObject({ code: "forbidden" });
		ann.send(`424["chat:send",{"conversationId":"${id}","content":"help","role":"user","steer":true}]`);
		expect(await ann.acknowledged(4)).toMatchObject({ content: "help", asksClaude: true });
		const stopped = await ann.next(
			({ name, payload }) => name === "chat:message" && (payload as { message: Message }).message.id === messageId,
		);
		expect(stopped.payload.message).toMatchObject({ status: "stopped", stoppedBy: { userId: "ann" } });
		ann.send(`425["chat:pin",{"conversationId":"${id}","messageId":"${waiting.id}","on":true}]`);
		expect(await ann.acknowledged(5)).toMatchObject({ id: waiting.id, pinned: { userId: "ann", at: expect.any(String) } });
		ann.send(`426["chat:continue",{"conversationId":"${id}","messageId":"${messageId}"}]`);
		expect(await ann.acknowledged(6)).toMatchObject({ code: "bad_event" });
		ann.close();
	});

	it("acknowledges a reaction after a break that lost its acknowledgement", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await SocketIoClient.join("bob", id);
		bob.sendMessage(id, "Lunch?", 1);
		const message = (await bob.acknowledged(1)) as Message;
		await abortAllDurableObjects();
		bob.emit("chat:react", { conversationId: id, messageId: message.id, emoji: "👍", on: true }, 2);
		expect(await bob.acknowledged(2)).toMatchObject({ id: message.id, content: "Lunch?", reactions: [{ emoji: "👍", userIds: ["bob"] }] });
		bob.close();
	});

	it("lets a conversation hibernate while the connection is pinged: the platform answers for it", async () => {
		const id = await newConversation("ann");
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		const { 0: theirs, 1: ours } = new WebSocketPair();
		openConnection(
			ours,
			new Backend(env, { ...read.settings, socketIo: { interval: 20, timeout: 20_000 } }, undefined),
			await tokenOf("ann"),
		);
		const ann = new SocketIoClient(theirs);
		ann.send("40");
		await ann.next(({ packet }) => packet.startsWith("40{"));
		ann.emit("chat:join", { conversationId: id });
		await ann.next(({ name }) => name === "chat:joined");
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		const sleepsSince = Date.now();
		const answeredAt = () =>
			runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, state) => {
				const answered = state.getWebSockets().map((socket) => state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0);
				expect(answered.length).toBe(1);
				return answered[0];
			});
		for (let n = 0; n < 5; n++) await ann.next(({ packet }) => packet === "2");
		await expect.poll(answeredAt).toBeGreaterThanOrEqual(sleepsSince);
		ann.close();
	});

	it("receives everything once and in order, and no errors, while conversations die again and again", async () => {
		const ids = [await newConversation("ann", ["bob"]), await newConversation("ann", ["bob"])];
		const ann = await SocketIoClient.open("ann");
		for (const id of ids) ann.emit("chat:join", { conversationId: id });
		for (const _ of ids) await ann.next(({ name }) => name === "chat:joined");
		const token = await tokenOf("bob");
		for (let turn = 0; turn < 3; turn++) {
			await abortAllDurableObjects();
			for (const [nth, id] of ids.entries()) {
				await call("POST", `/conversations/${id}/messages`, token, { content: `Bob ${nth}.${turn}` });
				ann.sendMessage(id, `Ann ${nth}.${turn}`, turn * 10 + nth);
				await ann.next(({ packet }) => packet.startsWith(`43${turn * 10 + nth}[`));
			}
		}
		while (ann.contents.length < 12) await ann.next(() => true);
		for (const id of ids) {
			const { messages } = (await call("GET", `/conversations/${id}/messages`, token)).body as { messages: Message[] };
			expect(messages.length).toBe(6);
			const received = ann.received.flatMap(({ name, payload }) => (name === "chat:message" ? [payload.message] : []));
			expect(received.filter(({ conversationId }) => conversationId === id)).toEqual(messages);
		}
		const names = new Set(ann.received.map(({ name }) => name));
		expect(names.has("chat:error")).toBe(false);
		expect(ann.received.filter(({ name }) => name === "chat:joined").length).toBe(2);
		ann.close();
	});

	it("is told once that a conversation was deleted, and stays in the others", async () => {
		const [gone, kept] = [await newConversation("ann", ["bob"]), await newConversation("ann", ["bob"])];
		const bob = await SocketIoClient.open("bob");
		for (const id of [gone, kept]) bob.emit("chat:join", { conversationId: id });
		for (let n = 0; n < 2; n++) await bob.next(({ name }) => name === "chat:joined");
		await call("DELETE", `/conversations/${gone}`, await tokenOf("ann"));
		expect((await bob.next(({ name }) => name === "chat:error")).payload).toMatchObject({ conversationId: gone, code: "not_found" });
		bob.sendMessage(kept, "here");
		await bob.nextMessage("here");
		expect(bob.received.filter(({ name }) => name === "chat:error").length).toBe(1);
		bob.close();
	});

	it("is refused events that come too fast, and closed if it goes on", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await SocketIoClient.join("bob", id);
		stopClock();
		for (let n = 0; n < 1_000; n++) bob.emit("chat:typing", { conversationId: id, isTyping: true });
		expect((await bob.next(({ name }) => name === "chat:error")).payload).toMatchObject({ code: "rate_limited" });
		for (let n = 0; n < 1_000; n++) bob.emit("chat:typing", { conversationId: id, isTyping: true });
		await bob.closed;
	});

	it("is closed after fifty events that make no sense", async () => {
		const bob = await SocketIoClient.open("bob");
		for (let n = 0; n < limits.badFramesPerMinute; n++) bob.emit("chat:nonsense", {});
		await bob.closed;
		expect(bob.received.filter(({ name }) => name === "chat:error").length).toBeGreaterThan(40);
	});

	it("is accepted from the origins in FRONTEND_URL only, by either transport", async () => {
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

	it("stores nothing and sets no alarm when it polls", async () => {
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

	it("ends within ten seconds and leaves nothing behind when nobody connects by polling with a valid token", async () => {
		const sids = await Promise.all([openPolling("ann"), openPolling("ann")]);
		const [silent, refused] = sids.map((sid) => url(`polling&sid=${sid}`)) as [string, string];
		await exports.default.fetch(refused, { method: "POST", body: `40${JSON.stringify({ token: "none of ours" })}` });
		expect(await (await exports.default.fetch(refused)).text()).toMatch(/^44\{.*"unauthorized"/);
		const ends = await Promise.all([silent, refused].map(async (session) => (await exports.default.fetch(session)).text()));
		expect(ends).toEqual(["1", "1"]);
		for (const sid of sids) {
			expect((await exports.default.fetch(url(`polling&sid=${sid}`))).status).toBe(400);
			await runInDurableObject(env.POLLING.get(env.POLLING.idFromString(sid)), async (_object, { storage }) => {
				expect([(await storage.list()).size, await storage.getAlarm()]).toEqual([0, null]);
			});
		}
	});

	it("is refused with 429 when one address begins too many sessions by polling; another address is not", async () => {
		const begin = (address: string) => exports.default.fetch(url("polling"), { headers: { "cf-connecting-ip": address } });
		let refused = await begin("192.0.2.1");
		expect(refused.status).toBe(200);
		let begun = 1;
		// Again if a window of the limit ends in between.
		while (refused.status === 200 && begun <= 2 * 600) {
			// Taken from the limit directly: each session would start an object.
			while ((await env.HANDSHAKES.limit({ key: "192.0.2.1" })).success) begun += 1;
			refused = await begin("192.0.2.1");
		}
		expect(begun).toBeGreaterThanOrEqual(600);
		expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
		expect(await refused.json()).toEqual({
			code: 3,
			message: expect.any(String),
			error: { code: "rate_limited", message: expect.any(String), retryAfterMs: 60_000 },
		});
		expect((await begin("192.0.2.2")).status).toBe(200);
	});

	it("is the same person as one on a native socket", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const client = await SocketIoClient.join("bob", id);
		expect(await ann.next("chat:user-joined")).toMatchObject({ userId: "bob", username: "Bob" });
		const native = await Client.join("bob", id);
		client.close();
		native.say("still here");
		await ann.next("chat:message");
		expect(ann.all("chat:user-joined").length + ann.all("chat:user-left").length).toBe(1);
	});
});

describe("a hostile Socket.IO client", () => {
	const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

	it("is refused an event that is nested deeper than JSON can be written, by either transport", async () => {
		const said = (ackId: number) => `42${ackId}["chat:send",{"conversationId":"x","role":"user","content":${nested(250_000)}}]`;
		const client = await SocketIoClient.open("eve");
		client.send(said(1));
		expect(await client.acknowledged(1)).toMatchObject({ code: "bad_event" });
		client.emit("chat:ack", { conversationId: "x" }, 2);
		expect(await client.acknowledged(2)).toEqual({ conversationId: "x" });
		client.close();

		const session = url(`polling&sid=${await openPolling("eve")}`);
		await exports.default.fetch(session, { method: "POST", body: "40" });
		expect(await (await exports.default.fetch(session)).text()).toMatch(/^40\{/);
		const answer = await exports.default.fetch(session, { method: "POST", body: said(1) });
		expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
		expect(await (await exports.default.fetch(session)).text()).toContain('"code":"bad_event"');
	});

	it("is closed when it sends empty packets without end", async () => {
		const client = await SocketIoClient.open("eve");
		stopClock();
		for (let n = 0; n < 3_000; n++) client.send("6");
		await client.closed;
	});

	it("is not read while it sends too much, so that a malformed packet then closes nothing", async () => {
		const client = await SocketIoClient.open("eve");
		for (let n = 0; n < 600; n++) client.emit("chat:ack", { conversationId: "x" });
		// So long that what it may send again meanwhile does not pay for it.
		client.send(`42{${"x".repeat(limits.frameBytes - 100)}`);
		for (let ackId = 0; !client.received.some(({ packet }) => packet.startsWith("43")); ackId++) {
			client.emit("chat:ack", { conversationId: "x" }, ackId);
			await call("GET", "/me", await tokenOf("eve"));
		}
		client.close();
	});

	it("is closed when it reads nothing, so that its queue stays bounded", async () => {
		const id = await newConversation("ann", ["eve"]);
		const token = await tokenOf("ann");
		for (let n = 0; n < 9; n++) await call("POST", `/conversations/${id}/messages`, token, { content: "x".repeat(100_000) });
		const client = await SocketIoClient.open("eve");
		client.answersPings = false;
		let isClosed = false;
		void client.closed.then(() => {
			isClosed = true;
		});
		for (let n = 1; n <= 30 && !isClosed; n++) {
			client.emit("chat:join", { conversationId: id, cursor: "from the beginning" }, n);
			await Promise.race([client.acknowledged(n), client.closed]);
		}
		await client.closed;
		// Without the limit all thirty answers come, until the heartbeat closes the connection.
		const units = client.received.reduce((sum, { packet }) => sum + packet.length, 0);
		expect(units).toBeGreaterThan(limits.queuedBytes);
		expect(units).toBeLessThan(limits.queuedBytes + limits.frameBytes);
	});

	it("gains nothing by a forged offset: it receives nothing of a conversation it may not see", async () => {
		const id = await newConversation("ann", ["bob"]);
		await call("POST", `/conversations/${id}/messages`, await tokenOf("ann"), { content: "for Bob alone" });
		const eve = await SocketIoClient.open("eve", { recovery: true, pid: await pidOf("eve"), offset: `0;${id},a.0.0,m1-x:whole` });
		expect((await eve.next(({ name }) => name === "chat:error")).payload).toMatchObject({ conversationId: id, code: "not_found" });
		eve.sendMessage(id, "hello", 1);
		expect(await eve.acknowledged(1)).toMatchObject({ code: "not_joined" });
		expect(eve.received.filter(({ name }) => name !== undefined && name !== "chat:error")).toEqual([]);
		eve.close();
	});

	it("is disconnected after signing out or losing its token, and can join nothing over an older connection", async () => {
		const guest = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body.token as string;
		const owner = await tokenOf("ann");
		const program = (await call("POST", "/me/tokens", owner, { name: "bot" })).body.token as { id: string; secret: string };
		const begin = async (token: string) => (await call("POST", "/conversations", token, {})).body.conversation.id as string;
		for (const [token, id, end] of [
			[guest, await begin(guest), () => call("POST", "/auth/sign-out", guest)],
			[program.secret, await begin(owner), () => call("DELETE", `/me/tokens/${program.id}`, owner)],
		] as const) {
			const [there, idle] = [await SocketIoClient.signedIn(token), await SocketIoClient.signedIn(token)];
			there.emit("chat:join", { conversationId: id }, 1);
			expect(await there.acknowledged(1)).toEqual({ conversationId: id });
			expect((await end()).status).toBe(204);
			await there.next(({ packet }) => packet === "41");
			idle.emit("chat:join", { conversationId: id }, 1);
			expect(await idle.acknowledged(1)).toMatchObject({ code: "unauthorized" });
			await idle.next(({ packet }) => packet === "41");
			expect(idle.received.some(({ name }) => name === "chat:joined")).toBe(false);
			for (const client of [there, idle]) client.close();
		}
	});

	it("returns to fifty conversations at most, in all namespaces together", async () => {
		const ids = await Promise.all(Array.from({ length: limits.conversationsPerSocket }, () => newConversation("eve")));
		const eve = await SocketIoClient.open("eve");
		const rooms = new Map<string, Progress>();
		for (const conversationId of ids) {
			eve.emit("chat:join", { conversationId });
			const { payload } = await eve.next(({ name }) => name === "chat:joined");
			rooms.set(conversationId, { cursor: payload.cursor, live: new Map() });
		}
		const back = await SocketIoClient.bare();
		for (const nsp of ["/", "/chat"]) {
			const auth = {
				token: await tokenOf("eve"),
				recovery: true,
				pid: await pidOf("eve", nsp),
				offset: encodeOffset({ acknowledged: 0, rooms }).text,
			};
			back.send(`40${nsp === "/" ? "" : `${nsp},`}${JSON.stringify(auth)}`);
		}
		await back.next(({ packet }) => packet.startsWith("40/chat,{"));
		back.sendMessage(ids[0] as string, "here", 1);
		expect(await back.acknowledged(1)).toMatchObject({ content: "here" });
		back.send(`42/chat,2["chat:send",{"conversationId":"${ids[0]}","content":"and here","role":"user"}]`);
		const { packet } = await back.next(({ packet }) => packet.startsWith("43/chat,2["));
		expect(packet).toContain('"code":"not_joined"');
		for (const client of [eve, back]) client.close();
	});

	it("is closed when it sends too much while its session moves to a WebSocket", async () => {
		const id = await newConversation("eve");
		// The conversation that it returns to does not answer until the client is closed.
		let isBlocked = true;
		let isBlocking = false;
		const blocked = runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, state) =>
			state.blockConcurrencyWhile(async () => {
				isBlocking = true;
				while (isBlocked) await scheduler.wait(20);
			}),
		);
		// Otherwise the session may return to it before it blocks, and has nothing to wait for.
		await expect.poll(() => isBlocking).toBe(true);
		const sid = await openPolling("eve");
		const auth = { token: await tokenOf("eve"), recovery: true, pid: await pidOf("eve"), offset: `0;${id},a.0.0` };
		await exports.default.fetch(url(`polling&sid=${sid}`), { method: "POST", body: `40${JSON.stringify(auth)}` });
		const client = await SocketIoClient.bare(`websocket&sid=${sid}`);
		client.send("2probe");
		client.send("5");
		const much = `42["chat:much",{"text":"${"x".repeat(limits.frameBytes - 100)}"}]`;
		// As much as may wait unread, with one file of the largest size.
		for (let n = 0; n < 34; n++) client.send(much);
		await client.closed;
		isBlocked = false;
		await blocked;
	});
});

/** Anybody can make one: nothing in it is secret. */
async function pidOf(userId: string, nsp = "/"): Promise<string> {
	return encodePid(await newPid("a".repeat(22), 0, `${nsp} ${userId}`));
}
