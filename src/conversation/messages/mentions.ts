// Finds the members that a text mentions. Pure. `@claude` is not a member: replies/trigger.ts decides what it means.

import { limits } from "../../protocol/limits.ts";
import type { Mention } from "../../protocol/message.ts";
import { claude, type Person } from "../../protocol/person.ts";
import { atSign } from "../../protocol/text/claude-mention.ts";
import { fold } from "../../protocol/text/fold.ts";
import { spokenIn } from "../../protocol/text/spoken.ts";

/** A character that continues a word. Scripts without spaces are excluded: in them, text may stand on both sides of a name. */
const letter = String.raw`[[\p{L}\p{M}\p{N}_]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}]]`;
const at = new RegExp(`(?<!${letter})${atSign}`, "gv");
/** After a name: a longer word, or a path like `@ann/sdk`. */
const wordGoesOn = new RegExp(`${letter}|[.\\-]${letter}|\\/[\\p{L}\\p{N}._\\-]`, "vy");

/** An `@` after so many others is not looked at: such a text does not mention people. */
const maxPlaces = limits.mentions * 10;

/**
 * The mentions in a text, in order: those that the sender marked (`given`), and every other `@` before a member's name, in any case and
 * with or without accents; the longest name counts. An `@` in code, in a quoted line or in an address mentions nobody, nor does a name
 * that two members share. Marks that do not fit the text are left out. `members` is asked only if the text contains an `@`: there may
 * be many members.
 */
export function readMentions(content: string, members: NamedMembers, given: readonly Mention[] = []): Mention[] {
	if (content.search(atSign) === -1) return [];
	const spoken = spokenIn(content);
	const foldCharacter = rememberedFold();
	const text: Text = { spoken, foldCharacter };
	const names = members.all ? namesOf(members.all) : namesIn(text, members);
	const mentions: Mention[] = [];
	for (const mention of given) {
		if (names.isMember(mention.userId) && isInText(mention, content) && !overlaps(mention, mentions)) mentions.push(mention);
	}
	for (const mention of namedIn(text, names)) {
		if (mentions.length === limits.mentions) break;
		if (!overlaps(mention, mentions)) mentions.push(mention);
	}
	return mentions.sort((one, other) => one.offset - other.offset);
}

const marked = new RegExp(`^${atSign}[^\\r\\n]+$`);

/** A mark must cover an `@` and a possible name: clients show a name in its place. */
function isInText({ offset, length }: Mention, content: string): boolean {
	const text = content.slice(offset, offset + length);
	return text.length === length && length <= limits.username + 1 && marked.test(text) && text.isWellFormed();
}

function overlaps({ offset, length }: Mention, others: readonly Mention[]): boolean {
	return others.some((other) => offset < other.offset + other.length && other.offset < offset + length);
}

/** Members whose names fold to the same text. None of them is Claude. */
type Namesakes = readonly Person[];

/** The members by their folded names, with the length of the longest one. */
type Names = { isMember(userId: string): boolean; byName: ReadonlyMap<string, Namesakes>; longest: number };

/** The members of a conversation: `all` of them, or if they are too many, an index that finds them by folded names. */
export type NamedMembers = {
	readonly all: readonly Person[] | undefined;
	find(userId: string): Person | undefined;
	readonly names: { named(names: Iterable<string>): Map<string, Namesakes> };
};

/** The names of a list of members, which is folded once: a conversation keeps its list until somebody joins, leaves or changes. */
const known = new WeakMap<readonly Person[], Names>();

function namesOf(people: readonly Person[]): Names {
	let names = known.get(people);
	if (names === undefined) {
		const byName = new Map<string, Namesakes>(Map.groupBy(people, ({ username }) => fold(username)));
		byName.delete("");
		byName.set(fold(claude.username), []);
		let longest = 0;
		for (const name of byName.keys()) longest = Math.max(longest, name.length);
		const ids = new Set(people.map(({ userId }) => userId));
		names = { isMember: (userId) => ids.has(userId), byName, longest };
		known.set(people, names);
	}
	return names;
}

