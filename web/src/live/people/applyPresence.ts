// Keeps up to date who is here, or how many, where they are too many to be told by name. Pure.

import type { ServerEvent } from "../../../../src/protocol/events.ts";
import { everybodyIn } from "../../../../src/protocol/people/presence.ts";
import type { Person } from "../../../../src/protocol/person.ts";

type Here = {
	/** Empty where only their number is known. */
	readonly participants: readonly Person[];
	readonly participantCount: number | null;
};

type PresenceEvent = Extract<ServerEvent, { type: "chat:joined" | "chat:presence" | "chat:user-joined" | "chat:user-left" }>;

export function applyPresence({ participants: before }: Here, event: PresenceEvent): Partial<Here> {
	if (event.type === "chat:user-joined" || event.type === "chat:user-left") {
		const { userId, username } = event;
		const others = before.filter((person) => person.userId !== userId);
		return { participants: event.type === "chat:user-left" ? others : [...others, { userId, username }] };
	}
	const everybody = everybodyIn(event);
	// Of those who are named beside a higher number, nobody says when they leave.
	return everybody
		? { participants: everybody, participantCount: null }
		: { participants: [], participantCount: event.participantCount ?? null };
}
