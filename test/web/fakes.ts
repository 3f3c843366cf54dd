// A clock that tests advance, sockets whose server is the test, and an outbox whose disk is the test.

import type { ListEntry } from "../../src/protocol/conversation.ts";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import type { ClientEvent, ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import type { Clock, OpenSocket } from "../../web/src/live/connection.ts";
import type { OpenOutbox, Outbox, OutboxListener } from "../../web/src/live/outbox.ts";
import type { OutgoingMessage } from "../../web/src/live/outgoing.ts";

export class HandClock implements Clock {
	#now = 1_000_000;
	#timers: { at: number; call: () => void }[] = [];

	now = () => this.#now;

	after = (ms: number, call: () => void) => {
		const timer = { at: this.#now + ms, call };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((one) => one !== timer);
		};
	};

	/** Runs the timers that are due, in order, each at its time. */
	advance(ms: number): void {
		const until = this.#now + ms;
		for (;;) {
			const [next] = this.#timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
			if (!next) break;
			this.#timers = this.#timers.filter((one) => one !== next);
			this.#now = next.at;
			next.call();
		}
		this.#now = until;
	}
}

export class FakeSocket {
	readonly url: string;
	readonly protocols: string[];
	readonly sent: string[] = [];
	isClosed = false;
	readonly #listener: Parameters<OpenSocket>[2];

	constructor(...[url, protocols, listener]: Parameters<OpenSocket>) {
		this.url = url;
		this.protocols = protocols;
		this.#listener = listener;
	}

	/** What the client sent, without pings. */
	get events(): ClientEvent[] {
		return this.sent.filter((text) => text !== "ping").flatMap((text) => JSON.parse(text) as ClientEvent[]);
	}

	/** The server sends events. */
	says(...events: ServerEvent[]): void {
		this.#listener.message(encodeFrame(events));
	}

	saysText(text: string): void {
		this.#listener.message(text);
	}

	/** The server accepts the upgrade. */
	opens(): void {
		this.#listener.open();
	}

	/** The server or the network closes the socket. */
	closes(code: number): void {
		this.isClosed = true;
		this.#listener.close(code);
	}
}

/** Records every socket that was opened. */
export class FakeNetwork {
	readonly sockets: FakeSocket[] = [];

	open: OpenSocket = (...details) => {
		const socket = new FakeSocket(...details);
		this.sockets.push(socket);
		return {
			send: (text) => socket.sent.push(text),
			close: () => {
				socket.isClosed = true;
			},
		};
	};

	get last(): FakeSocket {
		return this.sockets.at(-1) as FakeSocket;
	}
}

/** An outbox whose disk and other tabs are the test. */
export class FakeOutbox implements Outbox {
	/** The messages on disk, in order. */
	kept: OutgoingMessage[] = [];
	/** Another tab sends, and yields only to a tab that takes over. */
	isBusy = false;
	isQueued = false;
	listener!: OutboxListener;

	open: OpenOutbox = (_token, listener) => {
		this.listener = listener;
		return this;
	};

	save(outgoing: OutgoingMessage): void {
		const others = this.kept.filter(({ clientId }) => clientId !== outgoing.clientId);
		this.kept = [...others, outgoing].sort((one, other) => one.saidAt - other.saidAt);
	}

	isSaved(clientId: string): boolean {
		return this.kept.some((one) => one.clientId === clientId);
	}

	remove({ clientId }: OutgoingMessage): void {
		this.kept = this.kept.filter((one) => one.clientId !== clientId);
	}

	discard(outgoing: OutgoingMessage): void {
		this.remove(outgoing);
	}

	requestTurn(isFirst: boolean): void {
		this.isQueued = true;
		if (isFirst || !this.isBusy) this.listener.turnChanged(true);
	}

	releaseTurn(): void {
		this.isQueued = false;
	}

	close(): void {}
}

export const ann = { userId: "u-ann", username: "Ann" };
export const bob = { userId: "u-bob", username: "Bob" };
export const conversationId = "c1";

/** A message of Ann's, with the given fields. */
export function message(seq: number, given: Partial<Message> = {}): Message {
	return {
		id: `m${seq}`,
		conversationId,
		role: "user",
		content: `text ${seq}`,
		createdAt: "2026-11-24T12:00:00.000Z",
		author: ann,
		status: "complete",
		seq,
		revision: seq,
		...given,
	};
}

export function reply(seq: number, given: Partial<Message> = {}): Message {
	return message(seq, { role: "assistant", author: { userId: "claude", username: "Claude" }, ...given });
}

type Joined = Extract<ServerEvent, { type: "chat:joined" }>;

export function joined(given: Partial<Joined> = {}): Joined {
	return {
		type: "chat:joined",
		conversationId,
		cursor: "cursor-1",
		reset: true,
		messages: [],
		hasMore: false,
		participants: [ann],
		you: ann,
		...given,
	};
}

export const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 12, minute)).toISOString();

/** A conversation of Ann's whose last message was sent at this minute, with the given fields. */
export function listed(id: string, minute: number, given: Partial<ListEntry> = {}): ListEntry {
	return {
		id,
		title: id,
		createdAt: at(0),
		assistant: "auto",
		role: "owner",
		lastActivityAt: at(minute),
		lastMessage: { seq: minute, author: bob, content: `line ${minute}`, createdAt: at(minute) },
		unread: 0,
		mentions: 0,
		readUpTo: minute,
		muted: false,
		pinned: false,
		archived: false,
		...given,
	};
}
