// Limits what is kept of Claude's thinking. Pure.

import { limits } from "../../protocol/limits.ts";

/**
 * Returns the part of `more` that is appended to `thinking`: no empty lines before the first word, nothing past `limits.thinking`, and
 * no half of a character.
 */
export function thinkingToAppend(thinking: string, more: string): string {
	const text = thinking === "" ? more.trimStart() : more;
	const cut = text.slice(0, Math.max(0, limits.thinking - thinking.length)).replace(/[\uD800-\uDBFF]$/, "");
	return cut.toWellFormed();
}
