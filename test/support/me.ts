// A client of `/me/socket`, a user's own socket, for tests inside the runtime.

import { exports } from "cloudflare:workers";
import * as v from "valibot";
import type { ListEntry } from "../../src/protocol/conversation.ts";
import { type MeEvent, meEvents } from "../../src/protocol/me.ts";
import { origin, tokenOf } from "./socket.ts";

type Type = MeEvent["type"];
type EventOf<T extends Type> = Extract<MeEvent, { type: T }>;

export class MeClient {
	/** All received events in order, each validated by its schema. */
	readonly events: MeEvent[] = [];
	/** Received frames that hold no events, such as `pong`. */
	readonly otherFrames: string[] = [];
	/** Resolves with the close code. */
	readonly closed: Promise<number>;
	readonly #socket: WebSocket;
	readonly #waiting = new Set<() => void>();
	#read = 0;

	constructor(socket: WebSocket, ignoresClose: boolean) {
		this.#socket = socket;
		const { promise, resolve } = Promise.withResolvers<number>();
		this.closed = promise;
		socket.addEventListener("message", ({ data }) => {
			if ((data as string).startsWith("[")) this.events.push(...(JSON.parse(data as string) as MeEvent[]).map(validated));
			else this.otherFrames.push(data as string);
			for (const check of [...this.#waiting]) check();
		});
		socket.addEventListener("close", ({ code }) => resolve(code));
		socket.accept({ allowHalfOpen: ignoresClose });
	}

	static async request(token: string, headers: Record<string, string> = {}): Promise<Response> {
		return exports.default.fetch(`${origin}/api/me/socket`, {
			headers: { upgrade: "websocket", authorization: `Bearer ${token}`, ...headers },
		});
	}

	/** Opens a socket and waits for `me:conversations`. */
	static async open(userId: string, options: { token?: string; expiresIn?: number; ignoresClose?: boolean } = {}) {
		const response = await MeClient.request(options.token ?? (await tokenOf(userId, {}, options.expiresIn)));
		if (!response.webSocket) throw new Error(`No socket: ${response.status} ${await response.text()}`);
		const client = new MeClient(response.webSocket, options.ignoresClose ?? false);
		return Object.assign(client, { first: await client.next("me:conversations") });
	}

	/** Returns the next event of this type that fits. Events that an earlier call has passed are skipped. */
	async next<T extends Type>(type: T, fits: (event: EventOf<T>) => boolean = () => true): Promise<EventOf<T>> {
		for (;;) {
			for (let at = this.#read; at < this.events.length; at++) {
				const event = this.events[at] as MeEvent;
				if (event.type !== type || !fits(event as EventOf<T>)) continue;
				this.#read = at + 1;
				return event as EventOf<T>;
			}
			await this.nextFrame();
		}
	}

	/** Returns the next list entry of a conversation that has these fields. */
	async listed(id: string, fits: Partial<ListEntry> = {}): Promise<ListEntry> {
		const { conversation } = await this.next(
			"me:conversation",
			(event) =>
				event.conversation.id === id &&
				Object.entries(fits).every(([name, value]) => event.conversation[name as keyof ListEntry] === value),
		);
		return conversation;
	}

	/** Resolves with the next frame. */
	async nextFrame(): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#waiting.add(resolve);
		await promise;
		this.#waiting.delete(resolve);
	}

	all<T extends Type>(type: T): EventOf<T>[] {
		return this.events.filter((event): event is EventOf<T> => event.type === type);
	}

	raw(data: string | ArrayBuffer): void {
		this.#socket.send(data);
	}

	close(): void {
		this.#socket.close(1000);
	}
}

function validated(event: MeEvent): MeEvent {
	return v.parse(meEvents[event.type], event) as MeEvent;
}
