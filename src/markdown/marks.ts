// While Markdown is read, private-use characters surround each mention. They are removed from everything but plain text. Pure.

import type { Mention } from "../protocol/message.ts";

const firstMark = 0x10ff00;
const closing = "\u{10fffc}";
const marks = /[\u{10ff00}-\u{10fffc}]/gu;

/** Surrounds each mention with marks. */
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

/** Splits a marked text into plain parts and mentions by index. */
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
