// One WebSocket to a conversation's object, which the Worker holds for a client. Knows frames,
// liveness and close codes, but not what events mean, and does not reconnect.

import type { Identity } from "../auth/tokens.ts";
import type { upgradeRequest } from "../conversation/object.ts";
import { encodeFrame } from "../protocol/encode-frame.ts";
import { closeCodes, type ErrorCode } from "../protocol/errors.ts";
import type { ClientEvent, ServerEvent } from "../protocol/events.ts";
import { withIdsFirst } from "../protocol/frames/event-names.ts";
import { limits } from "../protocol/limits.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { upgradeAt } from "./upgrade.ts";

/** The client for whom the Worker holds a socket. */
export type Holder = NonNullable<Parameters<typeof upgradeRequest>[0]["holder"]>;

/** Opens a socket at a cursor, or returns why the conversation refuses it. */
export async function openSocket(
	env: Parameters<typeof upgradeAt>[0],
	settings: Parameters<typeof upgradeAt>[1],
	conversationId: string,
	identity: Identity,
	cursor: string | undefined,
	holder: Holder,
): Promise<WebSocket | Refusal> {
	const response = await upgradeAt(env, settings, conversationId, { identity, cursor, isChatProtocol: false, holder });
	if (response.webSocket) return response.webSocket;
	const { error } = (await response.json()) as { error: { code: ErrorCode; retryAfterMs?: number } };
	return { code: error.code, retryAfterMs: error.retryAfterMs };
}

export interface NativeSocketListener {
	/** `frame`: the events as they came. */
	received(events: ServerEvent[], frame: string): void;
	/**
	 * The socket has closed. `refusal`: why the client may not simply return with its cursor.
	 * `isAnnounced`: the conversation has sent an event that says so.
	 */
	closed(refusal: Refusal | undefined, isAnnounced: boolean, code: number): void;
}

/** After any other code the client may return with its cursor. */
const refusals: { readonly [closeCode: number]: Refusal | undefined } = {
	[closeCodes.token]: { code: "unauthorized" },
	[closeCodes.removed]: { code: "not_found" },
	[closeCodes.deleted]: { code: "not_found" },
	[closeCodes.replaced]: { code: "too_many", retryAfterMs: limits.floodBlock },
	[closeCodes.flooding]: { code: "rate_limited", retryAfterMs: limits.floodBlock },
};

export class NativeSocket {
	readonly #socket: WebSocket;
	readonly #conversationId: string;
	readonly #listener: NativeSocketListener;
	#isClosed = false;
	#awaitsPong = false;
	/** A conversation sends `token_expired` before it closes the socket for that reason. */
	#isExpiryAnnounced = false;
	/** UTF-16 units received since the last acknowledgement. */
	#unacknowledged = 0;

	/** `socket`: opened and not accepted yet. */
	constructor(socket: WebSocket, conversationId: string, listener: NativeSocketListener) {
		this.#socket = socket;
		this.#conversationId = conversationId;
		this.#listener = listener;
		socket.addEventListener("message", ({ data }) => this.#receive(data as string));
		socket.addEventListener("close", ({ code }) => this.#closed(code));
		socket.addEventListener("error", () => this.#closed(closeCodes.internal));
		socket.accept();
	}

	#receive(data: string): void {
		if (this.#isClosed) return;
		this.#awaitsPong = false;
		if (data !== "pong") this.#receiveEvents(JSON.parse(data) as ServerEvent[], data);
	}

	#receiveEvents(events: ServerEvent[], frame: string): void {
		this.#isExpiryAnnounced ||= events.some((event) => event.type === "chat:error" && event.code === "token_expired");
		this.#unacknowledged += frame.length;
		this.#listener.received(events, frame);
	}

	/** Everything received so far has been read. Sends that only once it is worth a frame. */
	acknowledge(): void {
		if (this.#unacknowledged < limits.ackEvery) return;
		this.#unacknowledged = 0;
		this.send({ type: "chat:ack", conversationId: this.#conversationId });
	}

	/** Returns false if the event could not be sent. */
	send(event: ClientEvent): boolean {
		return this.#write(encodeFrame([withIdsFirst(event)]));
	}

	/** Sends a frame of events that a client has written and nobody has checked. Returns false if it could not be sent. */
	pass(frame: string): boolean {
		return this.#write(frame);
	}

	/** Sends a file as a client has sent it. Returns false if it could not be sent. */
	passFile(frame: ArrayBuffer): boolean {
		return this.#write(frame);
	}

	/**
	 * The platform answers pings even while the object hibernates: if the previous one has no
	 * answer, the connection is dead.
	 */
	ping(): void {
		if (this.#awaitsPong) this.#closed(closeCodes.internal);
		else this.#awaitsPong = this.#write("ping");
	}

	#write(text: string | ArrayBuffer): boolean {
		if (this.#isClosed) return false;
		try {
			this.#socket.send(text);
			return true;
		} catch {
			// It is closing: the close event follows.
			return false;
		}
	}

	#closed(code: number): void {
		if (this.#isClosed) return;
		this.close();
		this.#listener.closed(refusals[code], code === closeCodes.token && this.#isExpiryAnnounced, code);
	}

	/** Closes it from this end: the listener is not called again. */
	close(code: number = closeCodes.normal, reason = "done"): void {
		this.#isClosed = true;
		try {
			this.#socket.close(code, reason);
		} catch {
			// Closed already.
		}
	}
}
