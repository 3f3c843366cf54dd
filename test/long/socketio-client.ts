// The published Socket.IO client against a running product, and a network between them that can
// break.

import { connect, createServer, type Socket as NetSocket } from "node:net";
import { SignJWT } from "jose";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type { Message } from "../../src/protocol/message.ts";
import type { Person } from "../../src/protocol/person.ts";
import { Wire } from "../e2e/wire.ts";

export const secret = "a secret for tests, at least 32 bytes long";

/** A token that grants every conversation. */
export function tokenOf(userId: string, seconds = 600): Promise<string> {
	return new SignJWT({ name: userId.charAt(0).toUpperCase() + userId.slice(1), conversations: ["*"] })
		.setProtectedHeader({ alg: "HS256" })
		.setSubject(userId)
		.setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
		.sign(new TextEncoder().encode(secret));
}

/**
 * A conversation of two, so that Claude answers only when it is mentioned. Ann is present with a
 * native socket.
 */
export async function startForTwo(url: string, ann: string, bob: string): Promise<{ id: string; native: Wire }> {
	const id = crypto.randomUUID();
	const native = new Wire(url, id, ann);
	await native.first("chat:joined");
	const other = new Wire(url, id, bob);
	await other.first("chat:joined");
	other.close();
	await native.first("chat:user-left");
	return { id, native };
}

type Received = { name: string; payload: Payload };
/** The fields of all events. */
export type Payload = {
	conversationId: string;
	message: Message;
	messageId: string;
	chunk: string;
	offset: number;
	isComplete: boolean;
	recovered: boolean;
	error: string;
	code: string;
	userId: string;
	username: string;
	reset: boolean;
	participants?: Person[];
	participantCount: number;
	messages: Message[];
};

/** A client that keeps everything it receives. */
export class SocketIoClient {
	readonly socket: Socket;
	readonly received: Received[] = [];
	#more = Promise.withResolvers<void>();
	#read = 0;

	constructor(socket: Socket) {
		this.socket = socket;
		const keep = (name: string, payload: unknown) => {
			this.received.push({ name, payload: payload as Payload });
			this.#more.resolve();
			this.#more = Promise.withResolvers();
		};
		socket.onAny((name: string, payload: unknown) => keep(name, payload));
		socket.on("connect", () => keep("connect", { recovered: socket.recovered }));
		socket.on("disconnect", (reason) => keep("disconnect", { reason }));
		socket.on("connect_error", (error) => keep("connect_error", { error: error.message, ...(error as { data?: object }).data }));
	}

	static open(url: string, options: Partial<ManagerOptions & SocketOptions>): SocketIoClient {
		return new SocketIoClient(io(url, { forceNew: true, ...options }));
	}

	/** Connects, and joins these conversations. */
	static async join(
		url: string,
		token: string,
		ids: string[],
		options: Partial<ManagerOptions & SocketOptions> = {},
	): Promise<SocketIoClient> {
		const client = SocketIoClient.open(`${url}/chat`, { auth: { token, recovery: true }, ...options });
		await client.next("connect");
		for (const conversationId of ids) {
			await client.socket.emitWithAck("chat:join", { conversationId });
			await client.next("chat:joined", (joined) => joined.conversationId === conversationId);
		}
		return client;
	}

	/**
	 * Waits for the next event with this name that fits; events that an earlier call has passed are
	 * not looked at again.
	 */
	async next(name: string, fits: (payload: Payload) => boolean = () => true): Promise<Payload> {
		for (;;) {
			for (; this.#read < this.received.length; this.#read++) {
				const { name: received, payload } = this.received[this.#read] as Received;
				if (received !== name || !fits(payload)) continue;
				this.#read += 1;
				return payload;
			}
			await this.#more.promise;
		}
	}

	all(name: string): Payload[] {
		return this.received.filter((event) => event.name === name).map(({ payload }) => payload);
	}

	/** The contents of all messages. */
	get contents(): string[] {
		return this.all("chat:message").map(({ message }) => message.content);
	}

	/** Returns the acknowledgement: the stored message, or a refusal. */
	sendMessage(conversationId: string, content: string): Promise<Message & { error?: string; code?: string }> {
		return this.socket.emitWithAck("chat:send", { conversationId, content, role: "user" });
	}

	close(): void {
		this.socket.close();
	}
}

export type Network = {
	url: string;
	/** Holds back what the server sends from now on. */
	hold(): void;
	/** Delivers what was held back, in order. */
	release(): void;
	/** Cuts every connection and drops what was held back. */
	cut(): void;
	close(): void;
};

/** A network between client and server that can be slow or break. */
export async function startNetwork(target: string): Promise<Network> {
	const { port } = new URL(target);
	const open = new Set<NetSocket>();
	let held: (() => void)[] | undefined;
	const pass = (deliver: () => void) => (held ? held.push(deliver) : deliver());
	const server = createServer((client) => {
		const upstream = connect(Number(port), "127.0.0.1");
		for (const socket of [client, upstream]) {
			open.add(socket);
			socket.on("error", () => socket.destroy());
			socket.on("close", () => open.delete(socket));
		}
		client.on("data", (data) => upstream.write(data));
		client.on("close", () => upstream.destroy());
		upstream.on("data", (data) => pass(() => client.writable && client.write(data)));
		upstream.on("close", () => pass(() => client.end()));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const network: Network = {
		url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
		hold: () => {
			held ??= [];
		},
		release: () => {
			const late = held ?? [];
			held = undefined;
			for (const deliver of late) deliver();
		},
		cut: () => {
			held = undefined;
			for (const socket of open) socket.destroy();
		},
		close: () => {
			network.cut();
			server.close();
		},
	};
	return network;
}
