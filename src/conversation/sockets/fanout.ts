// Events to frames: one encoding for everybody, few frames under load, and one socket's failure is its own.
// Knows a socket by the little it does with it; knows no rule of the chat.

import type { ServerEvent } from "../../protocol/events.ts";
import { encodeFrame } from "../../protocol/frames.ts";
import type { Client, Clients } from "../ports.ts";

/** A client as the fan-out needs it. `send` may be called at any time, never throws, and says nothing to one that is closed. */
export interface Wire extends Client {
	send(frame: string): void;
	/** Whether it may still be spoken to at `now`. */
	isOpen(now: number): boolean;
	/** When its sign-in ends, in ms. */
	readonly expiresAt: number;
	/** Closes one whose sign-in has ended, after telling it so. */
	expire(): void;
}

/** Between two frames, in ms: nothing where few listen, so that a calm room is immediate; more where one frame takes long to send. */
function frameGap(sockets: number): number {
	return Math.min(50, Math.floor(sockets / 10));
}

/** Between two frames that carry parts of a reply, in ms: at most 20 a second, and 10 for a hundred people, which still reads as flowing. */
function chunkGap(sockets: number): number {
	return Math.min(200, Math.max(50, sockets));
}

/** A part of a reply, or of what Claude thinks before it. */
type Part = Extract<ServerEvent, { type: "chat:streaming" | "chat:thought" }>;

function isPart(event: ServerEvent): event is Part {
	return event.type === "chat:thought" || (event.type === "chat:streaming" && !event.isComplete);
}

type Queued = { event: ServerEvent; exceptUser: string | undefined };

export class Fanout<T extends Wire> implements Clients<T> {
	readonly #now: () => number;
	readonly #sockets = new Set<T>();
	#isFlushing = false;
	/** While many things are done at once: whether one of them is to be told at once. */
	#gathering: { isUrgent: boolean } | undefined;
	#queue: Queued[] = [];
	#timer: { id: ReturnType<typeof setTimeout>; at: number } | undefined;
	/** When the last frame went, and the last one with a part of a reply. */
	#sent = { frame: 0, chunk: 0 };

	constructor(now: () => number) {
		this.#now = now;
	}

	add(socket: T): void {
		this.#sockets.add(socket);
	}

	delete(socket: T): boolean {
		return this.#sockets.delete(socket);
	}

	*all(): Iterable<T> {
		const now = this.#now();
		for (const socket of this.#sockets) if (socket.isOpen(now)) yield socket;
	}

	/** When the first sign-in of those here ends, in ms. */
	get nextExpiry(): number | undefined {
		let next: number | undefined;
		for (const { expiresAt } of this.#sockets) next = Math.min(next ?? expiresAt, expiresAt);
		return next;
	}

	/** Lets those go whose sign-in has ended, though nothing is said to them. */
	expire(): void {
		const now = this.#now();
		for (const socket of this.#sockets) if (!socket.isOpen(now)) socket.expire();
	}

	send(socket: T, event: ServerEvent): void {
		if (socket.isOpen(this.#now())) socket.send(encodeFrame([event]));
	}

	broadcast(event: ServerEvent, exceptUser?: string): void {
		const isChunk = isPart(event);
		if (!(isChunk && this.#growsLast(event))) this.#queue.push({ event, exceptUser });
		if (this.#gathering) this.#gathering.isUrgent ||= !isChunk;
		if (this.#gathering || this.#isFlushing) return;
		const now = this.#now();
		const at = isChunk ? this.#sent.chunk + chunkGap(this.#sockets.size) : this.#sent.frame + this.gap;
		if (at <= now) this.flush();
		else this.#flushAt(at, now);
	}

	/** In ms: how long a frame may wait for what else is to be told. */
	get gap(): number {
		return frameGap(this.#sockets.size);
	}

	/** Does something, and tells all that comes of it in one frame. */
	gather(work: () => void): void {
		const gathering = { isUrgent: false };
		this.#gathering = gathering;
		work();
		this.#gathering = undefined;
		if (gathering.isUrgent) this.flush();
	}

	/** A part of a reply that follows the last one queued becomes one with it. */
	#growsLast(chunk: Part): boolean {
		const last = this.#queue.at(-1)?.event;
		if (!last || !isPart(last) || last.type !== chunk.type || last.messageId !== chunk.messageId) return false;
		last.chunk += chunk.chunk;
		return true;
	}

	#flushAt(at: number, now: number): void {
		if (this.#timer && this.#timer.at <= at) return;
		this.#stopTimer();
		this.#timer = { id: setTimeout(() => this.flush(), at - now), at };
	}

	#stopTimer(): void {
		if (this.#timer) clearTimeout(this.#timer.id);
		this.#timer = undefined;
	}

	/** Sends what is queued. Whoever is added after it gets nothing of what was said before. */
	flush(): void {
		this.#stopTimer();
		if (this.#isFlushing) return;
		this.#isFlushing = true;
		// Sending may find that somebody is gone, which is news in its turn: it goes after what is being sent, for everybody.
		while (this.#queue.length > 0) this.#deliver(this.#queue.splice(0), this.#now());
		this.#isFlushing = false;
	}

	#deliver(queue: Queued[], now: number): void {
		this.#sent.frame = now;
		if (queue.some(({ event }) => isPart(event))) this.#sent.chunk = now;

		const whole = encodeFrame(queue.map(({ event }) => event));
		const excepted = new Set(queue.map(({ exceptUser }) => exceptUser));
		for (const socket of this.#sockets) {
			const userId = socket.person.userId;
			if (!socket.isOpen(now)) {
				socket.expire();
			} else if (excepted.has(userId)) {
				const events = queue.filter(({ exceptUser }) => exceptUser !== userId).map(({ event }) => event);
				if (events.length > 0) socket.send(encodeFrame(events));
			} else {
				socket.send(whole);
			}
		}
	}
}
