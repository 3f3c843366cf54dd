// Finds emoji shortcodes in a text: `:smi` is unfinished, `:smile:` is complete. Pure; knows no emoji.

import { fencesIn } from "../writing/fences.ts";

/** `start`: the offset of its first colon. */
export type Shortcode = { start: number; name: string };

/** How far to look back from the caret: the longest shortcode and the character before it. */
const reach = 48;

/** Not inside a word, a time, a path or `::`. */
const opened = /(?<![\p{L}\p{M}\p{N}:/\\_=-]):([\p{L}\p{M}\p{N}_+-]{2,40})$/u;
const closed = /(?<![\p{L}\p{M}\p{N}:/\\_=-]):([\p{L}\p{M}\p{N}_+-]{1,40}):$/u;

/** The unfinished shortcode before the caret. */
export function shortcodeAt(text: string, caret: number): Shortcode | undefined {
	return matched(opened, text, caret);
}

/** The complete shortcode that ends at the caret. */
export function wholeShortcodeAt(text: string, caret: number): Shortcode | undefined {
	return text[caret - 1] === ":" ? matched(closed, text, caret) : undefined;
}

function matched(pattern: RegExp, text: string, caret: number): Shortcode | undefined {
	const [whole, name] = pattern.exec(text.slice(Math.max(0, caret - reach), caret)) ?? [];
	if (whole === undefined || name === undefined) return undefined;
	const start = caret - whole.length;
	const before = text.slice(0, start);
	return isInAddress(before) || isInCode(before) ? undefined : { start, name };
}

function isInAddress(before: string): boolean {
	return /:\/\/\S*$/.test(before.slice(-2_048));
}

/** Inside a code block, or after a backtick whose closing one may still follow. */
function isInCode(before: string): boolean {
	if (!/[`~]/.test(before)) return false;
	const { isOpen, paragraph } = fencesIn(before);
	if (isOpen) return true;
	let open = 0;
	for (const [run] of paragraph.matchAll(/`+/g)) open = open === 0 ? run.length : open === run.length ? 0 : open;
	return open !== 0;
}
