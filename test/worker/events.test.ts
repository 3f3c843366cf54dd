// Server-sent events of a conversation through the Worker; and an `EventStream` alone, with the
// test at the other end of its socket.

import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { EventStream } from "../../src/gateway/event-stream.ts";
import { encodeEvent, encodeRetry } from "../../src/gateway/sse.ts";
import type { ServerEvent } from "../../src/protocol/events.ts";
import { limits } from "../../src/protocol/limits.ts";
import { EventReader } from "../support/events.ts";
import { evict } from "../support/evict.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

type EventOf<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;
type Options = { method?: string; token?: string; query?: string; headers?: Record<string, string> };

async function open(who: string, id: string, { method, token, query = "", headers = {} }: Options = {}): Promise<Response> {
	return exports.default.fetch(`${origin}/api/conversations/${id}/events${query}`, {
		method,
		headers: { authorization: `Bearer ${token ?? (await tokenOf(who))}`, ...headers },
	});
}

/** A reader, and its `chat:joined`. */
async function listen(who: string, id: string, options: Options = {}) {
	const { status, body } = await open(who, id, options);
	expect(status).toBe(200);
	const reader = new EventReader(body as ReadableStream<Uint8Array>);
	return Object.assign(reader, { joined: await reader.next<EventOf<"chat:joined">>("chat:joined") });
}

const codeOf = async (response: Response) => [response.status, ((await response.json()) as { error: { code: string } }).error.code];

describe("a stream of events", () => {
	it("begins with chat:joined like a socket, and brings everything that happens", async () => {
		const id = await newConversation("ann", ["bob"]);
		const response = await open("ann", id, { headers: { origin: "https://pages.example" } });
		expect(Object.fromEntries(response.headers)).toMatchObject({
			"content-type": "text/event-stream",
			"cache-control": "no-store",
			"x-accel-buffering": "no",
			"access-control-allow-origin": "https://pages.example",
		});
		const ann = new EventReader(response.body as ReadableStream<Uint8Array>);
		const joined = await ann.next<EventOf<"chat:joined">>("chat:joined");
		expect(joined).toMatchObject({ conversationId: id, reset: true, messages: [], you: { userId: "ann", username: "Ann" } });
		expect(ann.events[0]).toMatchObject({ event: "chat:joined", id: joined.cursor });
		expect(ann.retry).toBeGreaterThanOrEqual(1_000);
		const bob = await Client.join("bob", id);
		expect(bob.joined.participants).toContainEqual({ userId: "ann", username: "Ann" });
		expect(await ann.next("chat:user-joined")).toMatchObject({ userId: "bob" });
		bob.say("One\r\nevent: chat:error\ndata: {}\n\nid: forged\n\u2028");
		const { message, cursor } = await ann.next<EventOf<"chat:message">>("chat:message");
		expect(message.content).toBe("One\r\nevent: chat:error\ndata: {}\n\nid: forged\n\u2028");
		expect(ann.lastEventId).toBe(cursor);
		await ann.leave();
		expect(await bob.next("chat:user-left")).toMatchObject({ userId: "ann" });
	});

	it("has the cursor of a reaction as its id", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await listen("ann", id);
		const bob = await Client.join("bob", id);
		bob.say("Lunch?");
		const { message } = await ann.next<EventOf<"chat:message">>("chat:message");
		bob.send({ type: "chat:react", messageId: message.id, emoji: "👍", on: true });
		const reacted = await ann.next<EventOf<"chat:reacted">>("chat:reacted");
		expect(reacted).toMatchObject({ messageId: message.id, reactions: [{ emoji: "👍", userIds: ["bob"] }] });
		expect(ann.lastEventId).toBe(reacted.cursor);
		const { joined } = await listen("ann", id, { headers: { "last-event-id": reacted.cursor } });
		expect([joined.reset, joined.messages]).toEqual([false, []]);
	});

	it("leaves nobody present after a HEAD request", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		const { status, headers } = await open("ann", id, { method: "HEAD" });
		expect([status, headers.get("content-type")]).toEqual([200, "text/event-stream"]);
		expect(await bob.next("chat:user-left")).toMatchObject({ userId: "ann" });
	});

	it("brings Claude's reply in chunks", async () => {
		const id = await newConversation("ann");
		const ann = await listen("ann", id);
		await call("POST", `/conversations/${id}/messages`, await tokenOf("ann"), { content: "help" });
		await ann.next("chat:complete");
		const events = ann.events.map(({ data }) => JSON.parse(data) as ServerEvent);
		const streamed = events.map((event) => (event.type === "chat:streaming" ? event.chunk : "")).join("");
		const answer = events.findLast((event) => event.type === "chat:message")?.message;
		expect(answer).toMatchObject({ role: "assistant", status: "complete", content: streamed });
		expect(events.filter(({ type }) => type === "chat:streaming").length).toBeGreaterThan(2);
	});

	it("continues after the Last-Event-ID, or after the cursor in the address if there is none", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		const first = await listen("ann", id);
		bob.say("One");
		await first.next("chat:message");
		await first.leave();
		bob.say("Two");
		await bob.next("chat:message", ({ message }) => message.content === "Two");
		const contents = ({ joined }: Awaited<ReturnType<typeof listen>>) => [joined.reset, ...joined.messages.map(({ content }) => content)];
		const old = `?cursor=${encodeURIComponent(first.joined.cursor)}`;
		expect(contents(await listen("ann", id, { headers: { "last-event-id": first.lastEventId } }))).toEqual([false, "Two"]);
		expect(contents(await listen("ann", id, { query: old }))).toEqual([false, "One", "Two"]);
		expect(contents(await listen("ann", id, { query: old, headers: { "last-event-id": first.lastEventId } }))).toEqual([false, "Two"]);
		expect(contents(await listen("ann", id, { headers: { "last-event-id": "x".repeat(5_000) } }))).toEqual([true, "One", "Two"]);
	});

	it("lets the object hibernate, and receives the message that wakes it", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await listen("ann", id);
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		await call("POST", `/conversations/${id}/messages`, await tokenOf("bob"), { content: "Good morning" });
		expect((await ann.next<EventOf<"chat:message">>("chat:message")).message.content).toBe("Good morning");
	});

	it("is refused with the same errors as any other call", async () => {
		const id = await newConversation("ann");
		expect(await codeOf(await open("eve", id))).toEqual([404, "not_found"]);
		expect(await codeOf(await open("ann", "nowhere"))).toEqual([404, "not_found"]);
		expect(await codeOf(await open("ann", id, { token: "x" }))).toEqual([401, "unauthorized"]);
		expect(await codeOf(await open("ann", id, { headers: { origin: "https://evil.example" } }))).toEqual([403, "origin_not_allowed"]);
		const bob = await newConversation("bob");
		const flooding = await Client.join("bob", bob);
		const listening = await listen("bob", bob);
		for (let n = 0; n < limits.badFramesPerMinute; n++) flooding.raw("{");
		expect(await listening.next("chat:error")).toMatchObject({ code: "rate_limited" });
		const outside = await open("bob", bob);
		expect(outside.headers.get("retry-after")).toBeTruthy();
		expect(outside.headers.get("cache-control")).toBe("no-store");
		expect(await codeOf(outside)).toEqual([429, "rate_limited"]);
	});
});

