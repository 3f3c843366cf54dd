// A native socket that is opened again when it breaks, at the place its client has reached, so that
// the client does not notice. Clients that reconnect by themselves, such as those of server-sent
// events, use `NativeSocket` directly.

import type { ErrorCode } from "../protocol/errors.ts";
import type { ClientEvent, ServerEvent } from "../protocol/events.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import { NativeSocket, type NativeSocketListener } from "./native-socket.ts";
import { patiently } from "./patiently.ts";

export interface ReconnectingSocketListener {
	/**
	 * Opens a WebSocket at the cursor that the client has reached; called again after each break.
	 * May throw.
	 */
	open(): Promise<WebSocket | Refusal>;
	received(events: ServerEvent[]): void;
	/**
	 * It is not opened again. `isAnnounced`: the conversation has sent an event with the reason.
	 */
	ended(reason: Refusal, isAnnounced: boolean): void;
}

/** In ms; each attempt waits up to twice as long as the one before. */
const retry = { first: 100, slowest: 15_000, attempts: 20 };
/**
 * Attempts at a conversation that was never reached: fewer, because the client waits for the answer
 * to its join.
 */
const firstAttempts = 4;

const temporary: readonly ErrorCode[] = ["internal", "misconfigured", "unavailable"];

export class ReconnectingSocket implements NativeSocketListener {
	readonly #conversationId: string;
	readonly #listener: ReconnectingSocketListener;
	#socket: NativeSocket | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#attempts = 0;
	#wasOpen = false;
	#isFrozen = false;
	#isOver = false;

	constructor(conversationId: string, listener: ReconnectingSocketListener) {
		this.#conversationId = conversationId;
		this.#listener = listener;
	}

	async connect(): Promise<void> {
		try {
			const opened = await patiently(() => this.#listener.open());
			if (!isRefusal(opened)) this.#accept(opened);
			else if (temporary.includes(opened.code)) this.#retry();
			else this.#end(opened, false);
		} catch {
			this.#retry();
		}
	}

	#accept(socket: WebSocket): void {
		this.#socket = new NativeSocket(socket, this.#conversationId, this);
		if (this.#isOver || this.#isFrozen) this.close();
	}

	received(events: ServerEvent[]): void {
		this.#attempts = 0;
		this.#wasOpen = true;
		this.#listener.received(events);
	}

	closed(refusal: Refusal | undefined, isAnnounced: boolean): void {
		this.#socket = undefined;
		if (refusal) this.#end(refusal, isAnnounced);
		else this.#retry();
	}

	#retry(): void {
		if (this.#isOver || this.#isFrozen) return;
		this.#attempts += 1;
		const longest = Math.min(retry.slowest, retry.first * 2 ** this.#attempts);
		if (this.#attempts >= (this.#wasOpen ? retry.attempts : firstAttempts)) this.#end({ code: "internal" }, false);
		else this.#timer = setTimeout(() => void this.connect(), (0.5 + Math.random() / 2) * longest);
	}

	#end(reason: Refusal, isAnnounced: boolean): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#listener.ended(reason, isAnnounced);
	}

	/** Returns false if the event could not be sent. */
	send(event: ClientEvent): boolean {
		return this.#socket?.send(event) ?? false;
	}

	acknowledge(): void {
		this.#socket?.acknowledge();
	}

	ping(): void {
		this.#socket?.ping();
	}

	/** Keeps the socket that is open, and opens no other. */
	freeze(): void {
		this.#isFrozen = true;
		clearTimeout(this.#timer);
	}

	/** Closes it from this end: the listener is not called again. */
	close(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
		this.#socket?.close();
		this.#socket = undefined;
	}
}
