// The mention that asks Claude for a reply. The server finds it, titles leave it out, and the page
// writes it. Pure.

/** The spelling that the page writes. */
export const claudeMention = "@claude";

/**
 * In any case, and as a word of its own: neither in an address like me@claude.example nor in
 * @claudette. Only ASCII letters continue the word, because languages without spaces write on both
 * sides of a name.
 */
const pattern = /(?<![a-z0-9_])@claude(?![a-z0-9_]|[.-][a-z0-9])/gi;

export function mentionsClaude(text: string): boolean {
	return text.search(pattern) !== -1;
}

/** Puts a space in place of each mention. */
export function withoutClaudeMentions(text: string): string {
	return text.replace(pattern, " ");
}
