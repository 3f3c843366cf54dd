// Puts the marks of citations into the tokens of a Markdown text, after parsing: a mark within the text could change what it means.
// Pure; loaded with the first reply that cites something.

import type { MarkedToken, Token, Tokens } from "marked";
import type { Mention } from "../protocol/message.ts";
import type { Citation } from "../protocol/sources.ts";
import { lineEnds, type Placed } from "./lexer.ts";
import { marked } from "./marks.ts";
import type { CitationToken, FootnoteToken, FormulaToken, Mark, ReferenceToken } from "./nodes.ts";

/** Where marks stand in the parsed text: after each cited passage, in order. The same source has one mark at a place. */
export function marksOf(text: string, citations: readonly Citation[], mentions: readonly Mention[]): Mark[] {
	const isAsWritten = mentions.length === 0 && !text.includes("\r");
	const marks = new Map<string, Mark>();
	for (const { end, source } of citations) {
		let from = Math.min(end, text.length);
		while (from > 0 && /\s/.test(text.charAt(from - 1))) from -= 1;
		const at = isAsWritten ? from : parsedLength(text.slice(0, from), mentions);
		if (at > 0) marks.set(`${at} ${source}`, { at, source });
	}
	return [...marks.values()].toSorted((one, other) => one.at - other.at || one.source - other.source);
}

function parsedLength(text: string, mentions: readonly Mention[]): number {
	const within = mentions.filter(({ offset, length }) => offset + length <= text.length);
	return lineEnds(mentions.length > 0 ? marked(text, within) : text).length;
}

/** The top-level tokens with the marks in them. Changes the tokens. */
export function cite(tokens: readonly Placed[], marks: readonly Mark[]): Placed[] {
	const visible = tokens.filter(({ token }) => !["space", "def", "hr"].includes(token.type));
	let [next, place] = [0, 0];
	return tokens.flatMap((placed) => {
		const { offset, token } = placed;
		if (placed !== visible[place]) return [placed];
		place += 1;
		const end = visible[place]?.offset ?? Number.POSITIVE_INFINITY;
		const own: Mark[] = [];
		for (let mark = marks[next]; mark && mark.at <= end; mark = marks[next]) {
			own.push({ ...mark, at: mark.at - offset });
			next += 1;
		}
		const cited = own.length > 0 ? citedBlock(token, own) : [token];
		return cited.map((one, index) => ({ offset: offset + index, token: one }));
	});
}

type Spot = { siblings: Token[]; token: Token };

/** A line of visible text: where it stands in the block, and where in the `raw` of its token. */
type Leaf = Spot & { start: number; from: number; length: number; after: Spot };

function citedBlock(block: MarkedToken, marks: readonly Mark[]): MarkedToken[] {
	const top: Token[] = [block];
	const leaves = leavesOf(top, block.raw);
	const places = new Map<Token, { siblings: Token[]; marks: Mark[] }>();
	const put = ({ siblings, token }: Spot, mark: Mark) => {
		const place = places.get(token) ?? { siblings, marks: [] };
		place.marks.push(mark);
		places.set(token, place);
	};
	let passed = 0;
	for (const { at, source } of marks) {
		while (passed + 1 < leaves.length && (leaves[passed + 1] as Leaf).start < at) passed += 1;
		const leaf = leaves[passed];
		if (!leaf) continue;
		const cut = cutOf(leaf, at);
		put(cut === undefined ? leaf.after : leaf, { at: cut ?? Number.POSITIVE_INFINITY, source });
	}
	for (const [token, { siblings, marks }] of places) {
		const isBlock = siblings === top || token.type === "code" || (token.type === "html" && token.block) || isFormulaBlock(token);
		siblings.splice(siblings.indexOf(token), 1, ...(isBlock ? [token, paragraphOf(marks)] : withMarks(token, marks)));
	}
	return top as MarkedToken[];
}

/** How much further than its usual place a line is searched: the syntax between two lines of visible text is short. */
const reach = 2_000;

