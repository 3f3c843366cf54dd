// Keeps a socket connected: connects with the cursor, detects a dead network, reconnects, and stops at a final close code.
// Must not depend on React, the DOM, or the meaning of events.

import { type CloseCode, closeCodes } from "../../../src/protocol/frames/close-codes.ts";

export type ConnectionState =
	| { type: "connecting" }
	/** The socket is open; missed events are on their way. */
	| { type: "joining" }
	| { type: "connected" }
	/** `until`: the next attempt, in ms. `isUnreadable`: the server sent something else than a welcome that this build can read. */
	| { type: "waiting"; until: number; isUnreadable?: true }
	/** Another connection of the person has taken its place. It is not taken back until the person comes back to this one. */
	| { type: "replaced" }
	/** The device reports no network. Connecting is still tried at times: the server may be on the device itself. */
	| { type: "offline" }
	/** Final: no token is accepted any more (4401), the person was removed (4403), or the conversation does not exist (4404). */
	| { type: "ended"; code: CloseCode };

export interface Socket {
	send(text: string): void;
	/** Does not wait for the server's answer. The listener may be called or not. */
	close(): void;
}

/** Starts connecting. Listeners are never called before this has returned. */
export type OpenSocket = (
	url: string,
	protocols: string[],
	listener: { open(): void; message(data: unknown): void; close(code: number): void },
) => Socket;

export interface Clock {
	/** In ms. */
	now(): number;
	/** Calls once, later; the returned function cancels. */
	after(ms: number, call: () => void): () => void;
}

/** A new token, or the reason why there is none. */
export type Renewal = { token: string } | { failure: "signed_out" | "unreachable" };

/** An event from the socket. `cursor`: the client's position after it. */
export type Received = { type: string; cursor?: string };

export type ConnectionOptions<In extends Received> = {
	/** `null`: `renewToken` is called first. */
	token: string | null;
	/** The position of an earlier connection. */
	cursor?: string;
	parseFrame(frame: string): In[];
	/** The event that completes joining. */
	readyEvent: In["type"];
	urlFor(cursor: string | undefined): string;
	openSocket: OpenSocket;
	clock: Clock;
	/** From 0 to 1. */
	random(): number;
	/** What the device reports; not called while connected. */
	hasNetwork?(): boolean;
	renewToken(): Promise<Renewal>;
	/** The close code for a refused upgrade, if it can be found out: browsers do not tell the reason. */
	explainRefusal(token: string): Promise<CloseCode | undefined>;
	onEvents(events: In[]): void;
	onState(state: ConnectionState): void;
};

/** In ms. Pings are free, and proxies drop a socket that is silent for a minute. Catching up may take long on a slow network. */
const timing = {
	responseTimeout: 10_000,
	catchUpTimeout: 60_000,
	pingInterval: 25_000,
	firstRetry: 500,
	maxRetry: 15_000,
	steadyAfter: 5_000,
};

/** Receives `In`, sends `Out`. */
export class Connection<In extends Received, Out extends object> {
	readonly #options: ConnectionOptions<In>;
	#token: string | null;
	#cursor: string | undefined;
	#state: ConnectionState = { type: "connecting" };
	#socket: Socket | undefined;
	/** Failed attempts since the connection was last steady. */
	#attempts = 0;
	#connectedAt = 0;
	#receivedSincePing = false;
	/** There is one timer at a time. */
	#cancelTimer = () => {};
	/** Grows with every disconnect: callbacks of an earlier generation are ignored. */
	#generation = 0;

	constructor(options: ConnectionOptions<In>) {
		this.#options = options;
		this.#token = options.token;
		this.#cursor = options.cursor;
	}

	start(): void {
		this.#connect();
	}

	/** Calls no listener any more. */
	stop(): void {
		this.#disconnect();
	}

	/** This client's position. */
	get cursor(): string | undefined {
		return this.#cursor;
	}

	get token(): string | null {
		return this.#token;
	}

	/** Returns false while not connected: the event is dropped. */
	send(event: Out): boolean {
		if (this.#state.type !== "connected") return false;
		this.#socket?.send(JSON.stringify([event]));
		return true;
	}

	/** For the next connection; connects at once if there was no token. */
	setToken(token: string): void {
		const isFirst = this.#token === null;
		this.#token = token;
		if (isFirst) this.#connect();
	}

	/** Connects at once, or checks that the connection is alive: there may be a network again, or the page is visible again. */
	wake(): void {
		const { type } = this.#state;
		if (type === "connected") this.#ping();
		if (type !== "waiting" && type !== "offline" && type !== "replaced") return;
		this.#attempts = 0;
		this.#connect();
	}

	/** The device reports that its network is gone. */
	lostNetwork(): void {
		if (this.#state.type === "ended" || this.#state.type === "replaced") return;
		this.#disconnect();
		this.#waitForNetwork();
	}

	/** Replaces an open socket that does not answer. */
	restart(): void {
		if (this.#state.type === "connected") this.#closed(undefined);
	}

	#connect(): void {
		if (this.#token === null) {
			void this.#renewToken();
			return;
		}
		this.#disconnect();
		this.#become({ type: "connecting" });
		const generation = this.#generation;
		const { openSocket, urlFor } = this.#options;
		this.#socket = openSocket(urlFor(this.#cursor), ["chat.v1", `bearer.${this.#token}`], {
			open: () => generation === this.#generation && this.#opened(),
			message: (data) => generation === this.#generation && this.#received(data),
			close: (code) => generation === this.#generation && this.#closed(code),
		});
		this.#setTimer(timing.responseTimeout, () => this.#closed(undefined));
	}