describe("a stream of events ends", () => {
	it("when its token expires, with token_expired", async () => {
		const id = await newConversation("ann");
		const token = await tokenOf("ann", {}, 10);
		const ann = await listen("ann", id, { token });
		await ann.ended;
		expect(ann.events.slice(1).map(({ event, data }) => [event, JSON.parse(data).code])).toEqual([["chat:error", "token_expired"]]);
		expect(await codeOf(await open("ann", id, { token }))).toEqual([401, "token_expired"]);
	});

	it("when its personal token is revoked, with unauthorized", async () => {
		const ann = `p-${crypto.randomUUID()}`;
		const id = await newConversation(ann);
		const made = (await call("POST", "/me/tokens", await tokenOf(ann), { name: "bot" })).body.token;
		const bot = await listen(ann, id, { token: made.secret });
		expect(bot.joined.you.username).toContain("(bot)");
		await call("DELETE", `/me/tokens/${made.id}`, await tokenOf(ann));
		expect(await bot.next("chat:error")).toMatchObject({ code: "unauthorized" });
		await bot.ended;
		expect(await codeOf(await open(ann, id, { token: made.secret }))).toEqual([401, "unauthorized"]);
	});

	it("when its reader is removed from the conversation, with not_found", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await listen("bob", id);
		const { secret } = (await call("POST", "/me/tokens", await tokenOf("bob"), { name: "bot" })).body.token;
		const bot = await listen("bob", id, { token: secret });
		await call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"));
		for (const stream of [bob, bot]) {
			expect(await stream.next("chat:error")).toMatchObject({ code: "not_found", conversationId: id });
			await stream.ended;
		}
		expect(await codeOf(await open("bob", id))).toEqual([404, "not_found"]);
	});

	it("when its reader opens too many, with the time to stay away", async () => {
		const id = await newConversation("ann");
		const first = await listen("ann", id);
		for (let n = 0; n < limits.socketsPerPerson; n++) await listen("ann", id);
		await first.ended;
		expect(JSON.parse(first.events.at(-1)?.data as string)).toMatchObject({ type: "chat:error", code: "too_many", retryAfterMs: 60_000 });
		expect(first.retry).toBe(60_000);
	});

	it("before any other socket of its reader, and closes none of another kind", async () => {
		const id = await newConversation("ann");
		const page = await Client.join("ann", id);
		const opened = [];
		for (let n = 0; n < limits.socketsPerPerson + 2; n++) opened.push(await listen("ann", id));
		await opened[0]?.ended;
		const tabs = [page];
		for (let n = 1; n < limits.socketsPerPerson; n++) tabs.push(await Client.join("ann", id));
		for (const stream of opened) await stream.ended;
		expect(await codeOf(await open("ann", id))).toEqual([409, "too_many"]);
		page.say("Still here");
		for (const tab of tabs) expect((await tab.next("chat:message")).message.content).toBe("Still here");
	});

	it("between two events when it is not read, and continues when its reader reconnects", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const response = await open("bob", id);
		await ann.next("chat:user-joined");
		const large = "x".repeat(limits.content);
		let sent = 0;
		for (let people = 0; people < 12 && ann.all("chat:user-left").every(({ userId }) => userId !== "bob"); people++) {
			const token = await tokenOf(crypto.randomUUID(), { conversations: ["*"] });
			for (let n = 0; n < 10; n++) {
				await call("POST", `/conversations/${id}/messages`, token, { content: large });
				sent += 1;
			}
		}
		await ann.next("chat:user-left", ({ userId }) => userId === "bob");
		const bob = new EventReader(response.body as ReadableStream<Uint8Array>);
		await bob.ended;
		const seqs = bob.events.filter(({ event }) => event === "chat:message").map(({ data }) => JSON.parse(data).message.seq);
		expect(seqs).toEqual(Array.from(seqs, (_, n) => n + 1));
		expect(seqs.length).toBeLessThan(sent);
		const { joined } = await listen("bob", id, { headers: { "last-event-id": bob.lastEventId } });
		expect(joined.messages.at(-1)?.seq).toBe(sent);
	});
});

