// A member's name while it is written after an `@`: who may be meant. Pure.

import { claude, type Person } from "../../../src/protocol/person.ts";
import { foldCase } from "./foldCase.ts";

/** A name that is being written, from its `@` on, and who may be meant, the likeliest first. */
export type MentionQuery = { start: number; people: readonly Person[] };

/** Of a name that is longer nothing is looked for. */
const longestName = 64;

/** Whether the caret stands in a name. Those whose name begins so come before those of whom another word does; else Claude first, as it is asked most. */
export function mentionQueryAt(text: string, caret: number, people: readonly Person[]): MentionQuery | undefined {
	const before = text.slice(Math.max(0, caret - longestName - 3), caret);
	const written = /(?<![\p{L}\p{M}\p{N}_])@([^@\n]{0,64})$/u.exec(before)?.[1];
	if (written === undefined) return undefined;
	const wanted = foldCase(written);
	const found = [claude, ...people]
		.map((person) => ({ person, word: beginnings(foldCase(person.username)).findIndex((name) => name.startsWith(wanted)) }))
		.filter(({ word }) => word !== -1)
		.sort((one, other) => Math.min(one.word, 1) - Math.min(other.word, 1));
	return found.length > 0 ? { start: caret - written.length - 1, people: found.map(({ person }) => person) } : undefined;
}

/** The whole name, and each of its words: one may know only the last. */
function beginnings(name: string): string[] {
	return [name, ...name.split(" ").slice(1)];
}
