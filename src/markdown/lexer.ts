// Markdown to tokens, by `marked`, within bounds of time and depth. Pure.

import { Lexer, type MarkedOptions, type MarkedToken, type Token, Tokenizer, type TokenizerThis, type Tokens } from "marked";
import { type Formula, formulaAt, formulaBlock, formulasIn, hasFormulas, nextFormulaBlock } from "./formulas.ts";
import { targetOf } from "./links.ts";
import type { Footnotes, FormulaToken } from "./nodes.ts";

let openEnd: typeof import("./openEnd.ts") | undefined;

/** Loaded when the page is idle, as only streaming needs it. Until then the end of a growing text is shown as it is written. */
export async function loadOpenEnd(): Promise<void> {
	openEnd = await import("./openEnd.ts");
}

/** A token at the top level, and its position in the text. */
export type Placed = { offset: number; token: MarkedToken };

/** The lexer counts every line end as one unit. */
export function lineEnds(text: string): string {
	return text.replace(/\r\n?/g, "\n");
}

/** `context`: the whole text, which `source` is the end of. `isGrowing`: more text may follow. Its end is read as if it were complete. */
export function lex(source: string, footnotes?: Footnotes, context = source, isGrowing = false): MarkedToken[] {
	try {
		return new OwnLexer(context, isGrowing, footnotes).lex(source) as MarkedToken[];
	} catch {
		// The parser gives up where a line continues a quote that is nested deeper than `deepest`. The text is shown as written.
		return [{ type: "escape", raw: source, text: source }];
	}
}

/**
 * True if parsing the text of a block would take too long, as somebody may intend. For each emphasis mark the parser searches the rest
 * of the text for its end, and for each character of a word it searches for an address.
 */
function isCostly(text: string): boolean {
	const marks = text.match(/[*_~]/g)?.length ?? 0;
	return marks * text.length > 500_000 || (text.length >= 2_000 && /\S{2000}/.test(text));
}

/** Lists and quotes that are nested deeper are shown as written: the parser looks at each of their lines once more for each level. */
const deepest = 10;

class OwnLexer extends Lexer {
	readonly context: string;
	readonly isGrowing: boolean;
	/** Of the context. */
	readonly end: string;
	/** The text whose inline markup is being read. */
	current = "";

	constructor(context: string, isGrowing: boolean, footnotes: Footnotes | undefined) {
		const options = hasFormulas(context) ? formulaOptions : undefined;
		super({ gfm: true, tokenizer: new OwnTokenizer(), ...(footnotes ? footnotes.options(options, isGrowing) : options) });
		this.context = context;
		this.end = context.slice(-1_000).trimEnd();
		this.isGrowing = isGrowing;
	}

	/** More text may follow right after `source`. */
	isAtOpenEnd(source: string): boolean {
		const line = source.slice(source.lastIndexOf("\n") + 1);
		return this.isGrowing && this.end.endsWith(line.slice(-200).trim());
	}

	/** Formulas in the text that is being read, as the parser's search for emphasis sees them: without any marks. */
	withoutFormulas(masked: string): string {
		let [result, from] = ["", 0];
		for (const { at, length } of formulasIn(this.current, false).closed) {
			result += `${masked.slice(from, at)}$${"a".repeat(length - 2)}$`;
			from = at + length;
		}
		return result + masked.slice(from);
	}

	override lex(source: string) {
		this.blockTokens(source, this.tokens);
		const last = this.isGrowing ? this.inlineQueue.findLast(({ src }) => src.trim() !== "") : undefined;
		const whole = last && openEnd && !isCostly(last.src) ? openEnd.asIfWhole(last.src, source, this.context) : null;
		if (last && whole !== null) last.src = whole;
		// Reads the inline markup of the blocks.
		super.lex("");
		if (last && whole !== null) openEnd?.closeEmphasis(last.tokens, (text) => this.inlineTokens(text));
		return this.tokens;
	}

