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
 * that two members share. Marks that do not fit the text are left out. `members` is called only if the text contains an `@`: there may
 * be many members.
 */
export function readMentions(content: string, members: () => readonly Person[], given: readonly Mention[] = []): Mention[] {
	if (content.search(atSign) === -1) return [];
	const people = members();
	const names = namesOf(people);
	const mentions: Mention[] = [];
	for (const mention of given) {
		if (names.ids.has(mention.userId) && isInText(mention, content) && !overlaps(mention, mentions)) mentions.push(mention);
	}
	for (const mention of namedIn(content, names)) {
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

/** The members by their folded names, with the longest name's length and everybody's id. */
type Names = { ids: ReadonlySet<string>; byName: ReadonlyMap<string, Namesakes>; longest: number };

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
		names = { ids: new Set(people.map(({ userId }) => userId)), byName, longest };
		known.set(people, names);
	}
	return names;
}

function* namedIn(content: string, names: Names): Iterable<Mention> {
	const spoken = spokenIn(content);
	const foldCharacter = rememberedFold();
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
		if (name.length > longest) break;
		wordGoesOn.lastIndex = end;
		const namesakes = byName.get(name);
		if (namesakes && !wordGoesOn.test(content)) found = { namesakes, end };
	}
	return found;
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
