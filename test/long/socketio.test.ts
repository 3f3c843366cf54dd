// The published Socket.IO client by every transport, together with native sockets, over networks
// and servers that break.

import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../e2e/product.ts";
import { Wire } from "../e2e/wire.ts";
import { startMessagesApi } from "../support/messages-api.ts";
import { type Network, SocketIoClient, secret, startForTwo, startNetwork, tokenOf } from "./socketio-client.ts";

let product: Product;
let ann = "";
let bob = "";
const opened: { close(): void }[] = [];

beforeAll(async () => {
	product = await startProduct({ JWT_SECRET: secret, SEND_BURST: "1000", SEND_PER_SECOND: "1000" });
	[ann, bob] = await Promise.all([tokenOf("ann"), tokenOf("bob")]);
});
afterEach(() => {
	for (const one of opened.splice(0)) one.close();
});
afterAll(() => product?.stop());

const newId = () => crypto.randomUUID();
const keep = <T extends { close(): void }>(one: T): T => {
	opened.push(one);
	return one;
};
const join = async (token: string, ids: string[], options: Parameters<typeof SocketIoClient.join>[3] = {}, url = product.url) =>
	keep(await SocketIoClient.join(url, token, ids, options));

async function ofTwo(): Promise<{ id: string; native: Wire }> {
	const begun = await startForTwo(product.url, ann, bob);
	keep(begun.native);
	return begun;
}

/** Waits until a client that began by polling has upgraded. */
async function upgraded({ io: { engine } }: Socket): Promise<void> {
	while (engine.transport.name !== "websocket") await new Promise<void>((resolve) => void engine.once("upgrade", () => resolve()));
}

/**
 * A reply as the events of the guide bring it: its text, and the order of its events without
 * repetitions.
 */
function replyOf(client: SocketIoClient, messageId: string): { text: string; order: string[] } {
	let text = "";
	const order: string[] = [];
	for (const { name, payload } of client.received) {
		if (payload?.messageId !== messageId && payload?.message?.id !== messageId) continue;
		if (name === "chat:streaming" && !payload.isComplete) {
			expect(payload.offset).toBeLessThanOrEqual(text.length);
			text = text.slice(0, payload.offset) + payload.chunk;
		}
		const what = name === "chat:streaming" && payload.isComplete ? "chat:streaming (end)" : name;
		if (order.at(-1) !== what) order.push(what);
	}
	return { text, order };
}

describe("a client written from the guide", () => {
	it("works unchanged", async () => {
		const token = ann;
		const conversationId = newId();
		const messages: { id: string; content: string; role: string; conversationId: string; createdAt: string }[] = [];
		let streamed = "";
		let isThinking = false;
		const errors: string[] = [];
		const ended = Promise.withResolvers<void>();

		const socket = keep(io(`${product.url}/chat`, { extraHeaders: { Authorization: `Bearer ${token}` } }));
		socket.on("connect", () => {
			socket.emit("chat:join", { conversationId });
			socket.emit("chat:send", { conversationId, content: "Hello from WebSocket!", role: "user" });
			socket.emit("chat:typing", { conversationId, isTyping: true });
		});
		socket.on("chat:thinking", () => {
			isThinking = true;
			streamed = "";
		});
		socket.on("chat:streaming", (data) => {
			if (!data.isComplete) streamed += data.chunk;
		});
		socket.on("chat:message", (data) => messages.push(data.message));
		socket.on("chat:error", (data) => errors.push(data.error));
		socket.on("chat:complete", () => {
			expect(isThinking).toBe(true);
			isThinking = false;
			ended.resolve();
		});
		await ended.promise;

		expect(errors).toEqual([]);
		expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
		expect(messages[0]).toMatchObject({ content: "Hello from WebSocket!", conversationId, createdAt: expect.stringMatching(/^20.*Z$/) });
		expect(streamed).toBe(messages[1]?.content);
		// Like a browser it began by polling and has upgraded.
		await upgraded(socket);
	});

	it("connects to both namespaces with a token in its auth, its headers or its subprotocols, and is told why it may not", async () => {
		for (const [path, options] of [
			["/chat", { auth: { token: ann } }],
			["/", { auth: { token: ann } }],
			["/", { extraHeaders: { authorization: `Bearer ${ann}` } }],
			["/chat", { transports: ["websocket"], extraHeaders: { authorization: `Bearer ${ann}` } }],
			["/chat", { auth: { token: `Bearer ${ann}` } }],
			["/chat", { transports: ["websocket"], protocols: ["chat.v1", `bearer.${ann}`] }],
			["/chat", { transports: ["websocket"], protocols: ["other"], auth: { token: ann } }],
		] as const)
			await keep(
				SocketIoClient.open(product.url + path, {
					...options,
					transports: [...("transports" in options ? options.transports : ["polling"])],
					protocols: "protocols" in options ? [...options.protocols] : [],
				}),
			).next("connect");
		const refusalOf = async (path: string, auth?: object) => keep(SocketIoClient.open(product.url + path, { auth })).next("connect_error");
		expect(await refusalOf("/chat")).toMatchObject({ code: "unauthorized", error: expect.stringMatching(/sign in/i) });
		expect(await refusalOf("/chat", { token: "x" })).toMatchObject({ code: "unauthorized" });
		expect(await refusalOf("/chat", { token: 7 })).toMatchObject({ code: "unauthorized" });
		expect(await refusalOf("/chat", { token: await tokenOf("ann", -5) })).toMatchObject({ code: "token_expired" });
		expect(await refusalOf("/other", { token: ann })).toEqual({ error: "Invalid namespace" });
	});
});

