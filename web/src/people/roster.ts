// The order in which members are listed: those present first, then by name. Pure.

import type { Member } from "../../../src/protocol/conversation.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { fold } from "../../../src/protocol/text/fold.ts";

export type Present = Member & { isHere: boolean };

/** Members whose name contains `text`, the reader first. */
export function roster(members: readonly Member[], participants: readonly Person[], userId: string, text: string): Present[] {
	const here = new Set(participants.map((person) => person.userId));
	const wanted = fold(text.trim());
	return members
		.filter(({ username }) => fold(username).includes(wanted))
		.map((member) => ({ ...member, isHere: here.has(member.userId) }))
		.sort((one, other) => rank(other, userId) - rank(one, userId) || one.username.localeCompare(other.username));
}

function rank(member: Present, userId: string): number {
	return (member.userId === userId ? 2 : 0) + (member.isHere ? 1 : 0);
}
