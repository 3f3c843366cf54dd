// The ids of an event at the beginning of its frame: whoever refuses the frame unread can say which event it was.

import type { ClientEvent } from "../events.ts";
import { idsOf } from "../frames.ts";

/** In UTF-16 units. The longest ids are shorter, also where each of their characters is escaped. */
const mostRead = 4_000;
const begin = /^\[\{(?:"clientId":("(?:[^"\\]|\\.)*"),?)?(?:"messageId":("(?:[^"\\]|\\.)*"))?/;

/** The same event, to be encoded with its ids first. */
export function withIdsFirst(event: ClientEvent): ClientEvent {
	const { clientId, messageId } = event as { clientId?: string; messageId?: string };
	return { ...(clientId !== undefined && { clientId }), ...(messageId !== undefined && { messageId }), ...event };
}

/** The ids with which a frame begins. Reads no more of it. */
export function idsAtStart(frame: string): { clientId?: string; messageId?: string } {
	const [, clientId, messageId] = begin.exec(frame.slice(0, mostRead)) ?? [];
	return idsOf({ clientId: read(clientId), messageId: read(messageId) });
}

function read(text: string | undefined): unknown {
	try {
		return text && JSON.parse(text);
	} catch {
		return undefined;
	}
}
