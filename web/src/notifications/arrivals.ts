// Compares two states of a list: which messages arrived, and which of them deserve a notification.
// Pure.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { claude } from "../../../src/protocol/person.ts";
import type { Preferences } from "../account/preferences.ts";
import type { List } from "../list/list.ts";

/**
 * `isForMe`: it mentions the person or replies to them, including Claude's reply to their last
 * message.
 */
export type Arrival = { listed: ListEntry; isForMe: boolean };

/** `answers`: for each conversation, the place of Claude's reply to the person's last message. */
export type Watched = { list: List; answers: ReadonlyMap<string, number> };

export type Watching = {
	watched: Watched;
	arrivals: readonly Arrival[];
	/** Conversations without unread messages, muted ones, and those that are gone. */
	over: readonly string[];
};

/** Entries of a first or an older page are not arrivals. */
export function watch(before: Watched, list: List, userId: string): Watching {
	const now = new Map(list.conversations.map((listed) => [listed.id, listed]));
	const answers = new Map(before.answers);
	const arrivals: Arrival[] = [];
	const over: string[] = [];
	for (const held of before.list.conversations) {
		const listed = now.get(held.id);
		if (!listed || listed.unread === 0 || listed.muted) {
			if (held.unread > 0) over.push(held.id);
		}
		if (!listed || listed === held) continue;
		if (isAnswer(held, listed, userId)) answers.set(listed.id, listed.lastMessage?.seq ?? 0);
		if (listed.muted || !(listed.unread > held.unread || listed.mentions > held.mentions)) continue;
		arrivals.push({ listed, isForMe: listed.mentions > held.mentions || answers.get(listed.id) === listed.lastMessage?.seq });
	}
	return { watched: { list, answers }, arrivals, over };
}

export function isWanted({ isForMe }: Arrival, level: Preferences["notifications"]): boolean {
	return level === "all" || (level === "mentions" && isForMe);
}

function isAnswer({ lastMessage: before }: ListEntry, { lastMessage: last }: ListEntry, userId: string): boolean {
	return last?.author.userId === claude.userId && before?.author.userId === userId && last.seq > before.seq;
}
