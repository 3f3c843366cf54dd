// Socket.IO clients as people have them, the published one and none of ours, against a running product.

import { connect, createServer, type Socket as NetSocket } from "node:net";
import { SignJWT } from "jose";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type { Message } from "../../src/protocol/message.ts";
import { Wire } from "./wire.ts";

export const secret = "a secret for tests, at least 32 bytes long";

/** A token of somebody whom the issuer grants every conversation. */
export function tokenOf(userId: string, seconds = 600): Promise<string> {
	return new SignJWT({ name: userId.charAt(0).toUpperCase() + userId.slice(1), conversations: ["*"] })
		.setProtectedHeader({ alg: "HS256" })
		.setSubject(userId)
		.setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
		.sign(new TextEncoder().encode(secret));
}

/** A conversation of two, in which Claude does not answer unasked; Ann is there by a native socket. */
export async function beginOfTwo(url: string, ann: string, bob: string): Promise<{ id: string; native: Wire }> {
	const id = crypto.randomUUID();
	const native = new Wire(url, id, ann);
	await native.first("chat:joined");
	const other = new Wire(url, id, bob);
	await other.first("chat:joined");
	other.close();
	await native.first("chat:user-left");
	return { id, native };
}

type Heard = { name: string; payload: Payload };
/** Whatever an event may bring. */
export type Payload = {
	conversationId: string;
	message: Message;
	messageId: string;
	chunk: string;
	offset: number;
	isComplete: boolean;
	error: string;
	code: string;
	userId: string;
	username: string;
	reset: boolean;
	messages: Message[];
};

/** Everything that one client heard, and a way to wait for more. */
export class Talker {
	readonly socket: Socket;
	readonly heard: Heard[] = [];
	#more = Promise.withResolvers<void>();
	#read = 0;

	constructor(socket: Socket) {
		this.socket = socket;
		const take = (name: string, payload: unknown) => {
			this.heard.push({ name, payload: payload as Payload });
			this.#more.resolve();
			this.#more = Promise.withResolvers();
		};
		socket.onAny((name: string, payload: unknown) => take(name, payload));
		socket.on("connect", () => take("connect", { recovered: socket.recovered }));
		socket.on("disconnect", (reason) => take("disconnect", { reason }));
		socket.on("connect_error", (error) => take("connect_error", { error: error.message, ...(error as { data?: object }).data }));
	}

	static open(url: string, options: Partial<ManagerOptions & SocketOptions>): Talker {
		return new Talker(io(url, { forceNew: true, ...options }));
	}

	/** Connected, and in these conversations. */
	static async join(url: string, token: string, ids: string[], options: Partial<ManagerOptions & SocketOptions> = {}): Promise<Talker> {
		const talker = Talker.open(`${url}/chat`, { auth: { token }, ...options });
		await talker.next("connect");
		for (const conversationId of ids) {
			await talker.socket.emitWithAck("chat:join", { conversationId });
			await talker.next("chat:joined", (joined) => joined.conversationId === conversationId);
		}
		return talker;
	}

	/** The next event of this name that no earlier `next` has passed, and that fits. */
	async next(name: string, fits: (payload: Payload) => boolean = () => true): Promise<Payload> {
		for (;;) {
			for (; this.#read < this.heard.length; this.#read++) {
				const { name: known, payload } = this.heard[this.#read] as Heard;
				if (known !== name || !fits(payload)) continue;
				this.#read += 1;
				return payload;
			}
			await this.#more.promise;
		}
	}

	all(name: string): Payload[] {
		return this.heard.filter((heard) => heard.name === name).map(({ payload }) => payload);
	}

	/** What was said, as this client heard it. */
	get contents(): string[] {
		return this.all("chat:message").map(({ message }) => message.content);
	}

	/** Its answer: the stored message, or a refusal. */
	say(conversationId: string, content: string): Promise<Message & { error?: string; code?: string }> {
		return this.socket.emitWithAck("chat:send", { conversationId, content, role: "user" });
	}

	close(): void {
		this.socket.close();
	}
}

export type Network = {
	url: string;
	/** From now on what the server says is held back. */
	hold(): void;
	/** What was held back comes, in its order. */
	release(): void;
	/** Cuts every connection; what was held back never comes. */
	cut(): void;
	close(): void;
};

/** A network between client and server that can be slow, and can break. */
export async function startNetwork(target: string): Promise<Network> {
	const { port } = new URL(target);
	const open = new Set<NetSocket>();
	let held: (() => void)[] | undefined;
	const pass = (what: () => void) => (held ? held.push(what) : what());
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
			for (const what of late) what();
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
