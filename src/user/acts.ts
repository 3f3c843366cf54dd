// What is done in each of a person's conversations when a sign-in of theirs ends or their name changes. Each act may be
// repeated, and reads what it needs when it runs.

import { limits } from "../protocol/limits.ts";
import { isGuestId } from "../protocol/person.ts";
import type { Act } from "./everywhere.ts";
import type { Sessions } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";

type Parts = {
	userId: string;
	conversations: Pick<Env["CONVERSATIONS"], "getByName">;
	tokens: () => Pick<Tokens, "revoked">;
	sessions: () => Pick<Sessions, "endedSince" | "name">;
	isSuspended: () => boolean;
	isAccount: () => boolean;
	/** The sign-out deletes no conversation. */
	keeps: () => boolean;
	now: () => number;
};

export function actsOf({
	userId,
	conversations,
	tokens,
	sessions,
	isSuspended,
	isAccount,
	keeps,
	now,
}: Parts): Record<Act, (conversationId: string) => Promise<void>> {
	return {
		"sign-out": (id) => conversations.getByName(id).signOut(userId, keeps()),
		tokens: (id) =>
			endAll(
				() => tokens().revoked(),
				(revoked) => conversations.getByName(id).endTokens(userId, revoked),
			),
		sessions: (id) =>
			endAll(
				() => recentlyEnded(sessions(), now()),
				(ended) => conversations.getByName(id).endSessions(userId, ended),
			),
		suspend: async (id) => {
			if (isSuspended()) await conversations.getByName(id).disconnect(userId);
		},
		rename: async (id) => {
			const known = () => {
				const { name } = sessions();
				return name === undefined ? undefined : { userId, username: name, ...(isGuestId(userId) && { isAccount: isAccount() }) };
			};
			let passedOn: string | undefined;
			for (let person = known(); person && JSON.stringify(person) !== passedOn; person = known()) {
				await conversations.getByName(id).rename(person);
				passedOn = JSON.stringify(person);
			}
		},
	};
}

/** The access tokens of a session that ended before have expired, and their sockets with them. */
export function recentlyEnded(sessions: Pick<Sessions, "endedSince">, now: number): string[] {
	return sessions.endedSince(now - limits.accessTokenSeconds * 1000);
}

/** Others may end while the conversation is called. */
async function endAll(ids: () => string[], end: (ids: string[]) => Promise<void>): Promise<void> {
	for (let ended: string[] = []; ; ) {
		const all = ids();
		if (all.every((id) => ended.includes(id))) return;
		await end(all);
		ended = all;
	}
}
