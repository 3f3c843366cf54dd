// One conversation as this device holds it: its connection, its transcript, and what is cached, sent and read.
// Gives out snapshots and notifies listeners of new ones. Must not depend on React.

import { type AsideEvent, isAsideEvent } from "../../../src/protocol/claude/aside.ts";
import { closeCodes } from "../../../src/protocol/errors.ts";
import type { ClientEvent, ServerEvent } from "../../../src/protocol/events.ts";
import { parseServerFrame } from "../../../src/protocol/frames.ts";
import type { Cached, ConversationCache } from "./cachedConversation.ts";
import { type Clock, Connection, type ConnectionOptions, type ConnectionState } from "./connection.ts";
import { type Description, DescriptionLoader } from "./description.ts";
import type { Page } from "./historyWindow.ts";
import type { OpenOutbox } from "./outbox.ts";
import { type MessageCommand, type NewMessage, sendEventOf } from "./outgoing.ts";
import { type PagePosition, Paging } from "./paging.ts";
import { NoticeLoader, type Notices } from "./people/notices.ts";
import { ReadMark } from "./readMark.ts";
import { Resync } from "./resync.ts";
import { Sender } from "./sender.ts";
import { type Throttle, throttle } from "./throttle.ts";
import { type Action, emptyTranscript, reduce, type Transcript } from "./transcript.ts";
import { TypingSignals } from "./typing.ts";

export type Snapshot = { transcript: Transcript; connection: ConnectionState };

export type ClientOptions = Omit<
	ConnectionOptions<ServerEvent>,
	"token" | "cursor" | "parseFrame" | "readyEvent" | "onEvents" | "onState"
> & {
	conversationId: string;
	/** `null` if the page cannot be loaded now. */
	fetchPage(position: PagePosition, token: string): Promise<Page | null>;
	/** The conversation and its members; `null` if they cannot be loaded now. */
	describe(token: string): Promise<Description | null>;
	/** The notices after one message and before another; `null` if they cannot be loaded now. */
	fetchNotices?(token: string, after: number, before?: number): Promise<Notices | null>;
	newId(): string;
	openOutbox: OpenOutbox;
	/** Without a cache every visit begins with an empty transcript. */
	cache?: ConversationCache;
};

export const emptySnapshot: Snapshot = { transcript: emptyTranscript, connection: { type: "connecting" } };

/** In ms: the client connects without the cached state if the disk has not answered by then. */
const cacheReadTimeout = 1_000;
/** In ms: how often the cache is written while messages arrive. */
const cacheInterval = 1_000;

export class ConversationClient {
	readonly #options: ClientOptions;
	readonly #clock: Clock;
	readonly #listeners = new Set<() => void>();
	readonly #sender: Sender;
	readonly #readMark: ReadMark;
	readonly #resync: Resync;
	readonly #typing: TypingSignals;
	readonly #description: DescriptionLoader;
	readonly #notices: NoticeLoader;
	readonly #caching: Throttle;
	readonly paging: Paging;
	/** They receive the events of private questions. */
	readonly asideListeners = new Set<(event: AsideEvent) => void>();
	#snapshot = emptySnapshot;
	#connection: Connection<ServerEvent, ClientEvent> | undefined;
	#token: string | null = null;
	#cancelCacheRead = () => {};