/** A stream, and the conversation's end of its socket. */
function streamWithSocket(pingEvery?: number) {
	const { 0: ours, 1: theirs } = new WebSocketPair();
	const received: string[] = [];
	const { promise: closed, resolve } = Promise.withResolvers<number>();
	theirs.addEventListener("message", ({ data }) => {
		received.push(data as string);
	});
	theirs.addEventListener("close", ({ code }) => resolve(code));
	theirs.accept();
	const { body } = new EventStream(ours, "c", pingEvery);
	return { socket: theirs, received, closed, body };
}

const answerPings = (socket: WebSocket) =>
	socket.addEventListener("message", ({ data }) => {
		if (data === "ping") socket.send("pong");
	});

describe("an EventStream", () => {
	it("sends comments, and pings the conversation less often", async () => {
		const { socket, body, closed, received } = streamWithSocket(10);
		answerPings(socket);
		const reader = new EventReader(body);
		await expect.poll(() => received.length).toBeGreaterThan(2);
		expect(reader.comments).toBeGreaterThan(2 * received.length);
		await reader.leave();
		expect(await closed).toBe(1000);
	});

	it("ends when the conversation does not answer a ping", async () => {
		const { body, received } = streamWithSocket(10);
		await new EventReader(body).ended;
		expect(received).toEqual(["ping"]);
	});

	it("acknowledges only what its reader has read", async () => {
		const { socket, body, received } = streamWithSocket(100);
		answerPings(socket);
		const chunk = { type: "chat:streaming", conversationId: "c", messageId: "m", chunk: "x".repeat(100_000), offset: 0, isComplete: false };
		for (let sent = 0; sent < limits.ackEvery; sent += 100_000) socket.send(JSON.stringify([chunk]));
		await expect.poll(() => received).toContain("ping");
		expect(new Set(received)).toEqual(new Set(["ping"]));
		const reader = new EventReader(body);
		await expect.poll(() => received).toContain(JSON.stringify([{ type: "chat:ack", conversationId: "c" }]));
		await expect.poll(() => reader.events.length).toBe(11);
		await reader.leave();
	});

	it.each([1000, 1006, 1011, 4408])("ends without an event if the client may simply reconnect (close code %i)", async (code) => {
		const { socket, body } = streamWithSocket();
		// 1006 means that the connection broke: it cannot be sent.
		socket.close(code === 1006 ? undefined : code);
		const reader = new EventReader(body);
		await reader.ended;
		expect(reader.events).toEqual([]);
	});
});

describe("an encoded event", () => {
	const lines = (text: string) => text.split(/\r\n|\r|\n/);

	it("has its type as event, its cursor as id and itself as data", () => {
		expect(encodeEvent({ type: "chat:message", cursor: "a.1.2" })).toBe(
			'event: chat:message\nid: a.1.2\ndata: {"type":"chat:message","cursor":"a.1.2"}\n\n',
		);
		expect(encodeEvent({ type: "chat:complete" })).toBe('event: chat:complete\ndata: {"type":"chat:complete"}\n\n');
		expect(encodeRetry(1234.5)).toBe("retry: 1235\n\n");
	});

	it.each(["\n", "\r", "\r\n", "\n\n", "\0"])("begins no line of its own with %j in any field", (harm) => {
		const text = encodeEvent({ type: `a${harm}data: x`, cursor: `b${harm}event: y`, ...{ content: `c${harm}id: z` } });
		expect(lines(text)).toHaveLength(5);
		expect(lines(text).map((line) => line.slice(0, 6))).toEqual(
			["event:", "id: b", "data: ", "", ""].map((start, n) => (n === 1 ? "id: be" : start)),
		);
		expect(text).not.toContain("\0");
	});
});
