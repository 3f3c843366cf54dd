// Cuts a text into pieces that stay the same while it grows, but for the last. Drawn as one text node each, they keep what is selected
// in them. Pure.

export function piecesOf(text: string): string[] {
	return text.match(/.{60,99}?\s|.{100}|.+/gsu) ?? [];
}
