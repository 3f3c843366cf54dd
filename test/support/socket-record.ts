// Records the events of messages and replies that one socket received, and finds impossible ones. Pure.

import { reasons } from "../../src/protocol/errors.ts";
import type { ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import type { Chunk, ReceivedMessage } from "../soak/checker.ts";

/**
 * A letter for each kind of event about a reply: (j)oined while it runs, (u)pdated, (t)hinking, (s)treaming, the (e)nd of
 * streaming, its final (m)essage, (c)omplete.
 */
type Letter = "j" | "u" | "t" | "s" | "e" | "m" | "c";

/** The order in which a socket may receive them: a reply ends once, until it is regenerated. No update may come within its end. */
const order = /^[utjs]*(emcu*t[ujs]*)*(emcu*)?$/;

export class SocketRecord {
	readonly received: ReceivedMessage[] = [];
	readonly chunks: Chunk[] = [];
	/** The codes of refusals, without those of failed replies. */
	readonly refusals: string[] = [];
	/** The `clientId` of each `chat:message` received. */
	readonly clientIds: string[] = [];
	readonly #sequences = new Map<string, string>();
	/** The length of the text received of each reply. */
	readonly #lengths = new Map<string, number>();
	readonly #anomalies: { messageId: string; text: string }[] = [];

	record(events: readonly ServerEvent[]): void {
		for (const event of events) this.#record(event);
	}

	/** Impossible events of replies: in a wrong order, or chunks that do not start at the end of the text before. */
	get anomalies(): { messageId: string; text: string }[] {
		const outOfOrder = [...this.#sequences].filter(([, sequence]) => !order.test(sequence));
		return [
			...this.#anomalies,
			...outOfOrder.map(([messageId, sequence]) => ({ messageId, text: `the sequence of ${messageId} was ${sequence}` })),
		];
	}

	#record(event: ServerEvent): void {
		switch (event.type) {
			case "chat:joined":
				for (const message of event.messages) this.#recordMessage(message, "j");
				break;
			case "chat:message":
				this.#recordMessage(event.message, "m");
				if (event.message.clientId !== undefined) this.clientIds.push(event.message.clientId);
				break;
			case "chat:updated":
				this.#recordMessage(event.message, "u");
				break;
			case "chat:thinking":
				this.#lengths.set(event.messageId, 0);
				this.#step(event.messageId, "t");
				break;
			case "chat:streaming":
				this.#recordChunk(event);
				break;
			case "chat:complete":
				this.#step(event.messageId, "c");
				break;
			case "chat:error":
				if (event.messageId === undefined || !(event.code in reasons)) this.refusals.push(event.code);
		}
	}

	#recordMessage(message: Message, letter: "j" | "u" | "m"): void {
		const { id, seq, role, content, clientId, status } = message;
		if (status !== "streaming") this.received.push({ id, seq, content, clientId });
		if (role !== "assistant" || (letter === "j" && status !== "streaming")) return;
		this.#step(id, letter);
		if (status === "streaming") this.#lengths.set(id, content.length);
	}

	#recordChunk({ messageId, offset, chunk, isComplete }: Extract<ServerEvent, { type: "chat:streaming" }>): void {
		const length = this.#lengths.get(messageId);
		if (offset !== length) this.#anomalies.push({ messageId, text: `a chunk of ${messageId} came at ${offset} after ${length}` });
		this.#lengths.set(messageId, offset + chunk.length);
		this.#step(messageId, isComplete ? "e" : "s");
		if (!isComplete) this.chunks.push({ messageId, offset, chunk });
	}

	#step(messageId: string, letter: Letter): void {
		this.#sequences.set(messageId, (this.#sequences.get(messageId) ?? "") + letter);
	}
}
