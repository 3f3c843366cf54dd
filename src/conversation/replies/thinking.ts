// What Claude thinks before it answers, as far as it is kept. Pure.

import { limits } from "../../protocol/limits.ts";

/** What more of it adds to what there is: nothing past `limits.thinking`, no half of a character, no empty lines before the first word. */
export function addedThought(thinking: string, more: string): string {
	const text = thinking === "" ? more.trimStart() : more;
	const cut = text.slice(0, Math.max(0, limits.thinking - thinking.length)).replace(/[\uD800-\uDBFF]$/, "");
	return cut.toWellFormed();
}
