// The conversations that match a part of a title, the most likely first. Pure.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { fold } from "../../../src/protocol/text/fold.ts";

export type Named = { listed: ListEntry; title: string };

/**
 * Conversations whose title contains every word; all of them if there is no word. Titles that begin with the text come first, then
 * unread ones, then the most recently active. `openId`: the open conversation, which comes last.
 */
export function choicesFor(text: string, conversations: readonly Named[], openId: string | undefined): Named[] {
	const wanted = fold(text).trim();
	const words = wanted.split(/\s+/);
	const ranked = conversations.flatMap((named) => {
		const title = fold(named.title);
		if (!words.every((word) => title.includes(word))) return [];
		return [{ named, ranks: [named.listed.id === openId ? 1 : 0, closeness(title, wanted), ...activityRanks(named.listed)] }];
	});
	return ranked.sort((one, other) => compare(one.ranks, other.ranks)).map(({ named }) => named);
}

/** How well a title matches; 0 is best. */
function closeness(title: string, wanted: string): number {
	if (title.startsWith(wanted)) return 0;
	return title.split(/[\s\p{P}]+/u).some((_, index, words) => words.slice(index).join(" ").startsWith(wanted)) ? 1 : 2;
}

function activityRanks({ mentions, unread, muted, archived, lastActivityAt }: ListEntry): number[] {
	const news = mentions > 0 ? 0 : unread > 0 && !muted ? 1 : 2;
	return [archived ? 1 : 0, news, -Date.parse(lastActivityAt)];
}

function compare(one: readonly number[], other: readonly number[]): number {
	const at = one.findIndex((rank, index) => rank !== other[index]);
	return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