/** `spoken`: the text with its code, quotes and web addresses blanked. */
type Text = { spoken: string; foldCharacter: (character: string) => string };

/** The names in a text, of so many members that only these are looked up. A name that is longer when folded needs a mark. */
function namesIn({ spoken, foldCharacter }: Text, members: NamedMembers): Names {
	const longest = limits.username;
	const written = new Set<string>();
	let places = 0;
	for (const { index: offset } of spoken.matchAll(at)) {
		if (++places > maxPlaces || written.size > limits.memberPage.written) break;
		for (const { name, end } of beginningsAt(spoken, offset + 1, longest, foldCharacter)) if (!goesOn(spoken, end)) written.add(name);
	}
	const byName = members.names.named(written);
	byName.set(fold(claude.username), []);
	return { isMember: (userId) => members.find(userId) !== undefined, byName, longest };
}

function* namedIn({ spoken, foldCharacter }: Text, names: Names): Iterable<Mention> {
	let end = -1;
	let places = 0;
	for (const { index: offset } of spoken.matchAll(at)) {
		if (++places > maxPlaces) return;
		// `@Ann/@Bob` is a list; any other path is an address or a package.
		if (offset < end || (spoken[offset - 1] === "/" && offset - 1 !== end)) continue;
		const named = nameAt(spoken, offset + 1, names, foldCharacter);
		if (!named) continue;
		end = named.end;
		const member = theOneOf(named.namesakes, spoken.slice(offset + 1, end));
		if (member) yield { userId: member.userId, offset, length: end - offset };
	}
}

/** Folding one character costs as much as a short text, and a text may have a hundred thousand of them after its `@`s. */
function rememberedFold(): (character: string) => string {
	const folded = new Map<string, string>();
	return (character) => {
		const known = folded.get(character);
		if (known !== undefined) return known;
		const plain = fold(character);
		folded.set(character, plain);
		return plain;
	};
}

/** Accents can be characters of their own, but no name has so many of them in a row. */
const mostAccents = 8;

/** The longest name that begins at a position and is not part of a longer word: its members, and where it ends. */
function nameAt(content: string, start: number, { byName, longest }: Names, foldCharacter: (character: string) => string) {
	let found: { namesakes: Namesakes; end: number } | undefined;
	for (const { name, end } of beginningsAt(content, start, longest, foldCharacter)) {
		const namesakes = byName.get(name);
		if (namesakes && !goesOn(content, end)) found = { namesakes, end };
	}
	return found;
}

/** The folded text from `start` up to each later character, and where each ends. */
function* beginningsAt(content: string, start: number, longest: number, foldCharacter: (character: string) => string) {
	let name = "";
	let end = start;
	let accents = 0;
	while (end < content.length && accents <= mostAccents) {
		const character = String.fromCodePoint(content.codePointAt(end) as number);
		// Each by itself, so that a prefix of a text folds to a prefix.
		const folded = foldCharacter(character);
		name += folded;
		accents = folded === "" ? accents + 1 : 0;
		end += character.length;
		if (name.length > longest) return;
		yield { name, end };
	}
}

/** A longer word stands there. */
function goesOn(content: string, end: number): boolean {
	wordGoesOn.lastIndex = end;
	return wordGoesOn.test(content);
}

/** The member that a written name means: of several, the only one whose name has the same accents. */
function theOneOf(namesakes: Namesakes, written: string): Person | undefined {
	if (namesakes.length === 1) return namesakes[0];
	const exact = namesakes.filter(({ username }) => withoutCase(username) === withoutCase(written));
	return exact.length === 1 ? exact[0] : undefined;
}

function withoutCase(text: string): string {
	return text.normalize("NFKC").toUpperCase().toLowerCase();
}
