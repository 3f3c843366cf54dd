// One conversation as this device holds it: its transcript, its connection, and the sending of what was said until it is acknowledged.
// Knows nothing of React; hands out snapshots and says when there is a new one.

import type { ClientEvent } from "../../src/protocol/events.ts";
import { limits } from "../../src/protocol/limits.ts";
import { type Clock, Connection, type ConnectionOptions, type ConnectionState } from "./connection.ts";
import type { Outbox } from "./outbox.ts";
import { type Action, emptyTranscript, nextToSend, reduce, type Transcript } from "./transcript.ts";

export type Snapshot = { transcript: Transcript; connection: ConnectionState };

type Page = Extract<Action, { type: "older came" }>["page"];

export type ClientOptions = Omit<ConnectionOptions, "token" | "onEvents" | "onState"> & {
	/** The page of messages before a place; `null` if it cannot be had now. */
	history(before: number, token: string): Promise<Page>;
	newId(): string;
	/** Where what was said is kept until it is acknowledged. */
	outbox(token: string): Outbox;
};

export const emptySnapshot: Snapshot = { transcript: emptyTranscript, connection: { type: "connecting" } };

/** In ms: a socket that lives but leaves a message unanswered for so long is given up for another one. */
const acknowledgedWithin = 15_000;
/** In ms: a little less often than the server passes it on. */
const typingEvery = limits.typingInterval * 1.25;

export class ConversationClient {
	readonly #options: ClientOptions;
	readonly #clock: Clock;
	readonly #listeners = new Set<() => void>();
	#snapshot = emptySnapshot;
	#connection: Connection | undefined;
	#outbox: Outbox | undefined;
	#token = "";
	#typingSaidAt = Number.NEGATIVE_INFINITY;
	#cancelSending = () => {};
	#cancelFading = () => {};

	constructor(options: ClientOptions) {
		this.#options = options;
		this.#clock = options.clock;
	}

	/** For `useSyncExternalStore`; answers how to stop listening. */
	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly snapshot = (): Snapshot => this.#snapshot;

	/** Connects with the first token; every later one takes its place. */
	setToken(token: string): void {
		this.#token = token;
		if (this.#connection) {
			this.#connection.setToken(token);
			return;
		}
		if (!this.#outbox) {
			const outbox = this.#options.outbox(token);
			this.#apply({ type: "restored", outgoing: outbox.read() });
			this.#outbox = outbox;
		}
		this.#connection = new Connection({
			...this.#options,
			token,
			onEvents: (events) => this.#apply({ type: "received", events, now: this.#clock.now() }),
			onState: (state) => this.#become(state),
		});
		this.#connection.start();
	}

	/** Lets go of the connection; a token would connect again. */
	stop(): void {
		this.#connection?.stop();
		this.#connection = undefined;
		this.#cancelSending();
		this.#cancelFading();
	}

	wake(): void {
		this.#connection?.wake();
	}

	lostNetwork(): void {
		this.#connection?.lostNetwork();
	}

	// What a person does

	/** Shown at once, sent when there is a connection. `content` is not blank and fits `limits.content`. */
	say(content: string): void {
		this.#typingSaidAt = Number.NEGATIVE_INFINITY;
		this.#apply({ type: "said", clientId: this.#options.newId(), content, now: this.#clock.now() });
	}

	/** To be called on every change of what is being written. */
	type(isTyping: boolean): void {
		const now = this.#clock.now();
		if (isTyping ? now - this.#typingSaidAt < typingEvery : this.#typingSaidAt === Number.NEGATIVE_INFINITY) return;
		this.#typingSaidAt = isTyping ? now : Number.NEGATIVE_INFINITY;
		this.#send({ type: "chat:typing", conversationId: this.#options.conversationId, isTyping });
	}

	stopReply(messageId: string): void {
		this.#send({ type: "chat:stop", conversationId: this.#options.conversationId, messageId });
	}

	/** A failed reply once more. */
	regenerate(messageId: string): void {
		this.#send({ type: "chat:regenerate", conversationId: this.#options.conversationId, messageId });
	}

	/** A refused message once more. */
	retry(clientId: string): void {
		this.#apply({ type: "retried", clientId });
	}

	/** Lets go of a message that was refused. */
	discard(clientId: string): void {
		this.#apply({ type: "discarded", clientId });
	}

	dismissNotice(): void {
		this.#apply({ type: "notice dismissed" });
	}

	async loadOlder(): Promise<void> {
		const { older, messages } = this.#snapshot.transcript;
		const before = messages[0]?.seq;
		if (before === undefined || older === "none" || older === "loading") return;
		this.#apply({ type: "older asked" });
		this.#apply({ type: "older came", before, page: await this.#options.history(before, this.#token) });
	}

	// What follows from it

	#send(event: ClientEvent): boolean {
		return this.#connection?.send(event) ?? false;
	}

	#become(connection: ConnectionState): void {
		this.#snapshot = { ...this.#snapshot, connection };
		if (connection.type !== "connected") this.#apply({ type: "disconnected" });
		else this.#apply({ type: "time passed", now: this.#clock.now() });
	}

	#apply(action: Action): void {
		const before = this.#snapshot.transcript;
		const transcript = reduce(before, action);
		this.#snapshot = { ...this.#snapshot, transcript };
		if (transcript.outgoing !== before.outgoing) this.#outbox?.write(transcript.outgoing);
		if (transcript.isBehind && !before.isBehind) this.#connection?.sync();
		if (transcript.typing !== before.typing) this.#fadeTyping();
		this.#sendNext();
		for (const listener of this.#listeners) listener();
	}

	#sendNext(): void {
		const { transcript } = this.#snapshot;
		const now = this.#clock.now();
		const next = nextToSend(transcript, now);
		if (!next) {
			if (transcript.heldUntil > now)
				this.#setSendTimer(transcript.heldUntil - now, () => this.#apply({ type: "time passed", now: this.#clock.now() }));
			return;
		}
		const { conversationId } = this.#options;
		const { clientId, content } = next;
		if (!this.#send({ type: "chat:send", conversationId, content, role: "user", clientId })) return;
		this.#snapshot = { ...this.#snapshot, transcript: reduce(transcript, { type: "sent", clientId }) };
		this.#setSendTimer(acknowledgedWithin, () => {
			const { outgoing } = this.#snapshot.transcript;
			if (outgoing.some((one) => one.clientId === clientId && one.state.type === "sent")) this.#connection?.restart();
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
