// One hibernating WebSocket, whichever object holds it. What was verified about it lives in its attachment and
// survives a sleep. Must not know what is sent over it.

import { type CloseCode, closeCodes } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";

/** Times in ms. The platform allows 16 KiB for an attachment. */
export type Attachment = {
	openedAt: number;
	/** When the sign-in that opened or renewed the socket expires. */
	expiresAt: number;
	/** The personal token that opened it, if one did. */
	tokenId?: string;
	/** The session that opened or renewed it, if one did. */
	session?: string;
	/**
	 * We closed the socket. `close()` does not silence a hostile client, which may go on sending for as long as it
	 * likes: nothing that arrives on a revoked socket is read.
	 */
	revoked?: true;
};

export type SocketOptions = {
	/** When the platform last answered a ping on the socket, in ms; 0 if it never did. */
	pingedAt(socket: WebSocket): number;
	now(): number;
	/** We closed the socket; called once. */
	closed?(): void;
};

/** A live client pings at least this often, in ms. */
const pingWithin = 30_000;

export class HibernatingSocket<A extends Attachment> {
	readonly #socket: WebSocket;
	readonly #options: SocketOptions;
	#attachment: A;
	/** UTF-16 units sent since the client last acknowledged, and whether it acknowledges at all. */
	#unacknowledged = 0;
	#acknowledges = false;
	#receivedAt = 0;

	/** Restores a socket after a wake; with `attachment`, starts a new one. */
	constructor(socket: WebSocket, options: SocketOptions, attachment?: A) {
		this.#socket = socket;
		this.#options = options;
		if (attachment) socket.serializeAttachment(attachment);
		this.#attachment = attachment ?? (socket.deserializeAttachment() as A);
	}

	get attachment(): A {
		return this.#attachment;
	}

	get openedAt(): number {
		return this.#attachment.openedAt;
	}

	get isRevoked(): boolean {
		return this.#attachment.revoked === true;
	}

	isOpen(now: number): boolean {
		return !this.isRevoked && now < this.#attachment.expiresAt;
	}

	/** When its client last showed that it is alive, in ms, as far as the object remembers. */
	get seenAt(): number {
		return Math.max(this.#attachment.openedAt, this.#receivedAt, this.#options.pingedAt(this.#socket));
	}

	update(change: Partial<A>): void {
		this.#attachment = { ...this.#attachment, ...change };
		this.#socket.serializeAttachment(this.#attachment);
	}

	/** Sends a frame, or closes the socket if its client does not read. Never throws; a revoked socket gets nothing. */
	send(frame: string): void {
		if (this.isRevoked) return;
		try {
			if (this.#isTooSlow(frame.length)) this.close(closeCodes.slow, "what was sent is not read");
			else this.#socket.send(frame);
		} catch {
			// The client closed it; the close event follows.
		}
	}

	/**
	 * Tells whether more waits for this socket than memory should hold. Not every runtime says how much that is.
	 * Without that number, a client that acknowledges is held to it; any other only has to show that it is alive.
	 */
	#isTooSlow(length: number): boolean {
		const { bufferedAmount } = this.#socket as { bufferedAmount?: number };
		if (bufferedAmount !== undefined) return bufferedAmount > limits.queuedBytes;
		this.#unacknowledged += length;
		if (this.#unacknowledged <= limits.queuedBytes) return false;
		if (this.#acknowledges || this.#options.now() - this.seenAt >= pingWithin) return true;
		this.#unacknowledged = 0;
		return false;
	}

	/** A frame arrived. */
	received(now: number): void {
		this.#receivedAt = now;
	}

	/** The client has read everything sent so far. */
	acknowledge(): void {
		this.#acknowledges = true;
		this.#unacknowledged = 0;
	}

	/** Closes the socket and revokes it. */
	close(code: CloseCode, reason: string): void {
		if (this.isRevoked) return;
		this.update({ revoked: true } as Partial<A>);
		try {
			this.#socket.close(code, reason);
		} catch {
			// Closed already.
		}
		this.#options.closed?.();
	}
}

/** What `makeRoom` needs of a socket, whatever is wrapped around it. It may give way to every other one. */
type Closable = {
	readonly openedAt: number;
	readonly isRevoked: boolean;
	readonly givesWay?: boolean;
	close(code: CloseCode, reason: string): void;
};

/**
 * Makes room for one more socket of a person: closes the oldest above `most` open ones, and those that give way before
 * all others. Returns false if there is no room: the new one gives way and no other does, or too many clients have
 * ignored that their socket was closed.
 */
export function makeRoom(sockets: readonly Closable[], most: number, givesWay = false): boolean {
	if (sockets.length >= limits.undisconnectedSockets) return false;
	const open = sockets.filter(({ isRevoked }) => !isRevoked).sort((one, other) => rank(one) - rank(other) || one.openedAt - other.openedAt);
	const surplus = open.slice(0, Math.max(0, open.length + 1 - most));
	if (givesWay && surplus.some((socket) => !socket.givesWay)) return false;
	for (const socket of surplus) socket.close(closeCodes.replaced, "opened elsewhere");
	return true;
}

function rank({ givesWay = false }: Closable): number {
	return givesWay ? 0 : 1;
}
