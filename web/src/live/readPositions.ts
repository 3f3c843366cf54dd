// How far each member has read, and from that: the first unread message, and who has seen a message. Pure.

import type { Message } from "../../../src/protocol/message.ts";
import type { Person } from "../../../src/protocol/person.ts";
import type { Messages } from "./messages.ts";

/** By `userId`, the `seq` of the last message read. */
export type Reads = ReadonlyMap<string, number>;

export function readsOf(reads: readonly { userId: string; upTo: number }[]): Reads {
	return new Map(reads.map(({ userId, upTo }) => [userId, upTo]));
}

/** An older position is ignored, unless the person marked messages unread. */
export function withRead(reads: Reads, { userId, upTo, unread = false }: { userId: string; upTo: number; unread?: boolean }): Reads {
	return unread || upTo > (reads.get(userId) ?? 0) ? new Map(reads).set(userId, upTo) : reads;
}

/** The number of others' messages after a `seq`. Messages that are not loaded count as others': a person's own are at the end. */
export function countUnread(messages: Messages, after: number, userId: string): number {
	const missing = Math.max(0, (messages[0]?.seq ?? 0) - after - 1);
	return (
		missing + messages.filter(({ seq, author, deletedAt }) => seq > after && author.userId !== userId && deletedAt === undefined).length
	);
}

/** The `seq` of the first message of others that the person has not read; `null` if there is none, or this is their first visit. */
export function firstUnread(messages: Messages, reads: Reads, userId: string): number | null {
	const upTo = reads.get(userId) ?? 0;
	const isUnread = ({ seq, author }: Message) => seq > upTo && author.userId !== userId;
	if (upTo === 0 || !messages.some(isUnread)) return null;
	// People have read their own messages, though the server may not have recorded it yet.
	const own = new Set(messages.filter(({ author }) => author.userId === userId).map(({ seq }) => seq));
	let from = upTo + 1;
	while (own.has(from)) from += 1;
	return from;
}

/** The names of the people who have read a message, except its author. */
export function seenBy({ seq, author }: Message, reads: Reads, people: readonly Person[]): readonly string[] {
	return people.filter(({ userId }) => userId !== author.userId && (reads.get(userId) ?? 0) >= seq).map(({ username }) => username);
}

/** The members with a read mark, until the list of members is known. A name is empty if nobody of that name is present or has written. */
export function readersOf(reads: Reads, participants: readonly Person[], messages: Messages): readonly Person[] {
	const names = new Map([...messages.map(({ author }) => author), ...participants].map(({ userId, username }) => [userId, username]));
	return Array.from(reads.keys(), (userId) => ({ userId, username: names.get(userId) ?? "" }));
}
