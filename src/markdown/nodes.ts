// The tree of a Markdown text, made from tokens: only what is rendered. Pure; makes no HTML.

import type { MarkedOptions, MarkedToken, Token, Tokens } from "marked";
import { decodeEntities } from "./entities.ts";
import { type Target, targetOf } from "./links.ts";
import { bare, partsOf } from "./marks.ts";

export type Node =
	| { type: "text"; text: string }
	/** `index`: among the text's mentions. `text`: as it was written. */
	| { type: "mention"; index: number; text: string }
	/** The number of a source, whose index this is. */
	| { type: "citation"; source: number }
	/** The number of a footnote. `isFirst`: no other one before it has the same number. */
	| { type: "footnote"; number: number; isFirst: boolean }
	/** The notes at the end of a text, with their numbers. */
	| { type: "footnotes"; numbers: readonly number[]; items: readonly Nodes[] }
	| { type: "break" }
	| { type: "rule" }
	/** The checkbox of a task. */
	| { type: "task"; isDone: boolean }
	| { type: "codespan"; text: string }
	/** `text`: as it is written, with its delimiters. */
	| { type: "formula"; text: string; tex: string; isDisplay: boolean }
	/** `isWhole`: its closing fence is there. */
	| { type: "code"; language: string; text: string; isWhole: boolean }
	| { type: "paragraph" | "quote" | "strong" | "emphasis" | "deleted" | Tag; nodes: Nodes }
	| { type: "heading"; level: number; nodes: Nodes }
	/** `start`: the number of the first item; `null` for bullets. */
	| { type: "list"; start: number | null; hasTasks: boolean; items: readonly Nodes[] }
	| { type: "table"; columns: readonly Alignment[]; head: readonly Nodes[]; rows: readonly (readonly Nodes[])[] }
	| { type: "link"; target: Target; nodes: Nodes }
	/** Shown as a link or text: loading it would tell its server who reads this, and whatever an injected text puts into the address. */
	| { type: "picture"; target: Target | null; text: string };

/** The only HTML that is more than text: without attributes, and where its end is there. */
export type Tag = "sub" | "sup" | "kbd";

export type Nodes = readonly Node[];
export type Alignment = "left" | "center" | "right" | null;

/** The place of a source's number in the parsed text. */
export type Mark = { at: number; source: number };

/** Stands among the parser's tokens. */
export type CitationToken = { type: "citation"; raw: string; source: number };

/** A link whose address may come later in the text. */
export type ReferenceToken = { type: "reference"; raw: string; tokens: Token[] };

/** A formula in a text, or in lines of its own. Without `tex`, it is still being written. */
export type FormulaToken = { type: "formula"; raw: string; tex: string; isDisplay: boolean; isBlock: boolean };

/** A reference to a footnote, or its definition if it has `tokens`. */
export type FootnoteToken = { type: "footnote"; raw: string; label: string; tokens?: Token[] };

/** The footnotes of a text while it is parsed and read. Their code is loaded when it is needed. */
export type Footnotes = {
	/** Options of the parser, with footnotes. */
	options(base: MarkedOptions | undefined, isGrowing: boolean): MarkedOptions;
	/** To be called in the order of the text. */
	read(token: FootnoteToken, isOpen: boolean, inner: (tokens: readonly Token[]) => Nodes): Nodes;
	/** For the text that follows. */
	next(): Footnotes;
	/** The notes, which stand at the end of the text. */
	section(): Nodes;
};

export type Reading = {
	/** Mentions are marked in the text. Marks are removed from addresses, code, and everything else that is not plain text. */
	isMarked: boolean;
	/** More text may follow. */
	isOpen: boolean;
	footnotes?: Footnotes | undefined;
};

type Place = Reading & { depth: number; isInLink: boolean };

/** Deeper nesting is an attack: it would exhaust the browser's layout. */
const maxDepth = 24;

/** Empty for tokens without anything visible. */
export function nodesOf(token: MarkedToken, reading: Reading): Nodes {
	return read(token, { ...reading, depth: 0, isInLink: false });
}

function readAll(tokens: readonly Token[], place: Place): Nodes {
	const within = { ...place, depth: place.depth + 1 };
	const first = tokens.findIndex(isTag);
	if (first === -1) return tokens.flatMap((token) => read(token as ReadToken, within));
	const nodes = readAll(tokens.slice(0, first), place);
	const tag = (tokens[first] as Tokens.Tag).raw.slice(1, -1).toLowerCase() as Tag;
	const rest = tokens.slice(first + 1);
	const end = rest.findIndex(({ type, raw }) => type === "html" && raw.toLowerCase() === `</${tag}>`);
	if (end === -1 && !place.isOpen) return [...nodes, { type: "text", text: (tokens[first] as Tokens.Tag).raw }, ...readAll(rest, place)];
	const inner = end === -1 ? rest : rest.slice(0, end);
	return [...nodes, { type: tag, nodes: readAll(inner, within) }, ...readAll(end === -1 ? [] : rest.slice(end + 1), place)];
}

function isTag({ type, raw }: Token): boolean {
	return type === "html" && /^<(?:sub|sup|kbd)>$/i.test(raw);
}

type ReadToken = MarkedToken | CitationToken | ReferenceToken | FormulaToken | FootnoteToken;

