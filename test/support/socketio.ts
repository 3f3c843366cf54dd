// A Socket.IO client inside the runtime that sends packets as they are written, and keeps everything
// it receives.

import { exports } from "cloudflare:workers";
import type { Message } from "../../src/protocol/message.ts";
import { origin, tokenOf } from "./socket.ts";

type Received = {
	packet: string;
	name?: string;
	payload: { message: Message; code: string; messages: Message[]; userId: string; cursor: string };
};

export const url = (query: string) => `${origin}/socket.io/?EIO=4&transport=${query}`;

/** A client by WebSocket that answers pings. */
export class SocketIoClient {
	readonly received: Received[] = [];
	readonly closed: Promise<number>;
	answersPings = true;
	/** In ms. */
	pongDelay = 0;
	readonly #socket: WebSocket;
	#more = Promise.withResolvers<void>();
	#read = 0;
	#unanswered = 0;
	#answered = Promise.withResolvers<void>();

	constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.accept();
		socket.addEventListener("message", ({ data }) => {
			const packet = data as string;
			if (packet === "2" && this.answersPings) void this.#pong();
			const [name, payload] = packet.startsWith("42[") ? JSON.parse(packet.slice(2)) : [];
			this.received.push({ packet, name, payload });
			this.#more.resolve();
			this.#more = Promise.withResolvers();
		});
		this.closed = new Promise((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
	}

	/** Not connected to a namespace yet. */
	static async bare(query = "websocket", headers: Record<string, string> = {}): Promise<SocketIoClient> {
		const response = await exports.default.fetch(url(query), { headers: { upgrade: "websocket", ...headers } });
		if (!response.webSocket) throw new Error(`No socket: ${response.status}`);
		return new SocketIoClient(response.webSocket);
	}

	static async open(userId: string, auth: object = {}): Promise<SocketIoClient> {
		return SocketIoClient.signedIn(await tokenOf(userId), auth);
	}

	static async signedIn(token: string, auth: object = {}, headers: Record<string, string> = {}): Promise<SocketIoClient> {
		const client = await SocketIoClient.bare("websocket", headers);
		client.send(`40${JSON.stringify({ token, ...auth })}`);
		await client.next(({ packet }) => packet.startsWith("40{"));
		return client;
	}

	static async join(userId: string, id: string, auth: object = {}): Promise<SocketIoClient> {
		const client = await SocketIoClient.open(userId, auth);
		client.emit("chat:join", { conversationId: id });
		await client.next(({ name }) => name === "chat:joined");
		return client;
	}

	async next(fits: (received: Received) => boolean): Promise<Received> {
		for (;;) {
			for (; this.#read < this.received.length; this.#read++) {
				const received = this.received[this.#read] as Received;
				if (!fits(received)) continue;
				this.#read += 1;
				return received;
			}
			await this.#more.promise;
		}
	}

	/** The next message with this content. */
	nextMessage(content: string): Promise<Received> {
		return this.next(({ name, payload }) => name === "chat:message" && payload.message.content === content);
	}

	/** The acknowledgement with this id. */
	async acknowledged(ackId: number): Promise<object> {
		const { packet } = await this.next(({ packet }) => packet.startsWith(`43${ackId}[`));
		return JSON.parse(packet.slice(`43${ackId}`.length))[0];
	}

	get contents(): string[] {
		return this.received.flatMap(({ name, payload }) => (name === "chat:message" ? [payload.message.content] : []));
	}

	async #pong(): Promise<void> {
		this.#unanswered += 1;
		if (this.pongDelay > 0) await scheduler.wait(this.pongDelay);
		if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send("3");
		this.#unanswered -= 1;
		if (this.#unanswered === 0) this.#answered.resolve();
	}

	/** Resolves when every ping has been answered. */
	ponged(): Promise<void> {
		this.#answered = Promise.withResolvers();
		if (this.#unanswered === 0) this.#answered.resolve();
		return this.#answered.promise;
	}

	emit(name: string, payload: object, ackId: number | "" = ""): void {
		this.send(`42${ackId}${JSON.stringify([name, payload])}`);
	}

	sendMessage(conversationId: string, content: string, ackId: number | "" = ""): void {
		this.emit("chat:send", { conversationId, content, role: "user" }, ackId);
	}

	send(packet: string): void {
		this.#socket.send(packet);
	}

	/** Sends a binary attachment. */
	sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
		this.#socket.send(bytes);
	}

	close(): void {
		this.#socket.close(1000);
	}
}

/** Begins a session by polling; returns its id. */
export async function openPolling(userId: string, t = ""): Promise<string> {
	const opened = await exports.default.fetch(url(t === "" ? "polling" : `polling&t=${t}`), {
		headers: { authorization: `Bearer ${await tokenOf(userId)}` },
	});
	const { sid } = JSON.parse((await opened.text()).slice(1)) as { sid: string };
	return sid;
}
