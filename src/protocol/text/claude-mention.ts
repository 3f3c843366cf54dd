// The mention that asks Claude for a reply. The server finds it, titles leave it out, and the page
// writes it. Pure.

import { spokenIn } from "./spoken.ts";

/** The spelling that the page writes. */
export const claudeMention = "@claude";

/** An at sign: the usual one, and those of East Asian keyboards. */
export const atSign = "[@＠﹫]";
/** Before an at sign: a path like `/@claude`, but not a list like `@ann/@claude`. */
export const notInPath = String.raw`(?<!(?<!${atSign}[^\s\/]{1,64})\/)`;

/**
 * In any case, and as a word of its own: neither in an address like me@claude.example, in a package
 * like @claude/sdk, nor in @claudette, @claude@mastodon.social or @claude:matrix.org. Only ASCII letters continue the word, because languages
 * without spaces write on both sides of a name.
 */
const pattern = new RegExp(
	String.raw`(?<![a-z0-9_])${notInPath}${atSign}claude(?![a-z0-9_]|[.\-][a-z0-9]|\/[a-z0-9._\-]|[@:][a-z0-9\-]{1,63}(?:\.[a-z]|:\d))`,
	"gi",
);

export function mentionsClaude(text: string): boolean {
	return spokenIn(text).search(pattern) !== -1;
}

/** Puts a space in place of each mention. */
export function withoutClaudeMentions(text: string): string {
	return text.replace(pattern, " ");
}