describe.each([
	["by default", undefined],
	["by WebSocket only", ["websocket"]],
	["by polling only", ["polling"]],
])("%s", (_how, transports) => {
	const options = transports ? { transports } : {};

	it("keeps two conversations on one connection apart, and exchanges events with native sockets", async () => {
		const [one, two] = [await ofTwo(), await ofTwo()];
		const client = await join(bob, [one.id, two.id], options);
		expect(await one.native.first("chat:user-joined", ({ userId }) => userId === "bob")).toMatchObject({ username: "Bob" });
		one.native.say("to one");
		two.native.say("to two");
		while (client.contents.length < 2) await client.next("chat:message");
		const stored = await client.sendMessage(two.id, "from Bob");
		expect(stored).toMatchObject({ conversationId: two.id, content: "from Bob", author: { userId: "bob", username: "Bob" }, seq: 2 });
		const received = (await two.native.first("chat:message", ({ message }) => message.content === "from Bob")).message;
		expect(received).toEqual(stored);
		const whereFrom = client.all("chat:message").map(({ conversationId, message }) => [conversationId, message.content]);
		expect(whereFrom).toContainEqual([one.id, "to one"]);
		expect(whereFrom).toContainEqual([two.id, "to two"]);
		expect(whereFrom.length).toBe(new Set(whereFrom.map(String)).size);

		client.socket.emit("chat:typing", { conversationId: one.id, isTyping: true });
		expect(await one.native.first("chat:user-typing")).toMatchObject({ userId: "bob", isTyping: true });
		expect(await client.socket.emitWithAck("chat:leave", { conversationId: one.id })).toEqual({ conversationId: one.id });
		expect(await one.native.first("chat:user-left", ({ userId }) => userId === "bob")).toBeTruthy();
		expect(await client.sendMessage(one.id, "too late")).toMatchObject({ code: "not_joined", error: expect.any(String) });
		expect(await client.sendMessage(two.id, "still here")).toMatchObject({ seq: 3 });
	});

	it("brings a reply in chunks and in order, and ends it once", async () => {
		const id = newId();
		const client = await join(ann, [id], options);
		await client.sendMessage(id, "help");
		const { messageId } = await client.next("chat:complete");
		const message = client.all("chat:message").find((event) => event.message.id === messageId)?.message;
		const { text, order } = replyOf(client, messageId);
		expect(text).toBe(message?.content);
		expect(order).toEqual(["chat:thinking", "chat:streaming", "chat:streaming (end)", "chat:message", "chat:complete"]);
	});
});

