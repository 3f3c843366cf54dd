// Members named in a text: completing a name while it is written, and what is sent and shown of it. Pure.
// Which names a text means without being told, the server reads off it.

import type { Mention } from "../../src/protocol/message.ts";
import { claude, type Person } from "../../src/protocol/person.ts";

/** A name that is being written, from its `@` on, and who may be meant. */
export type Completion = { start: number; options: readonly Person[] };

/** A list that is longer is not read. */
const mostOptions = 8;

/** Whether the caret stands in a name; Claude is offered first, as the one that is asked most. */
export function completionAt(text: string, caret: number, people: readonly Person[]): Completion | undefined {
	const written = /(?<![\p{L}\p{M}\p{N}_])@([^@\n]{0,64})$/u.exec(text.slice(0, caret))?.[1];
	if (written === undefined) return undefined;
	const begin = folded(written);
	const options = [claude, ...people].filter(({ username }) => beginnings(folded(username)).some((name) => name.startsWith(begin)));
	return options.length > 0 ? { start: caret - written.length - 1, options: options.slice(0, mostOptions) } : undefined;
}

/** The text with the name in full, and where the caret is then. */
export function complete(
	text: string,
	caret: number,
	{ start }: Completion,
	{ userId, username }: Person,
): { text: string; caret: number } {
	const name = `@${userId === claude.userId ? username.toLowerCase() : username} `;
	const rest = text.slice(caret).replace(/^ /, "");
	return { text: text.slice(0, start) + name + rest, caret: start + name.length };
}

/** Where those who were chosen stand in a text; of several with one name, in the order in which they were chosen. */
export function mentionsOf(text: string, chosen: readonly Person[]): Mention[] {
	const mentions: Mention[] = [];
	for (const { userId, username } of chosen) {
		if (userId === claude.userId) continue;
		const name = `@${username}`;
		const isFree = (offset: number) =>
			mentions.every((other) => offset >= other.offset + other.length || other.offset >= offset + name.length);
		let offset = text.indexOf(name);
		while (offset !== -1 && !isFree(offset)) offset = text.indexOf(name, offset + 1);
		if (offset !== -1) mentions.push({ userId, offset, length: name.length });
	}
	return mentions.sort((one, other) => one.offset - other.offset);
}

/** The whole name, and each of its words: one may know only the last. */
function beginnings(name: string): string[] {
	return [name, ...name.split(" ").slice(1)];
}

function folded(text: string): string {
	return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

// A mention in Markdown: characters that nobody writes stand around it while the text is read, and are gone in whatever is no plain text.

const firstMark = 0x10ff00;
const closing = "\u{10fffc}";
const marks = /[\u{10ff00}-\u{10fffc}]/gu;

/** The text with each mention between marks. */
export function marked(text: string, mentions: readonly Mention[]): string {
	let end = 0;
	let result = "";
	for (const [index, { offset, length }] of mentions.entries()) {
		if (offset < end) continue;
		result += bare(text.slice(end, offset));
		end = offset + length;
		result += String.fromCodePoint(firstMark + index) + bare(text.slice(offset, end)) + closing;
	}
	return result + bare(text.slice(end));
}

export function bare(text: string): string {
	return text.replace(marks, "");
}

/** A marked text in its parts: as it stands, or as the mention at an index. */
export function partsOf(text: string): (string | { index: number; text: string })[] {
	const parts: (string | { index: number; text: string })[] = [];
	let end = 0;
	for (const match of text.matchAll(/([\u{10ff00}-\u{10fffb}])([^\u{10ff00}-\u{10fffc}]+)\u{10fffc}/gu)) {
		parts.push(bare(text.slice(end, match.index)));
		parts.push({ index: (match[1]?.codePointAt(0) ?? 0) - firstMark, text: match[2] ?? "" });
		end = match.index + match[0].length;
	}
	return [...parts, bare(text.slice(end))].filter((part) => part !== "");
}
