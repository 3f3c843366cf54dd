// The life of a socket: connect with the cursor, notice that it died, come back, give up when told to.
// Knows frames, cursors and close codes; nothing of React, of the DOM, or of what the events mean.

import { type CloseCode, closeCodes } from "../../../src/protocol/errors.ts";

export type ConnectionState =
	| { type: "connecting" }
	/** The server has answered; what was missed is on its way. */
	| { type: "joining" }
	| { type: "connected" }
	/** `until` the next try, in ms. */
	| { type: "waiting"; until: number }
	/** The device says it has no network. Still tried now and then: what it talks to may be on the device itself. */
	| { type: "offline" }
	/** For good: no token is accepted any more (4401), removed (4403), deleted or never there (4404). */
	| { type: "ended"; code: CloseCode };

export interface Socket {
	send(text: string): void;
	/** Says goodbye without waiting for an answer; the listener may hear of it or not. */
	close(): void;
}

/** Begins to connect. Listeners are called later, never before this has returned. */
export type OpenSocket = (
	url: string,
	protocols: string[],
	listener: { open(): void; message(data: unknown): void; close(code: number): void },
) => Socket;

export interface Clock {
	/** In ms. */
	now(): number;
	/** Calls once, later; the answer takes it back. */
	after(ms: number, call: () => void): () => void;
}

/** A token in place of one that is not accepted, or why there is none. */
export type Renewal = { token: string } | { failure: "signed_out" | "unreachable" };

/** What comes over a socket; `cursor`: how far whoever hears it has come. */
export type Received = { type: string; cursor?: string };

export type ConnectionOptions<In extends Received> = {
	/** `null`: one is asked for first. */
	token: string | null;
	/** How far one had come before. */
	cursor?: string;
	/** The events of a frame. */
	parseFrame(frame: string): In[];
	/** The event by which the server says that one is connected. */
	readyEvent: In["type"];
	/** The socket's address for a client that has come as far as the cursor. */
	urlFor(cursor: string | undefined): string;
	openSocket: OpenSocket;
	clock: Clock;
	/** 0 to 1. */
	random(): number;
	/** What the device says; not asked while it is connected. */
	hasNetwork?(): boolean;
	renewToken(): Promise<Renewal>;
	/** Browsers do not tell why an upgrade was refused: the close code that would say it, where it can be found out. */
	explainRefusal(token: string): Promise<CloseCode | undefined>;
	onEvents(events: In[]): void;
	onState(state: ConnectionState): void;
};

/** In ms. A ping costs nothing; proxies drop what is silent for a minute. What was missed may be much, and the network slow. */
const timing = {
	responseTimeout: 10_000,
	catchUpTimeout: 60_000,
	pingInterval: 25_000,
	firstRetry: 500,
	maxRetry: 15_000,
	steadyAfter: 5_000,
};

/** Hears `In`, says `Out`. */
export class Connection<In extends Received, Out extends object> {
	readonly #options: ConnectionOptions<In>;
	#token: string | null;
	#cursor: string | undefined;
	#state: ConnectionState = { type: "connecting" };
	#socket: Socket | undefined;
	/** Failed attempts since the connection was last steady. */
	#attempts = 0;
	#connectedAt = 0;
	receivedSincePing = false;
	/** Takes back the one timer there is. */
	#cancelTimer = () => {};
	/** Grows with every turn of events; an answer to an older question changes nothing. */
	#turn = 0;

	constructor(options: ConnectionOptions<In>) {
		this.#options = options;
		this.#token = options.token;
		this.#cursor = options.cursor;
	}

	start(): void {
		this.#connect();
	}

	/** Ends it from here, quietly: no listener is called any more. */
	stop(): void {
		this.#drop();
	}

	/** How far this client has come. */
	get cursor(): string | undefined {
		return this.#cursor;
	}

	/** The one that it connects with. */
	get token(): string | null {
		return this.#token;
	}

