// What this device keeps of a conversation for the next visit, and what of that still counts then. Pure.
// It is what the server would say to somebody who is new here, so that messages and cursor are one: a cursor says that all is known up to it.

import * as v from "valibot";
import { memberSchema } from "../../../src/protocol/conversation.ts";
import { serverEvents } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Transcript } from "./transcript.ts";

const schema = v.object({
	joined: serverEvents["chat:joined"],
	members: v.nullable(v.array(memberSchema)),
	/** Of the page that wrote it. */
	build: v.string(),
});

export type CachedConversation = v.InferOutput<typeof schema>;

/** A page of text, in UTF-16 units: with the number of conversations that are kept, this bounds all of it. */
const most = { messages: limits.page.default, length: 200_000 };

/** What is to be kept as things stand, or nothing where what was kept before is better. */
export function cachedConversationOf(
	conversationId: string,
	transcript: Transcript,
	cursor: string | undefined,
	build: string,
): CachedConversation | undefined {
	const { you, conversation, role, members, reads, older, isBehind } = transcript;
	if (you === null || isBehind || cursor === undefined) return undefined;
	// The server tells a reply that is being written once more to whoever comes back.
	const whole = transcript.messages.filter(({ status }) => status !== "streaming").slice(-most.messages);
	let length = 0;
	const from = whole.findLastIndex(({ content }) => {
		length += content.length;
		return length > most.length;
	});
	const messages = whole.slice(from + 1);
	if (messages.length === 0 && whole.length > 0) return undefined;
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
	return { joined, members: members && [...members], build };
}

/** What was kept, if it is still what this page takes it for. */
export function parseCachedConversation(value: unknown): CachedConversation | undefined {
	const read = v.safeParse(schema, value);
	return read.success ? read.output : undefined;
}

/**
 * How far one has come by what is kept. A message as another build knew it may lack what this one shows:
 * it is shown meanwhile, and all is asked for anew.
 */
export function resumeCursor({ joined, build }: CachedConversation, thisBuild: string): string | undefined {
	return build === thisBuild ? joined.cursor : undefined;
}
