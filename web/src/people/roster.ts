// The order in which members are listed: those present first, then by name. Pure.

import type { Member } from "../../../src/protocol/conversation.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { foldCase } from "../writing/foldCase.ts";

export type Present = Member & { isHere: boolean };

/** Members whose name contains `text`, the reader first. */
export function roster(members: readonly Member[], participants: readonly Person[], userId: string, text: string): Present[] {
	const here = new Set(participants.map((person) => person.userId));
	const wanted = foldCase(text.trim());
	return members
		.filter(({ username }) => foldCase(username).includes(wanted))
		.map((member) => ({ ...member, isHere: here.has(member.userId) }))
		.sort((one, other) => rank(other, userId) - rank(one, userId) || one.username.localeCompare(other.username));
}

function rank(member: Present, userId: string): number {
	return (member.userId === userId ? 2 : 0) + (member.isHere ? 1 : 0);
}
