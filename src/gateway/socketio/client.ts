// One client in one namespace: its user, the conversations that it is in, and the answers to its
// events. The rules of the chat are the conversations' own.

import type { Identity } from "../../auth/tokens.ts";
import { errors } from "../../protocol/errors.ts";
import type { ClientEvent } from "../../protocol/events.ts";
import { randomId } from "../../protocol/random-id.ts";
import { busy, type Refusal } from "../../protocol/refusal.ts";
import type { Backend } from "../backend.ts";
import { FileSender } from "./file-sender.ts";
import { type Carrier, Outbound } from "./outbound.ts";
import { conversationIn, type EventPacket, hasAnswer, refusalAnswer, toClientEvent } from "./packets.ts";
import { encodePid, newPid, type Offset, type Pid, parseOffset, readPid } from "./recovery.ts";
import type { ResendsState } from "./resends.ts";
import { Room, type RoomOwner, type RoomState } from "./room.ts";

/** Everything that another Worker, or another transport, needs to continue. */
export type ClientState = {
	nsp: string;
	sid: string;
	/** Only if the client asked for recovery. */
	pid: Pid | undefined;
	identity: Identity;
	resends: ResendsState;
	rooms: ReadonlyMap<string, RoomState>;
};

/** The session that a client belongs to. */
export interface ClientOwner {
	readonly backend: Backend;
	/** Returns true if the session may be in this many more conversations. */
	hasRoomFor(count: number): boolean;
	/** The client has sent an event that makes no sense. */
	countBadEvent(): void;
	/** The server has disconnected the client. */
	clientDisconnected(client: Client): void;
}

/** A client that returns waits this long for its conversations, in ms. */
const recoveryTimeout = 10_000;

export class Client implements RoomOwner {
	readonly nsp: string;
	readonly #owner: ClientOwner;
	readonly #sid: string;
	readonly #rooms = new Map<string, Room>();
	readonly #outbound: Outbound;
	readonly files: FileSender;
	#pid: Pid | undefined;
	#identity: Identity;
	/** Another transport began the session. */
	#isUpgraded = false;
	#isOver = false;

	/** Call `resume` or `welcome` next. */
	constructor(state: ClientState, owner: ClientOwner, carrier: Carrier) {
		this.nsp = state.nsp;
		this.#owner = owner;
		this.#sid = state.sid;
		this.#pid = state.pid;
		this.#identity = state.identity;
		this.#outbound = new Outbound(state, carrier, this.#rooms, owner.backend.holdPackets(state.identity));
		const asked = { identity: () => this.#identity, isOver: () => this.#isOver, isIn: (id: string) => this.#rooms.has(id) };
		this.files = new FileSender(owner, this.#outbound, {
			...asked,
			withAnswer: (...event) => this.#withAnswer(...event),
			apply: (...event) => this.#apply(...event),
		});
		for (const [id, room] of state.rooms) this.#addRoom(id, room);
	}

