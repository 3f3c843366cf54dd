// A program that talks to a running product: the HTTP API and the native socket, as outside clients use them.

import type { ServerEvent } from "../../src/protocol/events.ts";
import { encodeFrame, parseServerFrame } from "../../src/protocol/frames.ts";
import type { Visitor } from "./product.ts";

type Answer = { token: string; user: { id: string }; conversation: { id: string }; invite: { url: string } };

/** Posts to the API of a product at `url`. */
export async function post(url: string, path: string, token?: string, body: object = {}): Promise<Answer> {
	const response = await fetch(`${url}/api${path}`, {
		method: "POST",
		headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
		body: JSON.stringify(body),
	});
	if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
	return (await response.json()) as Answer;
}

/** A token of whoever sits at a browser, for a program of theirs. */
export function tokenOf({ page }: Visitor): Promise<string> {
	return page.evaluate(async () => (await (await fetch("/api/auth/refresh", { method: "POST" })).json()).token);
}

/** A guest with a conversation of their own. */
export async function guestWithConversation(url: string): Promise<{ token: string; id: string }> {
	const { token } = await post(url, "/auth/guest", undefined, { name: "Ann" });
	const { id } = (await post(url, "/conversations", token)).conversation;
	return { token, id };
}

type EventOf<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;

/** Everything that came over one socket, and a way to wait for more. */
export class Wire {
	readonly events: ServerEvent[] = [];
	readonly #conversationId: string;
	readonly #socket: WebSocket;
	#heard = Promise.withResolvers<void>();

	constructor(url: string, conversationId: string, token: string, cursor?: string) {
		this.#conversationId = conversationId;
		const address = new URL(`${url}/api/conversations/${conversationId}/socket`);
		if (cursor !== undefined) address.searchParams.set("cursor", cursor);
		this.#socket = new WebSocket(address, ["chat.v1", `bearer.${token}`]);
		this.#socket.onmessage = ({ data }) => {
			this.events.push(...parseServerFrame(data as string));
			this.#heard.resolve();
			this.#heard = Promise.withResolvers();
		};
	}

	/** The first event of a type that fits, once it is there. */
	async first<T extends ServerEvent["type"]>(type: T, fits: (event: EventOf<T>) => boolean = () => true): Promise<EventOf<T>> {
		for (;;) {
			const found = this.events.find((event): event is EventOf<T> => event.type === type && fits(event as EventOf<T>));
			if (found) return found;
			await this.#heard.promise;
		}
	}

	/** The first message of Claude's in a state. */
	async reply(status: EventOf<"chat:message">["message"]["status"]) {
		return (await this.first("chat:message", ({ message }) => message.role === "assistant" && message.status === status)).message;
	}

	/** What was streamed until now, from all replies. */
	get streamed(): string {
		return this.events.map((event) => (event.type === "chat:streaming" ? event.chunk : "")).join("");
	}

	send(event: { type: "chat:stop" } | { type: "chat:regenerate"; messageId: string }): void {
		this.#socket.send(encodeFrame([{ conversationId: this.#conversationId, ...event }]));
	}

	say(content: string, clientId?: string): void {
		const event = { type: "chat:send" as const, conversationId: this.#conversationId, content, role: "user" as const };
		this.#socket.send(encodeFrame([clientId === undefined ? event : { ...event, clientId }]));
	}

	close(): void {
		this.#socket.close();
	}
}
