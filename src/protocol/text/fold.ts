// Folds a text to the letters that people who look for it would type. Search, mentions and the page
// use the same folding. Pure.

/** Characters that people write or leave out: accents, vowels of Arabic and Hebrew, the tatweel, and invisible characters. */
const optional =
	// biome-ignore lint/suspicious/noMisleadingCharacterClass: each character is meant alone
	/[\p{DI}\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/gu;

/** Lower-case characters that Unicode does not take apart, and what people without that key type. */
const substitutes: ReadonlyMap<string, string> = new Map(
	Object.entries({ ł: "l", ø: "o", đ: "d", ð: "d", ħ: "h", ŧ: "t", æ: "ae", œ: "oe", þ: "th", ŋ: "n", ß: "ss", ς: "σ", "’": "'", ʼ: "'" }),
);
const substituted = new RegExp(`[${[...substitutes.keys()].join("")}]`, "g");

/**
 * Texts that are folded by an earlier version differ from this one in these characters, with any
 * accents: what the word index holds of them may be out of date.
 */
export const newlyFolded = /[łŁøØđĐðÐħĦŧŦæÆœŒþÞŋŊẞǿǾǽǼǣǢ]/;

/** Without case and accents; full-width and other compatibility characters become the usual ones. */
export function fold(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
	if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
	const plain = text.normalize("NFKD").replace(optional, "").normalize("NFKC");
	// To upper case first, so that ß equals SS and ı equals i.
	return plain
		.toUpperCase()
		.toLowerCase()
		.replace(substituted, (character) => substitutes.get(character) as string);
}
