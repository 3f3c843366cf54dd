// How a conversation stands for each of its members. What is the same for everybody is read once for each change.

import type { LastMessage, ListSummary } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { Store } from "../store/store.ts";
import { Unread } from "./unread.ts";

export class Standings {
	readonly #store: Store;
	#newest: { head: { seq: number; revision: number }; unread: Unread; last: LastMessage | undefined } | undefined;

	constructor(store: Store) {
		this.#store = store;
	}

	/** `undefined` for who is no member. */
	of(userId: string): ListSummary | undefined {
		const member = this.#store.members.find(userId);
		if (!member) return undefined;
		const { info, outbox } = this.#store;
		const { head, unread, last } = this.#now();
		const { upTo: readUpTo, marks } = this.#store.members.reading(userId);
		const count = unread.count(userId, readUpTo);
		return {
			...info,
			role: member.role,
			lastActivityAt: last?.createdAt ?? info.createdAt,
			...(last && { lastMessage: last }),
			unread: count,
			mentions: count > 0 ? outbox.countMentions(userId, readUpTo, limits.unread) : 0,
			readUpTo,
			revision: head.revision,
			marks,
		};
	}

	/** How many messages of others there are after a place, up to another one: as many as are counted. */
	unread(userId: string, after: number, upTo: number): number {
		return this.#now().unread.count(userId, after, upTo);
	}

	/** Since when, in ms, there is something of others after a place. */
	unreadSince(userId: string, after: number): number | undefined {
		return this.#now().unread.since(userId, after);
	}

	/** Reads no more than what changed: long messages are slow to pass. */
	#now() {
		const { log, reader } = this.#store;
		const { head } = log;
		const known = this.#newest;
		if (known?.head.revision === head.revision) return known;
		const changed = known && reader.recentSince(known.head, limits.unread);
		const unread = (changed && known.unread.with(changed)) ?? new Unread(reader.recent(limits.unread));
		this.#newest = { head, unread, last: reader.last() };
		return this.#newest;
	}
}
