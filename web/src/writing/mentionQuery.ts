// The people whom somebody may mention, in their order, and those whom an unfinished `@name` may mean. Pure.

import { claude, type Person } from "../../../src/protocol/person.ts";
import { fold } from "../../../src/protocol/text/fold.ts";

/** The people whom somebody may mention: those who are known here and, where that is not everybody, who is found by what is written of a name. */
export type Mentionable = { known: readonly Person[]; find?: ((written: string) => Promise<readonly Person[]>) | undefined };

/** The people whom this person may mention and who are known here: those who are present first. */
export function mentionableBy(
	userId: string,
	{ members, participants }: { members: readonly Person[] | null; participants: readonly Person[] },
): Person[] {
	const present = new Set(participants.map((person) => person.userId));
	const others = (members ?? participants).filter((person) => person.userId !== userId);
	return [...others.filter((person) => present.has(person.userId)), ...others.filter((person) => !present.has(person.userId))];
}

/** `start`: the offset of the `@`. `people`: the most likely first. */
export type MentionQuery = { start: number; people: readonly Person[] };

/** Longer text after an `@` is not a name. */
const longestName = 64;

/**
 * Matches the beginning of a name before that of its other words. Claude comes first among equals,
 * because it is mentioned most.
 */
export function mentionQueryAt(text: string, caret: number, people: readonly Person[]): MentionQuery | undefined {
	const written = writtenNameAt(text, caret);
	if (written === undefined) return undefined;
	const wanted = fold(written);
	const found = [claude, ...people]
		.map((person) => ({ person, word: beginnings(fold(person.username)).findIndex((name) => name.startsWith(wanted)) }))
		.filter(({ word }) => word !== -1)
		.sort((one, other) => Math.min(one.word, 1) - Math.min(other.word, 1));
	return found.length > 0 ? { start: caret - written.length - 1, people: found.map(({ person }) => person) } : undefined;
}

/** What is written of a name before the caret, after an `@`. */
export function writtenNameAt(text: string, caret: number): string | undefined {
	const before = text.slice(Math.max(0, caret - longestName - 3), caret);
	return /(?<![\p{L}\p{M}\p{N}_])[@＠﹫]([^@＠﹫\n]{0,64})$/u.exec(before)?.[1];
}

/** The whole name and each of its words: the author may know only the last name. */
function beginnings(name: string): string[] {
	return [name, ...name.split(" ").slice(1)];
}
