// One hibernating WebSocket: what was verified about it lives in its attachment, and comes back with it after a wake.

import { type CloseCode, closeCodes } from "../protocol/errors.ts";
import { encodeFrame, errorEvent, type Person } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { Wire } from "./fanout.ts";

export type Attachment = {
	conversationId: string;
	person: Person;
	/** When the token that opened or renewed this socket ends, in ms. */
	expiresAt: number;
	/**
	 * Set when the socket was closed from here. `close()` does not silence a hostile client, which may go on sending for as long
	 * as it likes: nothing is read from a revoked socket.
	 */
	revoked?: true;
};

export class Socket implements Wire {
	readonly #socket: WebSocket;
	readonly #ended: (socket: Socket) => void;
	#attachment: Attachment;
	/** When the latest frames came that made no sense, in ms. */
	readonly #badFrames: number[] = [];

	/** Takes up a socket after a wake, or, with `attachment`, a new one. `ended` is told when it is closed from here. */
	constructor(socket: WebSocket, ended: (socket: Socket) => void, attachment?: Attachment) {
		this.#socket = socket;
		this.#ended = ended;
		if (attachment) socket.serializeAttachment(attachment);
		this.#attachment = attachment ?? (socket.deserializeAttachment() as Attachment);
	}

	get person(): Person {
		return this.#attachment.person;
	}

	get isRevoked(): boolean {
		return this.#attachment.revoked === true;
	}

	isOpen(now: number): boolean {
		return !this.isRevoked && now < this.#attachment.expiresAt;
	}

	expire(): void {
		this.send(encodeFrame([errorEvent(this.#attachment.conversationId, { code: "token_expired" })]));
		this.close(closeCodes.token, "token expired");
	}

	send(frame: string): void {
		if (this.isRevoked) return;
		try {
			this.#socket.send(frame);
		} catch {
			// Closed under us; its close event tells the rest.
		}
	}

	renew(expiresAt: number): void {
		this.#keep({ ...this.#attachment, expiresAt });
	}

	read(): void {}

	close(code: CloseCode, reason: string): void {
		if (this.isRevoked) return;
		this.#keep({ ...this.#attachment, revoked: true });
		try {
			this.#socket.close(code, reason);
		} catch {
			// Closed already.
		}
		this.#ended(this);
	}

	#keep(attachment: Attachment): void {
		this.#attachment = attachment;
		this.#socket.serializeAttachment(attachment);
	}

	/** Counts a frame that made no sense, and ends a socket that sends little else. */
	countBadFrame(now: number): void {
		this.#badFrames.push(now);
		if (this.#badFrames.length < limits.badFramesPerMinute) return;
		const first = this.#badFrames.shift() as number;
		if (now - first < 60_000) this.close(closeCodes.flooding, "too many frames that make no sense");
	}
}
