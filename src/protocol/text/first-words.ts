// Makes a title from the beginning of a text. Pure.

import { limits } from "../limits.ts";
import { withoutClaudeMentions } from "./claude-mention.ts";
import { withoutMarks } from "./plain-text.ts";
import { isVisible, sanitizeLine, truncateLine } from "./sanitize.ts";

/** More of a text than any title needs, Markdown included. */
const readLength = 2_000;

/**
 * Returns the first words of a message as one line, without Markdown and without @claude; "" if
 * there are none.
 */
export function firstWords(content: string): string {
	const line = sanitizeLine(withoutClaudeMentions(plainText(content.slice(0, readLength))));
	const words = line.replace(/^[\s,;:.!?–—-]+(?=\S)/u, "");
	return isVisible(words) ? truncateLine(words, limits.generatedTitle) : "";
}

/**
 * Also drops marks that stand alone and the numbers of a list, and joins the items of a list by
 * commas.
 */
function plainText(text: string): string {
	return withoutMarks(text.replace(/([^\s,;:.!?…])\s*\n\s*(?:[-*+]|\d{1,9}[.)])[ \t]+/gu, "$1, "))
		.replace(/^[ \t]*\d{1,9}[.)][ \t]+/gm, "")
		.replace(/`+|\*+(?=\S)|(?<=\S)\*+|~~|(?<![\p{L}\p{N}_])_+(?=\S)|(?<=\S)_+(?![\p{L}\p{N}_])/gu, "");
}
