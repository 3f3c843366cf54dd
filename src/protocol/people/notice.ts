// Notices: what happened to a conversation besides its messages, as its members are told of it. Who joined, left or was removed, and new
// titles. Each is an event of the audit, with its place in the log and the names of then.

import * as v from "valibot";
import { countSchema } from "../message.ts";
import { idSchema, personSchema } from "../person.ts";

export const noticeSchema = v.object({
	/** That of the audit event. Later notices have greater ones. */
	id: countSchema,
	/** ISO 8601, UTC. */
	at: v.string(),
	/** The `seq` of the last message before it; 0 if there was none. */
	after: countSchema,
	action: v.picklist(["joined", "left", "removed", "title_changed"]),
	actor: personSchema,
	/** Whom the action was about, if not the actor. */
	subject: v.optional(personSchema),
	/** The new title. */
	title: v.optional(v.string()),
});

export type Notice = v.InferOutput<typeof noticeSchema>;

export const noticeEvents = {
	"chat:notice": v.object({ type: v.literal("chat:notice"), conversationId: idSchema, notice: noticeSchema }),
	/** Somebody was erased. There are no notices any more in which they are. */
	"chat:notices-gone": v.object({ type: v.literal("chat:notices-gone"), conversationId: idSchema, userId: idSchema }),
} as const;
