// What was sent over a socket that the Worker holds, as far as its client may not have read it yet. Pure.

import { limits } from "../protocol/limits.ts";

/** In ms. A client without a sign of life for so long is not waited for if it has left much unread. */
const patience = 30_000;
/** In ms. What was sent before a sign of life counts as read once another one has come at least so much later. */
const apart = 5_000;
/** UTF-16 units that wait in memory at most, whatever the client says. */
const most = 3 * limits.queuedBytes;

/** Counts UTF-16 units; times are in ms. */
export class Unread {
	#sent = 0;
	#read = 0;
	/** What was sent before an earlier sign of life. */
	#mark: { sent: number; at: number };
	#heardAt: number;

	constructor(now: number) {
		this.#mark = { sent: 0, at: now };
		this.#heardAt = now;
	}

	get length(): number {
		return this.#sent - this.#read;
	}

	/** A frame has come, which shows only that the client is alive. */
	heard(now: number): void {
		this.#heardAt = now;
		if (now - this.#mark.at < apart) return;
		this.#read = Math.max(this.#read, this.#mark.sent);
		this.#mark = { sent: this.#sent, at: now };
	}

	/** The client has read everything that was sent so far. */
	acknowledged(): void {
		this.#read = this.#sent;
	}

	/** Counts a frame that is to be sent. Returns false if the client has left too much unread. */
	mayAdd(length: number, now: number): boolean {
		this.#sent += length;
		const isSilent = now - this.#heardAt > patience;
		return this.length <= (isSilent ? limits.queuedBytes : most);
	}
}
