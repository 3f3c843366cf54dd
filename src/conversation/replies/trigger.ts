// Decides whether a message asks Claude for a reply. Pure.

import type { AssistantMode, ConversationInfo, MemberRole } from "../../protocol/conversation.ts";
import { mentionsClaude } from "../../protocol/text/claude-mention.ts";

/** The owners decide who may ask. Without a role, nobody. */
export function mayAsk({ asks }: Pick<ConversationInfo, "asks">, role: MemberRole | undefined): boolean {
	return role === "owner" || (role === "member" && asks === "members");
}

/** Somebody asks on purpose, and not only because Claude answers everything here. */
export function isExplicit(content: string, isAddressed: boolean): boolean {
	return isAddressed || mentionsClaude(content);
}

/** A program asks Claude only if it says so, so that two of them cannot talk for ever: by `isAsking`, or by a mention. */
export function programAsksClaude(content: string, mode: AssistantMode, isAsking = false): boolean {
	return mode !== "off" && (isAsking || mentionsClaude(content));
}

/** `isAlone`: there is one human member. `isAddressed`: the message quotes one of Claude's, or steers it. */
export function asksClaude(content: string, mode: AssistantMode, isAlone: boolean, isAddressed = false): boolean {
	switch (mode) {
		case "off":
			return false;
		case "always":
			return true;
		case "mention":
			return isAddressed || mentionsClaude(content);
		case "auto":
			return isAlone || isAddressed || mentionsClaude(content);
		default:
			return mode satisfies never;
	}
}
