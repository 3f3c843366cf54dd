// Finds members by name. Pure.

import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import { fold } from "../../protocol/text/fold.ts";

/** The words of the names of a list of members: every search asks for them, and a list is the same until somebody joins or leaves. */
const known = new WeakMap<readonly Person[], readonly (readonly string[])[]>();

/** The members other than `seeker` in whose names every word of the text begins a word. Nobody is looked for with more words than a search has phrases. */
export function membersNamed(text: string, members: readonly Person[], seeker: string): Person[] {
	const wanted = [...new Set(wordsOf(text))];
	if (wanted.length === 0 || wanted.length > limits.search.phrases) return [];
	const names = known.get(members) ?? members.map(({ username }) => wordsOf(username));
	known.set(members, names);
	const found: Person[] = [];
	for (const [at, { userId, username }] of members.entries()) {
		const words = names[at] ?? [];
		if (userId === seeker || !wanted.every((word) => words.some((one) => one.startsWith(word)))) continue;
		if (found.push({ userId, username }) === limits.search.everywhere.people) break;
	}
	return found;
}

function wordsOf(text: string): string[] {
	return fold(text)
		.split(/[^\p{L}\p{M}\p{N}]+/u)
		.filter((word) => word !== "");
}
