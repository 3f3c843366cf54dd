// Compares two states of a list: what arrived, and which conversations have nothing to announce any more. What counts as an
// arrival is the server's rule. Pure.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { type Arrival, arrivalIn, isOver } from "../../../src/protocol/push/arrival.ts";
import type { List } from "../list/list.ts";

export type Watching = {
	arrivals: readonly (Arrival & { listed: ListEntry })[];
	/** Conversations without unread messages, muted ones, and those that are gone. */
	over: readonly string[];
};

/** Entries of a first or an older page are not arrivals. */
export function watch(before: List, list: List, userId: string): Watching {
	const now = new Map(list.conversations.map((listed) => [listed.id, listed]));
	const arrivals: Watching["arrivals"][number][] = [];
	const over: string[] = [];
	for (const held of before.conversations) {
		const listed = now.get(held.id);
		if (!listed || isOver(listed)) {
			if (held.unread > 0) over.push(held.id);
			continue;
		}
		const arrival = listed === held ? undefined : arrivalIn(held, listed, userId);
		if (arrival) arrivals.push({ ...arrival, listed });
	}
	return { arrivals, over };
}
