// One conversation that a client is in: what the client knows of it, what it sent there that has no
// answer yet, and what it is sent now. When the socket to the conversation breaks, the room
// reconnects and catches up; the client notices nothing.

import { errors } from "../../protocol/errors.ts";
import type { ClientEvent, ServerEvent } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import { everybodyIn } from "../../protocol/people/presence.ts";
import type { Person } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { ReconnectingSocket, type ReconnectingSocketListener } from "../reconnecting-socket.ts";
import { catchUp, textOf } from "./catch-up.ts";
import type { Outbound } from "./outbound.ts";
import { answerTo, hasAnswer, refusalAnswer } from "./packets.ts";
import { advance, isKnown, type Progress, progressAt } from "./recovery.ts";

type Joined = Extract<ServerEvent, { type: "chat:joined" }>;
type JoinEvent = Extract<ClientEvent, { type: "chat:join" }>;

/**
 * An event without an answer yet, to be sent again after a break; `ackIds`: the acknowledgements
 * that the client asked for.
 */
type Pending = { event: ClientEvent; ackIds: number[] };

/** Everything that another Worker needs to continue. */
export type RoomState = {
	progress?: Progress;
	participants?: Person[];
	pending: Pending[];
	/** Events that have no answer and could not be sent yet. */
	unsent: ClientEvent[];
	/** Acknowledgements that were asked for with `chat:join`. */
	joins: number[];
};

/** The client that is in the room. */
export interface RoomOwner {
	readonly person: { readonly userId: string };
	openSocket(conversationId: string, cursor: string | undefined): Promise<WebSocket | Refusal>;
	/** The room does not reconnect. `isAnnounced`: the client has been sent the reason. */
	roomEnded(room: Room, reason: Refusal, isAnnounced: boolean): void;
}

