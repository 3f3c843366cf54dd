// Splits text into words and normalizes them. The index, queries and highlights all use the same words. Pure; knows nothing of storage.

import { limits } from "../../protocol/limits.ts";
import { fold } from "../../protocol/text/fold.ts";

/** A word in its normalized form, and its position in the text in UTF-16 units. */
export type Word = { folded: string; start: number; end: number };

/** Adjacent words; with `isPrefix`, the last one may be the beginning of a word. */
export type Phrase = { words: readonly string[]; isPrefix: boolean };

/** Phrases that must all occur, in any order. */
export type Query = readonly Phrase[];

/** Nobody types longer words: they are cut, in UTF-16 units. */
const longestWord = 64;

/**
 * One word. In scripts without spaces between words (Chinese, Japanese, Korean endings, Thai, Lao, Khmer, Burmese) it is one character
 * with its voicing mark or the parts of its syllable. Each picture is a word. Elsewhere a word is a run of letters and digits.
 */
const pattern = new RegExp(
	[
		String.raw`[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?`,
		String.raw`[[\p{L}\p{N}\p{M}]&&${spaceless()}][\u3099\u309a\uff9e\uff9f]?`,
		String.raw`\p{RI}{2}|\p{Extended_Pictographic}`,
		String.raw`(?:[[\p{L}\p{N}\p{M}\p{Co}]--${spaceless()}]\p{Cf}*)+`,
	].join("|"),
	"gv",
);

function spaceless(): string {
	const scripts = ["Han", "Hira", "Kana", "Hang", "Thai", "Laoo", "Khmr", "Mymr"];
	return `[${scripts.map((script) => `\\p{scx=${script}}`).join("")}]`;
}

/** The words of a text, in order. */
export function* wordsOf(text: string): Iterable<Word> {
	for (const { 0: found, index } of text.matchAll(pattern)) {
		const folded = foldWord(found);
		if (folded !== "") yield { folded, start: index, end: index + found.length };
	}
}

function foldWord(word: string): string {
	const cut = word.slice(0, longestWord).replace(/[\uD800-\uDBFF]$/, "");
	return fold(cut).replace(/[^\p{L}\p{N}\p{M}\p{Co}\p{RI}\p{Extended_Pictographic}]/gv, "");
}

/**
 * The words of a text for the index: as many of the first ones as a message may have there. Its tokenizer splits at
 * white space and at ASCII characters other than letters and digits, which no word contains.
 */
export function indexed(text: string): string {
	const words: string[] = [];
	for (const { folded } of wordsOf(text)) if (words.push(folded) === limits.search.words) break;
	return words.join(" ");
}

/**
 * Parses what a person types: words, and phrases in quotation marks. A word that ends in `*` matches every word that begins with it, and
 * so does the last one, which may be incomplete. Text without words is an empty query.
 */
export function parseQuery(text: string): Query {
	const parts = text.split(/["“”„]/);
	const phrases = parts.flatMap((part, at) => {
		if (at % 2 === 1) return [phraseOf(part, false)];
		const words = part.split(/\s+/);
		return words.map((word, n) => phraseOf(word, word.endsWith("*") || (at === parts.length - 1 && n === words.length - 1)));
	});
	return phrases.filter(({ words }) => words.length > 0).slice(0, limits.search.phrases);
}

/** A single letter is no prefix: too many words begin with it. */
function phraseOf(text: string, isPrefix: boolean): Phrase {
	const words = Array.from(wordsOf(text), ({ folded }) => folded);
	return { words, isPrefix: isPrefix && (words.at(-1) ?? "").length > 1 };
}

/**
 * The query in the syntax of the index. Normalized words contain no quotation marks, so they need no escaping. With `complete`, which
 * gives the words that begin with another one, each of those is searched for instead of all that the index has. `undefined` if
 * there are none.
 */
export function matchOf(query: Query, complete?: (prefix: string) => readonly string[]): string | undefined {
	const phrases = query.map(({ words, isPrefix }) => {
		if (!isPrefix || !complete) return `"${words.join(" ")}"${isPrefix ? "*" : ""}`;
		const before = words.slice(0, -1);
		return complete(words.at(-1) as string).map((word) => `"${[...before, word].join(" ")}"`);
	});
	if (phrases.some((phrase) => phrase.length === 0)) return undefined;
	return phrases.map((phrase) => (typeof phrase === "string" ? phrase : `(${phrase.join(" OR ")})`)).join(" AND ");
}

/** The matches of a query in a text, as start and end, in the order of their ends. */
export function* matchesIn(text: string, query: Query): Iterable<[start: number, end: number]> {
	const longest = Math.max(0, ...query.map(({ words }) => words.length));
	const recent: Word[] = [];
	for (const word of wordsOf(text)) {
		recent.push(word);
		if (recent.length > longest) recent.shift();
		for (const phrase of query) {
			const first = recent[recent.length - phrase.words.length];
			if (first && endsWith(recent, phrase)) yield [first.start, word.end];
		}
	}
}

function endsWith(recent: readonly Word[], { words, isPrefix }: Phrase): boolean {
	const offset = recent.length - words.length;
	return words.every((word, n) => {
		const found = (recent[offset + n] as Word).folded;
		return found === word || (isPrefix && n === words.length - 1 && found.startsWith(word));
	});
}
