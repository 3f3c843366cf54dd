// Everything that one client is sent in one namespace: events with their offset, acknowledgements
// and refusals. Knows nothing of rooms or transports.

import { errors } from "../../protocol/errors.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { encodeAck, encodeConnect, encodeDisconnect, encodeEvent, refusalAnswer } from "./packets.ts";
import { encodeOffset, type Progress } from "./recovery.ts";
import { Resends, type ResendsState } from "./resends.ts";

/** The connection to the client. */
export interface Carrier {
	/** From here to the client and back, in ms. */
	readonly roundTrip: number;
	/** A client has answered after this time. */
	addRoundTrip(roundTrip: number): void;
	send(packet: string): void;
	/**
	 * Sends a ping and returns its number, which is reported once the client has read everything
	 * sent before it.
	 */
	ping(): number;
}

type Rooms = ReadonlyMap<string, { readonly progress: Progress | undefined }>;

/** Counts what is in memory. */
type Hold = { add(units: number): boolean; release(): void };

/** The conversation and message that a refusal is about. */
type Subject = { conversationId?: string; clientId?: string; messageId?: string };

/** Events of a running reply, and read marks: the message itself comes again to a client that missed them. */
const transientEvents = new Set(["chat:streaming", "chat:thought", "chat:tool", "chat:source", "chat:read"]);

export class Outbound {
	readonly #nsp: string;
	readonly #carrier: Carrier;
	readonly #rooms: Rooms;
	readonly #resends: Resends;
	readonly #hasOffsets: boolean;
	/** Packets that wait until the client is connected, counted by `#hold`. */
	#held: string[] | undefined = [];
	readonly #hold: Hold;
	readonly #overflow = Promise.withResolvers<false>();
	#hasLost = false;
	#connectedAt: number | undefined;
	#isOver = false;

	/**
	 * `rooms`: the conversations that the client is in, as they are whenever an event is sent.
	 * `pid`: only if the client has asked for recovery. Any other client passes every argument of an
	 * event to its handler, which expects one. `hold`: counts what waits.
	 */
	constructor(
		{ nsp, resends, pid }: { nsp: string; resends: ResendsState; pid: object | undefined },
		carrier: Carrier,
		rooms: Rooms,
		hold: Hold,
	) {
		this.#nsp = nsp;
		this.#carrier = carrier;
		this.#rooms = rooms;
		this.#resends = new Resends(resends);
		this.#hasOffsets = pid !== undefined;
		this.#hold = hold;
	}

	/** Resolves if there is no room for what waits. */
	get overflown(): Promise<false> {
		return this.#overflow.promise;
	}

	/** True if there was no room for something. */
	get hasLost(): boolean {
		return this.#hasLost;
	}

	get resends(): ResendsState {
		return this.#resends.state;
	}

	get isHeld(): boolean {
		return this.#held !== undefined;
	}

	/** Tells the client that it is connected, and then sends what was held. */
	connect(sid: string, pid: string | undefined): void {
		this.#held?.unshift(encodeConnect(this.#nsp, sid, pid));
		this.#connectedAt = Date.now();
		this.resume();
	}

	/** Goes on for a client that is connected already. */
	resume(): void {
		const held = this.#held ?? [];
		this.#held = undefined;
		this.#hold.release();
		for (const packet of held) this.#send(packet);
	}

	/** Drops what is held. */
	discard(): void {
		if (this.#held) this.#held = [];
		this.#hold.release();
	}

	/** The client has sent an event. It sends the first one only once it knows that it is connected. */
	eventReceived(): void {
		if (this.#connectedAt !== undefined) this.#carrier.addRoundTrip(Date.now() - this.#connectedAt);
		this.#connectedAt = undefined;
	}

	/** See `Resends.sendsOnce`. */
	sendsOnce(): void {
		this.#resends.sendsOnce();
	}

	/**
	 * The id of a message whose acknowledgement the client waits for: the same one if the client
	 * may be sending it again.
	 */
	clientIdOf(message: object): string {
		return this.#resends.idOf(JSON.stringify(message), Date.now(), this.#carrier.roundTrip);
	}

	emitEvent({ type, ...payload }: ServerEvent): void {
		this.emit(type, payload);
	}

	emit(name: string, payload: object): void {
		const offset = this.#hasOffsets ? this.#offsetFor(name) : undefined;
		this.#send(encodeEvent(this.#nsp, offset === undefined ? [name, payload] : [name, payload, offset]));
	}

	/** The offset of an event: events that bring nothing to keep do without a long one. */
	#offsetFor(name: string): string | undefined {
		const { text, isShort } = encodeOffset({ acknowledged: this.#resends.acknowledged, rooms: this.#progress() });
		const isTransient = transientEvents.has(name) || name.startsWith("chat:user-");
		return isShort || !isTransient ? text : undefined;
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
		if (ackIds.length > 0 && clientId !== undefined) this.#resends.acknowledge(clientId, () => this.#carrier.ping(), Date.now());
		for (const ackId of ackIds) this.#send(encodeAck(this.#nsp, ackId, answer));
	}

	refuse(refusal: Refusal, { conversationId, clientId, messageId }: Subject, ackId?: number): void {
		const { text: error = errors[refusal.code].text, ...rest } = refusal;
		if (ackId !== undefined) this.acknowledge([ackId], refusalAnswer({ error, ...rest }), clientId);
		this.emit("chat:error", { conversationId, error, ...rest, clientId, messageId });
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
		this.discard();
	}

	#send(packet: string): void {
		if (this.#isOver) return;
		if (!this.#held) this.#carrier.send(packet);
		else if (this.#hold.add(packet.length)) this.#held.push(packet);
		else {
			this.#hasLost = true;
			this.#overflow.resolve(false);
		}
	}
}
