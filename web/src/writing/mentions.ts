// Members named in a text: what is sent and shown of it. Pure.
// Which names a text means without being told, the server reads off it.

import type { Mention } from "../../../src/protocol/message.ts";
import { claude, type Person } from "../../../src/protocol/person.ts";

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

/** Who is named in a text already, by the name that stands there. */
export function namedIn(text: string, mentions: readonly Mention[] = []): Person[] {
	return mentions.map(({ userId, offset, length }) => ({ userId, username: text.slice(offset + 1, offset + length) }));
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
