// The end of a text that is being written, read as if it were complete: a mark that may become markup is left out. Pure.

import type { Token } from "marked";
import { formulasIn, hasFormulas } from "./formulas.ts";

/**
 * The inline text that is being written, without the marks at its end that may begin something, and with its code closed. `source`: the
 * blocks that end with it. `context`: the whole text. `null`: the text ends before the source, and no more of it will come.
 */
export function asIfWhole(text: string, source: string, context: string): string | null {
	const line = lastLine(text);
	const sourceLine = lastLine(source.trimEnd()).replaceAll("\\|", "|");
	if (!sourceLine.endsWith(line.trimEnd()) || /\n[ \t]*\n[ \t]*$/.test(source)) return null;
	const isWholeLine = sourceLine.replace(/^[ \t>]*/, "") === line.trim();
	const isInParagraph = line !== text && source.trim() === text.trim();
	if (isWholeLine && (isInParagraph ? interruptionToBe : blockToBe).test(line)) return text.slice(0, -line.length).trimEnd();
	if (line === text && isDefinitionToBe(line, context.slice(0, context.lastIndexOf(line)))) return "";
	const open = hasFormulas(context) ? formulasIn(text, true).open : undefined;
	const shown = text
		.slice(0, open)
		.replace(tableToBe, "")
		.replace(taskToBe, "")
		.replace(/[`\\]+$/, "");
	const code = openCode(shown);
	if (!code) return withoutLinkToBe(shown.replace(footnoteToBe, "")).replace(marksToBe, "").replace(tagToBe, "$1").trimEnd();
	const content = shown.slice(code.end);
	if (content.trim() === "") return shown.slice(0, code.end - code.ticks.length);
	return withoutLinkToBe(shown + (/^ .*\S$/s.test(content) ? " " : "") + code.ticks);
}

function lastLine(text: string): string {
	return text.slice(text.lastIndexOf("\n") + 1);
}

/** An item of a list, a heading or a rule. */
const blockToBe = /^ *(?:(?:[-*_+][ \t]*)+|#{1,6} *|\d{1,9}[.)]? *)$/;

/** Other numbers than 1 begin no list within a paragraph. */
const interruptionToBe = /^ *(?:(?:[-*_+][ \t]*)+|#{1,6} *|1[.)]? *)$/;

/** The checkbox of a task. */
const taskToBe = /^\[[ xX]?\]?$/;

/** The head of a table, until the line below it makes it one. */
const tableToBe = /(?:^|\n) *\|[^\n]*(?:\n[ |:-]*)?$/;

/** Emphasis, an escape, a character reference, a line break or another tag, a picture. */
const marksToBe = /(?:[*_~\\]|&(?:#x?[\da-f]{0,7}|[a-z][a-z\d]{0,5})?|<(?:br?\s*\/?|\/?(?:s(?:u[bp]?)?|k(?:bd?)?)?)?|(?<=^|[\s[(*_~])!)+$/i;

/** A reference to a footnote, and at the beginning of a line also one that may become the footnote's definition. */
const footnoteToBe = /\[\^[^\s[\]]*$|(?<=^|\n) {0,3}\[\^[^\s[\]]+\]$/;

/** An address in angle brackets, or HTML. */
const tagToBe = /<(\/?[a-z][^\s<>]*)$/i;

/** The definition of a link's address that the text before refers to. */
function isDefinitionToBe(line: string, before: string): boolean {
	const label = /^\[([^[\]]+)(?:\](?:: *<?(?:[hm]\S* *(?:["'(].*)?)?)?)?$/i.exec(line)?.[1];
	return label !== undefined && before.toLowerCase().includes(`[${label.toLowerCase()}`);
}

/** The mark of code without an end, and where the code begins. */
function openCode(text: string): { ticks: string; end: number } | undefined {
	let open: { ticks: string; end: number } | undefined;
	for (const { 0: run, index } of text.matchAll(/\\?`+/g)) {
		const ticks = run.replace("\\", "");
		if (!open && run !== `\\${ticks}`) open = { ticks, end: index + run.length };
		else if (!open && ticks.length > 1) open = { ticks: ticks.slice(1), end: index + run.length };
		else if (ticks === open?.ticks) open = undefined;
	}
	return open;
}

/** Matches an escaped character, code, a reference to a footnote, a bracket, or the end of a link's text with what follows of its address or reference. */
const linkParts =
	/\\[\s\S]|(`+)(?!`)[\s\S]*?[^`]\1(?!`)|\[\^[^\s[\]]+\](?!\()|!?\[(?!\^)|\](?:\((?:\\.|\([^()\s]*\)?|[^()\s\\])*(?:\s+(?:["'(][^"')]*["')]?)?)?(\))?|\[[^[\]]*(\])?)?/g;

/** A link's text without its brackets and what there is of its address. A picture is left out. */
function withoutLinkToBe(text: string): string {
	const open: { at: number; size: number }[] = [];
	for (const { 0: part, index: at, 2: isLink, 3: isReference } of text.matchAll(linkParts)) {
		if (/^!?\[$/.test(part)) open.push({ at, size: part.length });
		else if (part.startsWith("]")) {
			const start = open.pop();
			if (!start || isLink || isReference || at + part.length < text.length) continue;
			open.push(start);
			return withoutBrackets(text.slice(0, at), open);
		}
	}
	return withoutBrackets(text, open);
}

function withoutBrackets(text: string, open: readonly { at: number; size: number }[]): string {
	let [shown, from] = ["", 0];
	for (const { at, size } of open) {
		if (size === 2 || text.startsWith("![", at + 1)) return shown + text.slice(from, at);
		shown += text.slice(from, at);
		from = at + size;
	}
	return shown + text.slice(from);
}

/** Deeper emphasis stays as it is written: each level is read again. */
const maxDepth = 4;

/** Closes emphasis that has no end yet. Changes the tokens. `inline`: reads the inline markup of a text. */
export function closeEmphasis(tokens: Token[], inline: (text: string) => Token[], depth = 0): void {
	let before = "";
	for (const [index, { type, raw }] of tokens.entries()) {
		for (const { 0: run, index: at } of type === "text" ? raw.matchAll(/\*+|_+|~+/g) : []) {
			const size = run.length === 3 ? 1 : run.length;
			const after = tokens.slice(index + 1).map((token) => token.raw);
			const rest = [raw.slice(at + run.length), ...after].join("");
			if (depth === maxDepth || !isBegun(before + raw.slice(0, at), run, rest)) continue;
			const text = run.slice(size) + rest;
			const inner = inline(text);
			closeEmphasis(inner, inline, depth + 1);
			const emphasis = {
				type: run.startsWith("~") ? "del" : size === 1 ? "em" : "strong",
				raw: run.slice(0, size) + text,
				text,
				tokens: inner,
			};
			tokens.splice(index, tokens.length, ...(at > 0 ? [textToken(raw.slice(0, at))] : []), emphasis);
			return;
		}
		before = raw;
	}
	// An address that is not complete may be another one.
	const last = tokens.at(-1);
	if (last?.type === "link" && last.autolink && !last.raw.startsWith("<")) tokens[tokens.length - 1] = textToken(last.raw);
}

function textToken(text: string): Token {
	return { type: "text", raw: text, text, escaped: false };
}

/** True if a mark begins emphasis, by the rules of CommonMark, and is unlikely to be meant as it stands. */
function isBegun(before: string, run: string, after: string): boolean {
	const [last, next] = [[...before.slice(-2)].at(-1) ?? " ", [...after.slice(0, 2)][0] ?? " "];
	const isWord = (character: string) => /[^\s\p{P}\p{S}]/u.test(character);
	if (run.length > (run.startsWith("~") ? 2 : 3) || /\s/.test(next)) return false;
	// As in `*.md`, `*/5` and '*'.
	if (!isWord(next) && (isWord(last) || last === next || /[.,;:!?/)\]}=]/.test(next))) return false;
	// As in `_private_method`.
	if (run.startsWith("_") && (isWord(last) || /^[\p{L}\p{N}]+_[\p{L}\p{N}]/u.test(after))) return false;
	// As in `2*3` and `~5`.
	return !((run === "~" || /[a-z\d]/i.test(last)) && /[a-z\d]/i.test(next) && (run === "~" ? /\d/.test(next) : /\s/.test(after)));
}
