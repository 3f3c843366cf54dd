// The sockets that the Worker holds for a client, with the test at the conversation's end.

import { describe, expect, it } from "vitest";
import { NativeSocket } from "../../src/gateway/native-socket.ts";
import { ReconnectingSocket } from "../../src/gateway/reconnecting-socket.ts";
import type { ServerEvent } from "../../src/protocol/events.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { Refusal } from "../../src/protocol/refusal.ts";

/** Keeps what a listener is called with. */
class Listener {
	readonly calls: unknown[][] = [];
	received(events: ServerEvent[]): void {
		this.calls.push(["received", ...events.map(({ type }) => type)]);
	}
	closed(...values: unknown[]): void {
		this.calls.push(["closed", ...values]);
	}
}

/** The conversation's end of a socket, and the other end to be accepted. */
function pair() {
	const { 0: ours, 1: conversation } = new WebSocketPair();
	const received: string[] = [];
	conversation.addEventListener("message", ({ data }) => {
		received.push(data as string);
	});
	const closed = new Promise<number>((resolve) => conversation.addEventListener("close", ({ code }) => resolve(code)));
	conversation.accept();
	return { ours, conversation, received, closed };
}

function open() {
	const listener = new Listener();
	const ends = pair();
	return { ...ends, listener, socket: new NativeSocket(ends.ours, "c", listener) };
}

const expired = JSON.stringify([{ type: "chat:error", conversationId: "c", error: "", code: "token_expired" }]);
const chunk = {
	type: "chat:streaming",
	conversationId: "c",
	messageId: "m",
	chunk: "x".repeat(limits.ackEvery),
	offset: 0,
	isComplete: false,
};

describe("a native socket", () => {
	it.each<[number, Refusal | undefined]>([
		[1000, undefined],
		[1011, undefined],
		[4408, undefined],
		[4401, { code: "unauthorized" }],
		[4403, { code: "not_found" }],
		[4404, { code: "not_found" }],
		[4409, { code: "too_many", retryAfterMs: limits.floodBlock }],
		[4429, { code: "rate_limited", retryAfterMs: limits.floodBlock }],
	])("tells once what close code %i means for its client", async (code, refusal) => {
		const { conversation, listener, closed, socket } = open();
		conversation.close(code);
		await closed;
		await expect.poll(() => listener.calls).toEqual([["closed", refusal, false, code]]);
		socket.close();
		expect(socket.send({ type: "chat:leave", conversationId: "c" })).toBe(false);
		expect(listener.calls.length).toBe(1);
	});

	it("tells whether the conversation announced that the token expired", async () => {
		const { conversation, listener } = open();
		conversation.send(expired);
		conversation.close(4401);
		await expect.poll(() => listener.calls.at(-1)).toEqual(["closed", { code: "unauthorized" }, true, 4401]);
	});

	it("closes when a ping has no answer by the next one", async () => {
		const { conversation, received, listener, closed, socket } = open();
		socket.ping();
		await expect.poll(() => received).toEqual(["ping"]);
		// Nothing tells when the pong has been read, but frames arrive in order.
		conversation.send("pong");
		conversation.send(JSON.stringify([chunk]));
		await expect.poll(() => listener.calls.length).toBe(1);
		socket.ping();
		await expect.poll(() => received).toEqual(["ping", "ping"]);
		expect(listener.calls.length).toBe(1);
		socket.ping();
		expect(listener.calls.at(-1)).toEqual(["closed", undefined, false, 1011]);
		expect(await closed).toBe(1000);
	});

	it("acknowledges only when enough was received", async () => {
		const { conversation, received, listener, socket } = open();
		conversation.send(expired);
		await expect.poll(() => listener.calls.length).toBe(1);
		socket.acknowledge();
		conversation.send(JSON.stringify([chunk]));
		await expect.poll(() => listener.calls.length).toBe(2);
		for (let n = 0; n < 2; n++) socket.acknowledge();
		socket.send({ type: "chat:leave", conversationId: "c" });
		await expect.poll(() => received.length).toBe(2);
		expect(received.map((frame) => JSON.parse(frame)[0].type)).toEqual(["chat:ack", "chat:leave"]);
	});
});

describe("a reconnecting socket", () => {
	/** A socket whose attempts to connect get these answers in turn, and then fail. */
	function reconnecting(...answers: (WebSocket | Refusal)[]) {
		const calls: unknown[][] = [];
		const ended = Promise.withResolvers<unknown[]>();
		let opened = 0;
		const socket = new ReconnectingSocket("c", {
			open: async () => {
				const answer = answers[opened];
				opened += 1;
				if (!answer) throw new Error("No connection");
				return answer;
			},
			received: (events) => calls.push(events.map(({ type }) => type)),
			ended: (...values) => ended.resolve(values),
		});
		void socket.connect();
		return { socket, calls, ended: ended.promise, opened: () => opened };
	}

	it("opens again after a break and after temporary refusals", async () => {
		const [first, second] = [pair(), pair()];
		const { socket, calls, opened } = reconnecting(first.ours, { code: "internal" }, second.ours);
		first.conversation.send(expired);
		await expect.poll(() => calls.length).toBe(1);
		first.conversation.close(1011);
		second.conversation.send(expired);
		await expect.poll(() => calls.length).toBe(2);
		expect(opened()).toBe(3);
		expect(socket.send({ type: "chat:leave", conversationId: "c" })).toBe(true);
		socket.close();
		expect(await second.closed).toBe(1000);
	});

	it.each<Refusal>([{ code: "not_found" }, { code: "too_many" }, { code: "rate_limited", retryAfterMs: limits.floodBlock }])(
		"ends when it is refused with $code",
		async (refusal) => {
			const { ended, opened } = reconnecting(refusal);
			expect(await ended).toEqual([refusal, false]);
			expect(opened()).toBe(1);
		},
	);

	it("ends when it is closed for good", async () => {
		const { ours, conversation } = pair();
		const { ended } = reconnecting(ours);
		conversation.send(expired);
		conversation.close(4401);
		expect(await ended).toEqual([{ code: "unauthorized" }, true]);
	});

	it("gives up after a few attempts at a conversation that it never reached", async () => {
		const { ended, opened } = reconnecting();
		expect(await ended).toEqual([{ code: "internal" }, false]);
		expect(opened()).toBe(4);
	});

	it("closes a socket that opens after it was closed", async () => {
		const { ours, closed } = pair();
		const { socket } = reconnecting(ours);
		socket.close();
		expect(await closed).toBe(1000);
	});
});
