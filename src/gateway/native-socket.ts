// One native socket to a conversation's object: opened, kept alive while the object may sleep, and opened again with the cursor when it
// breaks. Knows frames and close codes; nothing of what the events mean.

import { closeCodes, type ErrorCode } from "../protocol/errors.ts";
import type { ClientEvent, ServerEvent } from "../protocol/events.ts";
import { encodeFrame } from "../protocol/frames.ts";
import { limits } from "../protocol/limits.ts";
import type { Refusal } from "../protocol/refusal.ts";

/** Opens a socket of somebody who is to come in, or says why not; may throw. */
export type OpenUpstream = (conversationId: string, cursor: string | undefined) => Promise<WebSocket | Refusal>;

export type UpstreamOptions = {
	open(): Promise<WebSocket | Refusal>;
	heard(events: ServerEvent[]): void;
	/** For good, and why; `told`: the conversation has said so itself. */
	ended(why: Refusal, isTold: boolean): void;
};

/** In ms; each attempt waits up to twice as long as the one before. */
const retry = { first: 100, slowest: 15_000, attempts: 20 };
/** The first attempts at a conversation that was never reached: who asks to be let in waits for an answer. */
const firstAttempts = 4;

/** What the end of a socket means, where coming back with the cursor is not the answer to it. */
const ends: { readonly [closeCode: number]: Refusal | undefined } = {
	[closeCodes.token]: { code: "unauthorized" },
	[closeCodes.removed]: { code: "not_found" },
	[closeCodes.deleted]: { code: "not_found" },
	[closeCodes.replaced]: { code: "too_many", retryAfterMs: limits.shutOut },
	[closeCodes.flooding]: { code: "rate_limited", retryAfterMs: limits.shutOut },
};
const passing: readonly ErrorCode[] = ["internal", "misconfigured"];

export class Upstream {
	readonly #options: UpstreamOptions;
	#socket: WebSocket | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#attempts = 0;
	#wasOpen = false;
	#awaitsPong = false;
	#isOver = false;
	/** That the sign-in has ended is said before the socket closes. */
	#isToldOfToken = false;
	/** UTF-16 units that came since they were last acknowledged. */
	#unread = 0;

	constructor(options: UpstreamOptions) {
		this.#options = options;
	}

	async connect(): Promise<void> {
		try {
			const opened = await this.#options.open();
			if (!("code" in opened)) this.#listen(opened);
			else if (passing.includes(opened.code)) this.#comeBack();
			else this.#end(opened, false);
		} catch {
			this.#comeBack();
		}
	}

	#listen(socket: WebSocket): void {
		socket.addEventListener("message", ({ data }) => socket === this.#socket && this.#hear(data as string));
		socket.addEventListener("close", ({ code }) => socket === this.#socket && this.#closed(code));
		socket.addEventListener("error", () => socket === this.#socket && this.#closed(closeCodes.internal));
		this.#socket = socket;
		this.#awaitsPong = false;
		this.#unread = 0;
		socket.accept();
		if (this.#isOver) this.#drop();
	}

	#hear(data: string): void {
		this.#attempts = 0;
		this.#wasOpen = true;
		this.#awaitsPong = false;
		if (data === "pong") return;
		const events = JSON.parse(data) as ServerEvent[];
		this.#isToldOfToken ||= events.some((event) => event.type === "chat:error" && event.code === "token_expired");
		this.#options.heard(events);
		this.#unread += data.length;
		const conversationId = events[0]?.conversationId;
		if (this.#unread < limits.ackEvery || conversationId === undefined) return;
		this.#unread = 0;
		this.send({ type: "chat:ack", conversationId });
	}

	/** Whether it went out. */
	send(event: ClientEvent): boolean {
		return this.#say(encodeFrame([event]));
	}

	/** The platform answers, also where the object sleeps: where no answer comes until the next time, the connection is dead. */
	ping(): void {
		if (this.#awaitsPong) this.#closed(closeCodes.internal);
		else this.#awaitsPong = this.#say("ping");
	}

	#say(text: string): boolean {
		if (!this.#socket) return false;
		try {
			this.#socket.send(text);
			return true;
		} catch {
			// It closes, and says so.
			return false;
		}
	}

	#closed(code: number): void {
		this.#drop();
		const end = ends[code];
		if (end) this.#end(end, code === closeCodes.token && this.#isToldOfToken);
		else this.#comeBack();
	}

	#comeBack(): void {
		if (this.#isOver) return;
		this.#attempts += 1;
		const most = Math.min(retry.slowest, retry.first * 2 ** this.#attempts);
		if (this.#attempts >= (this.#wasOpen ? retry.attempts : firstAttempts)) this.#end({ code: "internal" }, false);
		else this.#timer = setTimeout(() => void this.connect(), (0.5 + Math.random() / 2) * most);
	}

	#end(why: Refusal, isTold: boolean): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#options.ended(why, isTold);
	}

	/** From here, quietly. */
	close(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
		this.#drop();
	}

	#drop(): void {
		const socket = this.#socket;
		this.#socket = undefined;
		this.#awaitsPong = false;
		try {
			socket?.close(closeCodes.normal, "done");
		} catch {
			// Closed already.
		}
	}
}
