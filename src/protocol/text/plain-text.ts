// Removes the marks that Markdown puts around words and before lines, by patterns and without
// parsing Markdown. Pure.

/**
 * Keeps the lines. A text that was cut ends with "…". Text between control characters stays, even
 * if it is a link's target.
 */
export function withoutMarks(text: string): string {
	return text
		.replace(/<\/?(?:sub|sup|kbd)>/gi, "")
		.replace(/^[ \t]*(?:(?:```|~~~)[^…\p{Cc}]*|(?:\|[ \t]*:?-|---)[-|: \t]*$)/gmu, " ")
		.replace(/^(?:[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?))+/gm, "")
		.replace(/^[ \t]*(?:\|[ \t].*|[|…].*\|[ \t]*)$/gm, (row) => row.replace(/^\s*\|\s*|\s*\|\s*$/g, "").replace(/\s*\|\s*/g, ", "))
		.replace(/!?\[([^[\]\n]*)\]\([^()\s\p{Cc}]*\)/gu, "$1")
		.replace(/(\*\*|~~)(?=\S)([^\n]*?\S)(?:\1|(?=…$))/g, "$2")
		.replace(/(`+)(?=\S)([^\n]*?\S)(?:\1|(?=…$))/g, "$2")
		.replace(/(?<![\p{L}\p{N}*_])(__|[*_])(?=\S)((?:(?!\1).)+)(?<=\S)\1(?![\p{L}\p{N}*_])/gu, "$2");
}
