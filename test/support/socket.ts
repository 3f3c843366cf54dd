// A client of the native protocol for tests inside the runtime: opens a socket through the Worker and awaits events.

import { env, exports } from "cloudflare:workers";
import { SignJWT } from "jose";
import { guestClaim } from "../../src/auth/claims.ts";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import type { ClientEvent, ServerEvent } from "../../src/protocol/events.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import { guestPrefix } from "../../src/protocol/person.ts";

declare global {
	namespace Cloudflare {
		interface Env {
			/** The tests' configuration sets it. */
			JWT_SECRET: string;
		}
	}
}

export const origin = "https://parley.example";

/** Signs an access token as another issuer with the same secret would; for `guest-…` as this deployment does. */
export async function tokenOf(userId: string, claims: Record<string, unknown> = {}, expiresIn = 600): Promise<string> {
	return new SignJWT({ name: nameOf(userId), ...(userId.startsWith(guestPrefix) && { [guestClaim]: "test" }), ...claims })
		.setProtectedHeader({ alg: "HS256" })
		.setSubject(userId)
		.setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
		.sign(new TextEncoder().encode(env.JWT_SECRET));
}

/** The name of a user by their id: `ann` is named Ann. */
export function nameOf(userId: string): string {
	return userId.charAt(0).toUpperCase() + userId.slice(1);
}

export async function call(method: string, path: string, token?: string, body?: unknown, headers: Record<string, string> = {}) {
	const response = await exports.default.fetch(`${origin}/api${path}`, {
		method,
		headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
		...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

/** Creates a conversation of `owner`, which `others` join by an invite. Returns its id. */
export async function newConversation(owner: string, others: string[] = []): Promise<string> {
	const token = await tokenOf(owner);
	const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
	if (others.length === 0) return id;
	const { invite } = (await call("POST", `/conversations/${id}/invites`, token, {})).body;
	for (const other of others) await call("POST", `/invites/${encodeURIComponent(invite.token)}/accept`, await tokenOf(other));
	return id;
}

type Type = ServerEvent["type"];
type EventOf<T extends Type> = Extract<ServerEvent, { type: T }>;

export class Client {
	/** All received events, in order. */
	readonly events: ServerEvent[] = [];
	/** The received frames, undecoded. */
	readonly frames: string[] = [];
	/** Resolves with the close code. */
	readonly closed: Promise<number>;
	readonly conversationId: string;
	readonly #socket: WebSocket;
	readonly #waiting = new Set<() => void>();
	#read = 0;

	constructor(socket: WebSocket, conversationId: string, ignoresClose = false) {
		this.#socket = socket;
		this.conversationId = conversationId;
		const { promise, resolve } = Promise.withResolvers<number>();
		this.closed = promise;
		socket.addEventListener("message", ({ data }) => {
			this.frames.push(data as string);
			this.events.push(...parseServerFrame(data as string));
			for (const check of [...this.#waiting]) check();
		});
		socket.addEventListener("close", ({ code }) => resolve(code));
		// A half-open socket does not answer a close, and can still send.
		socket.accept({ allowHalfOpen: ignoresClose });
	}

	static async open(
		userId: string,
		conversationId: string,
		options: { cursor?: string; claims?: object; expiresIn?: number; ignoresClose?: boolean } = {},
	) {
		return Client.openBy(await tokenOf(userId, { ...options.claims }, options.expiresIn), conversationId, options);
	}

	/** Opens a socket with a token that the test has. */
	static async openBy(
		token: string,
		conversationId: string,
		options: { cursor?: string; ignoresClose?: boolean; headers?: Record<string, string> } = {},
	) {
		const query = options.cursor === undefined ? "" : `?cursor=${encodeURIComponent(options.cursor)}`;
		const response = await exports.default.fetch(`${origin}/api/conversations/${conversationId}/socket${query}`, {
			headers: { upgrade: "websocket", authorization: `Bearer ${token}`, ...options.headers },
		});
		if (!response.webSocket) throw new Error(`No socket: ${response.status} ${await response.text()}`);
		return new Client(response.webSocket, conversationId, options.ignoresClose);
	}

	/** Opens a socket and waits for `chat:joined`. */
	static async join(userId: string, conversationId: string, options: Parameters<typeof Client.open>[2] = {}) {
		const client = await Client.open(userId, conversationId, options);
		return Object.assign(client, { joined: await client.next("chat:joined") });
	}

	/** Returns the next event of this type that fits. Events that an earlier call has passed are skipped. */
	async next<T extends Type>(type: T, fits: (event: EventOf<T>) => boolean = () => true): Promise<EventOf<T>> {
		const find = (): EventOf<T> | undefined => {
			for (let at = this.#read; at < this.events.length; at++) {
				const event = this.events[at] as ServerEvent;
				if (event.type !== type || !fits(event as EventOf<T>)) continue;
				this.#read = at + 1;
				return event as EventOf<T>;
			}
			return undefined;
		};
		const found = find();
		if (found) return found;
		return new Promise((resolve) => {
			const check = () => {
				const event = find();
				if (!event) return;
				this.#waiting.delete(check);
				resolve(event);
			};
			this.#waiting.add(check);
		});
	}

	all<T extends Type>(type: T): EventOf<T>[] {
		return this.events.filter((event): event is EventOf<T> => event.type === type);
	}

	send(event: { type: ClientEvent["type"]; [field: string]: unknown }): void {
		this.raw(encodeFrame([{ conversationId: this.conversationId, ...event } as ClientEvent]));
	}

	say(content: string, clientId?: string): void {
		this.send({ type: "chat:send", content, role: "user", ...(clientId !== undefined && { clientId }) });
	}

	raw(data: string | ArrayBuffer): void {
		this.#socket.send(data);
	}

	close(code = 1000): void {
		this.#socket.close(code);
	}
}
