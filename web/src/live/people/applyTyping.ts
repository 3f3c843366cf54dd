// Who is typing, as events bring it. Pure.

import type { ServerEvent } from "../../../../src/protocol/events.ts";
import { limits } from "../../../../src/protocol/limits.ts";
import type { Person } from "../../../../src/protocol/person.ts";

/** `until` in ms: a typing signal that is not renewed expires. */
export type Typing = Person & { until: number };

/** In ms: two typing signals may be lost in a row before the person seems to have stopped. */
const typingTimeout = limits.typingInterval * 3;

/** `now` in ms. */
export function applyTyping(
	typing: readonly Typing[],
	{ userId, username, isTyping }: Extract<ServerEvent, { type: "chat:user-typing" }>,
	now: number,
): readonly Typing[] {
	const others = withoutPerson(typing, userId);
	return isTyping ? [...others, { userId, username, until: now + typingTimeout }] : others;
}

export function withoutPerson<T extends Person>(people: readonly T[], userId: string): readonly T[] {
	return people.filter((person) => person.userId !== userId);
}
