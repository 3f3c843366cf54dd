// The words of a text, in the one form in which they are kept, asked for and shown: the index holds them, a query is made of them,
// and what is highlighted is found by them again. Pure; knows nothing of storage.

import { limits } from "../../protocol/limits.ts";

/** A word, folded, and where it stands in its text, in UTF-16 units. */
export type Word = { folded: string; start: number; end: number };

/** Words that stand side by side; `isPrefix`: the last one may go on. */
export type Phrase = { words: readonly string[]; isPrefix: boolean };

/** All of these are to be said, in whatever order. */
export type Query = readonly Phrase[];

/** Longer ones are nothing that anybody types, and are told apart by so much of them. In UTF-16 units. */
const longestWord = 64;

/**
 * What a word is: where nothing is written between words (Chinese, Japanese, Korean endings, Thai, Lao, Khmer, Burmese), each
 * character, with what voices it or the parts of its syllable; each picture; and elsewhere whatever stands together.
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

/** Marks that are written or left out: accents, the vowels of Arabic and Hebrew, what lengthens a line; and what is not seen. */
const optional =
	/[\p{DI}\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/gv;

/** Its words, in their order. */
export function* wordsOf(text: string): Iterable<Word> {
	for (const { 0: found, index } of text.matchAll(pattern)) {
		const folded = fold(found);
		if (folded !== "") yield { folded, start: index, end: index + found.length };
	}
}

function fold(word: string): string {
	const cut = word.slice(0, longestWord).replace(/[\uD800-\uDBFF]$/, "");
	if (/^[0-9a-z]*$/i.test(cut)) return cut.toLowerCase();
	const plain = cut.normalize("NFKD").replace(optional, "").normalize("NFKC");
	// To upper case first: ß and SS are then the same, ı and i too.
	const lower = plain.toUpperCase().toLowerCase().replaceAll("ς", "σ");
	return lower.replace(/[^\p{L}\p{N}\p{M}\p{Co}\p{RI}\p{Extended_Pictographic}]/gv, "");
}

/** What the index is given of a text. Its tokenizer parts words at white space and at what of ASCII is neither letter nor digit: none has such. */
export function indexed(text: string): string {
	return Array.from(wordsOf(text), ({ folded }) => folded).join(" ");
}

/**
 * What a person types: words, and phrases in quotation marks. A word that ends in `*`, and the last one, which may not be typed to its
 * end, stand for all that begin with them. What has no word in it asks for nothing.
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

/** One letter begins too many words to mean any of them. */
function phraseOf(text: string, isPrefix: boolean): Phrase {
	const words = Array.from(wordsOf(text), ({ folded }) => folded);
	return { words, isPrefix: isPrefix && (words.at(-1) ?? "").length > 1 };
}

/** The query in the index's own language. Folded words have no quotation marks, so that none ends before its end. */
export function matchOf(query: Query): string {
	return query.map(({ words, isPrefix }) => `"${words.join(" ")}"${isPrefix ? "*" : ""}`).join(" AND ");
}

/** Where a text says what is asked for, as start and end, in the order of the ends. */
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
		const said = (recent[offset + n] as Word).folded;
		return said === word || (isPrefix && n === words.length - 1 && said.startsWith(word));
	});
}
