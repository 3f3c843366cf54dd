// Socket.IO over HTTP requests: packets wait for a request that asks for them. Knows nothing of the
// platform.

import { separator } from "./packets.ts";
import { Repeats } from "./repeats.ts";

export type Answer = { status: 200 | 400 | 413 | 503; body: string };

export const unknownSession: Answer = { status: 400, body: JSON.stringify({ code: 1, message: "Session ID unknown" }) };
export const badRequest: Answer = { status: 400, body: JSON.stringify({ code: 3, message: "Bad request" }) };
export const tooLarge: Answer = { status: 413, body: JSON.stringify({ code: 3, message: "Payload too large" }) };

/** The client reconnects, as it does after every failed request. */
export const noRoom: Answer = { status: 503, body: JSON.stringify({ code: 3, message: "Too much is being sent. Try again in a moment" }) };

/** A client may take this long to upgrade to a WebSocket, in ms. */
export const upgradeTimeout = 10_000;

const close = "1";
const noop = "6";
/**
 * A request is held this long during an upgrade, in ms: the client should stop polling, and must not
 * poll as fast as it can.
 */
const upgradePause = 100;

/** A `Transport`. */
export class Polling {
	#queue: string[] = [];
	/** Answers the request that waits. */
	#answer: ((answer: Answer) => void) | undefined;
	readonly #repeats = new Repeats();
	/** The last request, and its answer, for the case that the answer is lost. */
	#last: { t?: string; answer?: Answer } = {};
	#state: "open" | "upgrading" | "closed" = "open";
	#isFlushing = false;

	get isClosed(): boolean {
		return this.#state === "closed";
	}

	write(packet: string): void {
		this.#queue.push(packet);
		if (this.#isFlushing) return;
		// Packets written together go into one answer.
		this.#isFlushing = true;
		queueMicrotask(() => {
			this.#isFlushing = false;
			this.#flush();
		});
	}

	/** The request that begins the session. */
	open(t: string | undefined): Promise<Answer> | Answer {
		this.#repeats.isRepeated(t, "the beginning of the session");
		return this.poll();
	}

	/** A request for packets; resolves when there are some. `t`: see `Repeats`. */
	poll(t?: string): Promise<Answer> | Answer {
		const isAgain = this.#repeats.isRepeated(t) && t === this.#last.t;
		if (isAgain && this.#last.answer) return this.#last.answer;
		if (this.#state === "closed") return this.#queue.length > 0 ? this.#rest() : unknownSession;
		if (this.#answer && !isAgain) {
			this.end();
			return badRequest;
		}
		const { promise, resolve } = Promise.withResolvers<Answer>();
		this.#answer = resolve;
		this.#last = { t };
		this.#flush();
		if (this.#state === "upgrading") this.#release();
		return promise;
	}

	/**
	 * Returns false for a body that was received before: it is sent again if its answer is lost.
	 */
	isNew(t: string | undefined, body: string): boolean {
		return !this.#repeats.isRepeated(t, body);
	}

	#flush(): void {
		if (this.#answer && this.#queue.length > 0) this.#reply(this.#queue.splice(0));
	}

	#reply(packets: string[]): void {
		this.#last.answer = { status: 200, body: packets.join(separator) };
		this.#answer?.(this.#last.answer);
		this.#answer = undefined;
	}

	#rest(): Answer {
		return { status: 200, body: this.#queue.splice(0).join(separator) };
	}

	/** The client upgrades: releases the request that waits, unless the upgrade ends first. */
	pause(): void {
		this.#state = "upgrading";
		this.#release();
	}

	#release(): void {
		const waiting = this.#answer;
		if (waiting) setTimeout(() => this.#answer === waiting && this.#reply([noop]), upgradePause);
	}

	/** The upgrade has failed. */
	resume(): void {
		if (this.#state === "upgrading") this.#state = "open";
	}

	/**
	 * Returns the packets that were not sent, for the transport that continues. Answers nothing any
	 * more.
	 */
	handOver(): string[] {
		const packets = this.#queue.splice(0);
		this.#state = "closed";
		this.#answer?.(unknownSession);
		this.#answer = undefined;
		return packets;
	}

	/**
	 * Closes it from the server's end. Packets in the queue are still sent to a client that asks,
	 * unless it is `dead`.
	 */
	end(why: "ended" | "dead" = "ended"): void {
		this.#state = "closed";
		if (why === "dead") this.#queue = [];
		if (this.#answer) this.#reply([...this.#queue.splice(0), close]);
		else if (this.#queue.length > 0) this.#queue.push(close);
	}

	/** The client has closed it. */
	close(): void {
		this.#state = "closed";
		this.#queue = [];
		if (this.#answer) this.#reply([noop]);
	}
}
