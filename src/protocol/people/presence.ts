// The events that tell who is connected to a conversation.

import * as v from "valibot";
import { countSchema } from "../message.ts";
import { idSchema, type Person, personSchema } from "../person.ts";

export const presenceEvents = {
	"chat:user-joined": v.object({ type: v.literal("chat:user-joined"), conversationId: idSchema, userId: idSchema, username: v.string() }),
	"chat:user-left": v.object({ type: v.literal("chat:user-left"), conversationId: idSchema, userId: idSchema, username: v.string() }),
	/** In a large conversation, in place of the two others. `participants`: everybody, once they are few enough to be told by name again. */
	"chat:presence": v.object({
		type: v.literal("chat:presence"),
		conversationId: idSchema,
		participantCount: countSchema,
		participants: v.optional(v.array(personSchema)),
	}),
} as const;

/** Everybody who is connected; `undefined` in a large conversation, where not all of them are named. */
export function everybodyIn({
	participants = [],
	participantCount = participants.length,
}: {
	participants?: readonly Person[] | undefined;
	participantCount?: number | undefined;
}): readonly Person[] | undefined {
	return participantCount > participants.length ? undefined : participants;
}
