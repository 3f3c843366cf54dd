// One client in one namespace: who it is, which conversations it is in, what it is answered. Every rule of the chat is the conversations' own.

import type { Identity } from "../../auth/tokens.ts";
import { type ErrorCode, errors } from "../../protocol/errors.ts";
import type { ClientEvent } from "../../protocol/events.ts";
import { randomId } from "../../protocol/random-id.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Progress } from "./catch-up.ts";
import { Voice } from "./outbound.ts";
import { encodeConnect, encodeDisconnect, type SocketPacket } from "./packets.ts";
import { encodePid, newPid, type Offset, type Pid, parseOffset, readPid } from "./recovery.ts";
import { Sends, type SendsState } from "./resends.ts";
import { type OpenSocket, Room, type RoomOptions, type RoomState } from "./room.ts";
import { placeOf, refusalOf, toWire } from "./translate.ts";

export type ClientState = {
	nsp: string;
	sid: string;
	pid: Pid;
	identity: Identity;
	sends: SendsState;
	rooms: ReadonlyMap<string, RoomState>;
};

export type ClientOptions = {
	open(identity: Identity): OpenSocket;
	/** The identity of a newer token, or why it is none. */
	identify(token: string): Promise<{ identity: Identity } | { refusal: ErrorCode }>;
	send(packet: string): void;
	/** Asks for a sign that all that was sent has been read; its number. */
	mark(): number;
	/** Whether it may be in so many conversations more. */
	hasRoom(count: number): boolean;
	/** Something came that made no sense. */
	countBad(): void;
	/** It is no longer connected. */
	gone(): void;
};

/** How long who comes back waits for the conversations that they were in, in ms. */
const patience = 10_000;

type EventPacket = Extract<SocketPacket, { type: "event" }>;

export class Client {
	readonly #options: ClientOptions;
	readonly #nsp: string;
	readonly #sid: string;
	readonly #rooms = new Map<string, Room>();
	#pid: Pid;
	#identity: Identity;
	readonly #sends: Sends;
	readonly #voice: Voice;
	#isOver = false;

	/** Goes on where another Worker, or another transport, stopped; `resume` then tells what has happened since. */
	constructor(state: ClientState, options: ClientOptions) {
		this.#options = options;
		this.#nsp = state.nsp;
		this.#sid = state.sid;
		this.#pid = state.pid;
		this.#identity = state.identity;
		this.#sends = new Sends(state.sends);
		const { send, mark } = options;
		this.#voice = new Voice({ nsp: state.nsp, sends: this.#sends, send, mark, told: () => this.#told() });
		for (const [id, room] of state.rooms) this.#enter(id, room);
	}

