// What has come between two states of a person's list, and whether they want to be told of it. Pure.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { claude } from "../../../src/protocol/person.ts";
import type { Preferences } from "../account/preferences.ts";
import type { List } from "../list/list.ts";

/** `isForMe`: it names them or answers them, Claude's answer to what they said last too. */
export type Arrival = { listed: ListEntry; isForMe: boolean };

/** `answers`: by conversation, the place of Claude's answer to what the person said last. */
export type Watched = { list: List; answers: ReadonlyMap<string, number> };

export type Watching = {
	watched: Watched;
	arrivals: readonly Arrival[];
	/** The conversations in which nothing is new any more, or which are gone. */
	over: readonly string[];
};

/** What a list knows from the beginning, or of older pages, has not come just now. */
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