describe("events that the guide does not have", () => {
	it("arrive under their own names, between unchanged events of the guide", async () => {
		const id = newId();
		const client = await join(ann, [id]);
		await client.sendMessage(id, "think");
		const { messageId } = await client.next("chat:complete");
		const message = client.all("chat:message").find((event) => event.message.id === messageId)?.message;
		const { text, order } = replyOf(client, messageId);
		expect(order).toEqual(["chat:thinking", "chat:thought", "chat:streaming", "chat:streaming (end)", "chat:message", "chat:complete"]);
		expect(text).toBe(message?.content);
		const thoughts = client.all("chat:thought").map(({ chunk }) => chunk);
		expect(thoughts.join("")).toBe(message?.thinking);
		expect(message?.askedBy).toEqual([{ userId: "ann", username: "Ann" }]);

		const read = (upTo: number, more = {}) => client.socket.emitWithAck("chat:read", { conversationId: id, upTo, ...more });
		expect(await read(2)).toEqual({ conversationId: id });
		expect(await read(1, { unread: true })).toEqual({ conversationId: id });
		expect(await client.next("chat:read", (payload) => "unread" in payload)).toMatchObject({ userId: "ann", upTo: 1, unread: true });
	});
});

describe("an error", () => {
	it("is acknowledged and sent as chat:error with its code, and affects nothing else", async () => {
		const { id } = await ofTwo();
		const client = await join(bob, [id]);
		const ask = (name: string, payload?: unknown) => client.socket.emitWithAck(name, payload);
		const refused = (code: string) => ({ code, error: expect.any(String) });
		expect(await client.sendMessage(id, "  ")).toEqual(refused("bad_event"));
		expect(await client.sendMessage(id, "x".repeat(100_001))).toEqual(refused("too_large"));
		expect(await ask("chat:send", { content: "nowhere", role: "user" })).toEqual(refused("bad_event"));
		expect(await ask("chat:send")).toEqual(refused("bad_event"));
		expect(await ask("chat:send", "text")).toEqual(refused("bad_event"));
		expect(await ask("chat:join", {})).toEqual(refused("bad_event"));
		expect(await ask("chat:unheard-of", { conversationId: id })).toEqual(refused("unknown_event"));
		expect(await ask("chat:send", { conversationId: id, content: "a file", role: "user", file: Buffer.from("abc") })).toEqual(
			refused("bad_event"),
		);
		// The acknowledgement goes first.
		const codes = () => client.all("chat:error").map(({ code }) => code);
		while (codes().length < 8) await client.next("chat:error");
		expect(codes()).toEqual(["bad_event", "too_large", "bad_event", "bad_event", "bad_event", "bad_event", "unknown_event", "bad_event"]);
		expect(await ask("chat:join", { conversationId: id })).toEqual({ conversationId: id });
		expect(await client.next("chat:joined")).toMatchObject({ conversationId: id, reset: false, messages: [] });
		const sent = await client.sendMessage(id, "well");
		expect(sent).toMatchObject({ content: "well" });
		const edited = await ask("chat:edit", {
			conversationId: id,
			messageId: sent.id,
			content: "better",
		});
		expect(edited).toMatchObject({ content: "better", editedAt: expect.any(String) });
		expect(await ask("chat:edit", { conversationId: id, messageId: "m1-x", content: "better" })).toEqual(refused("not_found"));
	});

	it("in joining one conversation leaves the others alone", async () => {
		const guests = await Promise.all(
			["Eve", "Zoe"].map(async (name) => {
				const response = await fetch(`${product.url}/api/auth/guest`, { method: "POST", body: JSON.stringify({ name }) });
				return (await response.json()).token as string;
			}),
		);
		const [eve = "", zoe = ""] = guests;
		const begin = async (token: string) => {
			const response = await fetch(`${product.url}/api/conversations`, {
				method: "POST",
				headers: { authorization: `Bearer ${token}` },
				body: "{}",
			});
			return (await response.json()).conversation.id as string;
		};
		const [hers, others] = [await begin(eve), await begin(zoe)];
		const client = await join(eve, [hers]);
		expect(await client.socket.emitWithAck("chat:join", { conversationId: others })).toMatchObject({ code: "not_found" });
		expect(await client.next("chat:error")).toMatchObject({ conversationId: others, code: "not_found" });
		expect(await client.sendMessage(hers, "still here")).toMatchObject({ content: "still here" });
	});

	it("tells a member that it was removed from one conversation, and leaves it in the others", async () => {
		const [one, two] = [await ofTwo(), await ofTwo()];
		const client = await join(bob, [one.id, two.id]);
		const authorization = `Bearer ${ann}`;
		await fetch(`${product.url}/api/conversations/${one.id}/members/bob`, { method: "DELETE", headers: { authorization } });
		expect(await client.next("chat:error")).toMatchObject({ conversationId: one.id, code: "not_found" });
		expect(await client.sendMessage(two.id, "here")).toMatchObject({ content: "here" });
		expect(await client.sendMessage(one.id, "there")).toMatchObject({ code: "not_joined" });
	});

	it("tells a client that its token has expired and disconnects it, unless it sent a newer token in time", async () => {
		const { id } = await ofTwo();
		// A busy machine takes seconds for these connections.
		const [ends, renewed] = await Promise.all([tokenOf("bob", 15), tokenOf("bob", 15)]);
		const [short, idle, long] = await Promise.all([
			join(ends, [id]),
			join(renewed, [], { transports: ["websocket"] }),
			join(renewed, [id]),
		]);
		expect(await long.socket.emitWithAck("chat:auth", { token: ann })).toMatchObject({ code: "unauthorized" });
		expect(await long.socket.emitWithAck("chat:auth", { token: bob })).toEqual({});
		for (const client of [short, idle]) {
			await client.next("disconnect", (why) => (why as { reason?: string }).reason === "io server disconnect");
			expect(client.all("chat:error").map(({ code }) => code)).toEqual(["token_expired"]);
		}
		expect(await long.sendMessage(id, "here")).toMatchObject({ content: "here" });
	});

	it("answers the join of a 51st conversation on one connection", async () => {
		const client = await join(ann, Array.from({ length: 50 }, newId), { transports: ["websocket"] });
		const more = newId();
		expect(await client.socket.emitWithAck("chat:join", { conversationId: more })).toMatchObject({ code: "too_many_conversations" });
		const [first] = client.all("chat:joined");
		await client.socket.emitWithAck("chat:leave", { conversationId: first?.conversationId });
		expect(await client.socket.emitWithAck("chat:join", { conversationId: more })).toEqual({ conversationId: more });
	});
});

