// Socket.IO over HTTP requests: what is to be sent waits for one that asks for it. Knows nothing of the platform.

import { separator } from "./packets.ts";

export type Answer = { status: 200 | 400 | 413; body: string };

export const unknownSession: Answer = { status: 400, body: JSON.stringify({ code: 1, message: "Session ID unknown" }) };
export const badRequest: Answer = { status: 400, body: JSON.stringify({ code: 3, message: "Bad request" }) };

const close = "1";
const noop = "6";
/** How long a request waits while the client upgrades, in ms: it is to ask no more, and not as fast as it can either. */
const upgradePause = 100;

export class Polling {
	#queue: string[] = [];
	/** Answers the request that waits. */
	#answer: ((answer: Answer) => void) | undefined;
	#state: "open" | "upgrading" | "closed" = "open";
	#isFlushing = false;

	get isClosed(): boolean {
		return this.#state === "closed";
	}

	write(packet: string): void {
		this.#queue.push(packet);
		if (this.#isFlushing) return;
		// What is said in one go goes in one answer.
		this.#isFlushing = true;
		queueMicrotask(() => {
			this.#isFlushing = false;
			this.#flush();
		});
	}

	/** A request for what there is. Resolves when there is something. */
	poll(): Promise<Answer> | Answer {
		if (this.#state === "closed") return this.#queue.length > 0 ? this.#rest() : unknownSession;
		if (this.#answer) {
			this.end();
			return badRequest;
		}
		const { promise, resolve } = Promise.withResolvers<Answer>();
		this.#answer = resolve;
		this.#flush();
		if (this.#state === "upgrading") setTimeout(() => this.#answer === resolve && this.#reply([noop]), upgradePause);
		return promise;
	}

	#flush(): void {
		if (this.#answer && this.#queue.length > 0) this.#reply(this.#queue.splice(0));
	}

	#reply(packets: string[]): void {
		this.#answer?.({ status: 200, body: packets.join(separator) });
		this.#answer = undefined;
	}

	#rest(): Answer {
		return { status: 200, body: this.#queue.splice(0).join(separator) };
	}

	/** The client upgrades: what waits for news is let go. Whether it may. */
	pause(): void {
		this.#state = "upgrading";
		this.#flush();
		if (this.#answer) this.#reply([noop]);
	}

	/** It does not upgrade after all. */
	goOn(): void {
		if (this.#state === "upgrading") this.#state = "open";
	}

	/** What has not been sent, for who goes on; nothing is answered any more. */
	handOver(): string[] {
		const packets = this.#queue.splice(0);
		this.#state = "closed";
		this.#answer?.(unknownSession);
		this.#answer = undefined;
		return packets;
	}

	/** From here: what waits to be sent still is, if it is asked for. */
	end(): void {
		this.#state = "closed";
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
