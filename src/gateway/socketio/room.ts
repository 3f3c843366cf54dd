// One conversation that a client is in: what it was told of it, what it said there that has no answer yet, and what it is told now, also
// after the socket behind it broke. The client hears nothing of that.

import type { ClientEvent, ServerEvent } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import { ReconnectingSocket, type ReconnectingSocketListener } from "../reconnecting-socket.ts";
import { catchUp, follow, isKnown, type Progress, progressAt, textOf } from "./catch-up.ts";
import { answerTo, hasAnswer } from "./translate.ts";

/** Opens a socket for a client that is to be let in, or returns the refusal; may throw. */
export type OpenSocket = (conversationId: string, cursor: string | undefined) => Promise<WebSocket | Refusal>;

type Joined = Extract<ServerEvent, { type: "chat:joined" }>;

/** Said, and to be said again after a break until there is an answer; `ackIds`: what asked to be told of it. */
type Pending = { event: ClientEvent; ackIds: number[] };

/** All that another Worker needs to go on. */
export type RoomState = { progress?: Progress; participants?: Person[]; pending: Pending[]; waiting: ClientEvent[]; joins: number[] };

export type RoomOptions = {
	conversationId: string;
	/** Who is in it. */
	userId: string;
	open: OpenSocket;
	emit(event: ServerEvent): void;
	/** Answers what asked for it; `clientId`: of what was said. */
	answer(ackIds: readonly number[], answer: object, clientId?: string): void;
	/** For good. `isTold`: the client knows why. */
	ended(why: Refusal, isTold: boolean): void;
	/** It was there before; whether all was told that was missed since. */
	cameBack?(isWhole: boolean): void;
};

export class Room implements ReconnectingSocketListener {
	readonly #options: RoomOptions;
	readonly #socket: ReconnectingSocket;
	/** Who the client knows to be here, where that is known. */
	#participants: Map<string, Person> | undefined;
	#progress: Progress | undefined;
	#pending: Pending[];
	/** What has no answer, said before the socket was open. */
	#waiting: ClientEvent[];
	/** Acknowledgements of a `chat:join`. */
	#joins: number[];
	/** Whether the socket is open and has told where the conversation is. */
	#isHere = false;

	constructor(options: RoomOptions, state: RoomState = { pending: [], waiting: [], joins: [] }) {
		this.#options = options;
		this.#progress = state.progress;
		this.#participants = state.participants && byId(state.participants);
		this.#pending = state.pending;
		this.#waiting = state.waiting;
		this.#joins = state.joins;
		this.#socket = new ReconnectingSocket(options.conversationId, this);
	}

	open(): Promise<WebSocket | Refusal> {
		this.#isHere = false;
		return this.#options.open(this.#options.conversationId, this.#progress?.cursor);
	}

	ended(reason: Refusal, isAnnounced: boolean): void {
		this.#options.ended(reason, isAnnounced);
	}

	start(): void {
		void this.#socket.connect();
	}

	get progress(): Progress | undefined {
		return this.#progress;
	}

