// Mentions of members in a text: how they are sent and displayed. Pure.
// The server finds further mentions in the text by itself.

import type { Mention } from "../../../src/protocol/message.ts";
import { claude, type Person } from "../../../src/protocol/person.ts";

/** The positions of the chosen people in a text; if several share a name, in the order of choice. */
export function mentionsOf(text: string, chosen: readonly Person[]): Mention[] {
	const mentions: Mention[] = [];
	for (const { userId, username } of chosen) {
		if (userId === claude.userId) continue;
		const name = `@${username}`;
		const isFree = (offset: number) =>
			mentions.every((other) => offset >= other.offset + other.length || other.offset >= offset + name.length);
		let offset = text.indexOf(name);
		while (offset !== -1 && !isFree(offset)) offset = text.indexOf(name, offset + 1);
		if (offset !== -1) mentions.push({ userId, offset, length: name.length });
	}
	return mentions.sort((one, other) => one.offset - other.offset);
}

/** The people whom a text already mentions, by the name used in it. */
export function namedIn(text: string, mentions: readonly Mention[] = []): Person[] {
	return mentions.map(({ userId, offset, length }) => ({ userId, username: text.slice(offset + 1, offset + length) }));
}
