// Builds the summary of the conversation for each member's list. The parts that all members share are read once for each change.

import type { LastMessage, ListSummary } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import type { Store } from "../store/store.ts";
import { Unread } from "./unread.ts";

export class Summaries {
	readonly #store: Store;
	#shared: { head: { seq: number; revision: number }; unread: Unread; last: LastMessage | undefined } | undefined;

	constructor(store: Store) {
		this.#store = store;
	}

	/** `undefined` for a person who is not a member. */
	of(userId: string): ListSummary | undefined {
		const member = this.#store.members.find(userId);
		if (!member) return undefined;
		const { members, listDeliveries } = this.#store;
		const { from } = members.standing(userId);
		const { id, title, createdAt, assistant } = this.#store.infoFrom(from);
		const { head, unread, last } = this.#readShared();
		const { upTo: readUpTo, marks } = this.#store.members.reading(userId);
		const count = unread.count(userId, readUpTo);
		const mentions = count > 0 ? listDeliveries.countMentions(userId, readUpTo, limits.unread) : 0;
		const own = this.#store.members.count === 2 ? unread.countOfPeople(userId, readUpTo) : mentions;
		return {
			id,
			title,
			createdAt,
			assistant,
			role: member.role,
			lastActivityAt: last?.createdAt ?? createdAt,
			...(last && last.seq >= from && { lastMessage: last }),
			unread: count,
			mentions,
			addressed: own + unread.countAnswers(userId, readUpTo),
			readUpTo,
			revision: head.revision,
			marks,
		};
	}

	/** Counts other people's messages after one seq, up to another: `limits.unread` at most. */
	unread(userId: string, after: number, upTo: number): number {
		return this.#readShared().unread.count(userId, after, upTo);
	}

	/** When the first of other people's messages after a seq arrived, in ms. */
	unreadSince(userId: string, after: number): number | undefined {
		return this.#readShared().unread.since(userId, after);
	}

	/** Reads only what has changed: long messages are slow to skip. */
	#readShared() {
		const { log, reader } = this.#store;
		const { head } = log;
		const known = this.#shared;
		if (known?.head.revision === head.revision) return known;
		const changed = known && reader.recentSince(known.head, limits.unread);
		const unread = (changed && known.unread.with(changed)) ?? new Unread(reader.recent(limits.unread));
		this.#shared = { head, unread, last: reader.last() };
		return this.#shared;
	}
}
