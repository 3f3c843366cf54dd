// An outside client of a running product: uses the HTTP API and the native socket.

import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import type { ServerEvent } from "../../src/protocol/events.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import { post } from "./api.ts";
import type { Visitor } from "./product.ts";

/** Returns an access token of the person at a browser, for a program of theirs. */
export function tokenOf({ page }: Visitor): Promise<string> {
	return page.evaluate(async () => (await (await fetch("/api/auth/refresh", { method: "POST" })).json()).token);
}

/** Signs in a guest and creates a conversation. Returns the guest's token and the conversation's id. */
export async function guestWithConversation(url: string): Promise<{ token: string; id: string }> {
	const { token } = await post(url, "/auth/guest", undefined, { name: "Ann" });
	const { id } = (await post(url, "/conversations", token)).conversation;
	return { token, id };
}

type EventOf<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;

/** One socket, with everything it has received. */
export class Wire {
	readonly events: ServerEvent[] = [];
	readonly #conversationId: string;
	readonly #socket: WebSocket;
	#arrived = Promise.withResolvers<void>();

	constructor(url: string, conversationId: string, token: string, cursor?: string) {
		this.#conversationId = conversationId;
		const address = new URL(`${url}/api/conversations/${conversationId}/socket`);
		if (cursor !== undefined) address.searchParams.set("cursor", cursor);
		this.#socket = new WebSocket(address, ["chat.v1", `bearer.${token}`]);
		this.#socket.onmessage = ({ data }) => {
			this.events.push(...parseServerFrame(data as string));
			this.#arrived.resolve();
			this.#arrived = Promise.withResolvers();
		};
	}

	/** Returns the first event of a type that fits. Waits for it if needed. */
	async first<T extends ServerEvent["type"]>(type: T, fits: (event: EventOf<T>) => boolean = () => true): Promise<EventOf<T>> {
		for (;;) {
			const found = this.events.find((event): event is EventOf<T> => event.type === type && fits(event as EventOf<T>));
			if (found) return found;
			await this.#arrived.promise;
		}
	}

	/** Returns Claude's first message with this status. Waits for it if needed. */
	async reply(status: EventOf<"chat:message">["message"]["status"]) {
		return (await this.first("chat:message", ({ message }) => message.role === "assistant" && message.status === status)).message;
	}

	/** The text streamed so far, of all replies. */
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
