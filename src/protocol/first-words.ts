// What a text begins with, in as many words as a title has. Pure.

import { limits } from "./limits.ts";
import { withoutMarks } from "./plain-text.ts";
import { harmlessLine, isSeen, shortened } from "./text.ts";

/** More of a text than any title takes, marks and all. */
const readOf = 2_000;

/** The first words of a message as one line, without Markdown's marks and without the call for Claude; empty where it has none. */
export function firstWords(content: string): string {
	const line = harmlessLine(read(content.slice(0, readOf)).replace(/(?<![a-z0-9_])@claude(?![a-z0-9_]|[.-][a-z0-9])/gi, " "));
	const words = line.replace(/^[\s,;:.!?–—-]+(?=\S)/u, "");
	return isSeen(words) ? shortened(words, limits.foundTitle) : "";
}

/** Without the marks that stand alone and the numbers of a list either. What a list has, commas part. */
function read(text: string): string {
	return withoutMarks(text.replace(/([^\s,;:.!?…])\s*\n\s*(?:[-*+]|\d{1,9}[.)])[ \t]+/gu, "$1, "))
		.replace(/^[ \t]*\d{1,9}[.)][ \t]+/gm, "")
		.replace(/`+|\*+(?=\S)|(?<=\S)\*+|~~|(?<![\p{L}\p{N}_])_+(?=\S)|(?<=\S)_+(?![\p{L}\p{N}_])/gu, "");
}
