// Markdown text to a tree, also while the text streams: finished blocks are not parsed again, only the open end is. Pure.
// Must not depend on React, and makes no HTML.

import type { MarkedToken } from "marked";
import type { Mention } from "../../../src/protocol/message.ts";
import { marked } from "../writing/mentions.ts";
import { asIfWhole, type Heal, lex } from "./lexer.ts";
import { type Node, nodesOf, type Reading } from "./nodes.ts";

/** `offset`: the block's position in the source, which stays the same while the text grows. */
export type Block = { offset: number; node: Node };

export type GrowingMarkdown = {
	source: string;
	/** The blocks that later text cannot change. */
	finished: readonly Block[];
	finishedLength: number;
	/** The last block, which may still change. */
	open: readonly Block[];
};

export const nothingRead: GrowingMarkdown = { source: "", finished: [], finishedLength: 0, open: [] };

/** The blocks of a complete text. */
export function readMarkdown(text: string, mentions: readonly Mention[] = []): readonly Block[] {
	const isMarked = mentions.length > 0;
	const source = isMarked ? marked(text, mentions) : text;
	return blocksOf(placed(0, lex(lineEnds(source))), { isMarked, isOpen: false });
}

/** The blocks of a text that has grown; finished ones stay the same objects. Any other text is parsed from its beginning. */
export function growMarkdown(before: GrowingMarkdown, text: string, heal: Heal): GrowingMarkdown {
	const source = lineEnds(text);
	const base = source.startsWith(before.source) ? before : nothingRead;
	const tokens = placed(base.finishedLength, lex(source.slice(base.finishedLength)));
	const last = tokens.findLastIndex(({ token }) => token.type !== "space");
	const finishedLength = tokens[last]?.offset ?? base.finishedLength;
	const fresh = blocksOf(tokens.slice(0, Math.max(0, last)), { isMarked: false, isOpen: false });
	const end = source.slice(finishedLength);
	const shown = asIfWhole(end, tokens[last]?.token.type, heal);
	const open = shown === end ? tokens.slice(Math.max(0, last)) : placed(finishedLength, lex(shown));
	return {
		source,
		finished: fresh.length > 0 ? [...base.finished, ...fresh] : base.finished,
		finishedLength,
		open: blocksOf(open, { isMarked: false, isOpen: true }),
	};
}

/** The lexer counts every line end as one unit. */
function lineEnds(text: string): string {
	return text.replace(/\r\n?/g, "\n");
}

type Placed = { offset: number; token: MarkedToken };

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
