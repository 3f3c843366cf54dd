// Markdown text to a tree, also while the text streams: finished blocks are not parsed again, only the open end is. Pure.
// Must not depend on React, and makes no HTML.

import type { MarkedToken } from "marked";
import type { Mention } from "../protocol/message.ts";
import type { Citation } from "../protocol/sources.ts";
import { lex, lineEnds, type Placed } from "./lexer.ts";
import { marked } from "./marks.ts";
import { type Footnotes, type Mark, type Node, nodesOf, type Reading } from "./nodes.ts";

/** `offset`: the block's position in the source, which stays the same while the text grows. */
export type Block = { offset: number; node: Node };

export type GrowingMarkdown = {
	source: string;
	/** The blocks that later text cannot change. */
	finished: readonly Block[];
	finishedLength: number;
	/** The last block, which may still change. */
	open: readonly Block[];
	/** The number of marks in the finished blocks. */
	marked: number;
	/** The footnotes of the finished blocks. */
	footnotes?: Footnotes | undefined;
};

/** The cited passages of a text, and the code that marks them, which is loaded when it is needed. */
export type Citing = {
	citations: readonly Citation[];
	code: {
		marksOf(text: string, citations: readonly Citation[], mentions: readonly Mention[]): Mark[];
		cite(tokens: readonly Placed[], marks: readonly Mark[]): Placed[];
	};
};

export const nothingRead: GrowingMarkdown = { source: "", finished: [], finishedLength: 0, open: [], marked: 0 };

/** The blocks of a complete text. `begin`: begins to read footnotes; without it they are shown as they are written. */
export function readMarkdown(text: string, mentions: readonly Mention[] = [], citing?: Citing, begin?: () => Footnotes): readonly Block[] {
	const isMarked = mentions.length > 0;
	const source = isMarked ? marked(text, mentions) : text;
	const footnotes = begin?.();
	const tokens = placed(0, lex(lineEnds(source), footnotes));
	const cited = citing ? citing.code.cite(tokens, citing.code.marksOf(text, citing.citations, mentions)) : tokens;
	const blocks = withNotes(blocksOf(cited, { isMarked, isOpen: false, footnotes }), footnotes);
	if (blocks.some(({ node }) => hasWords(node))) return blocks;
	// Marks alone, such as `#` or `- `, would show nothing.
	return text.trim() === "" ? [] : [{ offset: 0, node: { type: "paragraph", nodes: [{ type: "text", text }] } }];
}

/** No other block has their offset. */
function withNotes(blocks: Block[], footnotes: Footnotes | undefined): Block[] {
	return [...blocks, ...(footnotes?.section() ?? []).map((node) => ({ offset: -1, node }))];
}

function hasWords(node: Node): boolean {
	if ("text" in node) return node.type === "picture" || node.text.trim() !== "";
	if ("nodes" in node) return node.nodes.some(hasWords);
	if ("items" in node) return node.items.flat().some(hasWords);
	return "rows" in node && [node.head, ...node.rows].flat(2).some(hasWords);
}

/**
 * The blocks of a text that has grown; finished ones stay the same objects. Any other text is parsed from its beginning, and so is one
 * with new marks in its finished blocks.
 */
export function growMarkdown(before: GrowingMarkdown, text: string, citing?: Citing, begin?: () => Footnotes): GrowingMarkdown {
	const source = lineEnds(text);
	const marks = citing?.code.marksOf(text, citing.citations, []) ?? [];
	const marksWithin = (length: number) => marks.filter(({ at }) => at <= length).length;
	const isGrown =
		source.startsWith(before.source) &&
		marksWithin(before.finishedLength) === before.marked &&
		// The code for footnotes may have been loaded since.
		(!begin || before.footnotes || !before.source.includes("[^"));
	const base = isGrown ? before : nothingRead;
	const footnotes = base.footnotes?.next() ?? begin?.();
	const tokens = placed(base.finishedLength, lex(source.slice(base.finishedLength), footnotes, source, true));
	const last = openFrom(tokens);
	const finishedLength = tokens[last]?.offset ?? base.finishedLength;
	const inFinished = marksWithin(finishedLength);
	const cited = (tokens: readonly Placed[], from: number, to?: number) => citing?.code.cite(tokens, marks.slice(from, to)) ?? tokens;
	const fresh = blocksOf(cited(tokens.slice(0, last), base.marked, inFinished), { isMarked: false, isOpen: false, footnotes });
	const openNotes = footnotes?.next();
	const open = blocksOf(cited(tokens.slice(last), inFinished), { isMarked: false, isOpen: true, footnotes: openNotes });
	return {
		source,
		finished: fresh.length > 0 ? [...base.finished, ...fresh] : base.finished,
		finishedLength,
		open: withNotes(open, openNotes),
		marked: inFinished,
		footnotes,
	};
}

/** The index of the first token that later text may change: the last block, or the list before it if it may become its next item. */
function openFrom(tokens: readonly Placed[]): number {
	const last = tokens.findLastIndex(({ token }) => token.type !== "space");
	const before = tokens.slice(0, Math.max(0, last)).findLastIndex(({ token }) => token.type !== "space");
	const mayBeItem = tokens[before]?.token.type === "list" && /^ {0,3}(?:[-+*]|\d{1,9}[.)]?)\s*$/.test(tokens[last]?.token.raw ?? "");
	return Math.max(0, mayBeItem ? before : last);
}

function placed(start: number, tokens: readonly MarkedToken[]): Placed[] {
	let offset = start;
	return tokens.map((token) => {
		const one = { offset, token };
		offset += token.raw.length;
		return one;
	});
}

function blocksOf(tokens: readonly Placed[], reading: Reading): Block[] {
	return tokens.flatMap(({ offset, token }) => nodesOf(token, reading).map((node) => ({ offset, node })));
}
