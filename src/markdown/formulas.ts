// Finds formulas in a text: `\(…\)`, `\[…\]`, `$$…$$`, and `$…$` where the dollars are no prices or variables. Pure.
//
// A text is only ever taken for prose after it may have been a formula, never the other way round. So nothing that is shown while
// a text grows is taken back.

/** `raw`: as it is written. `tex`: without its delimiters. */
export type Formula = { raw: string; tex: string; isDisplay: boolean };

/** In UTF-16 units. Longer ones are shown as they are written. */
const longest = { inline: 500, display: 5_000 };

/** As many in one text are drawn. A text with more is meant to be slow. */
const most = 500;

/** True if a text may have formulas. */
export function hasFormulas(text: string): boolean {
	if (!/\$|\\[([]/.test(text)) return false;
	return (text.match(/\$\$?|\\[([]/g)?.length ?? 0) <= 2 * most;
}

const closers: Record<string, string> = { "\\(": "\\)", "\\[": "\\]", $$: "$$", $: "$" };

/** The formula at a place in the text of a paragraph; `open` if it has no end yet and more text may come. */
export function formulaAt(text: string, at: number, mayGrow: boolean): Formula | "open" | null {
	const opener = /^(?:\\[([]|\$\$?)/.exec(text.slice(at, at + 2))?.[0];
	if (opener === undefined || text.startsWith("$$$", at)) return null;
	if (opener.startsWith("$") && /[\w$\\\p{sc=Latin}]/u.test(text.charAt(at - 1))) return null;
	const isDisplay = opener === "\\[" || opener === "$$";
	const from = at + opener.length;
	const end = endOf(text, from, closers[opener] as string, isDisplay);
	const tex = text.slice(from, end ?? from + longest.display);
	if (end === null || !mayBegin(opener, tex) || isProse(tex)) return null;
	const raw = text.slice(at, end + opener.length);
	if (raw.length < opener.length + tex.length + opener.length) return mayGrow ? "open" : null;
	if (opener === "$") {
		const after = text.slice(end + 1, end + 4);
		if (mayGrow && /^(?:th?|st?|nd?|rd?)?$/.test(after)) return "open";
		if (/\s$/.test(tex) || /^(?!(?:th|st|nd|rd|s)(?!\w))[\w$]/.test(after)) return null;
	}
	return isFormula(opener, tex) ? { raw, tex: tex.trim(), isDisplay } : null;
}

/** The formula in lines of its own that a text begins with; `open` as above. Its end may be followed by a comma or a full stop. */
export function formulaBlock(text: string, mayGrow: boolean): Formula | "open" | null {
	const [begin, opener] = /^ {0,3}(\$\$(?!\$)|\\\[)/.exec(text) ?? [];
	if (begin === undefined || opener === undefined) return null;
	const end = endOf(text, begin.length, closers[opener] as string, true);
	if (end === null) return null;
	const tex = text.slice(begin.length, end);
	if (end + 2 > text.length) return mayGrow ? "open" : null;
	const [after, mark = ""] = /^[ \t]*([.,;]?)[ \t]*(?:\n|$)/.exec(text.slice(end + 2, end + 20)) ?? [];
	if (after === undefined || !isFormula(opener, tex)) return null;
	return { raw: text.slice(0, end + 2) + after, tex: tex.trim() + mark, isDisplay: true };
}

/** The place of the next block with a formula within a paragraph, which it interrupts. */
export function nextFormulaBlock(text: string, mayGrow: boolean): number | undefined {
	const end = text.search(/\n[ \t]*(?:\n|$)/);
	const paragraph = end === -1 ? text : text.slice(0, end);
	for (const { index } of paragraph.matchAll(/\n(?= {0,3}(?:\$\$|\\\[))/g))
		if (formulaBlock(text.slice(index + 1, index + longest.display + 100), mayGrow)) return index + 1;
	return undefined;
}

/** All formulas in the text of a paragraph, outside of code, and the place of one that has no end yet. */
export function formulasIn(text: string, mayGrow: boolean): { closed: { at: number; length: number }[]; open: number | undefined } {
	const closed: { at: number; length: number }[] = [];
	const parts = /\\[([]|\\[\s\S]|(`+)(?!`)[\s\S]*?[^`]\1(?!`)|`+|\$+/g;
	for (let part = parts.exec(text); part; part = parts.exec(text)) {
		const [mark] = part;
		// Code without an end.
		if (mayGrow && /^`+$/.test(mark)) return { closed, open: undefined };
		const formula = /^(?:\$|\\[([])/.test(mark) ? formulaAt(text, part.index, mayGrow) : null;
		if (formula === "open") return { closed, open: part.index };
		if (formula === null) continue;
		closed.push({ at: part.index, length: formula.raw.length });
		parts.lastIndex = part.index + formula.raw.length;
	}
	return { closed, open: undefined };
}

/** Where the closing delimiter stands, or the end of the text; `null` if the formula cannot have an end. */
function endOf(text: string, from: number, closer: string, isDisplay: boolean): number | null {
	const within = text.slice(from, from + (isDisplay ? longest.display : longest.inline));
	const stop = within.search(isDisplay ? /\n[ \t]*\n/ : /\n/);
	for (const { 0: mark, index } of (stop === -1 ? within : within.slice(0, stop)).matchAll(/\\[\s\S]|\$\$?/g))
		if (mark === closer || (closer === "$" && mark === "$$")) return index === 0 ? null : from + index;
	return stop === -1 && from + within.length === text.length ? text.length : null;
}

function mayBegin(opener: string, tex: string): boolean {
	// As in `$ 5`, `${name}` and `$HOME/bin` within code.
	return opener !== "$" || !/^[\s{]|`/.test(tex);
}

/** Escaped brackets around words are no formula. */
function isFormula(opener: string, tex: string): boolean {
	if (tex.trim() === "") return false;
	return opener === "\\[" ? /[\\^_=<>{+]/.test(tex) : opener !== "\\(" || !/^\s*\p{L}{4,}\s*$/u.test(tex);
}

/** True if a text, and whatever goes on from it, has words like a sentence outside of braces. A differential such as `dx` is none. */
function isProse(tex: string): boolean {
	const plain = outsideBraces(tex.replace(/\\(?:[a-zA-Z]+|[\s\S]|$)/g, (command) => (/^\\[{}]/.test(command) ? " " : "+")));
	return (
		words.test(plain) || /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Cyrillic}]/u.test(plain)
	);
}

const words = /\p{L}{2}[ \t]+(?!d\p{L}?(?!\p{L}))\p{L}|[\p{L}\p{N}][.,;:!?]?[ \t]+(?!d\p{L}(?!\p{L}))\p{L}{2}/u;

function outsideBraces(text: string): string {
	let [plain, depth] = ["", 0];
	for (const character of text) {
		if (character === "{") depth += 1;
		if (depth === 0) plain += character;
		if (character === "}") depth = Math.max(0, depth - 1);
		if (character === "}" && depth === 0) plain += "+";
	}
	return plain;
}
