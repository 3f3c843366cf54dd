// Markdown to tokens, by `marked`, within bounds of time and depth. Pure.

import { Lexer, type MarkedToken, type Token, Tokenizer } from "marked";

/** Closes open markup, so that no raw `**` flickers by. */
export type Heal = (text: string) => string;

/** Only `#` makes a heading: an underline would turn a paragraph into one while the dash of a list after it is being written. */
class LineTokenizer extends Tokenizer {
	override lheading() {
		return undefined;
	}
}

/**
 * True if parsing the text of a block would take too long, as somebody may intend. For each emphasis mark the parser searches the rest
 * of the text for its end, and for each character of a word it searches for an address.
 */
function isCostly(text: string): boolean {
	const marks = text.match(/[*_~]/g)?.length ?? 0;
	return marks * text.length > 500_000 || /\S{2000}/.test(text);
}

class BoundedLexer extends Lexer {
	override inlineTokens(source: string, tokens: Token[] = []): Token[] {
		if (!isCostly(source)) return super.inlineTokens(source, tokens);
		tokens.push({ type: "escape", raw: source, text: source });
		return tokens;
	}
}

/** A token at the top level, and its position in the text. */
export type Placed = { offset: number; token: MarkedToken };

/** The lexer counts every line end as one unit. */
export function lineEnds(text: string): string {
	return text.replace(/\r\n?/g, "\n");
}

export function lex(source: string): MarkedToken[] {
	try {
		return new BoundedLexer({ gfm: true, tokenizer: new LineTokenizer() }).lex(source) as MarkedToken[];
	} catch {
		// Thousands of nested quotes exhaust the stack. The text is shown as written.
		return [{ type: "escape", raw: source, text: source }];
	}
}

/**
 * The text of a block that is being written, as if it were complete: open markup is closed, and marks that may begin something are left
 * out. `type`: the block's type so far.
 */
export function asIfWhole(source: string, type: MarkedToken["type"] | undefined, heal: Heal): string {
	if (type === "code") return source.replace(fenceToBe, "");
	if (isCostly(source)) return source;
	const start = source.lastIndexOf("\n") + 1;
	const text =
		source.slice(0, start) +
		source.slice(start).replace(itemToBe, "$1").replace(taskToBe, "$1").replace(begun, "").replace(linkToBe, "$&(");
	return heal(type === "paragraph" ? text.replace(tableToBe, "") : text);
}

// Marks at the end of the text that may begin something

/** The next item of a list, or a heading. */
const itemToBe = /^([ \t>]*)(?:[-+]|#{1,6}|\d{1,3}[.)]?)$/;

/** The checkbox of a task. */
const taskToBe = /^([ \t>]*[-*+] )\[[ xX]?\]?$/;

/** Emphasis or code without any content yet. */
const begun = /(?<=^|[\s|([>])[*_~`]+$/;

/** The text of a link without its address yet. */
const linkToBe = /\[[^[\]]{2,}\]$/;

/** The head of a table, until the line below it makes it one. */
const tableToBe = /(?:^|\n)\|[^\n]*(?:\n[ |:-]*)?$/;

/** A closing fence. */
const fenceToBe = /\n {0,3}(?:`{1,2}|~{1,2})$/;
