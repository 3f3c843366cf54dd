// An aside on the wire: a private question to Claude, and its answer. Only the person who asked ever receives it.

import * as v from "valibot";
import { clientIdSchema, contentSchema, countSchema, messageSchema } from "../message.ts";
import { idSchema } from "../person.ts";

export const asideSchema = v.object({
	id: idSchema,
	/** The question reads the conversation up to this place. */
	after: countSchema,
	/** The id of the aside that it follows up. */
	follows: v.optional(idSchema),
	question: v.string(),
	/** The answer, and the facts about it, as in a reply. */
	...v.pick(messageSchema, [
		"conversationId",
		"clientId",
		"content",
		"status",
		"reason",
		"createdAt",
		"thinking",
		"model",
		"stopReason",
		"usage",
		"cost",
		"attempts",
		"elapsedMs",
		"tools",
		"sources",
		"citations",
	]).entries,
});

/** A private question, the same for every transport. */
export const questionSchema = v.object({ content: contentSchema, clientId: clientIdSchema, follows: v.optional(idSchema) });

export type Aside = v.InferOutput<typeof asideSchema>;
export type Question = v.InferOutput<typeof questionSchema>;
