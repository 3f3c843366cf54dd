// One conversation as this device holds it: its transcript, its connection, and the sending of what was said until it is acknowledged.
// Knows nothing of React; hands out snapshots and says when there is a new one.

import { closeCodes } from "../../../src/protocol/errors.ts";
import type { ClientEvent, ServerEvent } from "../../../src/protocol/events.ts";
import { parseServerFrame } from "../../../src/protocol/frames.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { CachedConversation } from "./cachedConversation.ts";
import { type Clock, Connection, type ConnectionOptions, type ConnectionState } from "./connection.ts";
import type { Page } from "./historyWindow.ts";
import type { OpenOutbox, Outbox } from "./outbox.ts";
import { type PagePosition, Paging } from "./paging.ts";
import { ReadMark } from "./readMark.ts";
import { type Throttle, throttle } from "./throttle.ts";
import { type Action, emptyTranscript, type NewMessage, nextToSend, type OutgoingMessage, reduce, type Transcript } from "./transcript.ts";

export type Snapshot = { transcript: Transcript; connection: ConnectionState };

type Described = Omit<Extract<Action, { type: "described" }>, "type">;

/** What is done to a message that is there. */
export type Change = ChangeOf<Extract<ClientEvent, { type: "chat:edit" | "chat:delete" | "chat:react" | "chat:regenerate" }>>;
type ChangeOf<T> = T extends unknown ? Omit<T, "conversationId"> : never;

/** What outlives the page of what was seen. */
export interface ConversationCache {
	/** As it was left; the cursor, if one may go on from there. */
	read(): Promise<{ kept: CachedConversation; cursor: string | undefined } | undefined>;
	write(transcript: Transcript, cursor: string | undefined): void;
	/** It is not to be seen here any more. */
	delete(): void;
}

export type ClientOptions = Omit<
	ConnectionOptions<ServerEvent>,
	"token" | "cursor" | "parseFrame" | "readyEvent" | "onEvents" | "onState"
> & {
	conversationId: string;
	/** The page of messages at a place; `null` if it cannot be had now. */
	fetchPage(place: PagePosition, token: string): Promise<Page | null>;
	/** What the conversation is and who belongs to it; `null` if it cannot be had now. */
	describe(token: string): Promise<Described | null>;
	newId(): string;
	/** Where what was said is kept until it is acknowledged. */
	openOutbox: OpenOutbox;
	/** Without one every visit begins with nothing. */
	cache?: ConversationCache;
};

export const emptySnapshot: Snapshot = { transcript: emptyTranscript, connection: { type: "connecting" } };

/** In ms: a socket that lives but leaves a message unanswered for so long is given up for another one. */
const acknowledgedWithin = 15_000;
/** In ms: a disk that has not answered by then is not waited for. */
const restoredWithin = 3_000;
const recalledWithin = 1_000;
/** In ms: a disk is not for every word. */
const keepEvery = 1_000;
/** In ms: a little less often than the server passes it on. */
const typingEvery = limits.typingInterval * 1.25;

export class ConversationClient {
	readonly #options: ClientOptions;
	readonly #clock: Clock;
	readonly #listeners = new Set<() => void>();
	readonly #readMark: ReadMark;
	/** The pages of older messages, and of those around a place. */
	readonly paging: Paging;
	#snapshot = emptySnapshot;
	#connection: Connection<ServerEvent, ClientEvent> | undefined;
	#outbox: Outbox | undefined;
	/** Until then nothing is sent: what was kept goes before what is said meanwhile. */
	#isRestored = false;
	/** Of the person's tabs in this conversation one sends. */
	#isOurTurn = false;
	/** Whether it was in this tab, as far as is known, that something was said last: then it is the one to send. */
	#spokeLast = false;
	#token: string | null = null;
	readonly caching: Throttle;
	/** How often something came that a description tells of as well. */
	#changes = 0;
	#typingSaidAt = Number.NEGATIVE_INFINITY;
	#cancelRestoring = () => {};
	#cancelRecalling = () => {};
	#cancelSending = () => {};
	#cancelFading = () => {};

