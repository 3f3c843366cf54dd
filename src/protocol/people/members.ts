// The members of a conversation on the wire: pages of them, and the events that tell of them.

import * as v from "valibot";
import { memberSchema } from "../conversation.ts";
import { limits } from "../limits.ts";
import { clientIdSchema, countSchema } from "../message.ts";
import { idSchema } from "../person.ts";

/** Words of a name, and where a page begins. */
export const memberQueryEntries = {
	/** Only members in whose names every word begins a word, in any case and with or without accents. */
	q: v.optional(v.pipe(v.string(), v.maxLength(limits.search.query))),
	/** The `next` of the page before. */
	after: v.optional(
		v.pipe(
			v.string(),
			v.maxLength(limits.memberPage.cursor),
			v.check((text) => text.isWellFormed()),
		),
	),
};

export const memberPageSchema = v.object({
	members: v.array(memberSchema),
	/** How many members the conversation has. */
	memberCount: countSchema,
	/** Where the next page begins, if there is one. */
	next: v.optional(v.string()),
});

export type MemberQuery = { q?: string | undefined; after?: string | undefined; limit: number };
export type MemberPage = v.InferOutput<typeof memberPageSchema>;

/** Asks for a page of the members. The answer is `chat:member-page`. */
export const memberRequest = v.object({
	type: v.literal("chat:list-members"),
	conversationId: idSchema,
	/** The answer, or the refusal, has the same one. */
	clientId: clientIdSchema,
	...memberQueryEntries,
	limit: v.optional(
		v.pipe(v.number(), v.integer(), v.minValue(limits.memberPage.min), v.maxValue(limits.memberPage.max)),
		limits.memberPage.default,
	),
});

export const memberEvents = {
	/** A member has joined, or has another role or name. */
	"chat:member": v.object({ type: v.literal("chat:member"), conversationId: idSchema, member: memberSchema }),
	"chat:member-left": v.object({ type: v.literal("chat:member-left"), conversationId: idSchema, userId: idSchema }),
	/** In a large conversation, in place of `chat:member` for new members and of `chat:member-left`. `members`: everybody, once they are few. */
	"chat:members": v.object({
		type: v.literal("chat:members"),
		conversationId: idSchema,
		memberCount: countSchema,
		members: v.optional(v.array(memberSchema)),
	}),
	/** The page that the receiver has asked for, with the `clientId` of its request. */
	"chat:member-page": v.object({
		type: v.literal("chat:member-page"),
		conversationId: idSchema,
		clientId: clientIdSchema,
		...memberPageSchema.entries,
	}),
} as const;
