// Markdown -> tokens, by `marked`, within bounds of time and depth. Pure. Knows nothing of what becomes of the tokens.

import { Lexer, type MarkedToken, type Token, Tokenizer } from "marked";

/** Closes what a text has open, so that no bare `**` flickers by. */
export type Heal = (text: string) => string;

/** Headings begin with `#`: a line below would make one of every paragraph whose list has just begun with a dash. */
class LineTokenizer extends Tokenizer {
	override lheading() {
		return undefined;
	}
}

/**
 * Whether text within a block would take too long to read: looking for where an emphasis ends takes a look at all the rest of the text for
 * each mark, and looking for an address takes one for each character of a word. Somebody may have written it just for that.
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

export function lex(source: string): MarkedToken[] {
	try {
		return new BoundedLexer({ gfm: true, tokenizer: new LineTokenizer() }).lex(source) as MarkedToken[];
	} catch {
		// Thousands of nested quotes exhaust the stack. Shown as they were written.
		return [{ type: "escape", raw: source, text: source }];
	}
}

/**
 * The text of a block that is being written, of this type as far as it is, as if it were whole: what is begun in it is closed, and what may be
 * the mark of something still to come is left out.
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

// The last line of what is still to come

/** A list's next item, or a heading. */
const itemToBe = /^([ \t>]*)(?:[-+]|#{1,6}|\d{1,3}[.)]?)$/;

/** The box of an item that is to be done. */
const taskToBe = /^([ \t>]*[-*+] )\[[ xX]?\]?$/;

/** Emphasis or code of which nothing is there. */
const begun = /(?<=^|[\s|([>])[*_~`]+$/;

/** The text of a link whose address is to come. */
const linkToBe = /\[[^[\]]{2,}\]$/;

/** The head of a table, as long as the line below it does not yet make it one. */
const tableToBe = /(?:^|\n)\|[^\n]*(?:\n[ |:-]*)?$/;

/** The end of code. */
const fenceToBe = /\n {0,3}(?:`{1,2}|~{1,2})$/;