	constructor(options: ClientOptions) {
		this.#options = options;
		this.#clock = options.clock;
		this.paging = new Paging({
			fetch: async (place) => (this.#token === null ? null : options.fetchPage(place, this.#token)),
			history: () => this.#snapshot.transcript,
			isJoined: () => this.#snapshot.transcript.you !== null,
			apply: (action) => this.#apply(action),
		});
		this.#readMark = new ReadMark({
			clock: options.clock,
			send: (upTo) => this.#send({ type: "chat:read", conversationId: options.conversationId, upTo }),
		});
		this.caching = throttle(options.clock, keepEvery, () => {
			options.cache?.write(this.#snapshot.transcript, this.#connection?.cursor);
		});
	}

	/** For `useSyncExternalStore`; answers how to stop listening. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly snapshot = (): Snapshot => this.#snapshot;

	/** Connects with the first token, or asks for one where there is none; every later one takes its place. */
	setToken(token: string | null): void {
		this.#token = token ?? this.#token;
		if (this.#connection && token !== null && token !== this.#connection.token) {
			this.#connection.setToken(token);
			this.#send({ type: "chat:auth", conversationId: this.#options.conversationId, token });
		}
		if (this.#outbox) return;
		this.#openOutbox(token);
		if (this.#options.cache) this.#recall(this.#options.cache);
		else this.#connect();
	}

	/** Lets go of the connection; a token would connect again. */
	stop(): void {
		this.caching.flush();
		this.#cancelRecalling();
		this.#connection?.stop();
		this.#connection = undefined;
		this.#outbox?.close();
		this.#outbox = undefined;
		this.#isRestored = false;
		this.#isOurTurn = false;
		this.#cancelRestoring();
		this.#cancelSending();
		this.#cancelFading();
		this.#readMark.stop();
	}

	wake(): void {
		this.#connection?.wake();
	}

	lostNetwork(): void {
		this.#connection?.lostNetwork();
	}

	/** Nobody looks any more, and the page may be gone at any time. */
	rest(): void {
		this.caching.flush();
	}

	// What a person does

	/** Shown at once, sent when there is a connection. The text is not blank and fits `limits.content`. */
	sendMessage(content: string, about: Omit<NewMessage, "content"> = {}): void {
		this.#typingSaidAt = Number.NEGATIVE_INFINITY;
		const clientId = this.#options.newId();
		this.#apply({ type: "said", clientId, content, ...about, now: this.#clock.now() });
		this.#keep(clientId);
	}

	/** What changes a message goes out now or not at all; whether it did. */
	change(change: Change): boolean {
		return this.#send({ ...change, conversationId: this.#options.conversationId });
	}

	/** Everything up to this place has been on the screen of somebody who looked. */
	markRead(upTo: number): void {
		this.#readMark.markRead(upTo);
	}

	/** For oneself, from a place on; whether it went out. */
	markUnread(from: number): boolean {
		const isSent = this.#send({ type: "chat:read", conversationId: this.#options.conversationId, upTo: from - 1, unread: true });
		if (isSent) this.#readMark.hold();
		return isSent;
	}

	/** To be called on every change of what is being written. */
	setTyping(isTyping: boolean): void {
		const now = this.#clock.now();
		if (isTyping ? now - this.#typingSaidAt < typingEvery : this.#typingSaidAt === Number.NEGATIVE_INFINITY) return;
		this.#typingSaidAt = isTyping ? now : Number.NEGATIVE_INFINITY;
		this.#send({ type: "chat:typing", conversationId: this.#options.conversationId, isTyping });
	}

	stopReply(messageId: string): void {
		this.#send({ type: "chat:stop", conversationId: this.#options.conversationId, messageId });
	}

	/** A refused message once more. */
	retry(clientId: string): void {
		this.#apply({ type: "retried", clientId });
		this.#keep(clientId);
	}

	/** Lets go of a message that was refused. */
	discard(clientId: string): void {
		const outgoing = this.#outgoing(clientId);
		if (!outgoing) return;
		this.#apply({ type: "discarded", clientId });
		this.#outbox?.discard(outgoing);
	}

	/** Whether all that is not acknowledged is on the disk. */
	isSaved(): boolean {
		return this.#snapshot.transcript.outgoing.every(({ clientId }) => this.#outbox?.isSaved(clientId));
	}

	dismissNotice(): void {
		this.#apply({ type: "notice dismissed" });
	}

	// What follows from it

	/** One may have read on another device, or marked something unread. */
	#followReading(event: ServerEvent): void {
		if (event.type !== "chat:read" || event.userId !== this.#snapshot.transcript.you?.userId) return;
		if (event.unread) this.#readMark.hold();
		else this.#readMark.readElsewhere(event.upTo);
	}

	/** Whether somebody has come of whom is not known that they are a member. */
	#isStranger(event: ServerEvent): boolean {
		const { members } = this.#snapshot.transcript;
		return event.type === "chat:user-joined" && members !== null && !members.some(({ userId }) => userId === event.userId);
	}

	async #describe(): Promise<void> {
		const connection = this.#connection;
		const changes = this.#changes;
		const described = this.#token === null ? null : await this.#options.describe(this.#token);
		if (!described || connection !== this.#connection) return;
		// What came meanwhile is newer, and may not be in it.
		if (changes !== this.#changes) return this.#describe();
		this.#apply({ type: "described", ...described });
		this.caching.schedule();
	}

	/** Asks for everything since the cursor once more. */
	#sync(): void {
		this.#send({ type: "chat:join", conversationId: this.#options.conversationId, cursor: this.#connection?.cursor });
	}

	#send(event: ClientEvent): boolean {
		return this.#connection?.send(event) ?? false;
	}

	#become(connection: ConnectionState): void {
		this.#snapshot = { ...this.#snapshot, connection };
		this.#token = this.#connection?.token ?? this.#token;
		if (connection.type === "ended" && connection.code !== closeCodes.token) {
			this.caching.cancel();
			this.#options.cache?.delete();
		}
		if (connection.type === "connected") {
			const { reads, you } = this.#snapshot.transcript;
			this.#apply({ type: "time passed", now: this.#clock.now() });
			this.#readMark.connected(reads.get(you?.userId ?? "") ?? 0);
			this.#outbox?.requestTurn(this.#spokeLast);
		} else {
			// Another tab may have a connection.
			this.#outbox?.releaseTurn();
			this.#isOurTurn = false;
			this.#apply({ type: "disconnected" });
		}
	}

