// The people whom somebody may mention in a conversation. Where not everybody is known here, the others are found on the server.

import { useMemo } from "react";
import type { Person } from "../../../src/protocol/person.ts";
import { session } from "../account/currentSession.ts";
import type { Chat } from "../useChatWebSocket.ts";
import { type Mentionable, mentionableBy } from "../writing/mentionQuery.ts";

/** People who are asked for at once: as many as a list of completions shows, and a few that it does not. */
const most = 12;

export function useMentionable(id: string, userId: string, chat: Pick<Chat, "members" | "memberCount" | "participants">): Mentionable {
	const isPart = chat.memberCount !== null;
	const find = useMemo(() => (isPart ? (written: string) => membersNamed(id, userId, written) : undefined), [id, userId, isPart]);
	return { known: mentionableBy(userId, chat), find };
}

/** Nobody if they cannot be asked for now. */
async function membersNamed(id: string, userId: string, written: string): Promise<readonly Person[]> {
	const { membersOf } = await import("./api.ts");
	const found = await session.call((token) => membersOf(token, id, { q: written, limit: most }));
	return "value" in found ? found.value.members.filter((member) => member.userId !== userId) : [];
}
