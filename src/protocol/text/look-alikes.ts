// Recognizes text that looks like other text: letters of another script, accents, invisible characters.
// Pure.

/** Letters that look like a Latin one, besides those that NFKC already makes Latin. */
const lookAlikes: Record<string, string> = {
	a: "АаΑαɑᴀꓮᎪⲀⲁ",
	b: "ВвΒʙꓐᏴ",
	c: "СсϹϲᴄꓚᏟⲤⲥȼꞓ",
	d: "ԀԁᴅꓓᎠđɖɗ",
	e: "ЕеΕεЄєᴇꓰᎬⲈⲉəɛɇ",
	g: "ɡցԌɢꓖᏀ",
	h: "НнҺһΗհʜꓧᎻħ",
	i: "ІіΙιıɩɪꓲⲒⲓ",
	j: "ЈјϳյᴊꓙᎫ",
	k: "КкΚκᴋꓗᏦ",
	l: "ӀӏʟꓡᏞłƚɫɭ|∣ǀ",
	m: "МмΜᴍꓟᎷⲘ",
	n: "ΝոɴꓠⲚ",
	o: "ОоΟοօᴏꓳⲞⲟø",
	p: "РрΡρᴘꓑᏢⲢⲣ",
	r: "гʀꓣᎡ",
	s: "ЅѕꜱꓢᏚʂ",
	t: "ТтΤτᴛꓔᎢŧ",
	u: "υսᴜꓴʋ",
	v: "ѴѵνᴠꓦᏙ",
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

/** Authors that are not people. */
const reserved = ["claude", "system", "server", "deletedperson"].map(likeL);
/** Words that make no other name of a reserved one. */
const qualifiers = ["ai", "anthropic", "assistant", "bot", "haiku", "llm", "model", "official", "opus", "real", "sonnet"].map(likeL);

/**
 * Tells whether people could take this name for Claude's or the service's own: `Сlаude` with Cyrillic letters, `CIaude`,
 * `Claude ✓`, `Claude (Anthropic)`. A person named `Claude Dupont` keeps the name.
 */
export function isReservedName(name: string): boolean {
	const seen = [...name.replace(/\p{Default_Ignorable_Code_Point}|\p{Cf}|\p{M}/gu, "")].map(foldCharacter).join("");
	const words = (seen.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => /\p{L}/u.test(word)).map(likeL);
	return reserved.includes(words.filter((word) => !qualifiers.includes(word)).join(""));
}

/** The name of a person, marked if it is a reserved one. */
export function markReserved(name: string): string {
	return isReservedName(name) ? `Person ${name}` : name;
}

/** One letter for `I`, `l` and `1`, and one for `O` and `0`. */
function likeL(word: string): string {
	return word.replace(/[i1]/g, "l").replaceAll("0", "o");
}
