// What a person may do with a message, as far as the page can tell. The server decides. Pure.

import type { MemberRole } from "../../../src/protocol/conversation.ts";
import type { Message } from "../../../src/protocol/message.ts";

export type MessageAction = "reply" | "react" | "edit" | "delete" | "regenerate" | "withdraw" | "pin";

export type Actor = {
	userId: string;
	role: MemberRole | null;
	isConnected: boolean;
	/** Claude's last reply, the only one that can be regenerated. */
	lastReplyId: string | undefined;
	/** The place of the running reply: questions after it wait. */
	runningSeq?: number | undefined;
	/** The person's last question, if it can be asked again. */
	askableId?: string | undefined;
	/** Who may ask Claude in this conversation. */
	asks?: "members" | "owners";
};

export function allowedActions(
	{ id, author, status, deletedAt, asksClaude, seq }: Message,
	{ userId, role, isConnected, lastReplyId, runningSeq = seq }: Actor,
): Set<MessageAction> {
	const may = new Set<MessageAction>();
	if (deletedAt !== undefined || status === "streaming") return may;
	const writes = role === "owner" || role === "member";
	// A new message waits for a connection; a change does not.
	if (writes) may.add("reply");
	if (!isConnected) return may;
	if (writes) may.add("react").add("pin");
	if (asksClaude && author.userId === userId && seq > runningSeq) may.add("withdraw");
	if (writes && author.userId === userId) may.add("edit");
	if (writes && id === lastReplyId) may.add("regenerate");
	if (author.userId === userId || role === "owner") may.add("delete");
	return may;
}

/** Whether this is the last question and Claude has replied: it can then be edited and asked again. */
export function canAskAgain(message: Message, messages: readonly Message[]): boolean {
	const question = messages.findLast(({ role }) => role === "user");
	const reply = messages.findLast(({ role }) => role === "assistant");
	if (question?.id !== message.id || !reply) return false;
	return reply.seq > message.seq && reply.status !== "streaming" && reply.deletedAt === undefined;
}

/** The person's last message that is not deleted. */
export function lastOwn(messages: readonly Message[], userId: string): Message | undefined {
	return messages.findLast(({ author, deletedAt }) => author.userId === userId && deletedAt === undefined);
}
