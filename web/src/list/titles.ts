// What a conversation is called, also one to which nobody has given a title. Pure.

import type { ConversationInfo } from "../../../src/protocol/conversation.ts";
import { strings } from "../strings.ts";

export function titleOf({ title, createdAt }: Pick<ConversationInfo, "title" | "createdAt">): string {
	return title || strings.untitled(createdAt);
}
