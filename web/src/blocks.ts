// Markdown -> blocks, also while it is still being written: what is finished is never read again, only the open end is. Pure.
// Knows nothing of React and makes no HTML.

import { Lexer, type MarkedToken, type Token, Tokenizer } from "marked";
import remend from "remend";
import { bare } from "./mentions.ts";

/** `offset` is the block's place in the source, which it keeps while the text grows. */
export type Block = { offset: number; token: MarkedToken };

export type GrowingBlocks = {
	source: string;
	/** As far as what comes cannot change it. */
	finished: readonly Block[];
	finishedLength: number;
	/** The last block, which may still become anything. */
	open: readonly Block[];
};

export const noBlocks: GrowingBlocks = { source: "", finished: [], finishedLength: 0, open: [] };

/** The blocks of a text that is whole. */
export function readBlocks(source: string): readonly Block[] {
	return blocksAt(0, lex(lineEnds(source)));
}

/** The same of a text with marked mentions: in addresses, code and whatever else is no plain text, no mark is left. */
export function readMarkedBlocks(source: string): readonly Block[] {
	return readBlocks(source).map(({ offset, token }) => ({ offset, token: bareBesideText(token) }));
}

function bareBesideText<T>(value: T): T {
	if (typeof value === "string") return bare(value) as T;
	if (Array.isArray(value)) return value.map(bareBesideText) as T;
	if (typeof value !== "object" || value === null) return value;
	const isPlain = "type" in value && value.type === "text" && !("tokens" in value);
	const fields = Object.entries(value).map(([name, field]) => [name, isPlain && name === "text" ? field : bareBesideText(field)]);
	return Object.fromEntries(fields) as T;
}

/** The blocks of a text that has grown; those that were finished are the same objects as before. A text that did not grow is read anew. */
export function growBlocks(before: GrowingBlocks, text: string): GrowingBlocks {
	const source = lineEnds(text);
	const base = source.startsWith(before.source) ? before : noBlocks;
	const tail = source.slice(base.finishedLength);
	const blocks = blocksAt(base.finishedLength, lex(tail));
	const last = blocks.findLastIndex(({ token }) => token.type !== "space");
	const fresh = blocks.slice(0, Math.max(0, last));
	const finishedLength = blocks[last]?.offset ?? base.finishedLength;
	return {
		source,
		finished: fresh.length > 0 ? [...base.finished, ...fresh] : base.finished,
		finishedLength,
		open: blocksAt(finishedLength, lexOpen(source.slice(finishedLength))),
	};
}

/** The lexer counts a line's end as one unit, whatever it was. */
function lineEnds(text: string): string {
	return text.replace(/\r\n?/g, "\n");
}

function blocksAt(start: number, tokens: readonly MarkedToken[]): Block[] {
	let offset = start;
	return tokens.map((token) => {
		const block = { offset, token };
		offset += token.raw.length;
		return block;
	});
}

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

function lex(source: string): MarkedToken[] {
	try {
		return new BoundedLexer({ gfm: true, tokenizer: new LineTokenizer() }).lex(source) as MarkedToken[];
	} catch {
		// Thousands of nested quotes exhaust the stack. Shown as they were written.
		return [{ type: "escape", raw: source, text: source }];
	}
}

/** An unfinished block, with what is begun in it shown as if it were closed, so that no bare `**` flickers by. */
function lexOpen(source: string): MarkedToken[] {
	if (/^ {0,3}(```|~~~)/.test(source) || isCostly(source)) return lex(source);
	const tokens = lex(heal(source));
	if (tokens.findLast(({ type }) => type !== "space")?.type !== "paragraph") return tokens;
	const rest = source.replace(tableToBe, "");
	return rest === source ? tokens : lex(heal(rest));
}

/** The head of a table, as long as the line below it does not yet make it one. */
const tableToBe = /(?:^|\n)\|[^\n]*(?:\n[ |:-]*)?$/;

function heal(source: string): string {
	return remend(source, { linkMode: "text-only", htmlTags: false, katex: false, setextHeadings: false });
}
