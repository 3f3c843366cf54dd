// The participants of a round: programs that send without waiting, and the page's own client. Each records what it receives.

import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import type { ClientEvent, ServerEvent } from "../../src/protocol/events.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import type { Message } from "../../src/protocol/message.ts";
import { ConversationClient } from "../../web/src/live/client.ts";
import type { OpenOutbox } from "../../web/src/live/outbox.ts";
import type { Chunk, ReceivedMessage } from "./checker.ts";
import type { Random } from "./random.ts";

export type Place = { proxyUrl: string; conversationId: string; userId: string; token: string; random: Random };

function addressOf({ proxyUrl, conversationId }: Place, cursor: string | undefined): string {
	const url = new URL(`${proxyUrl.replace("http", "ws")}/api/conversations/${conversationId}/socket`);
	if (cursor !== undefined) url.searchParams.set("cursor", cursor);
	return url.href;
}

/** Received events in their order. */
class Notes {
	readonly received: ReceivedMessage[] = [];
	readonly chunks: Chunk[] = [];
	/** How often it came in, and how often relays held people then. */
	readonly joins = { all: 0, besideRelays: 0 };
	/** The most people who were at relays when it came in, besides itself. */
	mostAtRelays = 0;

	record(events: readonly ServerEvent[]): void {
		for (const event of events) {
			if (event.type === "chat:joined") this.#joined(event);
			if (event.type === "chat:message") this.received.push(receivedOf(event.message));
			if (event.type === "chat:joined")
				this.received.push(...event.messages.filter(({ status }) => status !== "streaming").map(receivedOf));
			if (event.type === "chat:streaming" && !event.isComplete) this.chunks.push(event);
		}
	}

	/** With so few people, there is a number only if relays hold some of them; those who are named are at the conversation's object, or oneself. */
	#joined({ participantCount, participants }: ServerEvent & { type: "chat:joined" }): void {
		this.joins.all += 1;
		if (participantCount === undefined) return;
		this.joins.besideRelays += 1;
		this.mostAtRelays = Math.max(this.mostAtRelays, participantCount - participants.length);
	}
}

function receivedOf({ id, seq, content, clientId }: Message): ReceivedMessage {
	return { id, seq, content, clientId };
}

/** Sends its messages at once, and again after every reconnect until they are acknowledged. */
export class Talker {
	readonly name: string;
	readonly notes = new Notes();
	readonly acknowledged: (ReceivedMessage & { userId: string })[] = [];
	readonly sent: { userId: string; clientId: string; content: string }[] = [];
	readonly #place: Place;
	readonly #waiting = new Map<string, string>();
	#socket: WebSocket | undefined;
	#isJoined = false;
	#cursor: string | undefined;
	#isOver = false;

	constructor(place: Place) {
		this.name = `${place.userId} (program)`;
		this.#place = place;
		this.#connect();
	}

	get isIdle(): boolean {
		return this.#waiting.size === 0;
	}

	/** Resolves with the next acknowledgement of a message of its own. */
	onAcknowledged: (clientId: string) => void = () => {};