	#receive(events: ServerEvent[]): void {
		const { outgoing } = this.#snapshot.transcript;
		this.#apply({ type: "received", events, now: this.#clock.now() });
		this.#settle(outgoing);
		if (events.some(({ type }) => type === "chat:member" || type === "chat:member-left" || type === "chat:conversation")) this.#changes++;
		for (const event of events) this.#followReading(event);
		// What has no cursor is told again to whoever comes back.
		if (events.some((event) => "cursor" in event)) this.caching.schedule();
		if (events.some((event) => event.type === "chat:joined" || this.#isStranger(event))) void this.#describe();
	}

	#connect(cursor?: string): void {
		this.#connection = new Connection({
			...this.#options,
			token: this.#token,
			cursor,
			parseFrame: parseServerFrame,
			readyEvent: "chat:joined",
			onEvents: (events) => this.#receive(events),
			onState: (state) => this.#become(state),
		});
		this.#connection.start();
	}

	/** What is kept is there before the first word of the server. */
	#recall(keeper: ConversationCache): void {
		let isOver = false;
		const goOn = (recalled: Awaited<ReturnType<ConversationCache["read"]>>) => {
			if (isOver) return;
			this.#cancelRecalling();
			if (recalled) this.#apply({ type: "recalled", kept: recalled.kept });
			this.#connect(recalled?.cursor);
		};
		const stop = this.#clock.after(recalledWithin, () => goOn(undefined));
		this.#cancelRecalling = () => {
			isOver = true;
			stop();
		};
		void keeper.read().then(goOn);
	}

	#openOutbox(token: string | null): void {
		this.#outbox = this.#options.openOutbox(token, {
			restored: (outgoing) => this.#restore(outgoing),
			saved: (outgoing) => this.#apply({ type: "mirrored", outgoing }),
			discarded: (clientId) => this.#apply({ type: "discarded", clientId }),
			senderChanged: (isOurs) => this.#turn(isOurs),
		});
		this.#cancelRestoring = this.#clock.after(restoredWithin, () => this.#restore([]));
	}

	#restore(kept: readonly OutgoingMessage[]): void {
		this.#cancelRestoring();
		this.#isRestored = true;
		this.#apply({ type: "restored", outgoing: kept });
		this.#settle(kept);
	}

	#turn(isOurs: boolean): void {
		this.#isOurTurn = isOurs;
		if (!isOurs) this.#spokeLast = false;
		this.#goOn();
	}

	/** What is said here, or tried again, outlives the page and is sent from here. */
	#keep(clientId: string): void {
		const outgoing = this.#outgoing(clientId);
		if (outgoing) this.#outbox?.save(outgoing);
		this.#spokeLast = true;
		if (this.#snapshot.connection.type === "connected" && !this.#isOurTurn) this.#outbox?.requestTurn(true);
	}

	/** Of these, what is stored by now is let go of, and what is refused by now is kept as such. */
	#settle(former: readonly OutgoingMessage[]): void {
		for (const one of former) {
			const outgoing = this.#outgoing(one.clientId);
			if (!outgoing) this.#outbox?.remove(one);
			else if (outgoing.state.type === "failed" && one.state.type !== "failed") this.#outbox?.save(outgoing);
		}
	}

	#outgoing(clientId: string): OutgoingMessage | undefined {
		return this.#snapshot.transcript.outgoing.find((one) => one.clientId === clientId);
	}

	#apply(action: Action): void {
		const before = this.#snapshot.transcript;
		const transcript = reduce(before, action);
		this.#snapshot = { ...this.#snapshot, transcript };
		if (transcript.isBehind && !before.isBehind) this.#sync();
		void this.paging.loadRequestedWindow(before);
		if (transcript.typing !== before.typing) this.#fadeTyping();
		this.#goOn();
	}

	#goOn(): void {
		this.#sendNext();
		for (const listener of this.#listeners) listener();
	}

	#sendNext(): void {
		if (!this.#isRestored || !this.#isOurTurn) return;
		const { transcript } = this.#snapshot;
		const now = this.#clock.now();
		const next = nextToSend(transcript, now);
		if (!next) {
			if (transcript.heldUntil > now)
				this.#setSendTimer(transcript.heldUntil - now, () => this.#apply({ type: "time passed", now: this.#clock.now() }));
			return;
		}
		const { conversationId } = this.#options;
		const { clientId, content, replyTo, mentions } = next;
		const said = { content, ...(replyTo !== undefined && { replyTo }), ...(mentions && { mentions: [...mentions] }) };
		if (!this.#send({ type: "chat:send", conversationId, ...said, role: "user", clientId })) return;
		this.#snapshot = { ...this.#snapshot, transcript: reduce(transcript, { type: "sent", clientId }) };
		this.#setSendTimer(acknowledgedWithin, () => {
			if (this.#outgoing(clientId)?.state.type === "sent") this.#connection?.restart();
		});
	}

	#fadeTyping(): void {
		this.#cancelFading();
		const first = Math.min(...this.#snapshot.transcript.typing.map(({ until }) => until));
		if (first === Number.POSITIVE_INFINITY) return;
		this.#cancelFading = this.#clock.after(first - this.#clock.now(), () => this.#apply({ type: "time passed", now: this.#clock.now() }));
	}

	#setSendTimer(ms: number, call: () => void): void {
		this.#cancelSending();
		this.#cancelSending = this.#clock.after(ms, call);
	}
}
