// A text without the marks that Markdown puts around words and before lines, as far as one sees them without reading Markdown. Pure.

/** Its lines stay. What is cut off ends with "…"; a control character stands around what is not to go, be it a link's target. */
export function withoutMarks(text: string): string {
	return text
		.replace(/^[ \t]*(?:(?:```|~~~)[^…\p{Cc}]*|(?:\|[ \t]*:?-|---)[-|: \t]*$)/gmu, " ")
		.replace(/^(?:[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?))+/gm, "")
		.replace(/^[ \t]*(?:\|[ \t].*|[|…].*\|[ \t]*)$/gm, (row) => row.replace(/^\s*\|\s*|\s*\|\s*$/g, "").replace(/\s*\|\s*/g, ", "))
		.replace(/!?\[([^[\]\n]*)\]\([^()\s\p{Cc}]*\)/gu, "$1")
		.replace(/(\*\*|~~)(?=\S)([^\n]*?\S)(?:\1|(?=…$))/g, "$2")
		.replace(/(`+)(?=\S)([^\n]*?\S)(?:\1|(?=…$))/g, "$2")
		.replace(/(?<![\p{L}\p{N}*_])(__|[*_])(?=\S)((?:(?!\1).)+)(?<=\S)\1(?![\p{L}\p{N}*_])/gu, "$2");
}
