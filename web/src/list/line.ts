// A text as one line, without the marks that Markdown puts around words: for quotes and lists. Pure.

export function lineOf(text: string): string {
	return text
		.replace(/^[ \t]*(?:```|~~~).*$/gm, " ")
		.replace(/^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)/gm, "")
		.replace(/!?\[([^[\]\n]*)\]\([^()\s]*\)/g, "$1")
		.replace(/(\*\*|__|~~|`+)(?=\S)([^\n]*?\S)\1/g, "$2")
		.replace(/\s+/g, " ")
		.trim();
}
