// Socket.IO over HTTP requests: what is to be sent waits for one that asks for it. Knows nothing of the platform.

import { separator } from "./packets.ts";

export type Answer = { status: 200 | 400 | 413; body: string };

export const unknownSession: Answer = { status: 400, body: JSON.stringify({ code: 1, message: "Session ID unknown" }) };
export const badRequest: Answer = { status: 400, body: JSON.stringify({ code: 3, message: "Bad request" }) };

const close = "1";
const noop = "6";
/** How long a request waits while the client upgrades, in ms: it is to ask no more, and not as fast as it can either. */
const upgradePause = 100;

/** Bodies that may come again. */
const remembered = 8;

export class Polling {
	#queue: string[] = [];
	/** Answers the request that waits. */
	#answer: ((answer: Answer) => void) | undefined;
	/** The last request, by what its address has of its own, and its answer: where that was lost, the request is made again. */
	#last: { key?: string; answer?: Answer } = {};
	/** The last bodies that were taken. */
	#taken: string[] = [];
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

	/** A request for what there is. Resolves when there is something. `key`: the same for a request that is made again. */
	poll(key?: string): Promise<Answer> | Answer {
		const isAgain = key !== undefined && key === this.#last.key;
		if (isAgain && this.#last.answer) return this.#last.answer;
		if (this.#state === "closed") return this.#queue.length > 0 ? this.#rest() : unknownSession;
		if (this.#answer && !isAgain) {
			this.end();
			return badRequest;
		}
		const { promise, resolve } = Promise.withResolvers<Answer>();
		this.#answer = resolve;
		this.#last = { key };
		this.#flush();
		if (this.#state === "upgrading") this.#letGo();
		return promise;
	}

	/** Whether a body is new; one whose answer was lost comes again. */
	isNew(key: string | undefined): boolean {
		if (key === undefined) return true;
		if (this.#taken.includes(key)) return false;
		this.#taken = [...this.#taken.slice(-remembered), key];
		return true;
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

	/** The client upgrades: what waits for news is let go, if the upgrade is not over by then. */
	pause(): void {
		this.#state = "upgrading";
		this.#letGo();
	}

	#letGo(): void {
		const waiting = this.#answer;
		if (waiting) setTimeout(() => this.#answer === waiting && this.#reply([noop]), upgradePause);
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

	/** From here: what waits to be sent still is, if it is asked for by somebody who is there. */
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
