// Finds the files because of which a request was refused, so that a conversation is not stuck with a file that Claude's server cannot read.
// Pure.

import type { AskedFiles } from "../../protocol/files/reading.ts";

type ServerUnread = AskedFiles["unread"][string];

/**
 * Returns the files to leave out, and why; none if the refusal has another cause. A refusal that names none is about those that were not
 * read before, or else about all. `known`: those that were. `isTooLong`: the whole prompt is.
 */
export function refusedFiles(
	message: string,
	{ idAt, known, isTooLong }: { idAt: ReadonlyMap<string, string>; known: readonly string[]; isTooLong: boolean },
): ReadonlyMap<string, ServerUnread> {
	if (idAt.size === 0 || !(isTooLong || isAboutFiles(message))) return new Map();
	const reason: ServerUnread = isTooLong ? "too_large" : "refused";
	const places = [...message.matchAll(/messages\.(\d+)\.content\.(\d+)/g)].map(([, turn, block]) => `${turn} ${block}`);
	const named = places.flatMap((place) => idAt.get(place) ?? []);
	const all = [...idAt.values()];
	const others = named.length > 0 ? named : all.filter((id) => !known.includes(id));
	return new Map((others.length > 0 ? others : all).map((id) => [id, reason]));
}

/** In the words of the API, and of servers whose model sees no pictures. */
export function isAboutFiles(message: string): boolean {
	return /\b(images?|pdfs?|documents?|vision|multi-?modal|media[_ ]type)\b/i.test(message);
}
