// Counts what happens in a conversation by the events that it sends, and logs each reply as one line. Knows nothing of who receives them.

import type { ServerEvent } from "../protocol/events.ts";
import type { Message } from "../protocol/message.ts";
import { type Counts, durationCounts, seriesOf, sumOf } from "./series.ts";

export class Observer {
	readonly #now: () => number;
	#counts: Counts = {};
	/** When each running reply began, in ms. */
	readonly #began = new Map<string, number>();

	constructor(now: () => number) {
		this.#now = now;
	}

	/** The counts since the last call. */
	take(): Counts {
		const counts = this.#counts;
		this.#counts = {};
		return counts;
	}

	/** True if the event changes what the conversation is like: who is in it, and how much was said. */
	observe(event: ServerEvent): boolean {
		switch (event.type) {
			case "chat:thinking":
				this.#began.set(event.messageId, this.#now());
				return false;
			case "chat:streaming":
				// A reply that fails may end without any.
				if (!event.isComplete) this.#firstWords(event.messageId);
				return false;
			case "chat:error":
				this.#add({ [seriesOf("parley_errors_total", { code: event.code })]: 1 });
				return false;
			case "chat:message":
				return this.#message(event.message);
			case "chat:user-joined":
			case "chat:user-left":
			case "chat:presence":
			case "chat:member":
			case "chat:member-left":
			case "chat:members":
				return true;
			default:
				return false;
		}
	}

	#firstWords(messageId: string): void {
		const began = this.#began.get(messageId);
		if (began === undefined) return;
		this.#began.delete(messageId);
		this.#add(durationCounts("parley_first_token_seconds", (this.#now() - began) / 1000));
	}

	/** A private answer that its asker shares is no new reply. */
	#message(message: Message): boolean {
		const { id, role, status, reason } = message;
		if (role !== "assistant") this.#add({ [seriesOf("parley_messages_total")]: 1 });
		if (role !== "assistant" || message.sharedBy || status === "streaming") return true;
		this.#began.delete(id);
		this.#add({
			[seriesOf("parley_replies_total", { outcome: status })]: 1,
			...(reason !== undefined && { [seriesOf("parley_reply_failures_total", { reason })]: 1 }),
		});
		console.info(JSON.stringify(replyLine(message)));
		return true;
	}

	#add(counts: Counts): void {
		this.#counts = sumOf(this.#counts, counts);
	}
}

/** Without a word of it. */
function replyLine({ id, conversationId, status, reason, model, elapsedMs, usage, cost }: Message) {
	return { event: "reply", conversationId, messageId: id, status, reason, model, ms: elapsedMs, usage, usd: cost?.usd };
}
