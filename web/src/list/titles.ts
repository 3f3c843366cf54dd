// What a conversation is called, also one to which nobody has given a title. Pure.

import type { ConversationInfo } from "../../../src/protocol/conversation.ts";

/** The words of a language that this needs. */
type Words = { untitled(createdAt: string): string };

export function titleOf({ title, createdAt }: Pick<ConversationInfo, "title" | "createdAt">, words: Words): string {
	return title || words.untitled(createdAt);
}
