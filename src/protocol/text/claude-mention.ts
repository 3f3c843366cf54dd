// The mention that asks Claude for a reply. The server finds it, titles leave it out, and the page
// writes it. Pure.

import { assistantName } from "./assistant-name.ts";
import { spokenIn } from "./spoken.ts";

/** The spelling that the page writes. */
export function claudeMention(): string {
	return assistantName() === "Claude" ? "@claude" : `@${assistantName()}`;
}

/** An at sign: the usual one, and those of East Asian keyboards. */
export const atSign = "[@＠﹫]";
/** Before an at sign: a path like `/@claude`, but not a list like `@ann/@claude`. */
export const notInPath = String.raw`(?<!(?<!${atSign}[^\s\/]{1,64})\/)`;

/**
 * In any case, and as a word of its own: neither in an address like me@claude.example, in a package
 * like @claude/sdk, nor in @claudette, @claude@mastodon.social or @claude:matrix.org. Only ASCII letters continue the word, because languages
 * without spaces write on both sides of a name.
 */
const patternFor = (name: string) =>
	new RegExp(
		String.raw`(?<![a-z0-9_])${notInPath}${atSign}(?:claude|${nameSource(name)})(?![a-z0-9_]|[.\-][a-z0-9]|\/[a-z0-9._\-]|[@:][a-z0-9\-]{1,63}(?:\.[a-z]|:\d))`,
		"gi",
	);

/** A phone writes another apostrophe. */
function nameSource(name: string): string {
	return name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/['’]/g, "['’]");
}

let known = { name: "", pattern: /(?!)/g };

/** `@claude` asks in every deployment, and the assistant's own name as well. */
function mentions(): RegExp {
	const name = assistantName();
	if (known.name !== name) known = { name, pattern: patternFor(name) };
	return known.pattern;
}

export function mentionsClaude(text: string): boolean {
	return spokenIn(text).search(mentions()) !== -1;
}

/** Puts a space in place of each mention. */
export function withoutClaudeMentions(text: string): string {
	return text.replace(mentions(), " ");
}
