// Turns events into frames: one encoding for everybody, few frames under load, and a failing socket affects no other.
// Must not know any rule of the chat.

import { endOfPause } from "../../platform/pause.ts";
import { encodeFrame } from "../../protocol/encode-frame.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Client, Clients } from "../ports.ts";
import type { Batch } from "./batch.ts";
import { ByPerson } from "./by-person.ts";

/** A client as the fan-out needs it. `send` may be called at any time, never throws, and sends nothing to a closed one. */
export interface FanoutClient extends Client {
	send(frame: string): void;
	/** False once it was closed or its sign-in expired. */
	isOpen(now: number): boolean;
	/** The personal token that opened it, if one did. */
	readonly tokenId?: string | undefined;
	/** When its sign-in expires, in ms. */
	readonly expiresAt: number;
	/** Closes it because its sign-in expired, with an error event first. */
	expire(): void;
}

/** The pause between two frames, in ms: none with few sockets, so that a calm conversation is immediate; longer where sending one takes long. */
function frameGap(sockets: number): number {
	return Math.min(50, Math.floor(sockets / 10));
}

/** The pause between two frames with chunks of a reply, in ms: at most 20 a second, and 10 for a hundred sockets, which still reads as flowing. */
function chunkGap(sockets: number): number {
	return Math.min(200, Math.max(50, sockets));
}

/** A chunk of a reply, or of the thinking before it. */
type Chunk = Extract<ServerEvent, { type: "chat:streaming" | "chat:thought" }>;

function isChunkEvent(event: ServerEvent): event is Chunk {
	return event.type === "chat:thought" || (event.type === "chat:streaming" && !event.isComplete);
}

/** An event as it is for clients that receive nothing from before a place; `undefined` if it is about something older. */
export type EventFrom = (event: ServerEvent, from: number) => ServerEvent | undefined;

/** The clients that other objects hold. */
export interface Elsewhere {
	/** How many people they are. */
	readonly people: number;
	broadcast(event: ServerEvent, exceptUser?: string): void;
	/** Sends to those of one person. */
	send(userId: string, event: ServerEvent): void;
}

type Queued = { event: ServerEvent; exceptUser: string | undefined };

export class Fanout<T extends FanoutClient> implements Clients<T> {
	readonly #batch: Pick<Batch<unknown>, "isOpen">;
	readonly #now: () => number;
	readonly #observe: (event: ServerEvent) => void;
	readonly #eventFrom: EventFrom;
	readonly #elsewhere: Elsewhere | undefined;
	readonly #sockets = new Set<T>();
	readonly #byPerson = new ByPerson<T>();
	/** What is called at the end of the open batch. */
	readonly #atEnd = new Set<() => void>();
	#isFlushing = false;
	/** An event of the open batch is not a chunk, so the batch goes out once it is closed. */
	#isBatchUrgent = false;
	#queue: Queued[] = [];
	#timer: { id: ReturnType<typeof setTimeout>; at: number } | undefined;
	/** When the last frame went out, and the last one with a chunk. */
	#sent = { frame: 0, chunk: 0 };

	/**
	 * `batch`: the incoming frames that are being handled. What is broadcast meanwhile shares a frame. `observe` is called once for each
	 * event, whoever receives it. `eventFrom` makes of it what clients receive that may not see everything.
	 */
	constructor(
		batch: Pick<Batch<unknown>, "isOpen">,
		now: () => number,
		observe: (event: ServerEvent) => void = () => {},
		eventFrom: EventFrom = (event) => event,
		elsewhere?: Elsewhere,
	) {
		this.#batch = batch;
		this.#now = now;
		this.#observe = observe;
		this.#eventFrom = eventFrom;
		this.#elsewhere = elsewhere;
	}

	add(socket: T): void {
		this.#sockets.add(socket);
		this.#byPerson.add(socket);
	}

	delete(socket: T): boolean {
		this.#byPerson.delete(socket);
		return this.#sockets.delete(socket);
	}

