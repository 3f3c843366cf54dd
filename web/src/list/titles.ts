// The displayed title of a conversation, also if it has none. Pure.

import type { ConversationInfo } from "../../../src/protocol/conversation.ts";

/** The part of the catalogue that this needs. The list must not depend on the languages. */
type Words = { untitled(createdAt: string): string };

export function titleOf({ title, createdAt }: Pick<ConversationInfo, "title" | "createdAt">, words: Words): string {
	return title || words.untitled(createdAt);
}
