// The web client's connection and transcript without a browser, for tests inside the runtime, over a network that the test can cut.
// Sends queued messages itself, in a short version of what the client does.

import { exports } from "cloudflare:workers";
import type { ClientEvent, ServerEvent } from "../../src/protocol/events.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import { type Clock, Connection, type ConnectionState, type OpenSocket } from "../../web/src/live/connection.ts";
import { nextToSend } from "../../web/src/live/outgoing.ts";
import { type Action, emptyTranscript, reduce, runningReply, type Transcript } from "../../web/src/live/transcript.ts";
import type { ReceivedMessage, SentMessage } from "../soak/checker.ts";
import { origin, tokenOf } from "./socket.ts";
import { SocketRecord } from "./socket-record.ts";

const clock: Clock = {
	now: () => Date.now(),
	after: (ms, call) => {
		const timer = setTimeout(call, ms);
		return () => clearTimeout(timer);
	},
};

export class Page {
	readonly name: string;
	readonly userId: string;
	readonly sent: SentMessage[] = [];
	/** One for each socket so far. */
	readonly records: SocketRecord[] = [];
	/** The answers to resent messages that the current socket still has to bring: `stored` or a code, and the `clientId`. */
	readonly awaitedAnswers = new Set<string>();
	/** The `clientId`s of messages that this page has edited or deleted: sending them with another text may be no conflict. */
	readonly #changed = new Set<string>();
	readonly #conversationId: string;
	readonly #connection: Connection<ServerEvent, ClientEvent>;
	#transcript = emptyTranscript;
	#state: ConnectionState = { type: "connecting" };
	/** The network of the current socket. */
	#network = { isCut: false };

