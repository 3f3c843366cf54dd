// One hibernating WebSocket: what was verified about it lives in its attachment, and comes back with it after a wake.

import { type CloseCode, closeCodes } from "../../protocol/errors.ts";
import { errorEvent } from "../../protocol/events.ts";
import { encodeFrame } from "../../protocol/frames.ts";
import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import type { Wire } from "./fanout.ts";

export type Attachment = {
	conversationId: string;
	person: Person;
	/** The personal token that opened it, where one did. */
	tokenId?: string;
	/** In ms. */
	openedAt: number;
	/** When the token that opened or renewed this socket ends, in ms. */
	expiresAt: number;
	/** When the latest frames of its person came that made no sense, in ms. */
	badFrames?: readonly number[];
	/**
	 * Set when the socket was closed from here. `close()` does not silence a hostile client, which may go on sending for as long
	 * as it likes: nothing is read from a revoked socket.
	 */
	revoked?: true;
};

export type SocketHooks = {
	/** It was closed from here. */
	ended(socket: Socket): void;
	/** Its sign-in ends at another time. */
	renewed(): void;
	/** When the platform last answered a ping of it, in ms. */
	pingedAt(socket: WebSocket): number;
};

/** A client that lives pings at least this often, in ms. */
const signWithin = 30_000;

export class Socket implements Wire {
	readonly #socket: WebSocket;
	readonly #hooks: SocketHooks;
	#attachment: Attachment;
	/** What was sent, in UTF-16 units, since it was last known to have been read; whether the client says so itself. */
	#unread = 0;
	#acknowledges = false;
	#heardAt = 0;

	/** Takes up a socket after a wake, or, with `attachment`, a new one. */
	constructor(socket: WebSocket, hooks: SocketHooks, attachment?: Attachment) {
		this.#socket = socket;
		this.#hooks = hooks;
		if (attachment) socket.serializeAttachment(attachment);
		this.#attachment = attachment ?? (socket.deserializeAttachment() as Attachment);
	}

	get person(): Person {
		return this.#attachment.person;
	}

	get tokenId(): string | undefined {
		return this.#attachment.tokenId;
	}

	get openedAt(): number {
		return this.#attachment.openedAt;
	}

	get expiresAt(): number {
		return this.#attachment.expiresAt;
	}

	get badFrames(): readonly number[] {
		return this.#attachment.badFrames ?? [];
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
			if (this.#isTooSlow(frame.length)) this.close(closeCodes.slow, "what was sent is not read");
			else this.#socket.send(frame);
		} catch {
			// Closed under us; its close event tells the rest.
		}
	}

	/**
	 * Whether more waits for this socket than memory should hold. Not every runtime tells how much that is. Where it does not, a client
	 * that acknowledges is held to it; of another one it is only known whether it gives any sign of life.
	 */
	#isTooSlow(length: number): boolean {
		const { bufferedAmount } = this.#socket as { bufferedAmount?: number };
		if (bufferedAmount !== undefined) return bufferedAmount > limits.queuedBytes;
		this.#unread += length;
		if (this.#unread <= limits.queuedBytes) return false;
		const heardAt = Math.max(this.openedAt, this.#heardAt, this.#hooks.pingedAt(this.#socket));
		if (this.#acknowledges || Date.now() - heardAt >= signWithin) return true;
		this.#unread = 0;
		return false;
	}

	/** Something came of it. */
	heard(now: number): void {
		this.#heardAt = now;
	}

	read(): void {
		this.#acknowledges = true;
		this.#unread = 0;
	}

	renew(expiresAt: number): void {
		this.#keep({ ...this.#attachment, expiresAt });
		this.#hooks.renewed();
	}

	/** Its person is called otherwise from now on. */
	rename(username: string): void {
		this.#keep({ ...this.#attachment, person: { ...this.person, username } });
	}

	keepBadFrames(badFrames: readonly number[]): void {
		this.#keep({ ...this.#attachment, badFrames });
	}

	close(code: CloseCode, reason: string): void {
		if (this.isRevoked) return;
		this.#keep({ ...this.#attachment, revoked: true });
		try {
			this.#socket.close(code, reason);
		} catch {
			// Closed already.
		}
		this.#hooks.ended(this);
	}

	#keep(attachment: Attachment): void {
		this.#attachment = attachment;
		this.#socket.serializeAttachment(attachment);
	}
}