	/** Somebody connects, perhaps again: with what they were given the last time, they are where they were. */
	static async connect(nsp: string, identity: Identity, auth: Record<string, unknown>, options: ClientOptions): Promise<Client> {
		const owner = `${nsp} ${identity.userId}`;
		const former = await readPid(auth.pid, owner);
		const offset = former && parseOffset(auth.offset);
		const pid = former ?? (await newPid(randomId(), 0, owner));
		const sends = { base: pid.base, acknowledged: offset?.acknowledged ?? 0, open: [] };
		const client = new Client({ nsp, sid: randomId(), pid, identity, sends, rooms: new Map() }, options);
		const isRecovered = offset !== undefined && options.hasRoom(offset.rooms.size) && (await client.#recover(offset));
		if (former && !isRecovered) client.#pid = await newPid(former.base, former.life + 1, owner);
		return client;
	}

	get roomCount(): number {
		return this.#rooms.size;
	}

	/** When its sign-in ends, in ms. */
	get expiresAt(): number {
		return this.#identity.expiresAt;
	}

	get state(): ClientState {
		const rooms = new Map([...this.#rooms].map(([id, room]) => [id, room.state]));
		return { nsp: this.#nsp, sid: this.#sid, pid: this.#pid, identity: this.#identity, sends: this.#sends.state, rooms };
	}

	/** Tells the client that it is connected, and what has waited for that. */
	welcome(): void {
		this.#voice.begin(encodeConnect(this.#nsp, this.#sid, encodePid(this.#pid)));
	}

	resume(): void {
		this.#voice.begin();
		for (const room of this.#rooms.values()) room.start();
	}

	/** Everything up to `mark`. */
	read(mark: number): void {
		this.#sends.read(mark);
	}

	/** The conversations it knows itself to be in. */
	#told(): Map<string, Progress> {
		const told = new Map<string, Progress>();
		for (const [id, { progress }] of this.#rooms) if (progress) told.set(id, progress);
		return told;
	}

	// Coming back

	/** Whether all has been told that was missed. Where it cannot be, the client begins anew. */
	async #recover({ rooms }: Offset): Promise<boolean> {
		const outcomes = [...rooms].map(([id, progress]) => this.#comeBack(id, progress));
		const { promise: tooLate, resolve } = Promise.withResolvers<false>();
		const timer = setTimeout(() => resolve(false), patience);
		const isWhole = await Promise.race([Promise.all(outcomes).then((all) => all.every((is) => is)), tooLate]);
		clearTimeout(timer);
		if (isWhole) return true;
		for (const room of this.#rooms.values()) room.close();
		this.#rooms.clear();
		this.#voice.forget();
		return false;
	}

	/** A conversation to which one is no longer let in takes nothing from the others: the client is told so, as it would have been. */
	#comeBack(id: string, progress: Progress): Promise<boolean> {
		const { promise, resolve } = Promise.withResolvers<boolean>();
		const room = this.#enter(
			id,
			{ progress, pending: [], waiting: [], joins: [] },
			{
				cameBack: resolve,
				ended: (why, isTold) => {
					resolve(why.code === "not_found");
					if (!this.#voice.isHeld || why.code === "not_found") this.#left(id, why, isTold);
				},
			},
		);
		room.start();
		return promise;
	}

	#enter(conversationId: string, state?: RoomState, also: Partial<RoomOptions> = {}): Room {
		const room = new Room(
			{
				conversationId,
				userId: this.#identity.userId,
				open: (id, cursor) => this.#options.open(this.#identity)(id, cursor),
				emit: (event) => this.#voice.emit(event),
				answer: (ackIds, answer, clientId) => this.#voice.answer(ackIds, answer, clientId),
				ended: (why, isTold) => this.#left(conversationId, why, isTold),
				...also,
			},
			state,
		);
		this.#rooms.set(conversationId, room);
		return room;
	}

	#left(conversationId: string, why: Refusal, isTold: boolean): void {
		const room = this.#rooms.get(conversationId);
		this.#rooms.delete(conversationId);
		room?.fail(refusalOf({ error: errors[why.code].text, ...why }));
		if (!isTold) this.#voice.refuse(why, { conversationId });
		if (why.code === "unauthorized") this.disconnect();
	}

	// What it says

	receive({ name, payload, ackId }: EventPacket): void {
		const translated = toWire(name, payload);
		if ("refusal" in translated) {
			this.#options.countBad();
			this.#voice.refuse(translated.refusal, placeOf(payload), ackId);
		} else {
			const event = this.#named(translated.event, ackId);
			const refused = this.#apply(event, ackId);
			if (refused) this.#voice.refuse(refused, event, ackId);
		}
	}

	/** What is said needs a name, so that it can be said again after a break. A reaction is acknowledged by the whole message. */
	#named(event: ClientEvent, ackId: number | undefined): ClientEvent {
		if (event.type === "chat:react") return { ...event, whole: ackId !== undefined };
		if (event.type !== "chat:send" || event.clientId !== undefined) return event;
		// Who wants no acknowledgement does not say it again.
		const clientId = ackId === undefined ? randomId() : this.#sends.idOf(JSON.stringify(event), Date.now());
		return { ...event, clientId };
	}

	#apply(event: ClientEvent, ackId: number | undefined): Refusal | undefined {
		const { conversationId } = event;
		const room = this.#rooms.get(conversationId);
		switch (event.type) {
			case "chat:join":
				return this.#join(event, room, ackId);
			case "chat:auth":
				void this.#renew(event.token, ackId);
				return;
			case "chat:send":
			case "chat:edit":
			case "chat:delete":
			case "chat:react":
			case "chat:regenerate":
				if (!room) return { code: "not_joined" };
				return room.say(event, ackId) ? undefined : { code: "rate_limited", retryAfterMs: 1_000 };
			case "chat:read":
			case "chat:typing":
			case "chat:stop":
				if (!room) return { code: "not_joined" };
				room.say(event, undefined);
				break;
			case "chat:leave":
				if (room) this.#leave(conversationId, room);
				break;
			case "chat:ack":
				// Whether what is sent is read, the transport knows by itself.
				break;
			default:
				return event satisfies never;
		}
		if (ackId !== undefined) this.#voice.answer([ackId], { conversationId });
	}

	#join(event: Extract<ClientEvent, { type: "chat:join" }>, known: Room | undefined, ackId: number | undefined): Refusal | undefined {
		if (!known && !this.#options.hasRoom(1)) return { code: "too_many_conversations" };
		const room = known ?? this.#enter(event.conversationId);
		room.join(event, ackId);
		if (!known) room.start();
	}

	#leave(conversationId: string, room: Room): void {
		this.#rooms.delete(conversationId);
		room.close();
		room.fail(refusalOf({ error: errors.not_joined.text, code: "not_joined" }));
		// The guide knows no such event: it brings the offset in which this conversation is no more.
		this.#voice.emitAs("chat:left", { conversationId });
	}

	async #renew(token: string, ackId: number | undefined): Promise<void> {
		const verified = await this.#options.identify(token).catch((): { refusal: ErrorCode } => ({ refusal: "internal" }));
		if (this.#isOver) return;
		if ("identity" in verified && verified.identity.userId === this.#identity.userId) {
			this.#identity = verified.identity;
			for (const room of this.#rooms.values()) room.renew(token);
			if (ackId !== undefined) this.#voice.answer([ackId], {});
		} else {
			this.#options.countBad();
			this.#voice.refuse({ code: "refusal" in verified ? verified.refusal : "unauthorized" }, {}, ackId);
		}
	}

	/** Binary data, which nothing here takes. */
	refuseBinary(ackId: number | undefined): void {
		this.#voice.refuse({ code: "no_binary" }, {}, ackId);
	}

	/** It says more than is read. */
	refuseFlood(retryAfterMs: number, ackId: number | undefined): void {
		this.#voice.refuse({ code: "rate_limited", retryAfterMs }, {}, ackId);
	}

	// Time, and the end

	/** Keeps what is behind it awake to whether it is there. */
	ping(): void {
		for (const room of this.#rooms.values()) room.ping();
	}

	/** Its sign-in may have ended. */
	expire(now: number): void {
		if (this.#isOver || now < this.#identity.expiresAt) return;
		this.#voice.refuse({ code: "token_expired" }, {});
		this.disconnect();
	}

	/** From the server. */
	disconnect(): void {
		if (this.#isOver) return;
		this.#voice.say(encodeDisconnect(this.#nsp));
		this.close();
		this.#options.gone();
	}

	/** Says nothing any more; what is behind it goes on listening. */
	freeze(): void {
		this.#end();
	}

	/** Quietly. */
	close(): void {
		this.#end();
		for (const room of this.#rooms.values()) room.close();
	}

	#end(): void {
		this.#isOver = true;
		this.#voice.end();
	}
}
