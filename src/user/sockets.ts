// The hibernating sockets of one person's list, one for each tab. They receive events, and send `ping` and whether the tab is
// visible. Must not know what the events mean.

import { type Attachment, HibernatingSocket, makeRoom, type SocketOptions } from "../platform/hibernating-socket.ts";
import { type CloseCode, closeCodes } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { MeEvent } from "../protocol/me.ts";
import { readLooking } from "../protocol/push/looking.ts";

/** When a sign-in expires, in ms, and the personal token or the session that it was made with, if any. */
type SignIn = Pick<Attachment, "expiresAt" | "tokenId" | "session">;

/** `lookingSince`: when the tab became visible, in ms, if it is. */
type ListAttachment = Attachment & { lookingSince?: number | undefined };

/** `lookedUntil`: when a tab was last visible, in ms; 0 if that is not known. It is forgotten when the object sleeps. */
export type Attention = { isLooking: boolean; lookedUntil: number };

/** In ms. A visible tab pings more often; one that does not is gone, or its device sleeps. */
const pingsWithin = 60_000;

/** As much of an object's state as the sockets need. */
type State = Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets" | "getWebSocketAutoResponseTimestamp">;

const minute = 60_000;

export class Sockets {
	readonly #state: State;
	readonly #options: SocketOptions;
	readonly #all: Map<WebSocket, HibernatingSocket<ListAttachment>>;
	/** When unexpected frames arrived, in ms, and until when no socket is admitted because of them. */
	#unexpected: number[] = [];
	#shutUntil = 0;
	#lookedUntil = 0;
	#looks: number[] = [];

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
		const opened = new HibernatingSocket<ListAttachment>(socket, this.#options, { ...signIn, openedAt: this.#options.now() });
		this.#all.set(socket, opened);
		opened.send(JSON.stringify([first]));
	}

	/** The client has disconnected. */
	delete(socket: WebSocket): void {
		const gone = this.#all.get(socket);
		if (gone && this.#isLooking(gone)) this.#lookedUntil = this.#options.now();
		this.#all.delete(socket);
	}

	broadcast(event: MeEvent): void {
		this.expire();
		const frame = JSON.stringify([event]);
		for (const socket of this.#open()) socket.send(frame);
	}

	/** A frame arrived that is no `ping`. Only whether the tab is visible is read. Many others count as a flood. */
	receive(socket: WebSocket, frame: unknown): void {
		const sender = this.#all.get(socket);
		if (sender?.isRevoked !== false) return;
		const now = this.#options.now();
		const recent = (times: number[]) => [...times.filter((at) => now - at < minute), now];
		const event = readLooking(frame);
		if (event) {
			this.#looks = recent(this.#looks);
			this.#look(sender, event.looking);
		} else this.#unexpected = recent(this.#unexpected);
		if (this.#unexpected.length < limits.badFramesPerMinute && this.#looks.length < limits.looksPerMinute) return;
		this.#unexpected = [];
		this.#looks = [];
		this.#shutUntil = now + limits.floodBlock;
		this.close(closeCodes.flooding, "nothing is read here");
	}

	#look(socket: HibernatingSocket<ListAttachment>, isLooking: boolean): void {
		const now = this.#options.now();
		if (!isLooking && this.#isLooking(socket)) this.#lookedUntil = now;
		const lookingSince = isLooking ? now : undefined;
		if (isLooking !== (socket.attachment.lookingSince !== undefined)) socket.update({ lookingSince });
	}

	get attention(): Attention {
		return { isLooking: this.#open().some((socket) => this.#isLooking(socket)), lookedUntil: this.#lookedUntil };
	}

	#isLooking(socket: HibernatingSocket<ListAttachment>): boolean {
		const { lookingSince } = socket.attachment;
		return lookingSince !== undefined && socket.seenAt >= this.#options.now() - pingsWithin;
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

	#open(): HibernatingSocket<ListAttachment>[] {
		return [...this.#all.values()].filter(({ isRevoked }) => !isRevoked);
	}
}
