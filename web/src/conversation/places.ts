// Remembers where the reader was in each conversation, while the tab is open. Must not depend on React.

import * as v from "valibot";

/** The `seq` of the message at the top of the screen, and where it begins, in px below that top. */
export type Place = { seq: number; top: number };

const key = "places";
/** At most so many conversations are remembered: those left last. */
const most = 50;

const schema = v.object({
	userId: v.string(),
	/** The place in each conversation. The conversation left last comes last. */
	places: v.array(v.tuple([v.string(), v.object({ seq: v.pipe(v.number(), v.safeInteger()), top: v.pipe(v.number(), v.finite()) })])),
});

export function placeIn(userId: string, conversationId: string): Place | undefined {
	return placesOf(userId).find(([id]) => id === conversationId)?.[1];
}

/** Without a place, the conversation opens at its end. */
export function keepPlace(userId: string, conversationId: string, place: Place | undefined): void {
	const others = placesOf(userId).filter(([id]) => id !== conversationId);
	const places = place ? [...others, [conversationId, place]] : others;
	try {
		if (places.length === 0) sessionStorage.removeItem(key);
		else sessionStorage.setItem(key, JSON.stringify({ userId, places: places.slice(-most) }));
	} catch {
		// Storage is forbidden or full.
	}
}

/** Forgets the places of everybody but this person; `null`: of everybody. */
export function keepOnlyPlacesOf(userId: string | null): void {
	if (userId !== null && placesOf(userId).length > 0) return;
	try {
		sessionStorage.removeItem(key);
	} catch {
		// Storage is forbidden.
	}
}

function placesOf(userId: string): [string, Place][] {
	try {
		const { output, success } = v.safeParse(schema, JSON.parse(sessionStorage.getItem(key) ?? ""));
		return success && output.userId === userId ? output.places : [];
	} catch {
		return [];
	}
}
