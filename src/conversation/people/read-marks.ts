// Records how far each member has read: as far as their clients say, and at least up to their own newest message. Messages that
// a program sends for them do not count. A member may go back; the others keep seeing how far they once were. Must not know what the
// members' lists make of it.

import type { ServerEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import type { Client, Clients, MemberLists } from "../ports.ts";
import type { Store } from "../store/store.ts";

export class ReadMarks<T extends Client> {
	readonly #store: Store;
	readonly #clients: Pick<Clients<T>, "sendTo" | "broadcast" | "afterFrames">;
	readonly #lists: Pick<MemberLists, "read" | "markedUnread">;
	/** The seq of each person's newest message since the object woke. */
	readonly #ownNewest = new Map<string, number>();
	/** Who has said something in the frames that are handled now: how far they had read, and whether others spoke in between. */
	readonly #speakers = new Map<string, { from: number; upTo: number; isInterrupted: boolean }>();

	constructor(parts: {
		store: Store;
		clients: Pick<Clients<T>, "sendTo" | "broadcast" | "afterFrames">;
		lists: Pick<MemberLists, "read" | "markedUnread">;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
	}

	/** A person has read everything up to a seq. One beyond the newest message counts as the newest. */
	read(userId: string, upTo: number): void {
		this.#settle();
		const seq = Math.min(upTo, this.#store.log.head.seq);
		const from = this.upTo(userId);
		if (seq > from) this.#save(userId, from, seq);
	}

	/**
	 * If its author had read everything before it, the message itself records that, and no row is written. Otherwise one row and one
	 * event stand for everything that somebody says in the frames that are handled together.
	 */
	messageAdded({ author: { userId, username }, seq }: Message): void {
		if (this.#store.members.find(userId)?.username !== username) return;
		const known = this.#speakers.get(userId);
		const from = known?.from ?? this.upTo(userId);
		const isInterrupted = known?.isInterrupted || (known?.upTo ?? from) < seq - 1;
		this.#speakers.set(userId, { from, upTo: seq, isInterrupted });
		this.#clients.afterFrames(this.#settle);
	}

	readonly #settle = (): void => {
		for (const [userId, { from, upTo, isInterrupted }] of this.#speakers) {
			this.#speakers.delete(userId);
			this.#ownNewest.set(userId, upTo);
			if (isInterrupted) this.#save(userId, from, upTo);
		}
	};

	/** A person wants everything after a seq to count as unread. */
	markUnread(userId: string, place: number): void {
		// What they may not see is not unread.
		const after = Math.max(place, this.#store.readerFor(userId).from - 1);
		this.read(userId, after);
		if (after < this.upTo(userId)) {
			this.#ownNewest.delete(userId);
			this.#store.members.markUnread(userId, after + 1);
			this.#lists.markedUnread(userId);
		}
		this.#sendToOwn({ type: "chat:read", conversationId: this.#store.info.id, userId, upTo: after, unread: true });
	}

	/** How far a person has read. */
	upTo(userId: string): number {
		return Math.max(this.#store.members.readUpTo(userId), this.#ownNewest.get(userId) ?? 0);
	}

	#save(userId: string, from: number, upTo: number): void {
		this.#store.members.setReadUpTo(userId, upTo);
		this.#notify(userId, upTo);
		this.#lists.read(userId, from, upTo);
	}

	/** In a large conversation only the person's own sockets receive it. */
	#notify(userId: string, upTo: number): void {
		const event = { type: "chat:read", conversationId: this.#store.info.id, userId, upTo } as const;
		if (this.#store.members.isLarge) this.#sendToOwn(event);
		else this.#clients.broadcast(event);
	}

	#sendToOwn(event: Extract<ServerEvent, { type: "chat:read" }>): void {
		this.#clients.sendTo(event.userId, event);
	}
}