function read(token: ReadToken, place: Place): Nodes {
	const plain = (text: string) => (place.isMarked ? bare(text) : text);
	if (place.depth > maxDepth) return [{ type: "text", text: plain(token.raw) }];
	const inner = (tokens: readonly Token[]) => readAll(tokens, place);
	switch (token.type) {
		case "space":
		case "def":
			return [];
		case "citation":
			return [{ type: "citation", source: token.source }];
		case "footnote":
			return place.footnotes?.read(token, place.isOpen, inner) ?? [];
		case "hr":
			return [{ type: "rule" }];
		case "br":
			return [{ type: "break" }];
		case "heading":
			return [{ type: "heading", level: token.depth, nodes: inner(token.tokens) }];
		case "paragraph": {
			const nodes = inner(token.tokens);
			return nodes.length > 0 ? [{ type: "paragraph", nodes }] : [];
		}
		case "reference":
			return inner(token.tokens);
		case "blockquote":
			return [{ type: "quote", nodes: inner(token.tokens) }];
		case "list":
			return listOf(token, place);
		case "list_item":
			return inner(token.tokens);
		case "checkbox":
			return [{ type: "task", isDone: token.checked }];
		case "table":
			return [tableOf(token, place, inner)];
		case "code":
			return codeOf(token, place, plain);
		case "codespan":
			return [{ type: "codespan", text: plain(token.text) }];
		case "formula": {
			const { raw, tex, isDisplay } = token;
			return tex === "" ? [] : [{ type: "formula", text: plain(raw.trim()), tex: plain(tex), isDisplay }];
		}
		case "strong":
			return [{ type: "strong", nodes: inner(token.tokens) }];
		case "em":
			return [{ type: "emphasis", nodes: inner(token.tokens) }];
		case "del":
			return [{ type: "deleted", nodes: inner(token.tokens) }];
		case "link":
			return linkOf(token, place, plain);
		case "image": {
			const text = decodeEntities(plain(token.text));
			// The description of an image does not count as its address.
			const target = targetOf(decodeEntities(plain(token.href)), "");
			if (!target) return [{ type: "text", text: plain(token.raw) }];
			return [{ type: "picture", target: place.isInLink ? null : target, text }];
		}
		case "html": {
			const isBreak = /^<br\s*\/?>\s*$/i.test(token.text);
			const node = isBreak ? ({ type: "break" } as const) : ({ type: "text", text: plain(token.text) } as const);
			return [token.block ? { type: "paragraph", nodes: [node] } : node];
		}
		case "escape":
			return [{ type: "text", text: plain(token.text) }];
		case "text":
			return token.tokens ? inner(token.tokens) : textOf(token.text, place);
		default:
			return token satisfies never;
	}
}

function linkOf(token: Tokens.Link, place: Place, plain: (text: string) => string): Nodes {
	// An automatic link has no entities.
	const as = token.autolink ? plain : (text: string) => decodeEntities(plain(text));
	const target = targetOf(as(token.href), as(token.text));
	if (!target) return [{ type: "text", text: plain(token.raw) }];
	const nodes = token.autolink ? [{ type: "text", text: plain(token.text) } as const] : readAll(token.tokens, { ...place, isInLink: true });
	// A link within a link would lead elsewhere than the outer one says.
	return place.isInLink ? nodes : [{ type: "link", target, nodes }];
}

function textOf(text: string, { isMarked }: Reading): Nodes {
	if (!isMarked) return [{ type: "text", text: decodeEntities(text) }];
	return partsOf(text).map((part) =>
		typeof part === "string"
			? { type: "text", text: decodeEntities(part) }
			: { type: "mention", index: part.index, text: decodeEntities(part.text) },
	);
}

/** An item, row or fence whose content is still to come is not shown. */
function listOf({ ordered, start, items }: Tokens.List, place: Place): Nodes {
	const read = items.map(({ tokens }) => readAll(tokens, { ...place, depth: place.depth + 1 }));
	if (place.isOpen && read.at(-1)?.length === 0) read.pop();
	if (read.length === 0) return [];
	return [{ type: "list", start: ordered ? Number(start) : null, hasTasks: items.some(({ task }) => task), items: read }];
}

function tableOf({ header, rows }: Tokens.Table, { isOpen }: Place, inner: (tokens: readonly Token[]) => Nodes): Node {
	const cells = (row: readonly Tokens.TableCell[]) => row.map(({ tokens }) => inner(tokens));
	const read = rows.map(cells);
	if (isOpen && read.at(-1)?.every((nodes) => nodes.length === 0)) read.pop();
	return { type: "table", columns: header.map(({ align }) => align), head: cells(header), rows: read };
}

function codeOf({ raw, text, lang, codeBlockStyle }: Tokens.Code, { isOpen }: Place, plain: (text: string) => string): Nodes {
	const isWhole = !isOpen || isClosed(raw);
	const isFence = codeBlockStyle !== "indented";
	if (!isWhole && isFence && !raw.includes("\n")) return [];
	const shown = isWhole || !isFence ? text : text.replace(fenceToBe, "");
	return [{ type: "code", language: plain(lang?.trim().split(/\s/)[0] ?? ""), text: plain(shown), isWhole }];
}

/** A closing fence. */
const fenceToBe = /(?:^|\n) {0,3}(?:`+|~+)$/;

/** True if a code block has its closing fence. */
function isClosed(raw: string): boolean {
	const fence = /^ {0,3}(`{3,}|~{3,})/.exec(raw)?.[1];
	const last = /\n {0,3}(`{3,}|~{3,})[ \t]*\n*$/.exec(raw)?.[1];
	return fence !== undefined && last?.startsWith(fence) === true;
}