	constructor(name: string, userId: string, conversationId: string, token: string) {
		this.name = name;
		this.userId = userId;
		this.#conversationId = conversationId;
		this.#connection = new Connection<ServerEvent, ClientEvent>({
			parseFrame: parseServerFrame,
			readyEvent: "chat:joined",
			token,
			urlFor: (cursor = "") => `${origin}/api/conversations/${conversationId}/socket?cursor=${encodeURIComponent(cursor)}`,
			openSocket: this.#openSocket,
			clock,
			// Reconnects almost at once.
			random: () => 0.01,
			renewToken: async () => ({ failure: "unreachable" }),
			explainRefusal: async () => undefined,
			onEvents: (events) => this.#receive(events),
			onState: (state) => this.#setState(state),
		});
		this.#connection.start();
	}

	static async of(name: string, userId: string, conversationId: string): Promise<Page> {
		return new Page(name, userId, conversationId, await tokenOf(userId));
	}

	get transcript(): Transcript {
		return this.#transcript;
	}

	get isConnected(): boolean {
		return this.#state.type === "connected" && !this.#network.isCut;
	}

	/** Its own messages, as the server sent them back. */
	get acknowledged(): (ReceivedMessage & { userId: string })[] {
		const own = new Set(this.sent.map(({ clientId }) => clientId));
		const received = this.records.flatMap((record) => record.received);
		return received.filter(({ clientId = "" }) => own.has(clientId)).map((one) => ({ ...one, userId: this.userId }));
	}

	// Actions of the person. `nth` counts from the newest. The result is false if there was nothing to act on.

	say(content: string): void {
		const clientId = `${this.name}-${this.sent.length}`;
		this.sent.push({ userId: this.userId, clientId, content });
		this.#apply({ type: "enqueued", clientId, content, now: clock.now() });
	}

	/** Resends an acknowledged message. The answer is the stored message. */
	resend(nth: number): boolean {
		const sent = this.#acknowledged(nth);
		return sent !== undefined && this.#sendAgain(sent, "stored");
	}

	/** Sends the id of an acknowledged message with another text. The answer is a conflict. */
	resendOtherText(nth: number): boolean {
		const sent = this.#acknowledged(nth);
		if (!sent || this.#changed.has(sent.clientId)) return false;
		return this.#sendAgain({ ...sent, content: `not ${sent.content}` }, "conflict");
	}

	edit(nth: number): boolean {
		return this.#change(nth, (messageId) => ({ type: "chat:edit", messageId, content: `Rather ${nth}` }));
	}

	delete(nth: number): boolean {
		return this.#change(nth, (messageId) => ({ type: "chat:delete", messageId }));
	}

	react(nth: number, emoji: string, on: boolean): boolean {
		const { messages } = this.#transcript;
		const messageId = messages.at(-1 - nth)?.id;
		return messageId !== undefined && this.#send({ type: "chat:react", conversationId: this.#conversationId, messageId, emoji, on });
	}

	stopReply(): boolean {
		const reply = runningReply(this.#transcript);
		return reply !== undefined && this.#send({ type: "chat:stop", conversationId: this.#conversationId, messageId: reply.id });
	}

	/** Regenerates the last reply if it has ended. Returns its id. */
	retryReply(): string | undefined {
		const last = this.#transcript.messages.findLast(({ role }) => role === "assistant");
		if (!last || last.status === "streaming") return undefined;
		return this.#send({ type: "chat:regenerate", conversationId: this.#conversationId, messageId: last.id }) ? last.id : undefined;
	}

	// Actions of the network

	/** Cuts the network silently: both ends still believe that the socket is open, but nothing passes. */
	cut(): void {
		this.#network.isCut = true;
	}

	/** Closes the socket and stays offline. */
	disconnect(): void {
		this.#connection.lostNetwork();
	}

	/** Opens another socket with the cursor, whatever happened to the last one. */
	reconnect(): void {
		this.#connection.lostNetwork();
		this.#connection.wake();
	}

	stop(): void {
		this.#connection.stop();
	}

	// Internals

	readonly #openSocket: OpenSocket = (url, protocols, listener) => {
		const network = { isCut: false };
		this.#network = network;
		let socket: WebSocket | undefined;
		let isClosed = false;
		const open = async () => {
			const headers = { upgrade: "websocket", "sec-websocket-protocol": protocols.join(", ") };
			const { webSocket } = await exports.default.fetch(url, { headers });
			if (!webSocket) return listener.close(1006);
			socket = webSocket;
			socket.addEventListener("message", ({ data }) => network.isCut || listener.message(data));
			socket.addEventListener("close", ({ code }) => network.isCut || listener.close(code));
			socket.accept();
			if (isClosed) socket.close();
		};
		// The upgrade fails if the object dies meanwhile.
		open().catch(() => listener.close(1006));
		return {
			send: (text) => {
				if (!network.isCut && socket?.readyState === WebSocket.OPEN) socket.send(text);
			},
			close: () => {
				isClosed = true;
				if (!network.isCut) socket?.close();
			},
		};
	};

	#setState(state: ConnectionState): void {
		this.#state = state;
		if (state.type === "connecting") this.records.push(new SocketRecord());
		if (state.type !== "connected") {
			this.awaitedAnswers.clear();
			this.#apply({ type: "disconnected" });
		}
		this.#sendNext();
	}

	#receive(events: readonly ServerEvent[]): void {
		this.records.at(-1)?.record(events);
		for (const event of events) {
			if (event.type === "chat:message") this.awaitedAnswers.delete(`stored ${event.message.clientId}`);
			if (event.type === "chat:error") this.awaitedAnswers.delete(`${event.code} ${event.clientId}`);
		}
		this.#apply({ type: "received", events, now: clock.now() });
	}

	#sync(): void {
		this.#connection.send({ type: "chat:join", conversationId: this.#conversationId, cursor: this.#connection.cursor });
	}

	#apply(action: Action): void {
		const before = this.#transcript;
		this.#transcript = reduce(before, action);
		if (this.#transcript.isBehind && !before.isBehind) this.#sync();
		this.#sendNext();
	}

	#sendNext(): void {
		const next = nextToSend(this.#transcript, clock.now());
		if (next && this.#sendMessage(next)) this.#transcript = reduce(this.#transcript, { type: "sent", clientId: next.clientId });
	}

	#acknowledged(nth: number): (SentMessage & { messageId: string }) | undefined {
		const sent = this.sent.at(-1 - nth);
		const known = this.acknowledged.find(({ clientId }) => clientId === sent?.clientId);
		return known && sent && { ...sent, messageId: known.id };
	}

	#change(
		nth: number,
		change: (messageId: string) => { type: "chat:edit"; messageId: string; content: string } | { type: "chat:delete"; messageId: string },
	): boolean {
		const sent = this.#acknowledged(nth);
		if (!sent || !this.#send({ ...change(sent.messageId), conversationId: this.#conversationId })) return false;
		this.#changed.add(sent.clientId);
		return true;
	}

	#sendAgain(sent: SentMessage, answer: "stored" | "conflict"): boolean {
		if (!this.#sendMessage(sent)) return false;
		this.awaitedAnswers.add(`${answer} ${sent.clientId}`);
		return true;
	}

	#sendMessage({ clientId, content }: Pick<SentMessage, "clientId" | "content">): boolean {
		return this.#send({ type: "chat:send", conversationId: this.#conversationId, content, role: "user", clientId });
	}

	#send(event: ClientEvent): boolean {
		return this.#connection.send(event);
	}
}
