// Finds members by name. Pure.

import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import { fold } from "../../protocol/text/fold.ts";

/** The members other than `seeker` in whose names every word of the text begins a word. */
export function membersNamed(text: string, members: readonly Person[], seeker: string): Person[] {
	const wanted = wordsOf(text);
	if (wanted.length === 0) return [];
	const isFound = ({ userId, username }: Person) => {
		if (userId === seeker) return false;
		const words = wordsOf(username);
		return wanted.every((word) => words.some((one) => one.startsWith(word)));
	};
	return members
		.filter(isFound)
		.slice(0, limits.search.everywhere.people)
		.map(({ userId, username }) => ({ userId, username }));
}

function wordsOf(text: string): string[] {
	return fold(text)
		.split(/[^\p{L}\p{M}\p{N}]+/u)
		.filter((word) => word !== "");
}
