// What a relay knows of its conversation's messages: the newest ones, and what has changed since it began to look. It answers clients that
// join or come back, so that not all of them ask the conversation. Pure.

import type { Page } from "../conversation/relays/delivery.ts";
import { type Cursor, parseCursor } from "../conversation/store/cursor.ts";
import type { ServerEvent } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import { lengthOf, type Message } from "../protocol/message.ts";

export class Window {
	readonly #messages = new Map<string, Message>();
	/** Text of all messages, in UTF-16 units. */
	#length = 0;
	readonly #hasOlder: boolean;
	readonly #firstSeq: number;
	/** It knows every change after this revision. */
	#since: number;

	/** `base`: the newest page as of a cursor. */
	constructor(base: Page, cursor: string) {
		for (const message of base.messages) this.#put(message);
		this.#hasOlder = base.hasMore;
		this.#firstSeq = base.messages[0]?.seq ?? 1;
		this.#since = parseCursor(cursor)?.revision ?? Number.MAX_SAFE_INTEGER;
	}

	#put(message: Message): void {
		const former = this.#messages.get(message.id);
		this.#length += lengthOf(message) - (former ? lengthOf(former) : 0);
		this.#messages.set(message.id, message);
	}

	/** Follows an event; false if it cannot, and must be given up. */
	follow(event: ServerEvent): boolean {
		switch (event.type) {
			case "chat:message":
			case "chat:updated":
				this.#put(event.message);
				return this.#messages.size <= limits.changes && this.#length <= limits.pageLength;
			case "chat:reacted": {
				const message = this.#messages.get(event.messageId);
				if (message) this.#put({ ...message, reactions: event.reactions, revision: event.revision });
				// An older message, which it does not have: whoever lacks this change has to ask.
				else this.#since = Math.max(this.#since, event.revision);
				return true;
			}
			case "chat:streaming":
				return this.#append(event.messageId, event, "content");
			case "chat:thought":
				return this.#append(event.messageId, event, "thinking");
			case "chat:thinking":
				return this.#messages.has(event.messageId);
			case "chat:busy":
			case "chat:tool":
			case "chat:source":
				return false;
			default:
				return true;
		}
	}

	#append(messageId: string, { chunk, offset }: { chunk: string; offset: number }, field: "content" | "thinking"): boolean {
		const message = this.#messages.get(messageId);
		if (message?.status !== "streaming") return false;
		this.#put({ ...message, [field]: (message[field] ?? "").slice(0, offset) + chunk });
		return this.#length <= limits.pageLength;
	}

	/**
	 * The messages for a client at a cursor, as of `head`: those that changed since, or the newest page if that cannot be told of any
	 * conversation. `undefined`: the window does not reach back so far.
	 */
	since(text: string | undefined, head: string): Page | undefined {
		const now = parseCursor(head);
		const cursor = text === undefined ? undefined : parseCursor(text);
		if (!cursor || !now || !isBefore(cursor, now)) return this.#newest();
		if (cursor.revision < this.#since) return undefined;
		const isNew = ({ seq, revision, status }: Message) => seq > cursor.seq || revision > cursor.revision || status === "streaming";
		return { messages: this.#sorted().filter(isNew), hasMore: false, reset: false };
	}

	/** Without older messages that have changed: between them and the others are some that it does not have. */
	#newest(): Page {
		const connected = this.#sorted().filter(({ seq }) => seq >= this.#firstSeq);
		const messages = connected.slice(-limits.page.default);
		return { messages, hasMore: this.#hasOlder || (messages[0]?.seq ?? 1) > this.#firstSeq, reset: true };
	}

	#sorted(): Message[] {
		return [...this.#messages.values()].sort((one, other) => one.seq - other.seq);
	}
}

/** True if a client can have got this cursor from the conversation that is at `head` now. */
function isBefore(cursor: Cursor, head: Cursor): boolean {
	return cursor.lineage === head.lineage && cursor.revision <= head.revision && cursor.seq <= head.seq;
}
