// Footnotes as in GitHub's Markdown: `[^name]` in a text, and `[^name]: text` with indented paragraphs that continue it. Extends the parser,
// and numbers the notes in the order of their first references. Pure; loaded with the first text that may have footnotes.

import type { MarkedOptions, Token, TokenizerThis, Tokens } from "marked";
import type { Footnotes, FootnoteToken, Node, Nodes } from "./nodes.ts";

type Lexer = TokenizerThis["lexer"];

const name = String.raw`\[\^([^\s[\]]{1,200})\]`;
/** An address in parentheses would make it a link. */
const referenceHere = new RegExp(`^${name}(?!\\()`);
const definitionHere = new RegExp(`^ {0,3}${name}:[ \\t]*`);

/** A line that is no longer part of a paragraph: a blank one, the next definition, or another block. */
const blockBegins = String.raw`[ \t]*(?:\n|$)| {0,3}(?:${name}:|#{1,6}(?:\s|$)|[>|<]|\x60{3}|~{3}|(?:[*+-]|\d{1,9}[.)])\s|(?:[-*_][ \t]*){3,}(?:\n|$))`;
const paragraph = `(?:\\n(?!${blockBegins})[^\\n]+)*`;
/** The text of a definition: its first paragraph, and whatever is indented after it. */
const textHere = new RegExp(`^[^\\n]*${paragraph}(?:\\n(?:[ \\t]*\\n)*(?: {4}|\\t)[ \\t]*\\S[^\\n]*${paragraph})*`);

/**
 * The next definition within a paragraph, or the paragraph's end. It knows each end of a paragraph that the parser knows: searching on
 * would take time that grows with the square of the text.
 */
const nextInParagraph = new RegExp(
	String.raw`\n(?:[ \t]*(?:\n|$)| {0,3}(?:(${name}:)|#{1,6}(?:\s|$)|>|\x60{3}|~{3}|(?:[*+-]|1[.)])\s|<(?:[!?]|script|pre|style|textarea)))`,
	"i",
);

/** While a text grows, a definition is still to come. This is the name of a note, and no class of a regular expression. */
const likelyName = /^(?!a-z|A-Z|0-9)[\p{L}\p{N}*†‡§][\p{L}\p{N}_.:*†‡§-]*$/u;

/** Names are the same whatever their capitals. */
const keyOf = (token: { label: string }) => token.label.toLowerCase();

class Notes implements Footnotes {
	/** In the order of first references. */
	readonly #numbers: Map<string, number>;
	readonly #texts: Map<string, Nodes>;
	/** The names that the parsed text defines. They are all known before any of it is read. */
	readonly #defined = new Set<string>();
	readonly #referred = new Set<string>();
	/** There are no notes in notes. */
	#isInNote = false;

	constructor(numbers = new Map<string, number>(), texts = new Map<string, Nodes>()) {
		this.#numbers = numbers;
		this.#texts = texts;
	}

	next(): Notes {
		return new Notes(new Map(this.#numbers), new Map(this.#texts));
	}

	options(base: MarkedOptions | undefined, isGrowing: boolean): MarkedOptions {
		const notes = this;
		const { block = [], startBlock = [], inline = [], ...others } = base?.extensions ?? { renderers: {}, childTokens: {} };
		return {
			...base,
			extensions: {
				...others,
				block: [
					...block,
					function (this: TokenizerThis, source: string) {
						return notes.#definition(source, this.lexer);
					},
				],
				startBlock: [
					...startBlock,
					function (this: TokenizerThis, source: string) {
						return notes.#nextDefinition(source, this.lexer);
					},
				],
				inline: [
					...inline,
					function (this: TokenizerThis, source: string) {
						return notes.#reference(source, this.lexer, isGrowing);
					},
				],
			},
		};
	}

	#definition(source: string, lexer: Lexer): Tokens.Generic | undefined {
		const [begin, label] = definitionHere.exec(source) ?? [];
		if (begin === undefined || label === undefined || this.#isInNote) return undefined;
		const text = textHere.exec(source.slice(begin.length))?.[0] ?? "";
		const { top } = lexer.state;
		this.#isInNote = true;
		// The items of a list have no paragraphs of their own.
		lexer.state.top = true;
		const tokens = lexer.blockTokens(text.replace(/\n(?: {4}|\t)/g, "\n"), []);
		lexer.state.top = top;
		this.#isInNote = false;
		const token: FootnoteToken = { type: "footnote", raw: begin + text, label, tokens };
		this.#defined.add(keyOf(token));
		return token as Tokens.Generic;
	}

	#nextDefinition(source: string, lexer: Lexer): number | undefined {
		if (this.#isInNote || !lexer.state.top) return undefined;
		const next = nextInParagraph.exec(source);
		return next?.[1] === undefined ? undefined : next.index + 1;
	}

	#reference(source: string, lexer: Lexer, isGrowing: boolean): Tokens.Generic | undefined {
		const [raw, label] = referenceHere.exec(source) ?? [];
		if (raw === undefined || label === undefined || lexer.state.inLink) return undefined;
		const token: FootnoteToken = { type: "footnote", raw, label };
		if (isGrowing ? !likelyName.test(label) : !this.#defined.has(keyOf(token))) return undefined;
		this.#referred.add(keyOf(token));
		return token as Tokens.Generic;
	}

	/** A definition that nothing refers to stays where it is, and while the text grows also one that nothing before it refers to. */
	read(token: FootnoteToken, isOpen: boolean, inner: (tokens: readonly Token[]) => Nodes): Nodes {
		const key = keyOf(token);
		if (!token.tokens) {
			const isFirst = !this.#numbers.has(key);
			return [{ type: "footnote", number: this.#numberOf(key), isFirst }];
		}
		const isNote = (this.#numbers.has(key) || this.#referred.has(key)) && !this.#texts.has(key);
		// Its references come before those of later texts, whatever becomes of it.
		const nodes = inner(token.tokens);
		if (!isNote) return asWritten(inner([textToken(`[^${token.label}]: `)]), nodes);
		if (!isOpen || nodes.length > 0) this.#texts.set(key, nodes);
		return [];
	}

	#numberOf(key: string): number {
		const number = this.#numbers.get(key) ?? this.#numbers.size + 1;
		this.#numbers.set(key, number);
		return number;
	}

	section(): Nodes {
		const notes = [...this.#texts].map(([key, nodes]) => ({ number: this.#numberOf(key), nodes }));
		if (notes.length === 0) return [];
		notes.sort((one, other) => one.number - other.number);
		return [{ type: "footnotes", numbers: notes.map(({ number }) => number), items: notes.map(({ nodes }) => nodes) }];
	}
}

function asWritten(label: Nodes, [first, ...rest]: Nodes): Nodes {
	const begin = (nodes: Nodes): Node => ({ type: "paragraph", nodes: [...label, ...nodes] });
	if (first?.type === "paragraph") return [begin(first.nodes), ...rest];
	return [begin([]), ...(first ? [first, ...rest] : [])];
}

function textToken(text: string): Token {
	return { type: "text", raw: text, text, escaped: false };
}

/** For a text that is read from its beginning. */
export const footnotes = (): Footnotes => new Notes();
