// Finds the members that a text mentions. Pure. `@claude` is not a member: replies/trigger.ts decides what it means.

import { limits } from "../../protocol/limits.ts";
import type { Mention } from "../../protocol/message.ts";
import { claude, type Person } from "../../protocol/person.ts";

/** A character that continues a word. Scripts without spaces are excluded: in them, text may stand on both sides of a name. */
const letter = String.raw`[[\p{L}\p{M}\p{N}_]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}]]`;
const at = new RegExp(`(?<!${letter})@`, "gv");
const wordGoesOn = new RegExp(`${letter}|[.\\-]${letter}`, "vy");

/** An `@` after so many others is not looked at: such a text does not mention people. */
const maxPlaces = limits.mentions * 10;

/**
 * The mentions in a text, in order: those that the sender marked (`given`), and every other `@` before a member's name, in any case; the
 * longest name counts. A name that two members share mentions nobody. Marks that do not fit the text are left out. `members` is called
 * only if the text contains an `@`: there may be many members.
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

/** A mark must cover an `@` and a possible name: clients show a name in its place. */
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
		if (++places > maxPlaces) return;
		if (offset < end) continue;
		const named = nameAt(content, offset + 1, names, longest);
		if (!named) continue;
		end = named.end;
		if (named.userId !== undefined) yield { userId: named.userId, offset, length: end - offset };
	}
}

/** The longest name that begins at a position and is not part of a longer word: its member, and where it ends. */
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

/** Without case, and with separate accents. Each character is folded by itself, so that a prefix of a text folds to a prefix. */
function folded(text: string): string {
	return Array.from(text, (character) => character.normalize("NFD").toUpperCase().toLowerCase()).join("");
}