	get state(): RoomState {
		const participants = this.#participants && [...this.#participants.values()];
		return { progress: this.#progress, participants, pending: this.#pending, waiting: this.#waiting, joins: this.#joins };
	}

	/** Somebody asks to be let in who is here, or on the way. */
	join(event: Extract<ClientEvent, { type: "chat:join" }>, ackId: number | undefined): void {
		if (ackId !== undefined) this.#joins.push(ackId);
		if (this.#isHere) this.#socket.send({ ...event, cursor: event.cursor ?? this.#progress?.cursor });
	}

	/** Whether there was room for it. */
	say(event: ClientEvent, ackId: number | undefined): boolean {
		if (this.#pending.length + this.#waiting.length >= limits.eventsPerFrame) return false;
		if (hasAnswer(event)) this.#await(event, ackId);
		const isSent = this.#isHere && this.#socket.send(event);
		// That somebody types is no news later.
		if (!isSent && !hasAnswer(event) && event.type !== "chat:typing") this.#waiting.push(event);
		return true;
	}

	#await(event: ClientEvent, ackId: number | undefined): void {
		const ackIds = ackId === undefined ? [] : [ackId];
		const same =
			event.type === "chat:send" && this.#pending.find(({ event: said }) => "clientId" in said && said.clientId === event.clientId);
		if (same) same.ackIds.push(...ackIds);
		else this.#pending.push({ event, ackIds });
	}

	/** The token of its socket is another one. */
	renew(token: string): void {
		this.#socket.send({ type: "chat:auth", conversationId: this.#options.conversationId, token });
	}

	ping(): void {
		this.#socket.ping();
	}

	close(): void {
		this.#socket.close();
	}

	/** What waits is not going to be done. */
	fail(refusal: object): void {
		for (const { event, ackIds } of this.#pending.splice(0)) this.#options.answer(ackIds, refusal, clientIdOf(event));
		this.#options.answer(this.#joins.splice(0), refusal);
	}

	received(events: ServerEvent[]): void {
		for (const event of events) {
			if (event.type === "chat:joined") this.#joined(event);
			else this.#tell(event);
		}
		this.#socket.acknowledge();
	}

	#joined(joined: Joined): void {
		const before = this.#progress;
		const isAnew = !this.#isHere;
		this.#isHere = true;
		if (before && isAnew && !joined.reset) this.#goOn(before, joined);
		else this.#begin(joined, before === undefined || joined.reset);
		if (!isAnew) return;
		for (const { event } of this.#pending) this.#socket.send(event);
		for (const event of this.#waiting.splice(0)) this.#socket.send(event);
	}

	/** After a break, of which the client hears nothing but what it missed. */
	#goOn(before: Progress, joined: Joined): void {
		for (const event of catchUp(before, joined)) this.#tell(event);
		this.#progress = { cursor: joined.cursor, live: this.#progress?.live ?? new Map() };
		this.#meet(joined.participants);
		this.#answerJoins();
		this.#options.cameBack?.(true);
	}

	#begin(joined: Joined, isAnew: boolean): void {
		this.#progress = isAnew ? progressAt(joined) : { cursor: joined.cursor, live: this.#progress?.live ?? new Map() };
		this.#options.cameBack?.(false);
		this.#participants = byId(joined.participants);
		for (const message of joined.messages)
			this.#settle({ type: "chat:message", conversationId: joined.conversationId, message, cursor: joined.cursor });
		this.#answerJoins();
		this.#options.emit(joined);
		// Who came in the middle of a reply is told its text so far in the events that bring the rest.
		if (isAnew)
			for (const message of joined.messages)
				if (message.status === "streaming") for (const event of textOf(message, undefined)) this.#options.emit(event);
	}

	#answerJoins(): void {
		this.#options.answer(this.#joins.splice(0), { conversationId: this.#options.conversationId });
	}

	#tell(event: ServerEvent): void {
		// The acknowledgement comes first: whoever has the event has had it.
		this.#settle(event);
		// It brought the message for the acknowledgement. The same event follows without it.
		if (event.type === "chat:reacted" && event.message) return;
		const progress = this.#progress;
		const isTold = event.type === "chat:message" && progress !== undefined && isKnown(progress, event.message);
		if (progress) this.#progress = follow(progress, event);
		if (event.type === "chat:user-joined") this.#participants?.set(event.userId, { userId: event.userId, username: event.username });
		if (event.type === "chat:user-left") this.#participants?.delete(event.userId);
		// Told all the same, as what is known: with it comes that there was an acknowledgement.
		this.#options.emit(isTold ? { ...event, type: "chat:updated" } : event);
	}

	#settle(heard: ServerEvent): void {
		if (this.#pending.length === 0) return;
		this.#pending = this.#pending.filter(({ event, ackIds }) => {
			const answer = answerTo(event, heard, this.#options.userId);
			if (answer) this.#options.answer(ackIds, answer, clientIdOf(event));
			return answer === undefined;
		});
	}

	/** Who came and went during a break. */
	#meet(people: readonly Person[]): void {
		const { conversationId, userId: me } = this.#options;
		const before = this.#participants ?? byId(people);
		const now = byId(people);
		this.#participants = now;
		for (const { userId, username } of before.values())
			if (!now.has(userId) && userId !== me) this.#options.emit({ type: "chat:user-left", conversationId, userId, username });
		for (const { userId, username } of people)
			if (!before.has(userId) && userId !== me) this.#options.emit({ type: "chat:user-joined", conversationId, userId, username });
	}
}

function byId(people: readonly Person[]): Map<string, Person> {
	return new Map(people.map(({ userId, username }) => [userId, { userId, username }]));
}

function clientIdOf(event: ClientEvent): string | undefined {
	return event.type === "chat:send" ? event.clientId : undefined;
}
