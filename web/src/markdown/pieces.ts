// Cuts a text into pieces that stay the same while it grows, but for the last. Drawn as one text node each, they keep what is selected
// in them. Pure.

export function piecesOf(text: string): string[] {
	return text.match(/.{60,99}?\s|.{100}|.+/gsu) ?? [];
}

/** Cuts pieces at the ends of lines, which stay with the line that they end. */
export function linesOf<T extends { text: string }>(pieces: readonly T[]): T[][] {
	const lines: T[][] = [[]];
	for (const piece of pieces)
		for (const [index, text] of piece.text.split(/(?<=\n)/).entries()) {
			if (index > 0 || lines.at(-1)?.at(-1)?.text.endsWith("\n")) lines.push([]);
			lines.at(-1)?.push({ ...piece, text });
		}
	return lines;
}
