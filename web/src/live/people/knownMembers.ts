// The members that this device knows: everybody, or in a large conversation those who matter for what was shown, and how many there are. Pure.

import type { Member } from "../../../../src/protocol/conversation.ts";
import type { ServerEvent } from "../../../../src/protocol/events.ts";

export type KnownMembers = {
	/** `null` until they are known. */
	readonly members: readonly Member[] | null;
	/** How many members there are, where not all of them are known. */
	readonly memberCount: number | null;
};

/** What the server says of the members. An older server names everybody and gives no number. */
type Told = { members?: readonly Member[] | undefined; memberCount?: number | undefined };

/** Learns whom a description, a join or an event names: everybody if they are as many as the number says. */
export function toldMembers(known: KnownMembers, { members, memberCount }: Told): KnownMembers {
	if (members === undefined) return { members: known.members, memberCount: known.memberCount };
	if (memberCount === undefined || members.length >= memberCount) return { members, memberCount: null };
	return { members: merged(known.members ?? [], members), memberCount };
}

/** Somebody has left, or the number of members has changed; then with all of them, if they are few again. */
export function changedMembers(
	{ members, memberCount }: KnownMembers,
	event: Extract<ServerEvent, { type: "chat:members" | "chat:member-left" }>,
): KnownMembers {
	if (event.type === "chat:member-left") return { members: members?.filter(({ userId }) => userId !== event.userId) ?? null, memberCount };
	return event.members ? { members: event.members, memberCount: null } : { members, memberCount: event.memberCount };
}

/** Adds the members who are named beside a page of messages. */
export function withMembers<T extends KnownMembers>(known: T, members: readonly Member[] = []): T {
	return members.length > 0 && known.memberCount !== null ? { ...known, members: merged(known.members ?? [], members) } : known;
}

function merged(known: readonly Member[], newer: readonly Member[]): readonly Member[] {
	return [...new Map([...known, ...newer].map((member) => [member.userId, member])).values()];
}
