// Names of emoji between colons, as they are written in a text: `:smi` is being written, `:smile:` is whole. Pure; knows no emoji.

/** `start`: of its first colon. */
export type Shortcode = { start: number; name: string };

/** The longest one, and what decides whether it is one. */
const reach = 48;

/** Not within a word, a time, a path or `::`. */
const opened = /(?<![\p{L}\p{M}\p{N}:/\\_=-]):([\p{L}\p{M}\p{N}_+-]{2,40})$/u;
const closed = /(?<![\p{L}\p{M}\p{N}:/\\_=-]):([\p{L}\p{M}\p{N}_+-]{1,40}):$/u;

/** The one that is being written before the caret. */
export function shortcodeAt(text: string, caret: number): Shortcode | undefined {
	return matched(opened, text, caret);
}

/** The one that ends at the caret. */
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

/** Within a block of code, or between backticks of which the second ones may still come. */
function isInCode(before: string): boolean {
	if (!/[`~]/.test(before)) return false;
	let fence = "";
	let paragraph = "";
	for (const line of before.split("\n")) {
		const [, mark = ""] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
		if (fence === "" && mark !== "" && !line.slice(line.indexOf(mark) + mark.length).includes("`")) fence = mark;
		else if (fence !== "" && mark.startsWith(fence) && line.trim() === mark) fence = "";
		paragraph = line.trim() === "" || fence !== "" || mark !== "" ? "" : `${paragraph}\n${line}`;
	}
	if (fence !== "") return true;
	let open = 0;
	for (const [run] of paragraph.matchAll(/`+/g)) open = open === 0 ? run.length : open === run.length ? 0 : open;
	return open !== 0;
}
