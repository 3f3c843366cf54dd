// Summaries of a part of a conversation, on the wire: the one that Claude reads in place of old messages, and those for people who come
// back to many unread messages.

import * as v from "valibot";
import { countSchema, messageSchema } from "../message.ts";

/** Somebody must have missed at least so many messages of others before they can have a summary of them. */
export const leastMissed = 20;

/** Where a summary stands: it covers the messages from one place to another, and was made at that time (ISO 8601, UTC). */
export const summaryPlaceSchema = v.object({ fromSeq: countSchema, uptoSeq: countSchema, madeAt: v.string() });

export const summarySchema = v.object({
	...summaryPlaceSchema.entries,
	/** In Markdown. */
	text: v.string(),
	/** The model that wrote it. */
	model: v.string(),
	cost: messageSchema.entries.cost,
});

/** `after`: the last message that the caller had read, for a client that has reported more as read since. */
export const catchUpSchema = v.object({ after: v.optional(countSchema) });

export type SummaryPlace = v.InferOutput<typeof summaryPlaceSchema>;
export type Summary = v.InferOutput<typeof summarySchema>;
