// Socket.IO clients, unmodified: the published client by every transport, beside native ones, over networks and servers that break.

import { io } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "./product.ts";
import { beginOfTwo, type Network, secret, startNetwork, Talker, tokenOf } from "./socketio-client.ts";
import { Wire } from "./wire.ts";

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
const join = async (token: string, ids: string[], options: Parameters<typeof Talker.join>[3] = {}, url = product.url) =>
	keep(await Talker.join(url, token, ids, options));

async function ofTwo(): Promise<{ id: string; native: Wire }> {
	const begun = await beginOfTwo(product.url, ann, bob);
	keep(begun.native);
	return begun;
}

/** A reply as the events of the guide bring it: its chunks joined at their offsets, its message, and its end, once each. */
function replyAsHeard(talker: Talker, messageId: string): { text: string; order: string[] } {
	let text = "";
	const order: string[] = [];
	for (const { name, payload } of talker.heard) {
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

describe("the client of the guide", () => {
	it("works as written there", async () => {
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
		// It began by polling, as browsers do, and has upgraded.
		expect(socket.io.engine.transport.name).toBe("websocket");
	});

	it("is connected by a token in its auth as well, in both namespaces, and told why it is not", async () => {
		for (const [path, options] of [
			["/chat", { auth: { token: ann } }],
			["/", { auth: { token: ann } }],
			["/", { extraHeaders: { authorization: `Bearer ${ann}` } }],
			["/chat", { transports: ["websocket"], extraHeaders: { authorization: `Bearer ${ann}` } }],
			["/chat", { auth: { token: `Bearer ${ann}` } }],
		] as const)
			await keep(
				Talker.open(product.url + path, { ...options, transports: [...("transports" in options ? options.transports : ["polling"])] }),
			).next("connect");
		const refusalOf = async (path: string, auth?: object) => keep(Talker.open(product.url + path, { auth })).next("connect_error");
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

	it("two conversations on one socket: each hears its own, and both wires hear each other", async () => {
		const [one, two] = [await ofTwo(), await ofTwo()];
		const talker = await join(bob, [one.id, two.id], options);
		expect(await one.native.first("chat:user-joined", ({ userId }) => userId === "bob")).toMatchObject({ username: "Bob" });
		one.native.say("to one");
		two.native.say("to two");
		while (talker.contents.length < 2) await talker.next("chat:message");
		const stored = await talker.say(two.id, "from Bob");
		expect(stored).toMatchObject({ conversationId: two.id, content: "from Bob", author: { userId: "bob", username: "Bob" }, seq: 2 });
		const heard = (await two.native.first("chat:message", ({ message }) => message.content === "from Bob")).message;
		expect(heard).toEqual(stored);
		const whereFrom = talker.all("chat:message").map(({ conversationId, message }) => [conversationId, message.content]);
		expect(whereFrom).toContainEqual([one.id, "to one"]);
		expect(whereFrom).toContainEqual([two.id, "to two"]);
		expect(whereFrom.length).toBe(new Set(whereFrom.map(String)).size);

		talker.socket.emit("chat:typing", { conversationId: one.id, isTyping: true });
		expect(await one.native.first("chat:user-typing")).toMatchObject({ userId: "bob", isTyping: true });
		expect(await talker.socket.emitWithAck("chat:leave", { conversationId: one.id })).toEqual({ conversationId: one.id });
		expect(await one.native.first("chat:user-left", ({ userId }) => userId === "bob")).toBeTruthy();
		expect(await talker.say(one.id, "too late")).toMatchObject({ code: "not_joined", error: expect.any(String) });
		expect(await talker.say(two.id, "still here")).toMatchObject({ seq: 3 });
	});

	it("a reply comes in pieces, in order, and ends once", async () => {
		const id = newId();
		const talker = await join(ann, [id], options);
		await talker.say(id, "help");
		const { messageId } = await talker.next("chat:complete");
		const message = talker.all("chat:message").find((heard) => heard.message.id === messageId)?.message;
		const { text, order } = replyAsHeard(talker, messageId);
		expect(text).toBe(message?.content);
		expect(order).toEqual(["chat:thinking", "chat:streaming", "chat:streaming (end)", "chat:message", "chat:complete"]);
	});
});

describe("events that the guide does not know", () => {
	it("pass under their own names, and the guide's are as they were beside them", async () => {
		const id = newId();
		const talker = await join(ann, [id]);
		await talker.say(id, "think");
		const { messageId } = await talker.next("chat:complete");
		const message = talker.all("chat:message").find((heard) => heard.message.id === messageId)?.message;
		const { text, order } = replyAsHeard(talker, messageId);
		expect(order).toEqual(["chat:thinking", "chat:thought", "chat:streaming", "chat:streaming (end)", "chat:message", "chat:complete"]);
		expect(text).toBe(message?.content);
		const thoughts = talker.all("chat:thought").map(({ chunk }) => chunk);
		expect(thoughts.join("")).toBe(message?.thinking);
		expect(message?.askedBy).toEqual([{ userId: "ann", username: "Ann" }]);

		const read = (upTo: number, more = {}) => talker.socket.emitWithAck("chat:read", { conversationId: id, upTo, ...more });
		expect(await read(2)).toEqual({ conversationId: id });
		expect(await read(1, { unread: true })).toEqual({ conversationId: id });
		expect(await talker.next("chat:read", (heard) => "unread" in heard)).toMatchObject({ userId: "ann", upTo: 1, unread: true });
	});
});

describe("what goes wrong", () => {
	it("is answered with an error and a code, and takes nothing else with it", async () => {
		const { id } = await ofTwo();
		const talker = await join(bob, [id]);
		const ask = (name: string, payload?: unknown) => talker.socket.emitWithAck(name, payload);
		const refused = (code: string) => ({ code, error: expect.any(String) });
		expect(await talker.say(id, "  ")).toEqual(refused("bad_event"));
		expect(await talker.say(id, "x".repeat(100_001))).toEqual(refused("too_large"));
		expect(await ask("chat:send", { content: "nowhere", role: "user" })).toEqual(refused("bad_event"));
		expect(await ask("chat:send")).toEqual(refused("bad_event"));
		expect(await ask("chat:send", "text")).toEqual(refused("bad_event"));
		expect(await ask("chat:join", {})).toEqual(refused("bad_event"));
		expect(await ask("chat:unheard-of", { conversationId: id })).toEqual(refused("unknown_event"));
		expect(await ask("chat:send", { conversationId: id, content: "a file", role: "user", file: Buffer.from("abc") })).toEqual(
			refused("no_binary"),
		);
		await talker.next("chat:error", ({ code }) => code === "no_binary");
		expect(talker.all("chat:error").map(({ code }) => code)).toEqual([
			"bad_event",
			"too_large",
			"bad_event",
			"bad_event",
			"bad_event",
			"bad_event",
			"unknown_event",
			"no_binary",
		]);
		expect(await ask("chat:join", { conversationId: id })).toEqual({ conversationId: id });
		expect(await talker.next("chat:joined")).toMatchObject({ conversationId: id, reset: false, messages: [] });
		const said = await talker.say(id, "well");
		expect(said).toMatchObject({ content: "well" });
		const edited = await ask("chat:edit", {
			conversationId: id,
			messageId: said.id,
			content: "better",
		});
		expect(edited).toMatchObject({ content: "better", editedAt: expect.any(String) });
		expect(await ask("chat:edit", { conversationId: id, messageId: "m1-x", content: "better" })).toEqual(refused("not_found"));
	});

	it("a conversation that one is not let into leaves the others alone", async () => {
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
		const talker = await join(eve, [hers]);
		expect(await talker.socket.emitWithAck("chat:join", { conversationId: others })).toMatchObject({ code: "not_found" });
		expect(await talker.next("chat:error")).toMatchObject({ conversationId: others, code: "not_found" });
		expect(await talker.say(hers, "still here")).toMatchObject({ content: "still here" });
	});

	it("whoever is removed from one conversation hears so and stays in the others", async () => {
		const [one, two] = [await ofTwo(), await ofTwo()];
		const talker = await join(bob, [one.id, two.id]);
		const authorization = `Bearer ${ann}`;
		await fetch(`${product.url}/api/conversations/${one.id}/members/bob`, { method: "DELETE", headers: { authorization } });
		expect(await talker.next("chat:error")).toMatchObject({ conversationId: one.id, code: "not_found" });
		expect(await talker.say(two.id, "here")).toMatchObject({ content: "here" });
		expect(await talker.say(one.id, "there")).toMatchObject({ code: "not_joined" });
	});

	it("a sign-in ends in the middle: it is said, and the server disconnects; a newer token in time keeps it", async () => {
		const { id } = await ofTwo();
		const [ends, renewed] = await Promise.all([tokenOf("bob", 3), tokenOf("bob", 3)]);
		const short = await join(ends, [id]);
		const idle = await join(renewed, [], { transports: ["websocket"] });
		const long = await join(renewed, [id]);
		expect(await long.socket.emitWithAck("chat:auth", { token: ann })).toMatchObject({ code: "unauthorized" });
		expect(await long.socket.emitWithAck("chat:auth", { token: bob })).toEqual({});
		for (const talker of [short, idle]) {
			await talker.next("disconnect", (why) => (why as { reason?: string }).reason === "io server disconnect");
			expect(talker.all("chat:error").map(({ code }) => code)).toEqual(["token_expired"]);
		}
		expect(await long.say(id, "here")).toMatchObject({ content: "here" });
	});

	it("one connection is in 50 conversations and no more", async () => {
		const talker = await join(ann, Array.from({ length: 50 }, newId), { transports: ["websocket"] });
		const more = newId();
		expect(await talker.socket.emitWithAck("chat:join", { conversationId: more })).toMatchObject({ code: "too_many_conversations" });
		const [first] = talker.all("chat:joined");
		await talker.socket.emitWithAck("chat:leave", { conversationId: first?.conversationId });
		expect(await talker.socket.emitWithAck("chat:join", { conversationId: more })).toEqual({ conversationId: more });
	});
});

describe("one person over both wires", () => {
	it("is one person: who comes and goes is told once", async () => {
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

	it("an upgrade in the middle of all that happens loses nothing, doubles nothing, and nobody is seen leaving", async () => {
		const { id, native } = await ofTwo();
		const said = Array.from({ length: 60 }, (_, n) => `number ${n}`);
		const talker = keep(Talker.open(`${product.url}/chat`, { auth: { token: bob } }));
		await talker.next("connect");
		talker.socket.emit("chat:join", { conversationId: id });
		await talker.next("chat:joined");
		const own: Promise<unknown>[] = [];
		for (const text of said) {
			native.say(text);
			own.push(talker.say(id, `Bob's ${text}`));
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
		await Promise.all(own);
		await native.first("chat:message", ({ message }) => message.content === "number 59");
		while (talker.contents.length < 120) await talker.next("chat:message");
		expect(talker.socket.io.engine.transport.name).toBe("websocket");
		expect(talker.contents.filter((text) => text.startsWith("number"))).toEqual(said);
		expect(talker.contents.filter((text) => text.startsWith("Bob"))).toEqual(said.map((text) => `Bob's ${text}`));
		const seqs = talker.all("chat:message").map(({ message }) => message.seq);
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

	it("of the server, the client is where it was: every event that it missed, once and in order, and a reply goes on", {
		timeout: 90_000,
	}, async () => {
		const { id } = await ofTwo();
		const solo = newId();
		const talker = await join(bob, [id, solo], { reconnectionDelay: 200 });
		const first = await talker.say(id, "before");
		talker.socket.emit("chat:send", { conversationId: solo, content: "table", role: "user" });
		await talker.next("chat:streaming", ({ chunk }) => chunk.length > 0);
		await product.crash();
		const native = keep(new Wire(product.url, id, ann));
		await native.first("chat:joined");
		for (const text of ["one", "two", "three"]) native.say(text);
		await talker.next("connect");
		await talker.next("chat:complete");
		expect(await talker.say(id, "after")).toMatchObject({ seq: first.seq + 4 });
		await talker.next("chat:message", ({ message }) => message.content === "after");
		expect(talker.all("connect")).toEqual([{ recovered: false }, { recovered: true }]);
		const here = talker.all("chat:message").filter(({ conversationId }) => conversationId === id);
		expect(here.map(({ message }) => message.content)).toEqual(["before", "one", "two", "three", "after"]);
		const { messageId } = talker.all("chat:complete")[0] as { messageId: string };
		const message = talker.all("chat:message").find((heard) => heard.message.id === messageId)?.message;
		const { text, order } = replyAsHeard(talker, messageId);
		expect(text).toBe(message?.content);
		expect(order.filter((name) => name === "chat:message" || name === "chat:complete" || name.endsWith("(end)"))).toEqual([
			"chat:streaming (end)",
			"chat:message",
			"chat:complete",
		]);
		expect(talker.all("chat:joined").length).toBe(2);
	});

	it.each([["websocket"], ["polling"]])(
		"of the network (%s), it is told what it missed, also of a reply, and only that",
		async (transport) => {
			const { id, native } = await ofTwo();
			const talker = await join(bob, [id], { transports: [transport], reconnectionDelay: 300, randomizationFactor: 0 }, network.url);
			native.say("one");
			await talker.next("chat:message");
			native.say("@claude help");
			await talker.next("chat:streaming", ({ chunk }) => chunk.length > 0);
			network.cut();
			native.say("two");
			await talker.next("chat:complete");
			while (talker.contents.length < 4) await talker.next("chat:message");
			// By polling a request that broke is made again, and the connection goes on.
			const comings = [{ recovered: false }, ...(transport === "websocket" ? [{ recovered: true }] : [])];
			expect(talker.all("connect")).toEqual(comings);
			expect(talker.contents.filter((text) => text.length < 20)).toEqual(["one", "@claude help", "two"]);
			const { messageId } = talker.all("chat:complete")[0] as { messageId: string };
			const { text, order } = replyAsHeard(talker, messageId);
			const reply = native.events.findLast((event) => event.type === "chat:message" && event.message.id === messageId);
			expect(text).toBe(reply?.type === "chat:message" && reply.message.content);
			expect(order.filter((name) => name === "chat:thinking").length).toBe(1);
			let length = 0;
			for (const heard of talker.all("chat:streaming").filter(({ isComplete }) => !isComplete)) {
				expect(heard.offset).toBe(length);
				length += heard.chunk.length;
			}
		},
	);

	it("in which more was said than is told one by one, the client begins anew, in none of its conversations", async () => {
		const [{ id, native }, other] = [await ofTwo(), await ofTwo()];
		const cem = keep(new Wire(product.url, id, await tokenOf("cem")));
		await cem.first("chat:joined");
		const talker = await join(bob, [id, other.id], { transports: ["websocket"], reconnectionDelay: 100 }, network.url);
		await talker.say(other.id, "before");
		network.cut();
		network.hold();
		for (let n = 0; n < 251; n++) for (const wire of [native, cem]) wire.say(`number ${n}`);
		await native.first("chat:message", ({ message }) => message.seq === 502);
		network.release();
		await talker.next("connect");
		expect(talker.all("connect")).toEqual([{ recovered: false }, { recovered: false }]);
		expect(await talker.say(other.id, "here?")).toMatchObject({ code: "not_joined" });
		expect(talker.contents).toEqual(["before"]);
		expect(await talker.socket.emitWithAck("chat:join", { conversationId: id })).toEqual({ conversationId: id });
		await talker.next("chat:joined", ({ reset, messages }) => reset && messages.at(-1)?.seq === 502);
	});

	it("who comes back as somebody else, or with what was not given to them, begins anew", async () => {
		const { id } = await ofTwo();
		const talker = await join(bob, [id]);
		await talker.say(id, "before");
		talker.socket.auth = { token: ann };
		talker.socket.io.engine.close();
		await talker.next("connect");
		expect(talker.socket.recovered).toBe(false);
		talker.socket.auth = { token: ann, offset: "1;nonsense" };
		talker.socket.io.engine.close();
		await talker.next("connect");
		expect(talker.socket.recovered).toBe(false);
		expect(await talker.say(id, "here?")).toMatchObject({ code: "not_joined" });
	});

	it("what is sent again for want of an acknowledgement is there once; the same words said twice are there twice", async () => {
		const { id, native } = await ofTwo();
		const talker = await join(bob, [id], { retries: 20, ackTimeout: 150, transports: ["websocket"] }, network.url);
		const ok = (content: string) => talker.socket.emitWithAck("chat:send", { conversationId: id, content, role: "user" });
		network.hold();
		const first = ok("ok");
		await native.first("chat:message");
		// Time for it to be sent again, more than once.
		await new Promise((resolve) => setTimeout(resolve, 500));
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
		await talker.next("chat:message", ({ message }) => message.content === "end");
		expect(talker.contents).toEqual(contents);
	});

	it.each([["websocket"], ["polling"]])(
		"a message whose acknowledgement was lost with the connection (%s) is there once, though it is sent again",
		async (transport) => {
			const { id, native } = await ofTwo();
			const options = { retries: 20, ackTimeout: 5_000, reconnectionDelay: 200, transports: [transport] };
			const talker = await join(bob, [id], options, network.url);
			await talker.say(id, "ok");
			for (let turn = 2; turn < 5; turn++) {
				// With its own message comes that it was acknowledged, which is what the client gives back after a break.
				await talker.next("chat:message", ({ message }) => message.seq === turn - 1);
				// What it says by polling waits for the answer to what it said before.
				const { engine } = talker.socket.io;
				while (!engine.transport.writable) await new Promise<void>((resolve) => engine.once("drain", resolve));
				network.hold();
				const answer = talker.say(id, "ok");
				await native.first("chat:message", ({ message }) => message.seq === turn);
				network.cut();
				expect(await answer).toMatchObject({ seq: turn });
			}
			await talker.next("chat:message", ({ message }) => message.seq === 4);
			expect(talker.all("chat:message").map(({ message }) => message.seq)).toEqual([1, 2, 3, 4]);
		},
	);
});

describe("many", () => {
	it("200 clients in one conversation hear everything, once and in order", { timeout: 120_000 }, async () => {
		const id = newId();
		const people = await Promise.all(Array.from({ length: 40 }, (_, n) => tokenOf(`p${n}`)));
		const native = keep(new Wire(product.url, id, ann));
		await native.first("chat:joined");
		const talkers: Talker[] = [];
		for (let n = 0; n < 200; n += 20)
			talkers.push(
				...(await Promise.all(
					Array.from({ length: 20 }, (_, k) =>
						join(people[(n + k) % 40] as string, [id], { transports: k % 4 === 0 ? ["polling"] : ["websocket"] }),
					),
				)),
			);
		const said = Array.from({ length: 20 }, (_, n) => `number ${n}`);
		const start = Date.now();
		for (const text of said) native.say(text);
		await Promise.all(talkers.map((talker) => talker.next("chat:message", ({ message }) => message.content === said.at(-1))));
		console.log(`200 clients: 20 messages in ${Date.now() - start} ms`);
		for (const talker of talkers) expect(talker.contents).toEqual(said);
	});
});
