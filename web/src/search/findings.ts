// What a search has found, as it is shown: pieces of text in which what was asked for stands out, by conversation where there are several. Pure.

import * as v from "valibot";
import { messageSchema } from "../../../src/protocol/message.ts";

const foundEntries = {
	message: messageSchema,
	snippet: v.string(),
	/** Start and end in the snippet, in UTF-16 units. */
	highlights: v.array(v.tuple([v.number(), v.number()])),
};

export const foundHereSchema = v.object({ results: v.array(v.object(foundEntries)), hasMore: v.boolean() });
export const foundEverywhereSchema = v.object({
	results: v.array(v.object({ conversationId: v.string(), ...foundEntries })),
	partial: v.boolean(),
});

export type Found = v.InferOutput<typeof foundHereSchema>["results"][number];
export type FoundIn = v.InferOutput<typeof foundEverywhereSchema>["results"][number];

export type Part = { text: string; isFound: boolean };

/** The snippet cut where what was asked for begins and ends. */
export function partsOf({ snippet, highlights }: Pick<Found, "snippet" | "highlights">): Part[] {
	const parts: Part[] = [];
	let done = 0;
	for (const [start, end] of highlights) {
		const from = Math.max(done, start);
		if (end <= from) continue;
		parts.push({ text: snippet.slice(done, from), isFound: false }, { text: snippet.slice(from, end), isFound: true });
		done = end;
	}
	return [...parts, { text: snippet.slice(done), isFound: false }].filter(({ text }) => text !== "");
}

/** The conversation with the newest of them first. */
export function byConversation(results: readonly FoundIn[]): [conversationId: string, results: FoundIn[]][] {
	const groups = new Map<string, FoundIn[]>();
	for (const result of results) groups.set(result.conversationId, [...(groups.get(result.conversationId) ?? []), result]);
	return [...groups];
}