export class Room implements ReconnectingSocketListener {
	readonly conversationId: string;
	readonly #owner: RoomOwner;
	readonly #outbound: Outbound;
	readonly #socket: ReconnectingSocket;
	readonly #recovery = Promise.withResolvers<boolean>();
	/** The people whom the client knows to be present, if it knows that. */
	#participants: Map<string, Person> | undefined;
	#progress: Progress | undefined;
	#pending: Pending[];
	#unsent: ClientEvent[];
	#joins: number[];
	/** True once the open socket has brought its `chat:joined`. */
	#isJoined = false;
	/** The client's last request to join again, until it is made again. */
	#lastJoin: JoinEvent | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(
		conversationId: string,
		owner: RoomOwner,
		outbound: Outbound,
		{ progress, participants, pending, unsent, joins }: RoomState = { pending: [], unsent: [], joins: [] },
	) {
		this.conversationId = conversationId;
		this.#owner = owner;
		this.#outbound = outbound;
		this.#socket = new ReconnectingSocket(conversationId, this);
		this.#progress = progress;
		this.#participants = byId(participants);
		this.#pending = pending;
		this.#unsent = unsent;
		this.#joins = joins;
	}

	start(): void {
		void this.#socket.connect();
	}

	get progress(): Progress | undefined {
		return this.#progress;
	}

	/**
	 * For a client that was in the room before: true once it has been sent everything it missed,
	 * false if it cannot be.
	 */
	get recovered(): Promise<boolean> {
		return this.#recovery.promise;
	}

	get state(): RoomState {
		const participants = this.#participants && [...this.#participants.values()];
		return { progress: this.#progress, participants, pending: this.#pending, unsent: this.#unsent, joins: this.#joins };
	}

	// From the client

	/** Also for a client that has joined, or is about to. */
	join(event: JoinEvent, ackId: number | undefined): void {
		if (ackId !== undefined) this.#joins.push(ackId);
		this.#lastJoin = event;
		if (this.#isJoined) this.#joinAgain();
	}

	#joinAgain(): void {
		if (this.#lastJoin) this.#socket.send({ ...this.#lastJoin, cursor: this.#lastJoin.cursor ?? this.#progress?.cursor });
	}

	/** Puts off a join that the conversation has refused as too fast, if the client waits for it. Such a refusal names no message. */
	#putsOff(event: ServerEvent): boolean {
		if (event.type !== "chat:error" || event.code !== "rate_limited" || event.clientId !== undefined || event.messageId !== undefined)
			return false;
		if (this.#joins.length === 0 || event.retryAfterMs === undefined) return false;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#joinAgain(), event.retryAfterMs);
		return true;
	}

	/** Returns false if too many events wait already. */
	send(event: ClientEvent, ackId: number | undefined): boolean {
		if (this.#pending.length + this.#unsent.length >= limits.eventsPerFrame) return false;
		if (hasAnswer(event)) this.#expectAnswer(event, ackId);
		const isSent = this.#isJoined && this.#socket.send(event);
		// Typing is no news later.
		if (!isSent && !hasAnswer(event) && event.type !== "chat:typing") this.#unsent.push(event);
		return true;
	}

	#expectAnswer(event: ClientEvent, ackId: number | undefined): void {
		const ackIds = ackId === undefined ? [] : [ackId];
		const same = event.type === "chat:send" && this.#pending.find((pending) => clientIdOf(pending.event) === event.clientId);
		if (same) same.ackIds.push(...ackIds);
		else this.#pending.push({ event, ackIds });
	}

	/** Gives the socket a newer token, or the next one if it is not open: that was asked for with the older token. */
	renew(token: string): void {
		const event = { type: "chat:auth", conversationId: this.conversationId, token } as const;
		if (this.#socket.send(event)) return;
		this.#unsent = [...this.#unsent.filter(({ type }) => type !== "chat:auth"), event];
	}

	pingSocket(): void {
		this.#socket.ping();
	}

	/** Stays open, but does not reconnect. */
	freeze(): void {
		this.#socket.freeze();
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#socket.close();
	}

	/** Refuses everything that waits for an answer. */
	fail(refusal: Refusal): void {
		const answer = refusalAnswer({ error: errors[refusal.code].text, ...refusal });
		for (const { event, ackIds } of this.#pending.splice(0)) this.#outbound.acknowledge(ackIds, answer, clientIdOf(event));
		this.#outbound.acknowledge(this.#joins.splice(0), answer);
	}

	// From the conversation

	open(): Promise<WebSocket | Refusal> {
		this.#isJoined = false;
		return this.#owner.openSocket(this.conversationId, this.#progress?.cursor);
	}

	received(events: ServerEvent[]): void {
		for (const event of events) {
			if (event.type === "chat:joined") this.#joined(event);
			else if (!this.#putsOff(event)) this.#forward(event);
		}
		// Events count as read here: the connection limits what its client leaves unread.
		this.#socket.acknowledge();
	}

	ended(reason: Refusal, isAnnounced: boolean): void {
		// A client that is no longer let into one conversation still recovers in the others.
		this.#recovery.resolve(reason.code === "not_found");
		this.#owner.roomEnded(this, reason, isAnnounced);
	}

	#joined(joined: Joined): void {
		const before = this.#progress;
		const isNewSocket = !this.#isJoined;
		this.#isJoined = true;
		if (before && isNewSocket && !joined.reset) this.#catchUp(before, joined);
		else this.#restart(joined, before === undefined || joined.reset);
		if (!isNewSocket) return;
		for (const { event } of this.#pending) this.#socket.send(event);
		for (const event of this.#unsent.splice(0)) this.#socket.send(event);
	}

	/** After a break: the client is sent only what it missed. */
	#catchUp(before: Progress, joined: Joined): void {
		for (const event of catchUp(before, joined)) this.#forward(event);
		this.#progress = { cursor: joined.cursor, live: this.#progress?.live ?? new Map() };
		if (!this.#updateParticipants(joined)) this.#tellPresence(joined);
		this.#acknowledgeJoins();
		this.#recovery.resolve(true);
	}

	#restart(joined: Joined, isReset: boolean): void {
		this.#progress = isReset ? progressAt(joined) : { cursor: joined.cursor, live: this.#progress?.live ?? new Map() };
		this.#recovery.resolve(false);
		this.#participants = byId(everybodyIn(joined));
		for (const message of joined.messages)
			this.#answerPending({ type: "chat:message", conversationId: joined.conversationId, message, cursor: joined.cursor });
		this.#acknowledgeJoins();
		this.#outbound.emitEvent(joined);
		// A client that joins during a reply is sent its text so far in the same events that bring
		// the rest.
		if (isReset)
			for (const message of joined.messages)
				if (message.status === "streaming") for (const event of textOf(message, undefined)) this.#outbound.emitEvent(event);
	}

	#acknowledgeJoins(): void {
		this.#outbound.acknowledge(this.#joins.splice(0), { conversationId: this.conversationId });
	}

	#forward(event: ServerEvent): void {
		// The acknowledgement goes first, so that a client that has the event has the
		// acknowledgement too.
		this.#answerPending(event);
		// This one brought the message for the acknowledgement. The same event follows without it.
		if (event.type === "chat:reacted" && event.message) return;
		const progress = this.#progress;
		const isSentAgain = event.type === "chat:message" && progress !== undefined && isKnown(progress, event.message);
		if (progress) this.#progress = advance(progress, event);
		if (event.type === "chat:user-joined") this.#participants?.set(event.userId, { userId: event.userId, username: event.username });
		if (event.type === "chat:user-left") this.#participants?.delete(event.userId);
		if (event.type === "chat:presence") this.#updateParticipants(event);
		// A known message is sent all the same, as an update: its offset tells the client that
		// there was an acknowledgement.
		this.#outbound.emitEvent(isSentAgain ? { ...event, type: "chat:updated" } : event);
	}

	#answerPending(received: ServerEvent): void {
		if (this.#pending.length === 0) return;
		this.#pending = this.#pending.filter(({ event, ackIds }) => {
			const answer = answerTo(event, received, this.#owner.person.userId);
			if (answer) this.#outbound.acknowledge(ackIds, answer, clientIdOf(event));
			return answer === undefined;
		});
	}

	/** A client that returns may know neither who was here before the break nor who is here now. */
	#tellPresence({ conversationId, participants = [], participantCount = participants.length }: Joined): void {
		const everybody = this.#participants && { participants: [...this.#participants.values()] };
		this.#outbound.emitEvent({ type: "chat:presence", conversationId, participantCount, ...everybody });
	}

	/** Sends who joined and left during a break. Returns false if that is not known. */
	#updateParticipants(presence: Parameters<typeof everybodyIn>[0]): boolean {
		const { conversationId } = this;
		const me = this.#owner.person.userId;
		const [before, now] = [this.#participants, byId(everybodyIn(presence))];
		this.#participants = now;
		if (!before || !now) return false;
		for (const { userId, username } of before.values())
			if (!now.has(userId) && userId !== me) this.#outbound.emitEvent({ type: "chat:user-left", conversationId, userId, username });
		for (const { userId, username } of now.values())
			if (!before.has(userId) && userId !== me) this.#outbound.emitEvent({ type: "chat:user-joined", conversationId, userId, username });
		return true;
	}
}

function byId(people: readonly Person[] | undefined): Map<string, Person> | undefined {
	return people && new Map(people.map(({ userId, username }) => [userId, { userId, username }]));
}

function clientIdOf(event: ClientEvent): string | undefined {
	return event.type === "chat:send" ? event.clientId : undefined;
}
