// Finds members by name, page by page, with bounded work. Pure.

import { limits } from "../../protocol/limits.ts";
import type { Person } from "../../protocol/person.ts";
import { fold } from "../../protocol/text/fold.ts";
import { beginningsOf, type NameEntry, type NamePlace } from "../store/people/names.ts";

/** The entries after a place that begin with a folded text, all of its kind, in order. */
export type NameSource = { after(place: NamePlace, text: string, limit: number): NameEntry[] };

export const firstPlace: NamePlace = { isLater: 0, beginning: "", userId: "" };

/** A place as the wire has it. Names have no line breaks. */
export function placeText({ isLater, beginning, userId }: NamePlace): string {
	return `${isLater}${beginning}\n${userId}`;
}

/** `undefined` if it is none of ours. */
export function parsePlace(text: string): NamePlace | undefined {
	const [, isLater, beginning = "", userId = ""] = /^([01])([^\n]*)\n(.*)$/s.exec(text) ?? [];
	return isLater === undefined ? undefined : { isLater: Number(isLater), beginning, userId };
}

/** The names of a small conversation. */
export function sourceOf(members: readonly Person[]): NameSource {
	const all = members.flatMap(({ userId, username }): NameEntry[] =>
		beginningsOf(username).map((beginning, nth) => ({ isLater: Math.min(nth, 1), beginning, userId, username })),
	);
	all.sort(byPlace);
	return {
		after: (place, text, limit) =>
			all
				.filter((entry) => entry.isLater === place.isLater && byPlace(entry, place) > 0 && entry.beginning.startsWith(text))
				.slice(0, limit),
	};
}

function byPlace(one: NamePlace, other: NamePlace): number {
	return one.isLater - other.isLater || compare(one.beginning, other.beginning) || compare(one.userId, other.userId);
}

function compare(one: string, other: string): number {
	return one < other ? -1 : Number(one > other);
}

/**
 * The members after a place in whose names every word of the text begins a word: first those whose names begin with its longest word. With
 * an empty text, everybody by name; with more words than a search may have, nobody. `next`: where to go on; the page may be short of members, because a bounded number of names is looked at.
 */
export function findByName(
	source: NameSource,
	text: string,
	from: NamePlace,
	limit: number,
): { people: Person[]; next?: NamePlace | undefined } {
	const wanted = [...new Set(wordsOf(text))];
	if (wanted.length > limits.search.phrases || (wanted.length === 0 && text.trim() !== "")) return { people: [] };
	const longest = wanted.reduce((one, other) => (other.length > one.length ? other : one), "");
	const people: Person[] = [];
	let place = from;
	let looked = 0;
	let last: NamePlace | undefined;
	while (looked < limits.memberPage.lookedAt) {
		const entries = source.after(place, longest, batch);
		looked += entries.length;
		for (const entry of entries) {
			place = entry;
			if (!isFound(entry, longest, wanted)) continue;
			if (people.length === limit) return { people, next: last };
			people.push({ userId: entry.userId, username: entry.username });
			last = entry;
		}
		if (entries.length === batch) continue;
		// Everybody has a name, so that later words find nobody else if no word is looked for.
		if (place.isLater === 1 || longest === "") return { people };
		place = { ...firstPlace, isLater: 1 };
	}
	return { people, next: place };
}

/** Entries that are read at once. */
const batch = 100;

/** Each member is found at one of their entries only, the first one that begins with the word. */
function isFound({ isLater, beginning, username }: NameEntry, longest: string, wanted: readonly string[]): boolean {
	if (isLater === 1) {
		const [name, ...later] = beginningsOf(username);
		const first = later.filter((one) => one.startsWith(longest)).toSorted(compare)[0];
		if (name.startsWith(longest) || beginning !== first) return false;
	}
	if (wanted.length < 2) return true;
	const words = wordsOf(username);
	return wanted.every((word) => words.some((one) => one.startsWith(word)));
}

/** The members other than `seeker` in whose names every word of the text begins a word. */
export function membersNamed(text: string, source: NameSource, seeker: string): Person[] {
	if (wordsOf(text).length === 0) return [];
	const most = limits.search.everywhere.people;
	const { people } = findByName(source, text, firstPlace, most + 1);
	return people.filter(({ userId }) => userId !== seeker).slice(0, most);
}

function wordsOf(text: string): string[] {
	return fold(text)
		.split(/[^\p{L}\p{M}\p{N}]+/u)
		.filter((word) => word !== "");
}
