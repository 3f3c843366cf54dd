// The hibernating sockets of one person's list, one for each tab. They receive events and send nothing but `ping`.
// Must not know what the events mean.

import { type Attachment, HibernatingSocket, makeRoom, type SocketOptions } from "../platform/hibernating-socket.ts";
import { type CloseCode, closeCodes } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { MeEvent } from "../protocol/me.ts";

/** When a sign-in expires, in ms, and the personal token or the session that it was made with, if any. */
type SignIn = Pick<Attachment, "expiresAt" | "tokenId" | "session">;

/** As much of an object's state as the sockets need. */
type State = Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets" | "getWebSocketAutoResponseTimestamp">;

const minute = 60_000;

export class Sockets {
	readonly #state: State;
	readonly #options: SocketOptions;
	readonly #all: Map<WebSocket, HibernatingSocket<Attachment>>;
	/** When unexpected frames arrived, in ms, and until when no socket is admitted because of them. */
	#unexpected: number[] = [];
	#shutUntil = 0;

	constructor(state: State, now: () => number) {
		this.#state = state;
		this.#options = { pingedAt: (socket) => state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0, now };
		this.#all = new Map(state.getWebSockets().map((socket) => [socket, new HibernatingSocket(socket, this.#options)]));
	}

	/** Makes room for one more socket, closing the oldest if there are many. */
	makeRoom(): "open" | "too_many" | "rate_limited" {
		if (this.#options.now() < this.#shutUntil) return "rate_limited";
		return makeRoom([...this.#all.values()], limits.listSockets) ? "open" : "too_many";
	}

	open(socket: WebSocket, signIn: SignIn, first: MeEvent): void {
		this.#state.acceptWebSocket(socket);
		const opened = new HibernatingSocket<Attachment>(socket, this.#options, { ...signIn, openedAt: this.#options.now() });
		this.#all.set(socket, opened);
		opened.send(JSON.stringify([first]));
	}

	/** The client has disconnected. */
	delete(socket: WebSocket): void {
		this.#all.delete(socket);
	}

	broadcast(event: MeEvent): void {
		this.expire();
		const frame = JSON.stringify([event]);
		for (const socket of this.#open()) socket.send(frame);
	}

	/** A frame arrived that is no `ping`. None is ever read, and many count as a flood. */
	refuse(socket: WebSocket): void {
		if (this.#all.get(socket)?.isRevoked !== false) return;
		const now = this.#options.now();
		this.#unexpected = [...this.#unexpected.filter((at) => now - at < minute), now];
		if (this.#unexpected.length < limits.badFramesPerMinute) return;
		this.#unexpected = [];
		this.#shutUntil = now + limits.floodBlock;
		this.close(closeCodes.flooding, "nothing is read here");
	}

	/** Closes sockets whose sign-in expired. */
	expire(): void {
		const now = this.#options.now();
		for (const socket of this.#open()) if (!socket.isOpen(now)) socket.close(closeCodes.token, "token expired");
	}

	/** Closes the sockets that these personal tokens opened. */
	closeTokens(tokenIds: readonly string[]): void {
		for (const socket of this.#open()) {
			const { tokenId } = socket.attachment;
			if (tokenId !== undefined && tokenIds.includes(tokenId)) socket.close(closeCodes.token, "token revoked");
		}
	}

	/** Closes the sockets that a session opened. */
	closeSession(id: string): void {
		for (const socket of this.#open()) if (socket.attachment.session === id) socket.close(closeCodes.token, "session ended");
	}

	/** Closes all of them. */
	close(code: CloseCode, reason: string): void {
		for (const socket of this.#open()) socket.close(code, reason);
	}

	/** When the first of the sign-ins expires, in ms. */
	get nextExpiry(): number | undefined {
		const times = this.#open().map(({ attachment }) => attachment.expiresAt);
		return times.length > 0 ? Math.min(...times) : undefined;
	}

	#open(): HibernatingSocket<Attachment>[] {
		return [...this.#all.values()].filter(({ isRevoked }) => !isRevoked);
	}
}
