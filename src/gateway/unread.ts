// What was sent over a socket that the Worker holds, as far as its client may not have read it yet. Pure.

import { limits } from "../protocol/limits.ts";

/** In ms. A client without a sign of life for so long is not waited for if it has left much unread. */
const patience = 30_000;
/** In ms. What was sent before a sign of life counts as read once another one has come at least so much later. */
const apart = 5_000;
/** UTF-16 units that wait in memory at most while the client says that it reads. */
const most = 3 * limits.queuedBytes;
/**
 * UTF-16 units that one socket is sent in all. A client can acknowledge and ping without reading, and the runtime does not say how much is
 * queued: sockets have no `bufferedAmount`, `send` neither waits nor fails, and nothing tells when a queue is empty. So a client reconnects
 * after so much, and goes on from its cursors.
 */
const inAll = 2 * most;

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

	/**
	 * Counts a frame that is to be sent. Returns false if the client has left too much unread, or may have. `queued`: bytes that wait for
	 * the client, where the runtime knows them; then the client's word does not count.
	 */
	mayAdd(length: number, now: number, queued?: number): boolean {
		this.#sent += length;
		if (queued !== undefined) return queued <= limits.queuedBytes;
		if (this.#sent > inAll) return false;
		const isSilent = now - this.#heardAt > patience;
		return this.length <= (isSilent ? limits.queuedBytes : most);
	}
}
