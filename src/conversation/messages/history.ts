// Reads the messages of a conversation for clients: a page at a place, or what changed since a cursor. The running
// reply is shown as far as it has come.

import { limits } from "../../protocol/limits.ts";
import type { Message, Version } from "../../protocol/message.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Replies } from "../replies/replies.ts";
import { parseCursor } from "../store/cursor.ts";
import type { LogReader } from "../store/log-reader.ts";
import type { Store } from "../store/store.ts";

/** A place in the conversation, by `seq`: before a message, after one, or around one and including it. */
export type Place = { before: number } | { after: number } | { around: number };

/** Messages, oldest first; whether there are older ones (`hasMore`) and newer ones. */
export type Page = { messages: Message[]; hasMore: boolean; hasNewer: boolean };

export class History {
	readonly #store: Store;
	readonly #replies: Pick<Replies, "live">;
	readonly #reader: LogReader;

	/** `reader`: it reads what this person may see. */
	constructor({ store, replies, reader }: { store: Store; replies: Pick<Replies, "live">; reader: LogReader }) {
		this.#store = store;
		this.#replies = replies;
		this.#reader = reader;
	}

	/** `maxLength` of the text: for a place after another. */
	page(place: Place, limit: number, maxLength?: number): Page {
		const messages = this.#read(place, limit, maxLength).map((message) => this.#replies.live(message));
		const newest = this.#store.log.head.seq;
		// An empty page still has neighbours: `seq` has no gaps.
		const next = "before" in place ? place.before : "after" in place ? place.after + 1 : place.around;
		const first = messages[0]?.seq ?? Math.max(this.#reader.from, Math.min(next, newest + 1));
		const last = messages.at(-1)?.seq ?? first - 1;
		return { messages, hasMore: first > this.#reader.from, hasNewer: last < newest };
	}

	#read(place: Place, limit: number, maxLength?: number): Message[] {
		const reader = this.#reader;
		if ("before" in place) return reader.page(place.before, limit).messages;
		return "after" in place ? reader.pageAfter(place.after, limit, maxLength).messages : reader.pageAround(place.around, limit);
	}

	/**
	 * The messages that changed since a cursor. Where the changes cannot be proven complete (no cursor, one from
	 * another lineage, too many changes): the newest page, and `reset`.
	 */
	since(cursor: string | undefined): { messages: Message[]; hasMore: boolean; reset: boolean } {
		const changes = this.#changesSince(cursor);
		const { messages, hasMore } = changes
			? { messages: changes, hasMore: false }
			: this.#reader.page(Number.MAX_SAFE_INTEGER, limits.page.default);
		return { messages: messages.map((message) => this.#replies.live(message)), hasMore, reset: changes === undefined };
	}

	#changesSince(text: string | undefined): Message[] | undefined {
		const cursor = text === undefined ? undefined : parseCursor(text);
		const head = this.#store.log.head;
		if (cursor?.lineage !== head.lineage || cursor.revision > head.revision || cursor.seq > head.seq) return undefined;
		return this.#reader.changesSince(cursor);
	}

	/** The pinned messages, the latest pin first. */
	pins(): { messages: Message[] } {
		return { messages: this.#reader.pinned().map((message) => this.#replies.live(message)) };
	}

	/** The former versions of a reply, oldest first. */
	versions(messageId: string): { versions: Version[] } | Refusal {
		const message = this.#reader.message(messageId);
		return message && message.deletedAt === undefined ? { versions: this.#store.log.versions.of(message.seq) } : { code: "not_found" };
	}
}
