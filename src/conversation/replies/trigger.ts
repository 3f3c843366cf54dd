// Decides whether a message asks Claude for a reply. Pure.

import type { AssistantMode } from "../../protocol/conversation.ts";
import { mentionsClaude } from "../../protocol/text/claude-mention.ts";

/** `isAlone`: there is one human member. `repliesToClaude`: the message quotes one of Claude's. */
export function asksClaude(content: string, mode: AssistantMode, isAlone: boolean, repliesToClaude = false): boolean {
	switch (mode) {
		case "off":
			return false;
		case "always":
			return true;
		case "mention":
			return repliesToClaude || mentionsClaude(content);
		case "auto":
			return isAlone || repliesToClaude || mentionsClaude(content);
		default:
			return mode satisfies never;
	}
}
