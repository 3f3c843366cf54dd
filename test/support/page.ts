// A page without the page, inside the runtime: the web client's own connection and transcript, over a network that a test cuts. Sending what
// was said is done here, in few words, as the client does it.

import { exports } from "cloudflare:workers";
import type { ClientEvent, ServerEvent } from "../../src/protocol/events.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import { type Clock, Connection, type ConnectionState, type OpenSocket } from "../../web/src/live/connection.ts";
import { nextToSend } from "../../web/src/live/outgoing.ts";
import { type Action, emptyTranscript, reduce, runningReply, type Transcript } from "../../web/src/live/transcript.ts";
import type { Heard, Said } from "../soak/checker.ts";
import { Notes } from "./notes.ts";
import { origin, tokenOf } from "./socket.ts";

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
	readonly said: Said[] = [];
	/** One for each socket there was. */
	readonly notes: Notes[] = [];
	/** What is still to be answered to what was said again, over the socket that there is now: a word and the id of each. */
	readonly awaited = new Set<string>();
	/** Ids of what it has asked to be changed: another text of them is no conflict any more. */
	readonly #changed = new Set<string>();
	readonly #conversationId: string;
	readonly #connection: Connection<ServerEvent, ClientEvent>;
	#transcript = emptyTranscript;
	#state: ConnectionState = { type: "connecting" };
	/** The one under the socket there is now. */
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
			// Back nearly at once.
			random: () => 0.01,
			renewToken: async () => ({ failure: "unreachable" }),
			explainRefusal: async () => undefined,
			onEvents: (events) => this.#received(events),
			onState: (state) => this.#become(state),
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

	/** What it was told of its own messages. */
	get acknowledged(): (Heard & { userId: string })[] {
		const own = new Set(this.said.map(({ clientId }) => clientId));
		const heard = this.notes.flatMap((notes) => notes.heard);
		return heard.filter(({ clientId = "" }) => own.has(clientId)).map((one) => ({ ...one, userId: this.userId }));
	}

	// What its person does, to the newest things but so many; where there is an answer, whether there was anything to be done

	say(content: string): void {
		const clientId = `${this.name}-${this.said.length}`;
		this.said.push({ userId: this.userId, clientId, content });
		this.#apply({ type: "enqueued", clientId, content, now: clock.now() });
	}

	/** Something acknowledged once more: it is answered by what is stored. */
	repeat(nth: number): boolean {
		const said = this.#acknowledged(nth);
		return said !== undefined && this.#sayAgain(said, "stored");
	}

	/** The id of something acknowledged with another text: that is a conflict. */
	contradict(nth: number): boolean {
		const said = this.#acknowledged(nth);
		if (!said || this.#changed.has(said.clientId)) return false;
		return this.#sayAgain({ ...said, content: `not ${said.content}` }, "conflict");
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

	/** The last reply again, if it has ended; its id. */
	retryReply(): string | undefined {
		const last = this.#transcript.messages.findLast(({ role }) => role === "assistant");
		if (!last || last.status === "streaming") return undefined;
		return this.#send({ type: "chat:regenerate", conversationId: this.#conversationId, messageId: last.id }) ? last.id : undefined;
	}

	// What its network does

	/** Gone without a word: both ends still believe in the socket, and nothing comes or goes. */
	cut(): void {
		this.#network.isCut = true;
	}

	/** Says goodbye, and stays away. */
	leave(): void {
		this.#connection.lostNetwork();
	}

	/** By another socket with the cursor, whatever became of the last one. */
	comeBack(): void {
		this.#connection.lostNetwork();
		this.#connection.wake();
	}

	stop(): void {
		this.#connection.stop();
	}

	// What follows from it

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
		// An object that dies meanwhile takes the answer with it.
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

	#become(state: ConnectionState): void {
		this.#state = state;
		if (state.type === "connecting") this.notes.push(new Notes());
		if (state.type !== "connected") {
			this.awaited.clear();
			this.#apply({ type: "disconnected" });
		}
		this.#sendNext();
	}

	#received(events: readonly ServerEvent[]): void {
		this.notes.at(-1)?.take(events);
		for (const event of events) {
			if (event.type === "chat:message") this.awaited.delete(`stored ${event.message.clientId}`);
			if (event.type === "chat:error") this.awaited.delete(`${event.code} ${event.clientId}`);
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
		if (next && this.#sendSaid(next)) this.#transcript = reduce(this.#transcript, { type: "sent", clientId: next.clientId });
	}

	#acknowledged(nth: number): (Said & { messageId: string }) | undefined {
		const said = this.said.at(-1 - nth);
		const known = this.acknowledged.find(({ clientId }) => clientId === said?.clientId);
		return known && said && { ...said, messageId: known.id };
	}

	#change(
		nth: number,
		change: (messageId: string) => { type: "chat:edit"; messageId: string; content: string } | { type: "chat:delete"; messageId: string },
	): boolean {
		const said = this.#acknowledged(nth);
		if (!said || !this.#send({ ...change(said.messageId), conversationId: this.#conversationId })) return false;
		this.#changed.add(said.clientId);
		return true;
	}

	#sayAgain(said: Said, answer: "stored" | "conflict"): boolean {
		if (!this.#sendSaid(said)) return false;
		this.awaited.add(`${answer} ${said.clientId}`);
		return true;
	}

	#sendSaid({ clientId, content }: Pick<Said, "clientId" | "content">): boolean {
		return this.#send({ type: "chat:send", conversationId: this.#conversationId, content, role: "user", clientId });
	}

	#send(event: ClientEvent): boolean {
		return this.#connection.send(event);
	}
}