	constructor(options: ClientOptions) {
		this.#options = options;
		this.#clock = options.clock;
		const { clock, conversationId } = options;
		const transcript = () => this.#snapshot.transcript;
		const apply = (action: Action) => this.#apply(action);
		this.paging = new Paging({
			fetch: async (position) => (this.#token === null ? null : options.fetchPage(position, this.#token)),
			history: transcript,
			isJoined: () => transcript().you !== null,
			apply,
		});
		this.#sender = new Sender({
			clock,
			openOutbox: options.openOutbox,
			transcript,
			apply,
			isConnected: () => this.#snapshot.connection.type === "connected",
			send: (message) => this.#send(sendEventOf(message, conversationId)),
			reconnect: () => this.#connection?.restart(),
		});
		this.#readMark = new ReadMark({ clock, send: (upTo) => this.#send({ type: "chat:read", conversationId, upTo }) });
		this.#typing = new TypingSignals({
			clock,
			send: (isTyping) => this.#send({ type: "chat:typing", conversationId, isTyping }),
			expired: () => apply({ type: "time passed", now: clock.now() }),
		});
		const join = () => this.#send({ type: "chat:join", conversationId, cursor: this.#connection?.cursor });
		this.#resync = new Resync({ clock, isBehind: () => transcript().isBehind, join });
		this.#description = new DescriptionLoader({
			fetch: async () => (this.#token === null ? null : options.describe(this.#token)),
			members: () => (transcript().memberCount === null ? transcript().members : null),
			loaded: (description) => {
				apply({ type: "described", ...description });
				this.#caching.schedule();
			},
		});
		this.#notices = new NoticeLoader({
			fetch: async (...place) => (this.#token === null ? null : (options.fetchNotices?.(this.#token, ...place) ?? null)),
			state: transcript,
			loaded: (notices, former) => {
				apply({ type: "notices loaded", notices, former });
				this.#caching.schedule();
			},
		});
		this.#caching = throttle(clock, cacheInterval, () => options.cache?.write(transcript(), this.#connection?.cursor));
	}

	/** For `useSyncExternalStore`; returns a function that unsubscribes. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly snapshot = (): Snapshot => this.#snapshot;

	/** Connects, requesting a token if this is `null`. Once connected, a new token replaces the current one. */
	setToken(token: string | null): void {
		this.#token = token ?? this.#token;
		if (this.#connection && token !== null && token !== this.#connection.token) {
			this.#connection.setToken(token);
			this.#send({ type: "chat:auth", conversationId: this.#options.conversationId, token });
		}
		if (this.#sender.isOpen) return;
		this.#sender.open(token);
		if (this.#options.cache) this.#connectFromCache(this.#options.cache);
		else this.#connect();
	}

	/** Disconnects; `setToken` connects again. */
	stop(): void {
		this.#caching.flush();
		this.#cancelCacheRead();
		this.#connection?.stop();
		this.#connection = undefined;
		this.#sender.close();
		this.#description.stop();
		this.#typing.stop();
		this.#readMark.stop();
	}

	/** The page is visible again, or the device may have a network again. */
	wake(): void {
		this.#connection?.wake();
	}

	lostNetwork(): void {
		this.#connection?.lostNetwork();
	}

	/** The page is hidden, and the browser may end it at any time. */
	rest(): void {
		this.#caching.flush();
	}

	/** Shows the message at once and sends it when connected. Without files the text must not be blank. It must fit `limits.content`. */
	sendMessage(content: string, about: Omit<NewMessage, "content"> = {}, clientId = this.#options.newId()): void {
		this.#typing.messageSent();
		this.#apply({ type: "enqueued", clientId, content, ...about, now: this.#clock.now() });
		this.#sender.save(clientId);
	}

	/** Sends a refused message again. */
	retry(clientId: string): void {
		this.#apply({ type: "retried", clientId });
		this.#sender.save(clientId);
	}

	/** Deletes a refused message. */
	discard(clientId: string): void {
		this.#sender.discard(clientId);
	}

	/** True if every unacknowledged message is on disk. */
	isSaved(): boolean {
		return this.#sender.isSaved;
	}

	/** Sends a change of a message, or drops it while not connected; returns true if it was sent. */
	command(command: MessageCommand): boolean {
		return this.#send({ ...command, conversationId: this.#options.conversationId });
	}

	/** Every message up to this `seq` has been on screen while somebody was looking. */
	markRead(upTo: number): void {
		this.#readMark.markRead(upTo);
	}

	/** Marks messages from this `seq` on as unread for oneself; returns true if it was sent. */
	markUnread(from: number): boolean {
		const isSent = this.#send({ type: "chat:read", conversationId: this.#options.conversationId, upTo: from - 1, unread: true });
		if (isSent) this.#readMark.pause();
		return isSent;
	}

	/** To be called on every change of the text being written. */
	setTyping(isTyping: boolean): void {
		this.#typing.changed(isTyping);
	}

	dismissNotice(): void {
		this.#apply({ type: "notice dismissed" });
	}

	#connect(cursor?: string): void {
		this.#connection = new Connection({
			...this.#options,
			token: this.#token,
			cursor,
			parseFrame: parseServerFrame,
			readyEvent: "chat:joined",
			onEvents: (events) => this.#receive(events),
			onState: (state) => this.#setConnection(state),
		});
		this.#connection.start();
	}

	/** Reads the cache before it connects: the server's first event must find the cached messages in place. */
	#connectFromCache(cache: ConversationCache): void {
		let isOver = false;
		const connect = (found: Cached | undefined) => {
			if (isOver) return;
			this.#cancelCacheRead();
			if (found) this.#apply({ type: "cache restored", ...found.cached });
			this.#connect(found?.cursor);
		};
		const stop = this.#clock.after(cacheReadTimeout, () => connect(undefined));
		this.#cancelCacheRead = () => {
			isOver = true;
			stop();
		};
		void cache.read().then(connect);
	}

	#setConnection(connection: ConnectionState): void {
		this.#snapshot = { ...this.#snapshot, connection };
		this.#token = this.#connection?.token ?? this.#token;
		if (connection.type === "ended" && connection.code !== closeCodes.token) {
			this.#caching.cancel();
			this.#options.cache?.delete();
		}
		if (connection.type === "connected") {
			const { reads, you } = this.#snapshot.transcript;
			this.#apply({ type: "time passed", now: this.#clock.now() });
			this.#readMark.connected(reads.get(you?.userId ?? "") ?? 0);
			this.#typing.connected();
			this.#sender.connected();
		} else {
			this.#sender.disconnected();
			this.#apply({ type: "disconnected" });
		}
	}

	#receive(events: ServerEvent[]): void {
		const { outgoing } = this.#snapshot.transcript;
		this.#apply({ type: "received", events, now: this.#clock.now() });
		this.#sender.settle(outgoing);
		for (const event of events) this.#followReading(event);
		for (const event of events) if (isAsideEvent(event)) for (const listener of this.asideListeners) listener(event);
		this.#resync.receive(events);
		// Events without a cursor are sent again after the next join, and need not be cached.
		if (events.some((event) => "cursor" in event)) this.#caching.schedule();
		this.#description.receive(events);
		if (events.some(({ type }) => type === "chat:joined")) this.#notices.joined();
	}

	/** Follows what the person read, or marked unread, on another device. */
	#followReading(event: ServerEvent): void {
		if (event.type !== "chat:read" || event.userId !== this.#snapshot.transcript.you?.userId) return;
		if (event.unread) this.#readMark.pause();
		else this.#readMark.readElsewhere(event.upTo);
	}

	#send(event: ClientEvent): boolean {
		return this.#connection?.send(event) ?? false;
	}

	#apply(action: Action): void {
		const before = this.#snapshot.transcript;
		const transcript = reduce(before, action);
		this.#snapshot = { ...this.#snapshot, transcript };
		if (transcript.isBehind && !before.isBehind) this.#resync.request();
		void this.paging.loadRequestedWindow(before);
		void this.#notices.follow();
		if (transcript.typing !== before.typing) this.#typing.watch(transcript.typing);
		this.#sender.sendNext();
		for (const listener of this.#listeners) listener();
	}
}
