// A member as an event brings them: somebody new, or one with another role, name or allowance.

import type { Member, MemberRole } from "../../../../src/protocol/conversation.ts";
import type { May } from "../../../../src/protocol/people/link.ts";
import type { Person } from "../../../../src/protocol/person.ts";
import type { KnownMembers } from "./knownMembers.ts";

type People = KnownMembers & {
	readonly you: Person | null;
	readonly role: MemberRole | null;
	readonly may: May | null;
	readonly participants: readonly Person[];
};

export function applyMember<T extends People>(before: T, member: Member): T {
	const { userId, username } = member;
	const person = { userId, username };
	const { you, members, memberCount, participants } = before;
	const isMember = (one: Person) => one.userId === userId;
	// Where not everybody is known, this is nobody new, and nobody whose name is needed.
	const stranger = memberCount === null ? [member] : [];
	const own = you && isMember(you) && { you: person, role: member.role, may: member.may ?? null };
	return {
		...before,
		...own,
		members: members && (members.some(isMember) ? members.map((one) => (isMember(one) ? member : one)) : [...members, ...stranger]),
		participants: participants.map((one) => (isMember(one) ? person : one)),
	};
}
