// How far everybody has read, and what follows from it: where the new begins, and who has seen a message. Pure.

import type { Member } from "../../../src/protocol/conversation.ts";
import type { Message } from "../../../src/protocol/message.ts";
import type { Messages } from "./messages.ts";

/** By `userId`, the place of the last message read. */
export type Reads = ReadonlyMap<string, number>;

export function readsOf(reads: readonly { userId: string; upTo: number }[]): Reads {
	return new Map(reads.map(({ userId, upTo }) => [userId, upTo]));
}

/** What comes late changes nothing; but one may have marked something unread. */
export function withRead(reads: Reads, { userId, upTo, unread = false }: { userId: string; upTo: number; unread?: boolean }): Reads {
	return unread || upTo > (reads.get(userId) ?? 0) ? new Map(reads).set(userId, upTo) : reads;
}

/** How much others have said after a place. Of what is not here it is taken to be theirs: who says something is at the end. */
export function countUnread(messages: Messages, after: number, userId: string): number {
	const missing = Math.max(0, (messages[0]?.seq ?? 0) - after - 1);
	return (
		missing + messages.filter(({ seq, author, deletedAt }) => seq > after && author.userId !== userId && deletedAt === undefined).length
	);
}

/** From which place on there is something of others that a person has not read; `null` if there is nothing, or they were never here. */
export function firstUnread(messages: Messages, reads: Reads, userId: string): number | null {
	const upTo = reads.get(userId) ?? 0;
	const isNew = ({ seq, author }: Message) => seq > upTo && author.userId !== userId;
	if (upTo === 0 || !messages.some(isNew)) return null;
	// What one says oneself, one has read; the server may write that down only by the message.
	const own = new Set(messages.filter(({ author }) => author.userId === userId).map(({ seq }) => seq));
	let from = upTo + 1;
	while (own.has(from)) from += 1;
	return from;
}

/** The members but for its author who have read as far as a message. */
export function seenBy({ seq, author }: Message, reads: Reads, members: readonly Member[]): readonly Member[] {
	return members.filter(({ userId }) => userId !== author.userId && (reads.get(userId) ?? 0) >= seq);
}
