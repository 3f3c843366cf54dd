// Everything that one client is sent in one namespace: events with their offset, acknowledgements
// and refusals. Knows nothing of rooms or transports.

import { errors } from "../../protocol/errors.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { encodeAck, encodeConnect, encodeDisconnect, encodeEvent, refusalAnswer } from "./packets.ts";
import { encodeOffset, type Progress } from "./recovery.ts";

/** The connection to the client. */
export interface Carrier {
	send(packet: string): void;
	/**
	 * Sends a ping and returns its number, which is reported once the client has read everything
	 * sent before it.
	 */
	ping(): number;
}

type Rooms = ReadonlyMap<string, { readonly progress: Progress | undefined }>;

/** The conversation and message that a refusal is about. */
type Subject = { conversationId?: string; clientId?: string; messageId?: string };

export class Outbound {
	readonly #nsp: string;
	readonly #carrier: Carrier;
	readonly #rooms: Rooms;
	readonly #resends: Resends;
	/** Packets that wait until the client is connected. */
	#held: string[] | undefined = [];
	#isOver = false;

	/** `rooms`: the conversations that the client is in, as they are whenever an event is sent. */
	constructor(nsp: string, carrier: Carrier, rooms: Rooms, resends: ResendsState) {
		this.#nsp = nsp;
		this.#carrier = carrier;
		this.#rooms = rooms;
		this.#resends = new Resends(resends);
	}

	get resends(): ResendsState {
		return this.#resends.state;
	}

	get isHeld(): boolean {
		return this.#held !== undefined;
	}

	/** Tells the client that it is connected, and then sends what was held. */
	connect(sid: string, pid: string): void {
		this.#held?.unshift(encodeConnect(this.#nsp, sid, pid));
		this.resume();
	}

	/** Goes on for a client that is connected already. */
	resume(): void {
		const held = this.#held ?? [];
		this.#held = undefined;
		for (const packet of held) this.#send(packet);
	}

	/** Drops what is held. */
	discard(): void {
		this.#held = [];
	}

	/**
	 * The id of a message whose acknowledgement the client waits for: the same one if the client
	 * may be sending it again.
	 */
	clientIdOf(message: object): string {
		return this.#resends.idOf(JSON.stringify(message), Date.now());
	}

	emitEvent({ type, ...payload }: ServerEvent): void {
		this.emit(type, payload);
	}

	emit(name: string, payload: object): void {
		const { text, isShort } = encodeOffset({ acknowledged: this.#resends.acknowledged, rooms: this.#progress() });
		const isTransient = name === "chat:streaming" || name === "chat:thought" || name.startsWith("chat:user-") || name === "chat:read";
		this.#send(encodeEvent(this.#nsp, isShort || !isTransient ? [name, payload, text] : [name, payload]));
	}

	#progress(): Map<string, Progress> {
		const all = new Map<string, Progress>();
		for (const [id, { progress }] of this.#rooms) if (progress) all.set(id, progress);
		return all;
	}

	/** `clientId`: of the message that is acknowledged, if it is one. */
	acknowledge(ackIds: readonly number[], answer: object, clientId?: string): void {
		// The ping comes first: its pong then precedes whatever the client sends because of the
		// acknowledgement.
		if (ackIds.length > 0 && clientId !== undefined) this.#resends.acknowledge(clientId, this.#carrier);
		for (const ackId of ackIds) this.#send(encodeAck(this.#nsp, ackId, answer));
	}

	refuse(refusal: Refusal, { conversationId, clientId, messageId }: Subject, ackId?: number): void {
		const error = errors[refusal.code].text;
		if (ackId !== undefined) this.acknowledge([ackId], refusalAnswer({ error, ...refusal }), clientId);
		this.emit("chat:error", { conversationId, error, ...refusal, clientId, messageId });
	}

	pongReceived(ping: number): void {
		this.#resends.pongReceived(ping);
	}

	disconnect(): void {
		this.#send(encodeDisconnect(this.#nsp));
		this.end();
	}

	/** Sends nothing any more. */
	end(): void {
		this.#isOver = true;
	}

	#send(packet: string): void {
		if (this.#isOver) return;
		if (this.#held) this.#held.push(packet);
		else this.#carrier.send(packet);
	}
}

// Messages that are sent again

/**
 * A message whose sender may not know yet that it is acknowledged; `ping`: the sender knows once
 * this one is answered.
 */
type Unread = { hash: string; clientId: string; sentAt: number; ping?: number };

/** `base`: of the client's `pid`. */
export type ResendsState = { base: string; acknowledged: number; unread: Unread[] };

/**
 * Equal messages within this time, in ms, are two messages: no client gives up on an
 * acknowledgement so soon.
 */
const shortestAckTimeout = 50;
/** Unacknowledged messages that are remembered. */
const maxUnread = 256;

/**
 * Recognises messages that are sent again. A client repeats a message that was not acknowledged in
 * time (`retries`, `ackTimeout`), and nothing in a packet distinguishes that from equal words sent
 * twice. So a message's id consists of what its sender knew when it sent it: its connection, how
 * many acknowledgements it had received, and the words. Pure. Times in ms.
 */
export class Resends {
	readonly #base: string;
	#acknowledged: number;
	#unread: Unread[];

	constructor({ base, acknowledged, unread }: ResendsState) {
		this.#base = base;
		this.#acknowledged = acknowledged;
		// Pings belong to one transport: nobody will report that those of an earlier one were
		// answered.
		this.#unread = unread.map(({ ping, ...message }) => (ping === undefined ? message : { ...message, ping: Number.POSITIVE_INFINITY }));
	}

	get state(): ResendsState {
		return { base: this.#base, acknowledged: this.#acknowledged, unread: this.#unread };
	}

	get acknowledged(): number {
		return this.#acknowledged;
	}

	/** The `clientId` for a message, given as one text. */
	idOf(text: string, now: number): string {
		const hash = hashOf(text);
		const same = this.#unread.filter((message) => message.hash === hash);
		const again = same.find(({ sentAt, ping }) => ping !== undefined || now - sentAt >= shortestAckTimeout);
		if (again) return again.clientId;
		// A client that sends something new has received the acknowledgements before it.
		this.#unread = this.#unread.filter(({ ping }) => ping === undefined).slice(-maxUnread);
		const clientId = `${this.#base}.${this.#acknowledged}.${hash}.${same.length}`;
		this.#unread.push({ hash, clientId, sentAt: now });
		return clientId;
	}

	/** The message is about to be acknowledged. */
	acknowledge(clientId: string, carrier: Pick<Carrier, "ping">): void {
		const message = this.#unread.find((unread) => unread.clientId === clientId);
		if (!message) return;
		if (message.ping === undefined) this.#acknowledged += 1;
		message.ping = carrier.ping();
	}

	pongReceived(ping: number): void {
		this.#unread = this.#unread.filter((message) => message.ping === undefined || message.ping > ping);
	}
}

/**
 * 53 bits of a text (cyrb53). If two texts share a hash, the second message is refused with
 * `conflict`.
 */
function hashOf(text: string): string {
	let [high, low] = [0xdeadbeef, 0x41c6ce57];
	for (let at = 0; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		high = Math.imul(high ^ unit, 0x9e3779b1);
		low = Math.imul(low ^ unit, 0x5f356495);
	}
	high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
	low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
	return (4294967296 * (0x1fffff & low) + (high >>> 0)).toString(36);
}
