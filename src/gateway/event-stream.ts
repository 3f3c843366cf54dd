// A conversation's events as a stream of server-sent events. The Worker holds the stream and waits
// on a native socket, so that the object can hibernate: a stream that the object held itself would
// keep it awake. Applies no rule of the chat.

import { closeCodes } from "../protocol/errors.ts";
import { errorEvent, type ServerEvent } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { NativeSocket, type NativeSocketListener } from "./native-socket.ts";
import { encodeEvent, encodeRetry, signOfLife } from "./sse.ts";

/**
 * Time between comments, in ms: only a write shows that the reader is gone, and proxies drop a
 * connection that is silent for a minute.
 */
const commentEvery = 5_000;
/** Comments for each ping of the object, which expects a sign of life every 30 s. */
const commentsPerPing = 5;
/** A client that was cut off reconnects after a random time between these, in ms. */
const reconnectAfter = { least: 1_000, most: 5_000 };
/** Bytes passed to the reader before it reads them; anything beyond that waits here. */
const highWaterMark = 64 * 1024;

/** Passes events on until the socket closes, the reader leaves, or the reader is too slow. */
export class EventStream implements NativeSocketListener {
	readonly body: ReadableStream<Uint8Array>;
	readonly #socket: NativeSocket;
	readonly #conversationId: string;
	readonly #encoder = new TextEncoder();
	readonly #timer: ReturnType<typeof setInterval>;
	#stream!: ReadableStreamDefaultController<Uint8Array>;
	/** Whole events that wait to be read, and their length in UTF-16 units. */
	#waiting: string[] = [];
	#waitingLength = 0;
	#comments = 0;
	#isOver = false;

	/** `socket`: opened and not accepted yet. */
	constructor(socket: WebSocket, conversationId: string, every = commentEvery) {
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
		this.#write(encodeRetry(reconnectAfter.least + Math.random() * (reconnectAfter.most - reconnectAfter.least)));
		this.#socket = new NativeSocket(socket, conversationId, this);
		this.#timer = setInterval(() => this.#comment(), every);
	}

	#comment(): void {
		this.#comments += 1;
		if (this.#comments % commentsPerPing === 0) this.#socket.ping();
		if (this.#isOver) return;
		this.#write(signOfLife);
		this.#flush();
	}

	received(events: ServerEvent[]): void {
		for (const event of events) this.#write(encodeEvent(event));
		this.#flush();
	}

	closed(refusal: Refusal | undefined, isAnnounced: boolean): void {
		if (refusal && !isAnnounced) this.#write(encodeEvent(errorEvent(this.#conversationId, refusal)));
		if (refusal?.retryAfterMs !== undefined) this.#write(encodeRetry(refusal.retryAfterMs));
		this.#enqueue();
		this.#end(closeCodes.normal, "closed");
		this.#stream.close();
	}

	#write(text: string): void {
		this.#waiting.push(text);
		this.#waitingLength += text.length;
	}

	#flush(): void {
		this.#passOn();
		if (this.#waitingLength > limits.queuedBytes) this.#giveUp();
	}

	/** Passes on everything that waits, if the reader has room for it. */
	#passOn(): void {
		if (this.#isOver || (this.#stream.desiredSize ?? 0) <= 0) return;
		this.#enqueue();
		this.#socket.acknowledge();
	}

	#enqueue(): void {
		const text = this.#waiting.splice(0).join("");
		this.#waitingLength = 0;
		// The reader may pull at once, which calls this again: the queue has to be empty by now.
		if (text !== "") this.#stream.enqueue(this.#encoder.encode(text));
	}

	/** A reader that is too slow reconnects for what it missed. */
	#giveUp(): void {
		this.#waiting = [];
		this.#end(closeCodes.slow, "what was sent is not read");
		this.#stream.close();
	}

	#end(code: number, reason: string): void {
		this.#isOver = true;
		clearInterval(this.#timer);
		this.#socket.close(code, reason);
	}
}
