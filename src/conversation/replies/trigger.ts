// Whether what somebody says asks Claude for an answer. Pure.

import type { AssistantMode } from "../../protocol/conversation.ts";

/** `isAlone`: whether there is one human member; `isToClaude`: whether it answers a message of Claude's. */
export function asksClaude(content: string, mode: AssistantMode, isAlone: boolean, isToClaude = false): boolean {
	switch (mode) {
		case "off":
			return false;
		case "always":
			return true;
		case "mention":
			return isToClaude || mentionsClaude(content);
		case "auto":
			return isAlone || isToClaude || mentionsClaude(content);
		default:
			return mode satisfies never;
	}
}

/**
 * `@claude` in any case, as a word of its own: neither in an address like me@claude.example nor in @claudette.
 * Only ASCII letters join a word here: languages without spaces write on both sides of a name.
 */
function mentionsClaude(content: string): boolean {
	return /(?<![a-z0-9_])@claude(?![a-z0-9_]|[.-][a-z0-9])/i.test(content);
}
