// Which conversations somebody may mean who writes a part of a title, the likeliest first. Pure.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { foldCase } from "../writing/foldCase.ts";

/** A conversation with what it is called. */
export type Named = { listed: ListEntry; title: string };

/**
 * Those whose title has every word that is written; all of them where nothing is. What begins so comes first, then what has something new,
 * then what was alive last. `openId`: of the one that is open, which nobody has to go to.
 */
export function choicesFor(text: string, conversations: readonly Named[], openId: string | undefined): Named[] {
	const wanted = foldCase(text).trim();
	const words = wanted.split(/\s+/);
	const ranked = conversations.flatMap((named) => {
		const title = foldCase(named.title);
		if (!words.every((word) => title.includes(word))) return [];
		return [{ named, ranks: [named.listed.id === openId ? 1 : 0, closeness(title, wanted), ...standing(named.listed)] }];
	});
	return ranked.sort((one, other) => compare(one.ranks, other.ranks)).map(({ named }) => named);
}

/** How well a title fits: 0 the best. */
function closeness(title: string, wanted: string): number {
	if (title.startsWith(wanted)) return 0;
	return title.split(/[\s\p{P}]+/u).some((_, index, words) => words.slice(index).join(" ").startsWith(wanted)) ? 1 : 2;
}

function standing({ mentions, unread, muted, archived, lastActivityAt }: ListEntry): number[] {
	const news = mentions > 0 ? 0 : unread > 0 && !muted ? 1 : 2;
	return [archived ? 1 : 0, news, -Date.parse(lastActivityAt)];
}

function compare(one: readonly number[], other: readonly number[]): number {
	const at = one.findIndex((rank, index) => rank !== other[index]);
	return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