	/**
	 * Connects a client. One that asks for recovery returns to its conversations if `auth` also
	 * holds the `pid` and `offset` of an earlier connection.
	 */
	static async connect(
		nsp: string,
		identity: Identity,
		auth: Record<string, unknown>,
		owner: ClientOwner,
		carrier: Carrier,
	): Promise<Client> {
		if (auth.recovery !== true) {
			const resends = { base: randomId(), acknowledged: 0, unread: [] };
			return new Client({ nsp, sid: randomId(), pid: undefined, identity, resends, rooms: new Map() }, owner, carrier);
		}
		const pidOwner = `${nsp} ${identity.userId}`;
		const former = await readPid(auth.pid, pidOwner);
		const offset = former && parseOffset(auth.offset);
		const pid = former ?? (await newPid(randomId(), 0, pidOwner));
		const resends = { base: pid.base, acknowledged: offset?.acknowledged ?? 0, unread: [] };
		const client = new Client({ nsp, sid: randomId(), pid, identity, resends, rooms: new Map() }, owner, carrier);
		const isRecovered = offset !== undefined && owner.hasRoomFor(offset.rooms.size) && (await client.#recover(offset));
		if (former && !isRecovered) client.#pid = await newPid(former.base, former.life + 1, pidOwner);
		return client;
	}

	get person(): Pick<Identity, "userId" | "network"> {
		return this.#identity;
	}

	get roomCount(): number {
		return this.#rooms.size;
	}

	/** The time at which its token expires, in ms. */
	get expiresAt(): number {
		return this.#identity.expiresAt;
	}

	get state(): ClientState {
		const rooms = new Map([...this.#rooms].map(([id, room]) => [id, room.state]));
		return { nsp: this.nsp, sid: this.#sid, pid: this.#pid, identity: this.#identity, resends: this.#outbound.resends, rooms };
	}

	/** Tells the client that it is connected, and then sends what it missed. */
	welcome(): void {
		this.#outbound.connect(this.#sid, this.#pid && encodePid(this.#pid));
	}

	/** Continues where another transport stopped. */
	resume(): void {
		this.#isUpgraded = true;
		this.#outbound.resume();
		for (const room of this.#rooms.values()) room.start();
	}

	pongReceived(ping: number): void {
		this.#outbound.pongReceived(ping);
	}

	// Rooms

	/**
	 * Returns false if the client cannot be sent everything it missed: it then starts without
	 * conversations.
	 */
	async #recover({ rooms }: Offset): Promise<boolean> {
		const recovering = [...rooms].map(([id, progress]) => this.#addRoom(id, { progress, pending: [], unsent: [], joins: [] }));
		for (const room of recovering) room.start();
		const { promise: timeout, resolve } = Promise.withResolvers<false>();
		const timer = setTimeout(() => resolve(false), recoveryTimeout);
		const all = Promise.all(recovering.map(({ recovered }) => recovered));
		const isEach = all.then((outcomes) => outcomes.every((isRecovered) => isRecovered));
		const isWhole = await Promise.race([isEach, timeout, this.#outbound.overflown]);
		clearTimeout(timer);
		if (isWhole && !this.#outbound.hasLost) return true;
		for (const room of this.#rooms.values()) room.close();
		this.#rooms.clear();
		this.#outbound.discard();
		return false;
	}

	#addRoom(conversationId: string, state?: RoomState): Room {
		const room = new Room(conversationId, this, this.#outbound, state);
		this.#rooms.set(conversationId, room);
		return room;
	}

	openSocket(conversationId: string, cursor: string | undefined): Promise<WebSocket | Refusal> {
		const holder = { session: this.#sid, isUpgraded: this.#isUpgraded };
		return this.#owner.backend.open(this.#identity, conversationId, cursor, holder);
	}

	roomEnded(room: Room, reason: Refusal, isAnnounced: boolean): void {
		// During recovery any other reason fails the recovery as a whole.
		if (this.#outbound.isHeld && reason.code !== "not_found") return;
		const { conversationId } = room;
		this.#rooms.delete(conversationId);
		room.fail(reason);
		if (!isAnnounced) this.#outbound.refuse(reason, { conversationId });
		if (reason.code === "unauthorized") this.disconnect(reason);
	}

	// Events of the client

	receive({ name, payload, ackId }: EventPacket): void {
		this.#outbound.eventReceived();
		const parsed = toClientEvent(name, payload);
		if ("refusal" in parsed) {
			this.#owner.countBadEvent();
			this.#outbound.refuse(parsed.refusal, conversationIn(payload), ackId);
		} else {
			const event = this.#withAnswer(parsed.event, ackId);
			const refusal = this.#apply(event, ackId);
			if (refusal) this.#outbound.refuse(refusal, event, ackId);
		}
	}

	/**
	 * Prepares an event for its answer: a message needs an id, so that it can be sent again, and a
	 * reaction has to ask for its message.
	 */
	#withAnswer(event: ClientEvent, ackId: number | undefined): ClientEvent {
		if (ackId === undefined && (hasAnswer(event) || event.type === "chat:join")) this.#outbound.sendsOnce();
		if (event.type === "chat:react") return { ...event, whole: ackId !== undefined };
		if (event.type !== "chat:send" || event.clientId !== undefined) return event;
		// A client that wants no acknowledgement does not send it again.
		return { ...event, clientId: ackId === undefined ? randomId() : this.#outbound.clientIdOf(event) };
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
			case "chat:leave":
				if (room) this.#leave(room);
				break;
			case "chat:ack":
				// Pings already show what the client has read.
				break;
			default:
				if (!room) return { code: "not_joined" };
				if (hasAnswer(event)) return room.send(event, ackId) ? undefined : busy;
				room.send(event, undefined);
		}
		if (ackId !== undefined) this.#outbound.acknowledge([ackId], { conversationId });
	}

	#join(event: Extract<ClientEvent, { type: "chat:join" }>, known: Room | undefined, ackId: number | undefined): Refusal | undefined {
		if (!known && !this.#owner.hasRoomFor(1)) return { code: "too_many_conversations" };
		const room = known ?? this.#addRoom(event.conversationId);
		room.join(event, ackId);
		if (!known) room.start();
	}

	#leave(room: Room): void {
		const { conversationId } = room;
		this.#rooms.delete(conversationId);
		room.close();
		room.fail({ code: "not_joined" });
		// The guide has no such event: it carries the offset without this conversation.
		this.#outbound.emit("chat:left", { conversationId });
	}

	async #renew(token: string, ackId: number | undefined): Promise<void> {
		// The same holds on the native socket: a program's sign-in is its personal token, and nobody else's is one.
		if (this.#identity.program) return this.#outbound.refuse({ code: "forbidden" }, {}, ackId);
		const verified = await this.#owner.backend.identify(token).catch((): { refusal: Refusal } => ({ refusal: { code: "internal" } }));
		if (this.#isOver) return;
		if ("identity" in verified && verified.identity.userId === this.person.userId && !verified.identity.program) {
			this.#identity = verified.identity;
			for (const room of this.#rooms.values()) room.renew(token);
			if (ackId !== undefined) this.#outbound.acknowledge([ackId], {});
		} else {
			const refusal: Refusal = "refusal" in verified ? verified.refusal : { code: "unauthorized" };
			if (refusal.code !== "unavailable") this.#owner.countBadEvent();
			this.#outbound.refuse(refusal, {}, ackId);
		}
	}

	/** Answers a packet that was not read. `isQuiet`: only its acknowledgement says so. */
	refuse(refusal: Refusal, ackId: number | undefined, { isQuiet = false } = {}): void {
		if (!isQuiet) this.#outbound.refuse(refusal, {}, ackId);
		else if (ackId !== undefined)
			this.#outbound.acknowledge([ackId], refusalAnswer({ error: refusal.text ?? errors[refusal.code].text, ...refusal }));
	}

	// Time, and the end

	pingSockets(): void {
		for (const room of this.#rooms.values()) room.pingSocket();
	}

	/** Disconnects the client if its token has expired. */
	expire(now: number): void {
		if (this.#isOver || now < this.#identity.expiresAt) return;
		this.#outbound.refuse({ code: "token_expired" }, {});
		this.disconnect({ code: "token_expired" });
	}

	/** Disconnects the client from the server's end. What it still waits for is refused. */
	disconnect(reason: Refusal): void {
		if (this.#isOver) return;
		for (const room of this.#rooms.values()) room.fail(reason);
		this.#outbound.disconnect();
		this.close();
		this.#owner.clientDisconnected(this);
	}

	/** Sends nothing any more. Its sockets stay open, so that it remains present. */
	freeze(): void {
		this.#isOver = true;
		this.#outbound.end();
		for (const room of this.#rooms.values()) room.freeze();
	}

	/** Closes its sockets without a word to the client. */
	close(): void {
		this.freeze();
		for (const room of this.#rooms.values()) room.close();
	}
}
