// What one socket was told of messages and replies, noted as it comes, for whoever asks later whether it can be true. Pure.

import { reasons } from "../../src/protocol/errors.ts";
import type { ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import type { Chunk, Heard } from "../soak/checker.ts";

/** A letter for each thing that is told of a reply: joined while it runs, updated, thinking, streaming, its end, its message, complete. */
type Letter = "j" | "u" | "t" | "s" | "e" | "m" | "c";

/** In which order a socket may hear them: one end at most, until the reply is asked for again. It may be updated at any time but there. */
const order = /^[utjs]*(emcu*t[ujs]*)*(emcu*)?$/;

export class Notes {
	readonly heard: Heard[] = [];
	readonly chunks: Chunk[] = [];
	/** The codes of what was refused, without replies that failed. */
	readonly refusals: string[] = [];
	/** The `clientId`s of what people said, for each time that it was told. */
	readonly told: string[] = [];
	readonly #courses = new Map<string, string>();
	/** How much of each reply it had been told. */
	readonly #lengths = new Map<string, number>();
	readonly #strays: { messageId: string; text: string }[] = [];

	take(events: readonly ServerEvent[]): void {
		for (const event of events) this.#take(event);
	}

	/** What it was told of replies that cannot be so: other orders, and parts that do not begin where the last one had ended. */
	get strays(): { messageId: string; text: string }[] {
		const outOfOrder = [...this.#courses].filter(([, course]) => !order.test(course));
		return [...this.#strays, ...outOfOrder.map(([messageId, course]) => ({ messageId, text: `the course of ${messageId} was ${course}` }))];
	}

	#take(event: ServerEvent): void {
		switch (event.type) {
			case "chat:joined":
				for (const message of event.messages) this.#seen(message, "j");
				break;
			case "chat:message":
				this.#seen(event.message, "m");
				if (event.message.clientId !== undefined) this.told.push(event.message.clientId);
				break;
			case "chat:updated":
				this.#seen(event.message, "u");
				break;
			case "chat:thinking":
				this.#lengths.set(event.messageId, 0);
				this.#step(event.messageId, "t");
				break;
			case "chat:streaming":
				this.#grown(event);
				break;
			case "chat:complete":
				this.#step(event.messageId, "c");
				break;
			case "chat:error":
				if (event.messageId === undefined || !(event.code in reasons)) this.refusals.push(event.code);
		}
	}

	#seen(message: Message, letter: "j" | "u" | "m"): void {
		const { id, seq, role, content, clientId, status } = message;
		if (status !== "streaming") this.heard.push({ id, seq, content, clientId });
		if (role !== "assistant" || (letter === "j" && status !== "streaming")) return;
		this.#step(id, letter);
		if (status === "streaming") this.#lengths.set(id, content.length);
	}

	#grown({ messageId, offset, chunk, isComplete }: Extract<ServerEvent, { type: "chat:streaming" }>): void {
		const length = this.#lengths.get(messageId);
		if (offset !== length) this.#strays.push({ messageId, text: `a part of ${messageId} came at ${offset} after ${length}` });
		this.#lengths.set(messageId, offset + chunk.length);
		this.#step(messageId, isComplete ? "e" : "s");
		if (!isComplete) this.chunks.push({ messageId, offset, chunk });
	}

	#step(messageId: string, letter: Letter): void {
		this.#courses.set(messageId, (this.#courses.get(messageId) ?? "") + letter);
	}
}