	say(clientId: string, content: string): void {
		this.sent.push({ userId: this.#place.userId, clientId, content });
		this.#waiting.set(clientId, content);
		if (this.#isJoined) this.#send(clientId, content);
	}

	stopReply(): void {
		if (this.#isJoined) this.#socket?.send(encodeFrame([{ type: "chat:stop", conversationId: this.#place.conversationId }]));
	}

	close(): void {
		this.#isOver = true;
		this.#socket?.close();
	}

	#connect(): void {
		if (this.#isOver) return;
		const socket = new WebSocket(addressOf(this.#place, this.#cursor), ["chat.v1", `bearer.${this.#place.token}`]);
		this.#socket = socket;
		socket.onmessage = ({ data }) => this.#receive(parseServerFrame(data as string));
		socket.onclose = () => {
			this.#isJoined = false;
			setTimeout(() => this.#connect(), 50 + this.#place.random.below(250));
		};
	}

	#receive(events: ServerEvent[]): void {
		this.notes.record(events);
		for (const event of events) {
			if ("cursor" in event) this.#cursor = event.cursor;
			if (event.type === "chat:message") this.#acknowledge(event.message);
			if (event.type === "chat:error") this.#sendLater(event);
			if (event.type === "chat:joined") {
				this.#isJoined = true;
				for (const message of event.messages) this.#acknowledge(message);
				for (const [clientId, content] of this.#waiting) this.#send(clientId, content);
			}
		}
	}

	#acknowledge(message: Message): void {
		const { userId } = this.#place;
		if (message.author.userId !== userId || message.clientId === undefined) return;
		if (!this.sent.some(({ clientId }) => clientId === message.clientId)) return;
		this.acknowledged.push({ userId, ...receivedOf(message) });
		if (this.#waiting.delete(message.clientId)) this.onAcknowledged(message.clientId);
	}

	/** Messages that were refused as too fast. */
	#sendLater({ clientId = "", retryAfterMs = 0 }: ServerEvent & { type: "chat:error" }): void {
		const content = this.#waiting.get(clientId);
		if (content !== undefined) setTimeout(() => this.#isJoined && this.#send(clientId, content), retryAfterMs);
	}

	#send(clientId: string, content: string): void {
		const event: ClientEvent = { type: "chat:send", conversationId: this.#place.conversationId, content, role: "user", clientId };
		if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encodeFrame([event]));
	}
}

/** An outbox that keeps nothing and never waits for another tab. */
const forgetful: OpenOutbox = (_token, listener) => {
	queueMicrotask(() => listener.restored([]));
	return {
		save: () => {},
		isSaved: () => false,
		remove: () => {},
		discard: () => {},
		requestTurn: () => listener.turnChanged(true),
		releaseTurn: () => {},
		close: () => {},
	};
};

/** The page's client without the page. */
export class Viewer {
	readonly name: string;
	readonly notes = new Notes();
	readonly sent: { userId: string; clientId: string; content: string }[] = [];
	readonly client: ConversationClient;
	readonly #userId: string;
	#nextId = 0;

	constructor(place: Place) {
		this.name = `${place.userId} (page)`;
		this.#userId = place.userId;
		this.client = new ConversationClient({
			conversationId: place.conversationId,
			urlFor: (cursor) => addressOf(place, cursor),
			openSocket: (url, protocols, listener) => {
				const socket = new WebSocket(url, protocols);
				socket.onmessage = ({ data }) => {
					this.notes.record(parseServerFrame(data as string));
					listener.message(data);
				};
				socket.onclose = ({ code }) => listener.close(code);
				return { send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text), close: () => socket.close() };
			},
			clock: {
				now: () => Date.now(),
				after: (ms, call) => {
					const timer = setTimeout(call, ms);
					return () => clearTimeout(timer);
				},
			},
			random: () => place.random.next(),
			renewToken: async () => ({ failure: "unreachable" }),
			explainRefusal: async () => undefined,
			fetchPage: async () => null,
			describe: async () => null,
			newId: () => `${place.userId}-page-${this.#nextId++}`,
			openOutbox: forgetful,
		});
		this.client.setToken(place.token);
	}

	get view(): readonly Message[] {
		return this.client.snapshot().transcript.messages;
	}

	get isIdle(): boolean {
		return this.client.snapshot().transcript.outgoing.length === 0;
	}

	/** Acknowledgements of its own messages; without them it would still be sending. */
	get acknowledged(): (ReceivedMessage & { userId: string })[] {
		const own = new Set(this.sent.map(({ clientId }) => clientId));
		return this.notes.received.filter(({ clientId = "" }) => own.has(clientId)).map((received) => ({ ...received, userId: this.#userId }));
	}

	say(content: string): void {
		this.sent.push({ userId: this.#userId, clientId: `${this.#userId}-page-${this.#nextId}`, content });
		this.client.sendMessage(content);
	}

	close(): void {
		this.client.stop();
	}
}