	#opened(): void {
		if (this.#state.type !== "connecting") return;
		this.#become({ type: "joining" });
		this.#setTimer(timing.catchUpTimeout, () => this.#closed(undefined));
	}

	#received(data: unknown): void {
		this.#receivedSincePing = true;
		if (typeof data !== "string" || data === "pong") return;
		const { parseFrame, readyEvent, onEvents } = this.#options;
		const events = parseFrame(data);
		for (const { cursor } of events) this.#cursor = cursor ?? this.#cursor;
		onEvents(events);
		const { type } = this.#state;
		if (type !== "connecting" && type !== "joining") return;
		// The welcome is the first event on every socket: nothing better follows one that cannot be read.
		if (!events.some(({ type }) => type === readyEvent)) {
			this.#disconnect();
			this.#retry(true);
			return;
		}
		this.#connectedAt = this.#options.clock.now();
		this.#become({ type: "connected" });
		this.#setTimer(timing.pingInterval, () => this.#ping());
	}

	/** A socket whose network is gone looks open: only a missing answer shows it. */
	#ping(): void {
		this.#receivedSincePing = false;
		this.#socket?.send("ping");
		this.#setTimer(timing.responseTimeout, () => {
			if (this.#receivedSincePing) this.#setTimer(timing.pingInterval, () => this.#ping());
			else this.#closed(undefined);
		});
	}

	/** `code`: the server's close code, if there was one. */
	#closed(code: number | undefined): void {
		const wasConnected = this.#state.type === "connected";
		this.#disconnect();
		if (wasConnected && this.#options.clock.now() - this.#connectedAt >= timing.steadyAfter) this.#attempts = 0;
		if (wasConnected || isFinal(code)) this.#reconnectOrEnd(code);
		else void this.#explainRefusal();
	}

	#reconnectOrEnd(code: number | undefined): void {
		if (code === closeCodes.token) void this.#renewToken();
		else if (isFinal(code)) this.#become({ type: "ended", code });
		else if (code === closeCodes.replaced) this.#become({ type: "replaced" });
		else this.#retry();
	}

	async #explainRefusal(): Promise<void> {
		const generation = this.#generation;
		const code = this.#token === null ? undefined : await this.#options.explainRefusal(this.#token);
		if (generation === this.#generation) this.#reconnectOrEnd(code);
	}

	async #renewToken(): Promise<void> {
		this.#disconnect();
		this.#become({ type: "connecting" });
		const generation = this.#generation;
		const renewal = await this.#options.renewToken();
		if (generation !== this.#generation) return;
		if ("token" in renewal && this.#token === null) return this.setToken(renewal.token);
		if ("token" in renewal) this.#token = renewal.token;
		else if (renewal.failure === "signed_out") return this.#become({ type: "ended", code: closeCodes.token });
		this.#retry();
	}

	/** Waits for a random time up to a bound that doubles, so that many clients of one server do not return at once. */
	#retry(isUnreadable = false): void {
		if (this.#options.hasNetwork?.() === false) {
			this.#waitForNetwork();
			return;
		}
		const bound = Math.min(timing.maxRetry, timing.firstRetry * 2 ** this.#attempts);
		this.#attempts += 1;
		const delay = Math.round(this.#options.random() * bound);
		this.#become({ type: "waiting", until: this.#options.clock.now() + delay, ...(isUnreadable && { isUnreadable }) });
		this.#setTimer(delay, () => this.#connect());
	}

	#waitForNetwork(): void {
		this.#become({ type: "offline" });
		this.#setTimer(timing.maxRetry, () => this.#connect());
	}

	/** Does not wait for the close: on a dead network it may take a minute. */
	#disconnect(): void {
		this.#generation += 1;
		this.#cancelTimer();
		this.#socket?.close();
		this.#socket = undefined;
	}

	#setTimer(ms: number, call: () => void): void {
		this.#cancelTimer();
		this.#cancelTimer = this.#options.clock.after(ms, call);
	}

	#become(state: ConnectionState): void {
		this.#state = state;
		this.#options.onState(state);
	}
}

type FinalCode = typeof closeCodes.token | typeof closeCodes.removed | typeof closeCodes.deleted;

/** True if reconnecting would end in the same way. */
function isFinal(code: number | undefined): code is FinalCode {
	return code === closeCodes.token || code === closeCodes.removed || code === closeCodes.deleted;
}