	override inlineTokens(source: string, tokens: Token[] = []): Token[] {
		if (isCostly(source)) {
			tokens.push({ type: "escape", raw: source, text: source });
			return tokens;
		}
		const outer = this.current;
		this.current = source;
		super.inlineTokens(source, tokens);
		this.current = outer;
		return tokens;
	}
}

/** The parser's own way to read more than Markdown. */
const formulaOptions: MarkedOptions = {
	extensions: {
		block: [
			function (this: TokenizerThis, source: string) {
				return formulaToken(formulaBlock(source, (this.lexer as OwnLexer).isAtOpenEnd(source)), source, true);
			},
		],
		startBlock: [
			function (this: TokenizerThis, source: string) {
				return nextFormulaBlock(source, (this.lexer as OwnLexer).isAtOpenEnd(source));
			},
		],
		inline: [
			function (this: TokenizerThis, source: string) {
				const { current } = this.lexer as OwnLexer;
				return formulaToken(formulaAt(current, current.length - source.length, false), source, false);
			},
		],
		startInline: [(source: string) => source.indexOf("$")],
		renderers: {},
		childTokens: {},
	},
	hooks: {
		emStrongMask(this: { lexer: OwnLexer }, masked: string) {
			return this.lexer.withoutFormulas(masked);
		},
	} as unknown as NonNullable<MarkedOptions["hooks"]>,
};

/** One without an end is nothing yet. */
function formulaToken(formula: Formula | "open" | null, source: string, isBlock: boolean): Tokens.Generic | undefined {
	if (formula === null) return undefined;
	const token: FormulaToken =
		formula === "open" ? { type: "formula", raw: source, tex: "", isDisplay: true, isBlock } : { type: "formula", ...formula, isBlock };
	return token as unknown as Tokens.Generic;
}

/** Without the names that every object has. */
const noLinks = Object.create(null) as Record<string, never>;

class OwnTokenizer extends Tokenizer {
	/** The number of lists and quotes around the text that is parsed now. */
	#depth = 0;

	/** Only `#` makes a heading: an underline would turn a paragraph into one while the dash of a list after it is being written. */
	override lheading() {
		return undefined;
	}

	override list(source: string) {
		return this.#within(() => super.list(source));
	}

	override blockquote(source: string) {
		return this.#within(() => super.blockquote(source));
	}

	#within<T>(read: () => T): T | undefined {
		if (this.#depth === deepest) return undefined;
		this.#depth += 1;
		const token = read();
		this.#depth -= 1;
		return token;
	}

	/** A definition is hidden only if the text refers to it and a link can go there. Otherwise, as in `[Anna]: hello`, it is text. */
	override def(source: string): Tokens.Def | undefined {
		const definition = super.def(source);
		if (!definition || definition.tag.startsWith("^") || !targetOf(definition.href, "")) return undefined;
		const { context, isGrowing } = this.lexer as OwnLexer;
		// While the text grows, it stays as it was first shown.
		const text = isGrowing ? context.slice(0, Math.max(0, context.lastIndexOf(definition.raw))) : context;
		const [, ...after] = text.toLowerCase().split(`[${definition.tag}]`);
		return after.some((text) => !text.startsWith(":")) ? definition : undefined;
	}

	/** While the text grows, only the text of a reference is shown: its definition may be in another block, or still to come. */
	override reflink(source: string, links: Parameters<Tokenizer["reflink"]>[1]) {
		const { isGrowing, current } = this.lexer as OwnLexer;
		const token = super.reflink(source, isGrowing ? noLinks : links);
		if (token?.type !== "text" || !isGrowing || /[\w\]]$/.test(current.slice(0, -source.length))) return token;
		const [raw, text] = /^\[([^[\]^][^[\]]*)\]\[[^[\]]*\]/.exec(source) ?? [];
		if (raw === undefined || text === undefined) return token;
		return { type: "reference", raw, text, tokens: this.lexer.inlineTokens(text) } as unknown as Tokens.Link;
	}
}
