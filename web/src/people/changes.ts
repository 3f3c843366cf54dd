// What has changed about a conversation's members and title since it was last described. Pure.

import type { ConversationInfo, Member } from "../../../src/protocol/conversation.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { firstWords } from "../../../src/protocol/text/first-words.ts";

export type Change = { type: "joined" | "left"; names: readonly string[] } | { type: "renamed"; title: string };

/** `null` until they are known. */
export type Described = {
	members: readonly Member[] | null;
	conversation: Pick<ConversationInfo, "title"> | null;
	messages: readonly Pick<Message, "content">[];
};

/** Without oneself, and without anything that was not known before, or that Claude makes of the first title. */
export function changesOf(before: Described, after: Described, userId: string): Change[] {
	const changes: Change[] = [];
	const added = missingIn(before.members, after.members, userId);
	const gone = missingIn(after.members, before.members, userId);
	if (added.length > 0) changes.push({ type: "joined", names: added });
	if (gone.length > 0) changes.push({ type: "left", names: gone });
	const [former, title = ""] = [before.conversation?.title, after.conversation?.title];
	if (former && title && former !== title && !isFirst(former, after.messages)) changes.push({ type: "renamed", title });
	return changes;
}

/** The first title is made of a message, until Claude or an owner has a better one. */
function isFirst(title: string, messages: Described["messages"]): boolean {
	return messages.some(({ content }) => firstWords(content) === title);
}

function missingIn(known: Described["members"], members: Described["members"], userId: string): string[] {
	if (!known || !members) return [];
	const ids = new Set(known.map((member) => member.userId));
	return members.filter((member) => member.userId !== userId && !ids.has(member.userId)).map(({ username }) => username);
}