	/** Whether it went out; what does not is the caller's to keep. */
	send(event: Out): boolean {
		if (this.#state.type !== "connected") return false;
		this.#socket?.send(JSON.stringify([event]));
		return true;
	}

	/** The next time with this token; at once where there was none. */
	setToken(token: string): void {
		const isFirst = this.#token === null;
		this.#token = token;
		if (isFirst) this.#connect();
	}

	/** There may be a network again, or somebody looks again: connect at once, or see whether the connection still lives. */
	wake(): void {
		const { type } = this.#state;
		if (type === "connected") this.#ping();
		if (type !== "waiting" && type !== "offline") return;
		this.#attempts = 0;
		this.#connect();
	}

	/** The device says that its network is gone. */
	lostNetwork(): void {
		if (this.#state.type === "ended") return;
		this.#drop();
		this.#waitForNetwork();
	}

	/** Gives up the open socket, which does not do what it should, for another one. */
	restart(): void {
		if (this.#state.type === "connected") this.#closed(undefined);
	}

	#connect(): void {
		if (this.#token === null) {
			void this.#renewToken();
			return;
		}
		this.#drop();
		this.#become({ type: "connecting" });
		const turn = this.#turn;
		const { openSocket, urlFor } = this.#options;
		this.#socket = openSocket(urlFor(this.#cursor), ["chat.v1", `bearer.${this.#token}`], {
			open: () => turn === this.#turn && this.#opened(),
			message: (data) => turn === this.#turn && this.#received(data),
			close: (code) => turn === this.#turn && this.#closed(code),
		});
		this.#setTimer(timing.responseTimeout, () => this.#closed(undefined));
	}

	#opened(): void {
		if (this.#state.type !== "connecting") return;
		this.#become({ type: "joining" });
		this.#setTimer(timing.catchUpTimeout, () => this.#closed(undefined));
	}

	#received(data: unknown): void {
		this.receivedSincePing = true;
		if (typeof data !== "string" || data === "pong") return;
		const { parseFrame: read, readyEvent: welcome, onEvents } = this.#options;
		const events = read(data);
		for (const { cursor } of events) this.#cursor = cursor ?? this.#cursor;
		onEvents(events);
		const { type } = this.#state;
		if ((type !== "connecting" && type !== "joining") || !events.some(({ type }) => type === welcome)) return;
		this.#connectedAt = this.#options.clock.now();
		this.#become({ type: "connected" });
		this.#setTimer(timing.pingInterval, () => this.#ping());
	}

	/** A socket whose network is gone looks open: only an answer that does not come tells. */
	#ping(): void {
		this.receivedSincePing = false;
		this.#socket?.send("ping");
		this.#setTimer(timing.responseTimeout, () => {
			if (this.receivedSincePing) this.#setTimer(timing.pingInterval, () => this.#ping());
			else this.#closed(undefined);
		});
	}

	/** The socket is gone, with the server's code or without one. */
	#closed(code: number | undefined): void {
		const wasConnected = this.#state.type === "connected";
		this.#drop();
		if (wasConnected && this.#options.clock.now() - this.#connectedAt >= timing.steadyAfter) this.#attempts = 0;
		if (wasConnected || isFinal(code)) this.#goOn(code);
		else void this.#findOutWhy();
	}

	#goOn(code: number | undefined): void {
		if (code === closeCodes.token) void this.#renewToken();
		else if (isFinal(code)) this.#become({ type: "ended", code });
		else this.#retry();
	}

	async #findOutWhy(): Promise<void> {
		const turn = this.#turn;
		const code = this.#token === null ? undefined : await this.#options.explainRefusal(this.#token);
		if (turn === this.#turn) this.#goOn(code);
	}

	async #renewToken(): Promise<void> {
		this.#drop();
		this.#become({ type: "connecting" });
		const turn = this.#turn;
		const renewal = await this.#options.renewToken();
		if (turn !== this.#turn) return;
		if ("token" in renewal && this.#token === null) return this.setToken(renewal.token);
		if ("token" in renewal) this.#token = renewal.token;
		else if (renewal.failure === "signed_out") return this.#become({ type: "ended", code: closeCodes.token });
		this.#retry();
	}

	/** After a time that is random up to a bound that doubles: many clients that lost one server do not come back at once. */
	#retry(): void {
		if (this.#options.hasNetwork?.() === false) {
			this.#waitForNetwork();
			return;
		}
		const bound = Math.min(timing.maxRetry, timing.firstRetry * 2 ** this.#attempts);
		this.#attempts += 1;
		const delay = Math.round(this.#options.random() * bound);
		this.#become({ type: "waiting", until: this.#options.clock.now() + delay });
		this.#setTimer(delay, () => this.#connect());
	}

	#waitForNetwork(): void {
		this.#become({ type: "offline" });
		this.#setTimer(timing.maxRetry, () => this.#connect());
	}

	/** Forgets the socket and whatever was waited for. Does not wait for the close: on a dead network it may take a minute. */
	#drop(): void {
		this.#turn += 1;
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

/** Whether a code says that coming back as one is makes no sense. */
function isFinal(code: number | undefined): code is FinalCode {
	return code === closeCodes.token || code === closeCodes.removed || code === closeCodes.deleted;
}
