// A person's private questions as this device holds them, newest first, and what events make of them. Pure.

import type { Aside, AsideEvent } from "../../../../src/protocol/claude/aside.ts";
import { withSource, withTool } from "../../live/research.ts";

export function receiveAside(asides: readonly Aside[], event: AsideEvent): readonly Aside[] {
	switch (event.type) {
		case "chat:aside": {
			const isKnown = asides.some(({ id }) => id === event.aside.id);
			return isKnown ? asides.map((one) => (one.id === event.aside.id ? event.aside : one)) : [event.aside, ...asides];
		}
		case "chat:aside-streaming":
		case "chat:aside-thought":
		case "chat:aside-tool":
		case "chat:aside-source":
			return asides.map((one) => (one.id === event.asideId && one.status === "streaming" ? grown(one, event) : one));
		case "chat:aside-gone":
			return asides.filter(({ id }) => id !== event.asideId);
		default:
			return event satisfies never;
	}
}

/** A chunk that is known already adds nothing; one that lacks its beginning waits for the whole answer. */
function grown(aside: Aside, event: Exclude<AsideEvent, { type: "chat:aside" | "chat:aside-gone" }>): Aside {
	if (event.type === "chat:aside-tool") return withTool(aside, event) ?? aside;
	if (event.type === "chat:aside-source") return withSource(aside, event) ?? aside;
	const { reason: _, ...rest } = aside;
	const { chunk, offset } = event;
	const field = event.type === "chat:aside-thought" ? "thinking" : "content";
	const before = aside[field] ?? "";
	return offset <= before.length ? { ...rest, [field]: before.slice(0, offset) + chunk } : aside;
}
