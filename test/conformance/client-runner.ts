// Plays the server of a client case, on a real port. README.md describes the steps.

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { type ClientCase, defaults } from "./client-cases.ts";
import { filled, mismatch, type Variables } from "./patterns.ts";

type Event = { type: string; [field: string]: unknown };

/** The functions through which a client is tested. */
export type TestedClient = {
	/** The messages that it shows, in this order. */
	messages(): readonly unknown[];
	/** The close code after which it does not reconnect; `undefined` until there is one. */
	ended(): number | undefined;
	/** Sends a message of its user. */
	say(content: string): void;
	/** Calls the listener after every change of what it shows. */
	subscribe(listener: () => void): void;
	close(): void;
};

export type MakeClient = (url: string, conversationId: string) => TestedClient;

const conversationId = "conversation";

/** Resolves if the client passes the case. Otherwise rejects with an error that names the step. */
export async function runClientCase(make: MakeClient, { steps }: ClientCase): Promise<void> {
	const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "chat.v1" });
	await once(server, "listening");
	const play = new Play(server);
	const client = make(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, conversationId);
	client.subscribe(() => play.wake());
	try {
		for (const [n, step] of steps.entries())
			await play.take(step, client).catch((error: Error) => {
				throw new Error(`Step ${n + 1}, ${JSON.stringify(step)}: ${error.message}`);
			});
	} finally {
		client.close();
		server.close();
		for (const socket of server.clients) socket.terminate();
	}
}

class Play {
	readonly #variables: Variables = new Map();
	readonly #connections: { socket: WebSocket; cursor: string | null }[] = [];
	#socket: WebSocket | undefined;
	#received: Event[] = [];
	#changed = Promise.withResolvers<void>();

	constructor(server: WebSocketServer) {
		server.on("connection", (socket: WebSocket, request: IncomingMessage) => {
			this.#connections.push({ socket, cursor: new URL(request.url ?? "", "http://server").searchParams.get("cursor") });
			socket.on("message", (data) => this.#receive(socket, String(data)));
			this.wake();
		});
	}

	wake(): void {
		this.#changed.resolve();
		this.#changed = Promise.withResolvers();
	}

	async take(step: ClientCase["steps"][number], client: TestedClient): Promise<void> {
		if ("accept" in step) {
			const { socket, cursor } = await this.#until(() => this.#connections.shift());
			this.#socket = socket;
			check(mismatch(step.accept.cursor, cursor ?? undefined, this.#variables, "cursor"));
		} else if ("events" in step)
			this.#socket?.send(JSON.stringify(step.events.map((event) => complete(filled(event, this.#variables) as Event))));
		else if ("frame" in step) this.#socket?.send(step.frame);
		else if ("say" in step) client.say(step.say);
		else if ("receive" in step) {
			const event = await this.#until(() => this.#next(step.receive.type));
			check(mismatch(step.receive, event, this.#variables, step.receive.type));
		} else if ("shows" in step) {
			const problem = () => mismatch(step.shows, client.messages(), new Map(this.#variables), "messages");
			await this.#until(() => problem() === undefined || undefined);
		} else if ("ends" in step) await this.#until(() => client.ended() === step.ends || undefined);
		else if ("close" in step) this.#socket?.close(step.close);
		else if ("drop" in step) this.#socket?.terminate();
		else step satisfies never;
	}

	#receive(socket: WebSocket, frame: string): void {
		if (frame === "ping") socket.send("pong");
		else if (socket === this.#socket) this.#received.push(...([JSON.parse(frame)].flat() as Event[]));
		this.wake();
	}

	/** The next event of this type. Events before it are skipped. */
	#next(type: string): Event | undefined {
		const at = this.#received.findIndex((event) => event.type === type);
		if (at === -1) return undefined;
		return this.#received.splice(0, at + 1).at(-1);
	}

	async #until<T>(read: () => T | undefined): Promise<T> {
		for (;;) {
			const found = read();
			if (found !== undefined) return found;
			await this.#changed.promise;
		}
	}
}

function check(problem: string | undefined): void {
	if (problem !== undefined) throw new Error(problem);
}

/** The event with the default fields of its type. */
function complete(event: Event): Event {
	const whole: Event = { conversationId, ...defaults[event.type], ...event };
	const messageOf = (given: object) => ({ ...defaults.message, ...given });
	if (whole.message) whole.message = messageOf(whole.message);
	if (Array.isArray(whole.messages)) whole.messages = whole.messages.map(messageOf);
	return whole;
}