describe("a person with a native socket and Socket.IO", () => {
	it("joins once and leaves once for the others", async () => {
		const { id, native } = await ofTwo();
		const watcher = await join(ann, [id]);
		const first = await join(bob, [id]);
		await watcher.next("chat:user-joined");
		const second = keep(new Wire(product.url, id, bob));
		expect((await second.first("chat:joined")).participants.map(({ userId }) => userId).sort()).toEqual(["ann", "bob"]);
		first.close();
		native.say("marker");
		await watcher.next("chat:message");
		expect(watcher.all("chat:user-joined").length).toBe(1);
		expect(watcher.all("chat:user-left")).toEqual([]);
		second.close();
		expect(await watcher.next("chat:user-left")).toMatchObject({ userId: "bob", username: "Bob" });
	});

	it("loses, repeats and leaves nothing when the connection upgrades in the middle of a conversation", async () => {
		const { id, native } = await ofTwo();
		const texts = Array.from({ length: 60 }, (_, n) => `number ${n}`);
		const client = keep(SocketIoClient.open(`${product.url}/chat`, { auth: { token: bob } }));
		await client.next("connect");
		client.socket.emit("chat:join", { conversationId: id });
		await client.next("chat:joined");
		const own: Promise<unknown>[] = [];
		for (const text of texts) {
			native.say(text);
			own.push(client.sendMessage(id, `Bob's ${text}`));
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
		await Promise.all(own);
		await native.first("chat:message", ({ message }) => message.content === "number 59");
		while (client.contents.length < 120) await client.next("chat:message");
		await upgraded(client.socket);
		expect(client.contents.filter((text) => text.startsWith("number"))).toEqual(texts);
		expect(client.contents.filter((text) => text.startsWith("Bob"))).toEqual(texts.map((text) => `Bob's ${text}`));
		const seqs = client.all("chat:message").map(({ message }) => message.seq);
		expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
		expect(native.events.filter((event) => event.type === "chat:user-left" && event.userId === "bob").length).toBe(1);
	});
});

describe("after a break", () => {
	let network: Network;
	beforeAll(async () => {
		network = await startNetwork(product.url);
	});
	afterAll(() => network?.close());

	it("of the server, the client receives every missed event once and in order, and a reply continues", async () => {
		// The reply stands still until the server is killed, and is continued to its end.
		const api = await startMessagesApi();
		const scripted = await startProduct({ JWT_SECRET: secret, ANTHROPIC_BASE_URL: api.url, CLAUDE_MODEL: "scripted" });
		opened.push({ close: () => void scripted.stop() }, { close: () => void api.close() });
		const begun = await startForTwo(scripted.url, ann, bob);
		keep(begun.native);
		const { id } = begun;
		const solo = newId();
		const client = await join(bob, [id, solo], { reconnectionDelay: 200 }, scripted.url);
		const first = await client.sendMessage(id, "before");
		const content = '!{"tokens":60,"fault":"stall","after":30,"times":1}';
		client.socket.emit("chat:send", { conversationId: solo, content, role: "user" });
		await client.next("chat:streaming", ({ chunk }) => chunk.length > 0);
		await scripted.crash();
		const native = keep(new Wire(scripted.url, id, ann));
		await native.first("chat:joined");
		for (const text of ["one", "two", "three"]) native.say(text);
		await client.next("connect");
		await client.next("chat:complete");
		expect(await client.sendMessage(id, "after")).toMatchObject({ seq: first.seq + 4 });
		await client.next("chat:message", ({ message }) => message.content === "after");
		expect(client.all("connect")).toEqual([{ recovered: false }, { recovered: true }]);
		const here = client.all("chat:message").filter(({ conversationId }) => conversationId === id);
		expect(here.map(({ message }) => message.content)).toEqual(["before", "one", "two", "three", "after"]);
		const { messageId } = client.all("chat:complete")[0] as { messageId: string };
		const message = client.all("chat:message").find((event) => event.message.id === messageId)?.message;
		const { text, order } = replyOf(client, messageId);
		expect(text).toBe(message?.content);
		expect(order.filter((name) => name === "chat:message" || name === "chat:complete" || name.endsWith("(end)"))).toEqual([
			"chat:streaming (end)",
			"chat:message",
			"chat:complete",
		]);
		expect(client.all("chat:joined").length).toBe(2);
	});

	it.each([["websocket"], ["polling"]])(
		"of the network (%s), it receives what it missed, also of a reply, and nothing else",
		async (transport) => {
			const { id, native } = await ofTwo();
			const client = await join(bob, [id], { transports: [transport], reconnectionDelay: 300, randomizationFactor: 0 }, network.url);
			native.say("one");
			await client.next("chat:message");
			native.say("@claude help");
			await client.next("chat:streaming", ({ chunk }) => chunk.length > 0);
			network.cut();
			native.say("two");
			await client.next("chat:complete");
			while (client.contents.length < 4) await client.next("chat:message");
			// By polling, a broken request is repeated and the connection continues.
			const connects = [{ recovered: false }, ...(transport === "websocket" ? [{ recovered: true }] : [])];
			expect(client.all("connect")).toEqual(connects);
			expect(client.contents.filter((text) => text.length < 20)).toEqual(["one", "@claude help", "two"]);
			const { messageId } = client.all("chat:complete")[0] as { messageId: string };
			const { text, order } = replyOf(client, messageId);
			const reply = native.events.findLast((event) => event.type === "chat:message" && event.message.id === messageId);
			expect(text).toBe(reply?.type === "chat:message" && reply.message.content);
			expect(order.filter((name) => name === "chat:thinking").length).toBe(1);
			let length = 0;
			for (const chunk of client.all("chat:streaming").filter(({ isComplete }) => !isComplete)) {
				expect(chunk.offset).toBe(length);
				length += chunk.chunk.length;
			}
		},
	);

	it("that missed too many messages, the client starts without conversations", async () => {
		const [{ id, native }, other] = [await ofTwo(), await ofTwo()];
		const cem = keep(new Wire(product.url, id, await tokenOf("cem")));
		await cem.first("chat:joined");
		const client = await join(bob, [id, other.id], { transports: ["websocket"], reconnectionDelay: 100 }, network.url);
		await client.sendMessage(other.id, "before");
		await client.next("chat:message");
		network.cut();
		network.hold();
		for (let n = 0; n < 251; n++) for (const wire of [native, cem]) wire.say(`number ${n}`);
		await native.first("chat:message", ({ message }) => message.seq === 502);
		network.release();
		await client.next("connect");
		expect(client.all("connect")).toEqual([{ recovered: false }, { recovered: false }]);
		expect(await client.sendMessage(other.id, "here?")).toMatchObject({ code: "not_joined" });
		expect(client.contents).toEqual(["before"]);
		expect(await client.socket.emitWithAck("chat:join", { conversationId: id })).toEqual({ conversationId: id });
		await client.next("chat:joined", ({ reset, messages }) => reset && messages.at(-1)?.seq === 502);
	});

	it("a client that returns as another user or with a forged offset starts without conversations", async () => {
		const { id } = await ofTwo();
		const client = await join(bob, [id]);
		await client.sendMessage(id, "before");
		client.socket.auth = { token: ann, recovery: true };
		client.socket.io.engine.close();
		await client.next("connect");
		expect(client.socket.recovered).toBe(false);
		client.socket.auth = { token: ann, recovery: true, offset: "1;nonsense" };
		client.socket.io.engine.close();
		await client.next("connect");
		expect(client.socket.recovered).toBe(false);
		expect(await client.sendMessage(id, "here?")).toMatchObject({ code: "not_joined" });
	});

	it("stores a message once that is retried without an acknowledgement, and twice if it is sent twice", async () => {
		const { id, native } = await ofTwo();
		// Longer than a busy machine takes for a round trip: what comes again sooner is another message.
		const client = await join(bob, [id], { retries: 10_000, ackTimeout: 3_000, transports: ["websocket"] }, network.url);
		const sends = { count: 0, third: Promise.withResolvers<void>() };
		client.socket.onAnyOutgoing(() => ++sends.count === 3 && sends.third.resolve());
		const ok = (content: string) => client.socket.emitWithAck("chat:send", { conversationId: id, content, role: "user" });
		network.hold();
		const first = ok("ok");
		await native.first("chat:message");
		await sends.third.promise;
		network.release();
		const stored = [await first, await ok("ok"), await ok("other"), await ok("ok")];
		expect(stored.map(({ seq, content }) => [seq, content])).toEqual([
			[1, "ok"],
			[2, "ok"],
			[3, "other"],
			[4, "ok"],
		]);
		native.say("end");
		await native.first("chat:message", ({ message }) => message.content === "end");
		const contents = native.events.flatMap((event) => (event.type === "chat:message" ? [event.message.content] : []));
		expect(contents).toEqual(["ok", "ok", "other", "ok", "end"]);
		await client.next("chat:message", ({ message }) => message.content === "end");
		expect(client.contents).toEqual(contents);
	});

	it.each([["websocket"], ["polling"]])(
		"stores a message once whose acknowledgement was lost with the connection (%s)",
		async (transport) => {
			const { id, native } = await ofTwo();
			const options = { retries: 20, ackTimeout: 5_000, reconnectionDelay: 200, transports: [transport] };
			const client = await join(bob, [id], options, network.url);
			await client.sendMessage(id, "ok");
			for (const seq of [3, 5, 7]) {
				// An event after an acknowledgement tells the client that there was one, and after
				// a break the client gives that back.
				native.say("And then?");
				await client.next("chat:message", ({ message }) => message.seq === seq - 1);
				// By polling, a request waits for the answer to the one before.
				const { engine } = client.socket.io;
				while (!engine.transport.writable) await new Promise<void>((resolve) => engine.once("drain", resolve));
				network.hold();
				const answer = client.sendMessage(id, "ok");
				await native.first("chat:message", ({ message }) => message.seq === seq);
				network.cut();
				expect(await answer).toMatchObject({ seq });
			}
			await client.next("chat:message", ({ message }) => message.seq === 7);
			expect(client.all("chat:message").map(({ message }) => message.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
		},
	);
});
