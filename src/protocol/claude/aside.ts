// An aside on the wire: a private question to Claude, and its answer. Only the person who asked ever receives it.

import * as v from "valibot";
import { answerFacts, clientIdSchema, contentSchema, countSchema, messageSchema } from "../message.ts";
import { idSchema } from "../person.ts";
import { citationSchema, sourceSchema, toolSchema } from "../sources.ts";

export const asideSchema = v.object({
	id: idSchema,
	/** The question reads the conversation up to this place. */
	after: countSchema,
	/** The id of the aside that it follows up. */
	follows: v.optional(idSchema),
	question: v.string(),
	/** The answer, and the facts about it, as in a reply. */
	...v.pick(messageSchema, ["conversationId", "clientId", "content", "status", "reason", "createdAt", "unreadFiles", ...answerFacts])
		.entries,
});

/** A private question, the same for every transport. */
export const questionSchema = v.object({ content: contentSchema, clientId: clientIdSchema, follows: v.optional(idSchema) });

/** The events that the server sends about asides, by type. */
export const asideEvents = {
	/** An aside of the receiver's has begun, has ended, or waits for Claude. Nobody else receives it. */
	"chat:aside": v.object({ type: v.literal("chat:aside"), conversationId: idSchema, aside: asideSchema }),
	/** More of the answer of a running aside, to be appended at `offset`, counted in UTF-16 units. */
	"chat:aside-streaming": v.object({
		type: v.literal("chat:aside-streaming"),
		conversationId: idSchema,
		asideId: idSchema,
		chunk: v.string(),
		offset: countSchema,
	}),
	/** The same for an aside's `thinking`. */
	"chat:aside-thought": v.object({
		type: v.literal("chat:aside-thought"),
		conversationId: idSchema,
		asideId: idSchema,
		chunk: v.string(),
		offset: countSchema,
	}),
	/** As `chat:tool` and `chat:source`, for a running aside of the receiver's. */
	"chat:aside-tool": v.object({
		type: v.literal("chat:aside-tool"),
		conversationId: idSchema,
		asideId: idSchema,
		index: countSchema,
		tool: toolSchema,
	}),
	"chat:aside-source": v.object({
		type: v.literal("chat:aside-source"),
		conversationId: idSchema,
		asideId: idSchema,
		index: countSchema,
		source: sourceSchema,
		citation: v.optional(citationSchema),
	}),
	/** An aside of the receiver's was deleted or shared. */
	"chat:aside-gone": v.object({ type: v.literal("chat:aside-gone"), conversationId: idSchema, asideId: idSchema }),
} as const;

export type Aside = v.InferOutput<typeof asideSchema>;
export type Question = v.InferOutput<typeof questionSchema>;
/** What happens to private questions. They are no part of the log. */
export type AsideEvent = v.InferOutput<(typeof asideEvents)[keyof typeof asideEvents]>;

export function isAsideEvent<T extends { type: string }>(event: T): event is T & AsideEvent {
	return Object.hasOwn(asideEvents, event.type);
}
