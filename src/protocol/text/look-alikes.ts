// Recognizes text that looks like other text: letters of another script, accents, invisible characters.
// Pure.

import { assistantName } from "./assistant-name.ts";

/** Letters that look like a Latin one, besides those that NFKC already makes Latin. */
const lookAlikes: Record<string, string> = {
	a: "АаΑαɑᴀꓮᎪⲀⲁᗩᐱ⍺ꭺ𐊠𖽀ΛλɅᗅΔ∀",
	b: "ВвΒʙꓐᏴᗷ",
	c: "СсϹϲᴄꓚᏟⲤⲥȼꞓᑕᥴꮯ𐊢𐌂𐐕𐐽🝌𑣩𑣲¢©ʗƈ⊂",
	d: "ԀԁᴅꓓᎠđɖɗᗪᗞꓒꭰᑯᏧⲆⲇδժԃðƉ∂дძ",
	e: "ЕеΕεЄєᴇꓰᎬⲈⲉəɛɇᕮᗴᘿҽҿ℮ꬲꭼ⋿ⴹ𑢦𑢮𐊆ɘƎǝ∃Σ€ԑ",
	g: "ɡցԌɢꓖᏀ",
	h: "НнҺһΗհʜꓧᎻħᕼ",
	i: "ІіΙιıɩɪꓲⲒⲓ",
	j: "ЈјϳյᴊꓙᎫᒍ",
	k: "КкΚκᴋꓗᏦ",
	l: "ӀӏʟꓡᏞłƚɫɭ|∣ǀᒪⳐⳑ\u05df\u05d5\u05c0\u0627\u0661\u06f1\u07ca⎮│┃⏐Ɩⵏᛁ𖼨𐊊𐌉𐌠𞣇Ꞁꞁꮮ𐐛𐑃𑢣𑢲𖼖",
	m: "МмΜᴍꓟᎷⲘᗰ",
	n: "ΝոɴꓠⲚᑎ",
	o: "ОоΟοօᴏꓳⲞⲟø",
	p: "РрΡρᴘꓑᏢⲢⲣᑭ",
	r: "гʀꓣᎡᖇ",
	s: "ЅѕꜱꓢᏚʂᔕ",
	t: "ТтΤτᴛꓔᎢŧ",
	u: "υսᴜꓴʋᑌꞟꭎꭒ𐓶𑣘ሀ∪⋃𐓎𑢸𖽂ՍⲨⲩμʊ",
	v: "ѴѵνᴠꓦᏙᐯ",
	x: "ХхΧχꓫ",
	y: "УуҮүΥγʏꓬ",
};
const latinOf = new Map(Object.entries(lookAlikes).flatMap(([latin, letters]) => [...letters].map((letter) => [letter, latin])));

/** White letters in circles, squares and flags, which NFKC leaves alone: the first of each alphabet. */
const pictured = [0x1f150, 0x1f170, 0x1f1e6];

/** The lower-case Latin letters that a character looks like, else the character itself. Accents are dropped. */
export function foldCharacter(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	if (code < 0x80 && character !== "|") return character.toLowerCase();
	const alphabet = pictured.find((first) => code >= first && code < first + 26);
	if (alphabet !== undefined) return String.fromCharCode(code - alphabet + 97);
	const plain = character.normalize("NFKD").replace(/\p{M}/gu, "");
	return [...plain].map((letter) => latinOf.get(letter) ?? latinOf.get(letter.toLowerCase()) ?? letter.toLowerCase()).join("");
}

/** Signs and digits that people write for a letter. */
const signs: Record<string, string> = { "@": "a", "4": "a", "3": "e", "!": "l", "5": "s", $: "s", "7": "t" };

/** Authors that are not people. */
const reserved = ["claude", "system", "server", "deletedperson", "anthropic", "assistant", "parley"];
/** Words that make no other name of a reserved one, also without a space: *ClaudeBot*. */
const qualifiers = [
	...["admin", "agent", "ai", "api", "app", "bot", "chat", "code", "desktop", "haiku", "help", "llm", "model", "official", "opus", "pro"],
	...["real", "sonnet", "staff", "support", "team", "the"],
];
/** Before a name, as words of their own. After it they are surnames. */
const articles = ["a", "an", "das", "der", "die", "el", "il", "la", "le"];

const anyOf = (words: string[]) => `(?:${words.map(likeL).join("|")})`;
const patternOf = (names: string[]) => new RegExp(`^${anyOf(qualifiers)}*${anyOf(names)}${anyOf([...names, ...qualifiers])}*$`);

let known = { name: "", pattern: /^$/ };

/** The assistant's name in this deployment is reserved as well. */
function pattern(): RegExp {
	const name = assistantName();
	if (known.name !== name) known = { name, pattern: patternOf([...reserved, ...bareForms(name)]) };
	return known.pattern;
}

/** As `isReservedText` reads a name. */
function bareForms(name: string): string[] {
	const words =
		[...name]
			.map(foldCharacter)
			.join("")
			.match(/[\p{L}\p{N}]+/gu) ?? [];
	if (words.length > 1 && articles.includes(words[0] as string)) words.shift();
	const forms = [/\p{N}/gu, /^\p{N}+|\p{N}+$/gu].map((digits) => words.map((word) => word.replace(digits, "")).join(""));
	return forms.filter((form) => form !== "");
}

/**
 * Tells whether people could take this name for Claude's or the service's own: `Сlаude` with Cyrillic letters, `CIaude`,
 * `Cl@ude`, `Claude ✓`, `Claude (Anthropic)`, `Claude v2`. A person named `Claude Dupont` keeps the name.
 */
export function isReservedName(name: string): boolean {
	const visible = name.replace(/\p{Default_Ignorable_Code_Point}|\p{Cf}|\p{M}/gu, "");
	// A sign stands for a letter, or for nothing: `C|aude`, `Claude |`.
	return [visible, visible.replace(/[\p{P}\p{Sm}]/gu, " ")].some((text) => {
		const seen = [...text].map(foldCharacter).join("");
		return isReservedText(seen) || isReservedText(seen.replace(/\S*\p{L}\S*/gu, withSignsAsLetters));
	});
}

function withSignsAsLetters(word: string): string {
	return word.replace(/[@43!5$7]/g, (sign) => signs[sign] as string);
}

function isReservedText(text: string): boolean {
	const words = (text.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => /\p{L}/u.test(word) && !/^v\p{N}+$/u.test(word));
	if (articles.includes(words[0] as string)) words.shift();
	// A digit is a version, or stands for a letter: `Claude2`, `C1aude`.
	const joined = [/\p{N}/gu, /^\p{N}+|\p{N}+$/gu].map((digits) => words.map((word) => likeL(word.replace(digits, ""))).join(""));
	return joined.some((joinedWords) => pattern().test(joinedWords));
}

/** The name of a person, marked if it is a reserved one. */
export function markReserved(name: string): string {
	return isReservedName(name) ? `Person ${name}` : name;
}

/** One letter for `I`, `l` and `1`, and one for `O` and `0`. */
function likeL(word: string): string {
	return word.replace(/[i1]/g, "l").replaceAll("0", "o");
}
