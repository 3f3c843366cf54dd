// Character references in Markdown, such as `&amp;` and `&#8211;`, as the characters they stand for. Pure.

/** The names that people and models write. Any other name is left as it is. */
const named: Record<string, string> = {
	amp: "&",
	lt: "<",
	gt: ">",
	quot: '"',
	apos: "'",
	nbsp: "\u00a0",
	copy: "©",
	reg: "®",
	trade: "™",
	hellip: "…",
	ndash: "–",
	mdash: "—",
	lsquo: "‘",
	rsquo: "’",
	ldquo: "“",
	rdquo: "”",
	laquo: "«",
	raquo: "»",
	larr: "←",
	rarr: "→",
	uarr: "↑",
	darr: "↓",
	harr: "↔",
	times: "×",
	divide: "÷",
	plusmn: "±",
	minus: "−",
	le: "≤",
	ge: "≥",
	ne: "≠",
	deg: "°",
	micro: "µ",
	middot: "·",
	bull: "•",
	euro: "€",
	pound: "£",
	yen: "¥",
	cent: "¢",
	sect: "§",
	para: "¶",
	frac12: "½",
	check: "✓",
};

export function decodeEntities(text: string): string {
	return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]*));/g, (reference, decimal, hex, name) => {
		if (name !== undefined) return (Object.hasOwn(named, name) && named[name]) || reference;
		const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
		const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
		return isCharacter ? String.fromCodePoint(code) : "\ufffd";
	});
}