	*all(): Iterable<T> {
		const now = this.#now();
		for (const socket of this.#sockets) if (socket.isOpen(now)) yield socket;
	}

	of(userId: string): T[] {
		const now = this.#now();
		return this.#byPerson.of(userId).filter((socket) => socket.isOpen(now));
	}

	userIds(): Iterable<string> {
		return this.#byPerson.userIds();
	}

	get people(): number {
		return this.#byPerson.people + this.peopleElsewhere;
	}

	get peopleElsewhere(): number {
		return this.#elsewhere?.people ?? 0;
	}

	/** When the first of the sign-ins expires, in ms. */
	get nextExpiry(): number | undefined {
		let next: number | undefined;
		for (const { expiresAt } of this.#sockets) next = Math.min(next ?? expiresAt, expiresAt);
		return next;
	}

	/** Closes clients whose sign-in expired. */
	expire(): void {
		const now = this.#now();
		for (const socket of this.#sockets) if (!socket.isOpen(now)) socket.expire();
	}

	send(socket: T, event: ServerEvent): void {
		if (event.type === "chat:error") this.#observe(event);
		const [seen] = this.#seenBy(socket, [event]);
		if (seen && socket.isOpen(this.#now())) socket.send(encodeFrame([seen]));
	}

	sendTo(userId: string, event: ServerEvent): void {
		for (const socket of this.of(userId)) this.send(socket, event);
		this.#elsewhere?.send(userId, event);
	}

	broadcast(event: ServerEvent, exceptUser?: string): void {
		this.#observe(event);
		this.#elsewhere?.broadcast(event, exceptUser);
		const isChunk = isChunkEvent(event);
		if (!(isChunk && this.#growsLast(event))) this.#queue.push({ event, exceptUser });
		if (this.#batch.isOpen) this.#isBatchUrgent ||= !isChunk;
		if (this.#batch.isOpen || this.#isFlushing) return;
		const now = this.#now();
		const at = isChunk ? endOfPause(this.#sent.chunk, chunkGap(this.#sockets.size), now) : endOfPause(this.#sent.frame, this.gap, now);
		if (at <= now) this.flush();
		else this.#flushAt(at, now);
	}

	/** How long an event may wait for others to share a frame with, in ms. */
	get gap(): number {
		return frameGap(this.#sockets.size);
	}

	afterFrames(call: () => void): void {
		if (this.#batch.isOpen) this.#atEnd.add(call);
		else call();
	}

	/** To be called after the last frame of a batch, while it is open. */
	endBatch(): void {
		for (const call of this.#atEnd) {
			this.#atEnd.delete(call);
			call();
		}
	}

	/** Sends what was broadcast in a batch, once it is closed. Chunks that waited before it go on waiting. */
	sendBatch(): void {
		if (!this.#isBatchUrgent) return;
		this.#isBatchUrgent = false;
		this.flush();
	}

	/** Appends a chunk to the one before it, if that is still queued. */
	#growsLast(chunk: Chunk): boolean {
		const last = this.#queue.at(-1)?.event;
		if (!last || !isChunkEvent(last) || last.type !== chunk.type || last.messageId !== chunk.messageId) return false;
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

	/** Sends what is queued. A client that is added afterwards gets none of it. */
	flush(): void {
		this.#stopTimer();
		if (this.#isFlushing) return;
		this.#isFlushing = true;
		// Sending may find a client gone, which queues further events: they go out after these, for everybody.
		while (this.#queue.length > 0) this.#deliver(this.#queue.splice(0), this.#now());
		this.#isFlushing = false;
	}

	#seenBy({ readsFrom }: T, events: readonly ServerEvent[]): readonly ServerEvent[] {
		return readsFrom > 1 ? events.flatMap((event) => this.#eventFrom(event, readsFrom) ?? []) : events;
	}

	#deliver(queue: Queued[], now: number): void {
		this.#sent.frame = now;
		if (queue.some(({ event }) => isChunkEvent(event))) this.#sent.chunk = now;

		const whole = encodeFrame(queue.map(({ event }) => event));
		const excepted = new Set(queue.map(({ exceptUser }) => exceptUser));
		for (const socket of this.#sockets) {
			const userId = socket.person.userId;
			if (!socket.isOpen(now)) {
				socket.expire();
			} else if (excepted.has(userId) || socket.readsFrom > 1) {
				const theirs = queue.filter(({ exceptUser }) => exceptUser === undefined || exceptUser !== userId);
				const events = this.#seenBy(
					socket,
					theirs.map(({ event }) => event),
				);
				if (events.length > 0) socket.send(encodeFrame(events));
			} else {
				socket.send(whole);
			}
		}
	}
}
