// The part of a conversation that is cached for the next visit. Pure.
// It has the form of a `chat:joined` event with a reset, so that messages and cursor belong together: everything up to the cursor is known.

import * as v from "valibot";
import { memberSchema } from "../../../src/protocol/conversation.ts";
import { serverEvents } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { noticeSchema } from "../../../src/protocol/people/notice.ts";
import type { Transcript } from "./transcript.ts";

const schema = v.object({
	joined: serverEvents["chat:joined"],
	members: v.nullable(v.array(memberSchema)),
	notices: v.optional(v.fallback(v.array(noticeSchema), [])),
	/** The version of the page that wrote it. */
	build: v.string(),
});

export type CachedConversation = v.InferOutput<typeof schema>;
export type Cached = { cached: CachedConversation; cursor: string | undefined };

/** Keeps the conversation's last state for the next visit. */
export interface ConversationCache {
	/** `cursor` is undefined if the cached messages must be loaded again. */
	read(): Promise<Cached | undefined>;
	write(transcript: Transcript, cursor: string | undefined): void;
	delete(): void;
}

/** `length` in UTF-16 units. With the number of cached conversations this bounds the size of the cache. */
const max = { messages: limits.page.default, length: 200_000, members: 2 * limits.namedMembers, notices: limits.namedMembers };

/** The transcript's cacheable part; `undefined` if what was cached before is better. */
export function cachedConversationOf(
	conversationId: string,
	transcript: Transcript,
	cursor: string | undefined,
	build: string,
): CachedConversation | undefined {
	const { you, conversation, role, members, memberCount, reads, older, isBehind } = transcript;
	if (you === null || isBehind || cursor === undefined) return undefined;
	// The server sends a streaming reply again after the next join.
	const complete = transcript.messages.filter(({ status }) => status !== "streaming").slice(-max.messages);
	let length = 0;
	const from = complete.findLastIndex(({ content }) => {
		length += content.length;
		return length > max.length;
	});
	const messages = complete.slice(from + 1);
	if (messages.length === 0 && complete.length > 0) return undefined;
	const joined: CachedConversation["joined"] = {
		type: "chat:joined",
		conversationId,
		cursor,
		reset: true,
		messages,
		hasMore: older !== "none" || (messages[0]?.seq ?? 0) > (transcript.messages[0]?.seq ?? 0),
		participants: [],
		you,
		conversation: conversation ?? undefined,
		role: role ?? undefined,
		reads: Array.from(reads, ([userId, upTo]) => ({ userId, upTo })),
	};
	const known = members && (memberCount === null ? [...members] : members.slice(-max.members));
	const first = messages[0]?.seq ?? 1;
	return {
		joined: memberCount === null || !known ? joined : { ...joined, memberCount, members: known },
		members: known,
		notices: transcript.notices.filter(({ after }) => after >= first - 1).slice(-max.notices),
		build,
	};
}

/** `undefined` if it does not fit this version's schema. */
export function parseCachedConversation(value: unknown): CachedConversation | undefined {
	const read = v.safeParse(schema, value);
	return read.success ? read.output : undefined;
}

/** The cursor to resume from. Messages cached by another build may lack fields: they are shown, but everything is loaded again. */
export function resumeCursor({ joined, build }: CachedConversation, thisBuild: string): string | undefined {
	return build === thisBuild ? joined.cursor : undefined;
}
