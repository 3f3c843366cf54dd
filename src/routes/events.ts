// What happens in a conversation, as server-sent events. The Worker holds the stream, and waits on a socket of its own to the object, which
// may sleep meanwhile: a stream that the object held would keep it awake. There is no rule of the chat here.

import { Hono } from "hono";
import * as v from "valibot";
import { upgradeRequest } from "../conversation/object.ts";
import { encodeEvent, encodeRetry, signOfLife } from "../gateway/sse.ts";
import { closeCodes, type ErrorCode } from "../protocol/errors.ts";
import { errorEvent, type ServerEvent } from "../protocol/events.ts";
import { encodeFrame } from "../protocol/frames.ts";
import { limits } from "../protocol/limits.ts";
import { type App, refuse, stubOf } from "./http.ts";
import { describe } from "./operation.ts";

export const events = new Hono<App>();

describe("GET /conversations/:id/events", {
	is: "What happens in it, as server-sent events: `event:` the type, `id:` the cursor, `data:` an Event as JSON.",
	headers: v.object({ "Last-Event-ID": v.optional(v.string()) }),
	query: v.object({ cursor: v.optional(v.string()) }),
	answers: { 200: { media: "text/event-stream", is: "Events, until one of the two goes." } },
	refuses: ["too_many", "rate_limited"],
});
events.get("/conversations/:id/events", async (c) => {
	const stub = stubOf(c);
	if (!stub) return refuse(c, "not_found");
	// Who comes back still has the first cursor in the address.
	const cursor = (c.req.header("last-event-id") ?? c.req.query("cursor"))?.slice(0, limits.cursor);
	const upgraded = await stub.fetch(upgradeRequest({ identity: c.get("identity"), cursor, isChatProtocol: false }));
	if (!upgraded.webSocket) return new Response(upgraded.body, upgraded);
	const { body } = new EventStream(upgraded.webSocket, c.req.param("id"));
	const headers = { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" };
	if (c.req.method !== "HEAD") return c.body(body, 200, headers);
	// Who asks for the headers alone reads nothing, and never goes either.
	await body.cancel();
	return c.body(null, 200, headers);
});

/** Between two pings, in ms: proxies let go what is silent for a minute, and the object wants a sign of life every 30 s. */
const pingEvery = 25_000;
/** How soon a client comes back that is cut off, in ms: not all of them at once. */
const comeBack = { least: 1_000, most: 5_000 };
/** Bytes that are on their way to the reader; what comes beyond that waits. */
const highWaterMark = 64 * 1024;

/** What the end of a socket means to who has the stream alone. After any other end a client simply comes back. */
const lastWords: { readonly [closeCode: number]: { code: ErrorCode; retryAfterMs?: number } | undefined } = {
	[closeCodes.token]: { code: "unauthorized" },
	[closeCodes.removed]: { code: "not_found" },
	[closeCodes.deleted]: { code: "not_found" },
	[closeCodes.replaced]: { code: "too_many", retryAfterMs: limits.shutOut },
	[closeCodes.flooding]: { code: "rate_limited", retryAfterMs: limits.shutOut },
};

/** Passes on what comes by a socket until it closes; or until who reads the stream goes, or does not read. */
export class EventStream {
	readonly body: ReadableStream<Uint8Array>;
	readonly #socket: WebSocket;
	readonly #conversationId: string;
	readonly #encoder = new TextEncoder();
	readonly #timer: ReturnType<typeof setInterval>;
	#stream!: ReadableStreamDefaultController<Uint8Array>;
	/** Whole events that wait to be read, and how much that is in UTF-16 units. */
	#waiting: string[] = [];
	#waitingLength = 0;
	/** UTF-16 units that came since they were last acknowledged. */
	#unread = 0;
	#awaitsPong = false;
	#knowsWhy = false;
	#isOver = false;

	constructor(socket: WebSocket, conversationId: string, every = pingEvery) {
		this.#socket = socket;
		this.#conversationId = conversationId;
		this.body = new ReadableStream<Uint8Array>(
			{
				start: (controller) => {
					this.#stream = controller;
				},
				pull: () => this.#passOn(),
				cancel: () => this.#end(closeCodes.normal, "the reader is gone"),
			},
			new ByteLengthQueuingStrategy({ highWaterMark }),
		);
		this.#write(encodeRetry(comeBack.least + Math.random() * (comeBack.most - comeBack.least)));
		socket.addEventListener("message", ({ data }) => this.#hear(data as string));
		socket.addEventListener("close", ({ code }) => this.#close(code));
		socket.addEventListener("error", () => this.#close(closeCodes.internal));
		socket.accept();
		this.#timer = setInterval(() => this.#ping(), every);
	}

	#hear(data: string): void {
		if (this.#isOver) return;
		if (data === "pong") {
			this.#awaitsPong = false;
			this.#write(signOfLife);
		} else {
			for (const event of JSON.parse(data) as ServerEvent[]) {
				this.#write(encodeEvent(event));
				this.#knowsWhy ||= event.type === "chat:error" && event.code === "token_expired";
			}
			this.#unread += data.length;
		}
		this.#passOn();
		if (this.#waitingLength > limits.queuedBytes) this.#giveUp();
	}

	#write(text: string): void {
		this.#waiting.push(text);
		this.#waitingLength += text.length;
	}

	/** What waits, once there is room for it; then all that came has been read. */
	#passOn(): void {
		if (this.#isOver || (this.#stream.desiredSize ?? 0) <= 0) return;
		this.#empty();
		if (this.#unread < limits.ackEvery) return;
		this.#unread = 0;
		this.#socket.send(encodeFrame([{ type: "chat:ack", conversationId: this.#conversationId }]));
	}

	#empty(): void {
		const text = this.#waiting.splice(0).join("");
		this.#waitingLength = 0;
		// It may ask for more at once, and come here again.
		if (text !== "") this.#stream.enqueue(this.#encoder.encode(text));
	}

	/** Whoever does not read comes back for what they missed. */
	#giveUp(): void {
		this.#waiting = [];
		this.#end(closeCodes.slow, "what was sent is not read");
		this.#stream.close();
	}

	/** The platform answers it, also where the object sleeps: where no answer comes, the connection is dead. */
	#ping(): void {
		if (this.#awaitsPong) this.#close(closeCodes.internal);
		else this.#socket.send("ping");
		this.#awaitsPong = true;
	}

	/** The socket has closed, or is to be. */
	#close(code: number): void {
		if (this.#isOver) return;
		const why = lastWords[code];
		if (why && !this.#knowsWhy) this.#write(encodeEvent(errorEvent(this.#conversationId, why)));
		if (why?.retryAfterMs !== undefined) this.#write(encodeRetry(why.retryAfterMs));
		this.#empty();
		this.#end(closeCodes.normal, "closed");
		this.#stream.close();
	}

	#end(code: number, reason: string): void {
		this.#isOver = true;
		clearInterval(this.#timer);
		try {
			this.#socket.close(code, reason);
		} catch {
			// Closed already.
		}
	}
}
