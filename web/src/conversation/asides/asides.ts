// A person's private questions as this device holds them, newest first, and what events make of them. Pure.

import type { Aside } from "../../../../src/protocol/claude/aside.ts";
import type { AsideEvent } from "../../live/client.ts";

export function receiveAside(asides: readonly Aside[], event: AsideEvent): readonly Aside[] {
	switch (event.type) {
		case "chat:aside": {
			const isKnown = asides.some(({ id }) => id === event.aside.id);
			return isKnown ? asides.map((one) => (one.id === event.aside.id ? event.aside : one)) : [event.aside, ...asides];
		}
		case "chat:aside-streaming":
			return asides.map((one) => (one.id === event.asideId ? grown(one, event) : one));
		case "chat:aside-gone":
			return asides.filter(({ id }) => id !== event.asideId);
		default:
			return event satisfies never;
	}
}

/** A chunk that is known already adds nothing; one that lacks its beginning waits for the whole answer. */
function grown(aside: Aside, { chunk, offset }: { chunk: string; offset: number }): Aside {
	const { reason: _, ...rest } = aside;
	return offset <= aside.content.length ? { ...rest, content: aside.content.slice(0, offset) + chunk } : aside;
}
