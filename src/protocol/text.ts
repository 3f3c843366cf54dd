// What text may hold that people show each other. Pure.

/**
 * A text without what does harm where it is shown or stored: halves of characters, controls but for tabs and line breaks, and what turns
 * or hides the text beside it. The marks that right-to-left writing needs, and the joiners of scripts and emoji, stay. What is harmless is returned as it is.
 */
export function harmless(text: string): string {
	return text.toWellFormed().replace(/[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|(?![\t\n\r])\p{Cc}/gu, "");
}

/** One line of it: nothing unseen at all but for those joiners, and white space as single spaces. */
export function harmlessLine(text: string): string {
	const line = text.toWellFormed().replace(/\s|\u0085/gu, " ");
	return line
		.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu, "")
		.replace(/ +/g, " ")
		.trim();
}

/** Whether there is anything to be seen: a name or a message that shows nothing is none, though joiners are in it. */
export function isSeen(text: string): boolean {
	return /[^\s\p{Cc}\p{Cf}]/u.test(text);
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Whether a text is one emoji: a picture with all that joins and colours it, a flag, or a key. */
export function isEmoji(text: string): boolean {
	const [first, second] = graphemes.segment(text);
	return first !== undefined && second === undefined && /\p{Extended_Pictographic}|^\p{RI}{2}$|^[#*0-9]\ufe0f?\u20e3$/u.test(text);
}

/** The same emoji is written in several ways: as a picture, where it is text of its own accord, and without saying so, where it is one anyway. */
export function pictured(emoji: string): string {
	const plain = emoji.replace(/(?<=\p{Emoji_Presentation})\ufe0f/gu, "");
	return /^\p{Extended_Pictographic}$/u.test(plain) && !/^\p{Emoji_Presentation}$/u.test(plain) ? `${plain}\ufe0f` : plain;
}

/** A line's beginning, cut at a word where it has words, and never within a character: no longer than `most` UTF-16 units. */
export function shortened(line: string, most: number): string {
	if (line.length <= most) return line;
	let end = 0;
	for (const { index, segment } of graphemes.segment(line.slice(0, most))) {
		if (index + segment.length >= most) break;
		end = index + segment.length;
	}
	const isAtWord = line[end] === " " || line[end - 1] === " ";
	const atWord = isAtWord ? end : line.lastIndexOf(" ", end);
	// One word that is longer than half of it all is cut.
	return `${line.slice(0, atWord > most / 2 ? atWord : end).trimEnd()}…`;
}
