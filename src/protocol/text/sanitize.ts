// Makes text safe to show and to store, and answers questions about it. Pure.

/**
 * Removes what does harm where text is shown or stored: lone surrogates, control characters except
 * tabs and line breaks, and characters that reverse or hide the text beside them. The marks of
 * right-to-left scripts and the joiners of scripts and emoji stay.
 */
export function sanitize(text: string): string {
	return sanitizePart(text.toWellFormed());
}

/** The same for a part of a text, which may begin or end within a character. */
export function sanitizePart(text: string): string {
	return text.replace(/[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|(?![\t\n\r])\p{Cc}/gu, "");
}

/**
 * The same as one line: no invisible characters except joiners and the selectors of emoji, and white
 * space as single spaces. An empty Braille cell and the Hangul fillers look like white space.
 */
export function sanitizeLine(text: string): string {
	const line = text.toWellFormed().replace(/[\s\u0085\u2800\u115f\u1160\u3164\uffa0]/gu, " ");
	return line
		.replace(/(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
		.replace(/ +/g, " ")
		.trim();
}

/** A text shows something. A name or a message that consists of joiners or of fillers only does not. */
export function isVisible(text: string): boolean {
	return /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u.test(text);
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** A text is one emoji: a picture with its joiners and modifiers, a flag, or a keycap. */
export function isEmoji(text: string): boolean {
	const [first, second] = graphemes.segment(text);
	return first !== undefined && second === undefined && /\p{Extended_Pictographic}|^\p{RI}{2}$|^[#*0-9]\ufe0f?\u20e3$/u.test(text);
}

/**
 * One spelling for each emoji: with the variation selector only if the character would be shown as
 * text without it.
 */
export function normalizeEmoji(emoji: string): string {
	const plain = emoji.replace(/(?<=\p{Emoji_Presentation})\ufe0f/gu, "");
	return /^\p{Extended_Pictographic}$/u.test(plain) && !/^\p{Emoji_Presentation}$/u.test(plain) ? `${plain}\ufe0f` : plain;
}

/**
 * The beginning of a line, of at most `maxLength` UTF-16 units: cut between words if possible, and
 * never within a character.
 */
export function truncateLine(line: string, maxLength: number): string {
	if (line.length <= maxLength) return line;
	let end = 0;
	for (const { index, segment } of graphemes.segment(line.slice(0, maxLength))) {
		if (index + segment.length >= maxLength) break;
		end = index + segment.length;
	}
	const isAtWord = line[end] === " " || line[end - 1] === " ";
	const atWord = isAtWord ? end : line.lastIndexOf(" ", end);
	// A word that is longer than half of the limit is cut.
	return `${line.slice(0, atWord > maxLength / 2 ? atWord : end).trimEnd()}…`;
}
