// The order in which people are listed: in the header, and among the members those present first. Pure.

import type { Member } from "../../../src/protocol/conversation.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { fold } from "../../../src/protocol/text/fold.ts";

/** `isHere`: `undefined` where only the number of those who are here is known. */
export type Present = Member & { isHere: boolean | undefined };

/** Others by name, oneself last: whoever reconnects keeps their place. */
export function inOrder(participants: readonly Person[], userId: string): readonly Person[] {
	const isOwn = (person: Person) => Number(person.userId === userId);
	return participants.toSorted((one, other) => isOwn(one) - isOwn(other) || byName(one, other));
}

function byName(one: Person, other: Person): number {
	return one.username.localeCompare(other.username) || (one.userId < other.userId ? -1 : 1);
}

/** Members whose name contains `text`, the reader first. */
export function roster(members: readonly Member[], participants: readonly Person[], userId: string, text: string): Present[] {
	const here = new Set(participants.map((person) => person.userId));
	const wanted = fold(text.trim());
	return members
		.filter(({ username }) => fold(username).includes(wanted))
		.map((member) => ({ ...member, isHere: here.has(member.userId) }))
		.sort((one, other) => rank(other, userId) - rank(one, userId) || byName(one, other));
}

/** Members in the order in which they come; the reader first, if they are given. */
export function listed(
	members: readonly Member[],
	{ participants, participantCount }: { participants: readonly Person[]; participantCount: number | null },
	own: Member | undefined,
): Present[] {
	const here = new Set(participants.map((person) => person.userId));
	const others = members.filter(({ userId }) => userId !== own?.userId);
	return [...(own ? [own] : []), ...others].map((member) => ({
		...member,
		isHere: participantCount === null ? here.has(member.userId) : undefined,
	}));
}

function rank(member: Present, userId: string): number {
	return (member.userId === userId ? 2 : 0) + (member.isHere ? 1 : 0);
}
