// The hibernating sockets of one person's list: one for each tab, which hears and says nothing but `ping`. What is known of one lives in
// its attachment, and comes back with it after a wake. Knows nothing of what is told.

import { type CloseCode, closeCodes } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import type { MeEvent } from "../protocol/me.ts";

/** Until when a sign-in lasts, in ms; and the personal token that it was made by, if by one. */
type SignIn = { expiresAt: number; tokenId?: string };
/** In ms. `revoked`: closed from here; a hostile client may ignore that, and is read no more. */
type Attachment = SignIn & { openedAt: number; revoked?: true };

/** As much of an object's state as it needs. */
type State = Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets" | "getWebSocketAutoResponseTimestamp">;

/** A client that lives pings at least this often, in ms. */
const signWithin = 30_000;
const minute = 60_000;

export class Sockets {
	readonly #state: State;
	readonly #now: () => number;
	/** When frames came that are none of the wire's, in ms; and until when nobody is let in for it. */
	#strange: number[] = [];
	#shutUntil = 0;
	/** What was sent to each since it was last known to live, in UTF-16 units. */
	readonly #unread = new WeakMap<WebSocket, number>();

	constructor(state: State, now: () => number) {
		this.#state = state;
		this.#now = now;
	}

	/** Whether there may be one more; where there are many, the oldest has to go for it. */
	makeRoom(): "open" | "too_many" | "rate_limited" {
		if (this.#now() < this.#shutUntil) return "rate_limited";
		if (this.#state.getWebSockets().length >= limits.lingeringSockets) return "too_many";
		const open = this.#open().sort((one, other) => attachmentOf(one).openedAt - attachmentOf(other).openedAt);
		for (const socket of open.slice(0, Math.max(0, open.length + 1 - limits.listSockets)))
			this.#close(socket, closeCodes.replaced, "opened elsewhere");
		return "open";
	}

	open(socket: WebSocket, signIn: SignIn, first: MeEvent): void {
		this.#state.acceptWebSocket(socket);
		socket.serializeAttachment({ ...signIn, openedAt: this.#now() } satisfies Attachment);
		this.#send(socket, JSON.stringify([first]));
	}

	tell(event: MeEvent): void {
		this.expire();
		const frame = JSON.stringify([event]);
		for (const socket of this.#open()) this.#send(socket, frame);
	}

	/** A frame came that is no `ping`: there are none to be read, and many are a flood. */
	refuse(socket: WebSocket): void {
		if (attachmentOf(socket).revoked) return;
		const now = this.#now();
		this.#strange = [...this.#strange.filter((at) => now - at < minute), now];
		if (this.#strange.length < limits.badFramesPerMinute) return;
		this.#strange = [];
		this.#shutUntil = now + limits.shutOut;
		this.close(closeCodes.flooding, "nothing is read here");
	}

	/** Lets those go whose sign-in has ended. */
	expire(): void {
		for (const socket of this.#open())
			if (attachmentOf(socket).expiresAt <= this.#now()) this.#close(socket, closeCodes.token, "token expired");
	}

	/** Those that these personal tokens opened. */
	endTokens(tokenIds: readonly string[]): void {
		for (const socket of this.#open()) {
			const { tokenId } = attachmentOf(socket);
			if (tokenId !== undefined && tokenIds.includes(tokenId)) this.#close(socket, closeCodes.token, "token revoked");
		}
	}

	/** All of them. */
	close(code: CloseCode, reason: string): void {
		for (const socket of this.#open()) this.#close(socket, code, reason);
	}

	/** When the first sign-in of those here ends, in ms. */
	get nextExpiry(): number | undefined {
		const times = this.#open().map((socket) => attachmentOf(socket).expiresAt);
		return times.length > 0 ? Math.min(...times) : undefined;
	}

	#open(): WebSocket[] {
		return this.#state.getWebSockets().filter((socket) => !attachmentOf(socket).revoked);
	}

	#send(socket: WebSocket, frame: string): void {
		try {
			if (this.#isTooSlow(socket, frame.length)) this.#close(socket, closeCodes.slow, "what was sent is not read");
			else socket.send(frame);
		} catch {
			// Closed under us; its close event tells the rest.
		}
	}

	/** As a conversation's sockets are held to reading; where the runtime does not tell how much waits, it is only known whether a client lives. */
	#isTooSlow(socket: WebSocket, length: number): boolean {
		const { bufferedAmount } = socket as { bufferedAmount?: number };
		if (bufferedAmount !== undefined) return bufferedAmount > limits.queuedBytes;
		const unread = (this.#unread.get(socket) ?? 0) + length;
		this.#unread.set(socket, unread > limits.queuedBytes ? 0 : unread);
		const pingedAt = this.#state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0;
		return unread > limits.queuedBytes && this.#now() - Math.max(pingedAt, attachmentOf(socket).openedAt) >= signWithin;
	}

	#close(socket: WebSocket, code: CloseCode, reason: string): void {
		socket.serializeAttachment({ ...attachmentOf(socket), revoked: true } satisfies Attachment);
		try {
			socket.close(code, reason);
		} catch {
			// Closed already.
		}
	}
}

function attachmentOf(socket: WebSocket): Attachment {
	return socket.deserializeAttachment() as Attachment;
}
