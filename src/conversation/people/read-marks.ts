// How far each member has read: as far as they say, and at least as far as what they last said themselves. What a program says for them
// is no sign of that. They may go back, for themselves: the others go on to hear how far they have ever been.
// Knows nothing of what their lists make of it.

import type { ServerEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import type { Client, Clients, MemberLists } from "../ports.ts";
import type { Store } from "../store/store.ts";

export class Reading<T extends Client> {
	readonly #store: Store;
	readonly #clients: Pick<Clients<T>, "all" | "send" | "broadcast">;
	readonly #lists: Pick<MemberLists, "read" | "markedUnread">;
	/** The place of each person's last message in this life of the object. */
	readonly #said = new Map<string, number>();

	constructor(parts: {
		store: Store;
		clients: Pick<Clients<T>, "all" | "send" | "broadcast">;
		lists: Pick<MemberLists, "read" | "markedUnread">;
	}) {
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#lists = parts.lists;
	}

	/** A person has seen everything up to a place, which is never more than there is. */
	read(userId: string, upTo: number): void {
		const seq = Math.min(upTo, this.#store.log.head.seq);
		const from = this.#upTo(userId);
		if (seq > from) this.#keep(userId, from, seq);
	}

	/** Somebody has said something. Where nothing of others came before it, that is written down by the message itself. */
	said({ author: { userId, username }, seq }: Message): void {
		if (this.#store.members.find(userId)?.username !== username) return;
		const from = this.#upTo(userId);
		this.#said.set(userId, seq);
		if (from < seq - 1) this.#keep(userId, from, seq);
	}

	/** A person wants to have read up to a place and no further. */
	mark(userId: string, upTo: number): void {
		this.read(userId, upTo);
		if (upTo < this.#upTo(userId)) {
			this.#said.delete(userId);
			this.#store.members.markUnread(userId, upTo + 1);
			this.#lists.markedUnread(userId);
		}
		this.#tellOwn({ type: "chat:read", conversationId: this.#store.info.id, userId, upTo, unread: true });
	}

	#upTo(userId: string): number {
		return Math.max(this.#store.members.readUpTo(userId), this.#said.get(userId) ?? 0);
	}

	#keep(userId: string, from: number, upTo: number): void {
		this.#store.members.setReadUpTo(userId, upTo);
		this.#tell(userId, upTo);
		this.#lists.read(userId, from, upTo);
	}

	/** In a large conversation only who has read hears of it, wherever they are connected. */
	#tell(userId: string, upTo: number): void {
		const event = { type: "chat:read", conversationId: this.#store.info.id, userId, upTo } as const;
		if (this.#store.members.isLarge) this.#tellOwn(event);
		else this.#clients.broadcast(event);
	}

	#tellOwn(event: Extract<ServerEvent, { type: "chat:read" }>): void {
		for (const client of this.#clients.all()) if (client.person.userId === event.userId) this.#clients.send(client, event);
	}
}
