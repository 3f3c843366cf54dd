// Search results as they are displayed: snippets in parts, grouped by conversation. Pure.

import * as v from "valibot";
import { messageSchema } from "../../../src/protocol/message.ts";
import { withoutMarks } from "../../../src/protocol/text/plain-text.ts";

const foundEntries = {
	message: messageSchema,
	snippet: v.string(),
	/** Start and end in the snippet, in UTF-16 units. */
	highlights: v.array(v.tuple([v.number(), v.number()])),
};

export const foundHereSchema = v.object({ results: v.array(v.object(foundEntries)), hasMore: v.boolean() });
export const foundEverywhereSchema = v.object({
	results: v.array(v.object({ conversationId: v.string(), ...foundEntries })),
	/** Members of these conversations whose names match. An older server finds nobody. */
	people: v.optional(v.array(v.object({ conversationId: v.string(), userId: v.string(), username: v.string() })), []),
	partial: v.boolean(),
});

export type FoundMessage = v.InferOutput<typeof foundHereSchema>["results"][number];
export type FoundEverywhere = v.InferOutput<typeof foundEverywhereSchema>;
export type FoundAnywhere = v.InferOutput<typeof foundEverywhereSchema>["results"][number];

export type Part = { text: string; isFound: boolean };

/** Restores the line breaks of a snippet from the message, if it is found there. */
function withLines<T extends Pick<FoundMessage, "message" | "snippet">>(found: T): T {
	const bare = found.snippet.replace(/^…|…$/g, "");
	const at = found.message.content.replace(/\s/g, " ").indexOf(bare);
	return at === -1 ? found : { ...found, snippet: found.snippet.replace(bare, () => found.message.content.slice(at, at + bare.length)) };
}

/** Joins lines, which are mostly separate items, with a dot or a colon. Drops the numbers of lists. */
function inOneLine(text: string): string {
	return text.trim().replace(/(:?)\s*\n\s*(?:\d{1,9}[.)][ \t]+)*/g, (_, colon) => (colon ? ": " : " · "));
}

/** A control character that no message contains. */
const edge = "\u0002";

/** The snippet on one line, without Markdown syntax, and split at the matches. */
export function displayedSnippet(found: FoundMessage): Part[] {
	const marked = partsOf(withLines(found)).map(({ text, isFound }) => (isFound ? edge + text + edge : text));
	// A link whose text contains a match is reduced to its text.
	const text = marked.join("").replace(/!?\[([^[\]\n]*\p{Cc}[^[\]\n]*)\]\([^()\s]*\)/gu, "$1");
	return inOneLine(withoutMarks(text))
		.replace(/^(…[^*`\n]*[^*`\s])(?:\*\*|`)/, "$1")
		.split(edge)
		.map((text, index) => ({ text, isFound: index % 2 === 1 }))
		.filter(({ text }) => text !== "");
}

/** Splits a snippet at the start and end of each match. */
export function partsOf({ snippet, highlights }: Pick<FoundMessage, "snippet" | "highlights">): Part[] {
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

/** Groups results by conversation, the one with the newest result first. */
export function byConversation(results: readonly FoundAnywhere[]): [conversationId: string, results: FoundAnywhere[]][] {
	const groups = new Map<string, FoundAnywhere[]>();
	for (const result of results) groups.set(result.conversationId, [...(groups.get(result.conversationId) ?? []), result]);
	return [...groups];
}
