// What a conversation is called, also one to which nobody has given a title. Pure.

import type { ConversationInfo } from "../../../src/protocol/conversation.ts";
import { strings } from "../strings.ts";

export function titleOf({ title, createdAt }: Pick<ConversationInfo, "title" | "createdAt">): string {
	return title || strings.untitled(createdAt);
}

/** A name that every file system takes. */
export function fileNameOf(title: string, ending: string): string {
	const name = title
		.replace(/[\p{C}\\/:*?"<>|]+/gu, " ")
		.replace(/\s+/g, " ")
		.replace(/^[. ]+|[. ]+$/g, "")
		.slice(0, 80)
		.trim();
	return `${name || strings.conversation}.${ending}`;
}