/** In order. Each is found at its place, or before it if the same characters are syntax there. */
function leavesOf(top: Token[], source: string): Leaf[] {
	const leaves: Leaf[] = [];
	let cursor = 0;
	const locate = (spot: Spot, after: Spot) => {
		let from = 0;
		for (const line of spot.token.raw.split("\n")) {
			const text = line.trim();
			const found = text === "" ? -1 : source.slice(cursor, cursor + text.length + reach).indexOf(text);
			if (text !== "")
				leaves.push({ ...spot, after, start: cursor + Math.max(0, found), from: from + line.indexOf(text), length: text.length });
			if (found >= 0) cursor += found + text.length;
			from += line.length + 1;
		}
	};
	/** `around`: the marks at the end of the last token stand after this one instead. */
	const collect = (siblings: Token[], around?: Spot) => {
		for (const [index, token] of siblings.entries()) {
			const spot = { siblings, token };
			const after = around && index === siblings.length - 1 ? around : spot;
			if (isEmphasis(token)) collect((token as Tokens.Strong).tokens, after);
			else for (const children of childrenOf(token as MarkedToken | ReferenceToken | FootnoteToken)) collect(children);
			if (isLeaf(token as MarkedToken)) locate(spot, after);
		}
	};
	collect(top);
	return leaves;
}

function isEmphasis({ type }: Token): boolean {
	return type === "strong" || type === "em" || type === "del";
}

/** A link is one piece: a mark in it would lead elsewhere than the link. */
function childrenOf(token: MarkedToken | ReferenceToken | FootnoteToken): Token[][] {
	switch (token.type) {
		case "list":
			return token.items.map(({ tokens }) => tokens);
		case "table":
			return [token.header, ...token.rows].flat().map(({ tokens }) => tokens);
		case "paragraph":
		case "reference":
		case "heading":
		case "blockquote":
			return [token.tokens];
		case "text":
		case "footnote":
			return token.tokens ? [token.tokens] : [];
		default:
			return [];
	}
}

function isLeaf(token: MarkedToken): boolean {
	if (token.type === "text") return token.tokens === undefined;
	return ["codespan", "code", "link", "image", "html", "escape", "formula"].includes(token.type);
}

function isFormulaBlock(token: Token): boolean {
	return token.type === "formula" && (token as unknown as FormulaToken).isBlock;
}

/** Where the text of a leaf is cut; `undefined` if the mark stands after it. */
function cutOf({ token, start, from, length }: Leaf, at: number): number | undefined {
	if (token.type !== "text" || token.raw !== token.text) return undefined;
	let cut = from + Math.max(0, Math.min(at - start, length));
	const rest = () => token.raw.slice(cut);
	// Not within a character, a character reference, or the mark of a mention.
	if (/^[\udc00-\udfff]/.test(rest())) cut += 1;
	if (/&#?\w{0,30}$/.test(token.raw.slice(Math.max(0, cut - 32), cut))) cut += /^#?\w{0,30};/.exec(rest())?.[0].length ?? 0;
	cut += /^[^\u{10ff00}-\u{10fffc}]*\u{10fffc}/u.exec(rest())?.[0].length ?? 0;
	// The passage may end before the full stop of its sentence.
	cut += /^(?:[.!?…]+(?!\S)|[。！？]+)/.exec(rest())?.[0].length ?? 0;
	return cut < token.raw.length ? cut : undefined;
}

function withMarks(token: Token, marks: readonly Mark[]): Token[] {
	const pieces: Token[] = [];
	let from = 0;
	for (const { at, source } of marks) {
		const to = Math.min(at, token.raw.length);
		if (from < to) pieces.push(from === 0 && to === token.raw.length ? token : textToken(token.raw.slice(from, to)));
		pieces.push(citationToken(source));
		from = Math.max(from, to);
	}
	return from < token.raw.length ? [...pieces, textToken(token.raw.slice(from))] : pieces;
}

function textToken(text: string): Token {
	return { type: "text", raw: text, text, escaped: false };
}

function citationToken(source: number): CitationToken {
	return { type: "citation", raw: "", source };
}

function paragraphOf(marks: readonly Mark[]): Token {
	return { type: "paragraph", raw: "", text: "", tokens: marks.map(({ source }) => citationToken(source)) };
}
