// Which members a text names. Pure. `@claude` is no member: it asks for an answer, and that is decided elsewhere.

import { limits } from "../../protocol/limits.ts";
import type { Mention } from "../../protocol/message.ts";
import { claude, type Person } from "../../protocol/person.ts";

/** What joins to a word. Scripts that write without spaces, or put endings to a name, write on both sides of one. */
const letter = String.raw`[[\p{L}\p{M}\p{N}_]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}]]`;
const at = new RegExp(`(?<!${letter})@`, "gv");
const wordGoesOn = new RegExp(`${letter}|[.\\-]${letter}`, "vy");

/** Places of one text that are looked at: no text with more of them means people. */
const mostPlaces = limits.mentions * 10;

/**
 * The members that a text names, in its order: where the sender says so (`given`), and wherever else an `@` is followed by a member's
 * name, the longest that fits, in any case. A name that two members have says nothing of whom is meant. What is given and cannot be is
 * left out. The members are asked for where there is an `@`, and not before: they may be many.
 */
export function readMentions(content: string, members: () => readonly Person[], given: readonly Mention[] = []): Mention[] {
	if (!content.includes("@")) return [];
	const people = members();
	const ids = new Set(people.map(({ userId }) => userId));
	const mentions: Mention[] = [];
	for (const mention of given) {
		if (ids.has(mention.userId) && isInText(mention, content) && !overlaps(mention, mentions)) mentions.push(mention);
	}
	for (const mention of namedIn(content, people)) {
		if (mentions.length === limits.mentions) break;
		if (!overlaps(mention, mentions)) mentions.push(mention);
	}
	return mentions.sort((one, other) => one.offset - other.offset);
}

/** Whether it is an `@` with something that a name may be: what is shown in its place is a name. */
function isInText({ offset, length }: Mention, content: string): boolean {
	const text = content.slice(offset, offset + length);
	return text.length === length && length <= limits.username + 1 && /^@[^\r\n]+$/.test(text) && text.isWellFormed();
}

function overlaps({ offset, length }: Mention, others: readonly Mention[]): boolean {
	return others.some((other) => offset < other.offset + other.length && other.offset < offset + length);
}

function* namedIn(content: string, people: readonly Person[]): Iterable<Mention> {
	const names = new Map<string, string | undefined>();
	for (const { userId, username } of people) {
		const name = folded(username);
		names.set(name, names.has(name) ? undefined : userId);
	}
	names.delete(folded(claude.username));
	const longest = Math.max(0, ...[...names.keys()].map((name) => name.length));
	let end = 0;
	let places = 0;
	for (const { index: offset } of content.matchAll(at)) {
		if (++places > mostPlaces) return;
		if (offset < end) continue;
		const named = nameAt(content, offset + 1, names, longest);
		if (!named) continue;
		end = named.end;
		if (named.userId !== undefined) yield { userId: named.userId, offset, length: end - offset };
	}
}

/** The longest name that stands at a place as a word of its own, whose it is, and where it ends. */
function nameAt(content: string, start: number, names: ReadonlyMap<string, string | undefined>, longest: number) {
	let found: { userId: string | undefined; end: number } | undefined;
	let name = "";
	let end = start;
	while (end < content.length) {
		const character = String.fromCodePoint(content.codePointAt(end) as number);
		name += folded(character);
		end += character.length;
		if (name.length > longest) break;
		wordGoesOn.lastIndex = end;
		if (names.has(name) && !wordGoesOn.test(content)) found = { userId: names.get(name), end };
	}
	return found;
}

/** Without case, and with each mark a character of its own, so that the beginning of a text folds to the beginning of what it folds to. */
function folded(text: string): string {
	return Array.from(text, (character) => character.normalize("NFD").toUpperCase().toLowerCase()).join("");
}
