// The events of the wire: their schemas are its one description, and the types are read off them.
// Knows nothing of sockets, storage or rules. The web client and the tests import the same files.
// An object takes fields it does not know and drops them, so that newer clients may say more.

import * as v from "valibot";
import { conversationSchema, memberSchema, roleSchema } from "./conversation.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import {
	clientIdSchema,
	contentSchema,
	countSchema,
	emojiSchema,
	type Message,
	mentionSchema,
	messageSchema,
	reactionsSchema,
} from "./message.ts";
import { idSchema, personSchema } from "./person.ts";
import type { Refusal } from "./refusal.ts";

const cursorSchema = v.pipe(
	v.string(),
	v.maxLength(limits.cursor),
	v.check((text) => text.isWellFormed()),
);
const conversationId = idSchema;

/** What a client says, by type. */
export const clientEvents = {
	"chat:join": v.object({ type: v.literal("chat:join"), conversationId, cursor: v.optional(cursorSchema) }),
	"chat:leave": v.object({ type: v.literal("chat:leave"), conversationId }),
	"chat:send": v.object({
		type: v.literal("chat:send"),
		conversationId,
		content: contentSchema,
		role: v.literal("user"),
		clientId: v.optional(clientIdSchema),
		/** The id of the message that it answers. */
		replyTo: v.optional(idSchema),
		/** Whom its text names, where a name alone would leave that open. */
		mentions: v.optional(v.pipe(v.array(mentionSchema), v.maxLength(limits.mentions))),
	}),
	"chat:edit": v.object({
		type: v.literal("chat:edit"),
		conversationId,
		messageId: idSchema,
		content: contentSchema,
		mentions: v.optional(v.pipe(v.array(mentionSchema), v.maxLength(limits.mentions))),
		/** One's own last question: and Claude answers it again. */
		asksAgain: v.optional(v.boolean()),
	}),
	"chat:delete": v.object({ type: v.literal("chat:delete"), conversationId, messageId: idSchema }),
	"chat:react": v.object({
		type: v.literal("chat:react"),
		conversationId,
		messageId: idSchema,
		emoji: emojiSchema,
		on: v.boolean(),
		/** The answer to this socket brings the whole message besides. */
		whole: v.optional(v.boolean()),
	}),
	/** Everything up to this place has been seen. `unread`: and what comes after it is to be as if it had not been, for oneself. */
	"chat:read": v.object({ type: v.literal("chat:read"), conversationId, upTo: countSchema, unread: v.optional(v.boolean()) }),
	"chat:typing": v.object({ type: v.literal("chat:typing"), conversationId, isTyping: v.boolean() }),
	"chat:stop": v.object({ type: v.literal("chat:stop"), conversationId, messageId: v.optional(idSchema) }),
	"chat:regenerate": v.object({ type: v.literal("chat:regenerate"), conversationId, messageId: idSchema }),
	"chat:auth": v.object({ type: v.literal("chat:auth"), conversationId, token: v.pipe(v.string(), v.minLength(1)) }),
	/** All that was sent until now has been read. */
	"chat:ack": v.object({ type: v.literal("chat:ack"), conversationId }),
} as const;

/** What somebody says, whichever way it comes: `chat:send` without what that way says already. */
export const saidSchema = v.omit(clientEvents["chat:send"], ["type", "conversationId", "role"]);

/** What the server says, by type. */
export const serverEvents = {
	"chat:joined": v.object({
		type: v.literal("chat:joined"),
		conversationId,
		cursor: cursorSchema,
		reset: v.boolean(),
		messages: v.array(messageSchema),
		hasMore: v.boolean(),
		participants: v.array(personSchema),
		you: personSchema,
		/** These three since servers have them: during a deployment an older one may answer. */
		conversation: v.optional(conversationSchema),
		/** One's own. */
		role: v.optional(roleSchema),
		/** Up to which place each member has read; in large conversations one's own alone. */
		reads: v.optional(v.array(v.object({ userId: idSchema, upTo: countSchema }))),
	}),
	"chat:message": v.object({ type: v.literal("chat:message"), conversationId, message: messageSchema, cursor: cursorSchema }),
	"chat:updated": v.object({ type: v.literal("chat:updated"), conversationId, message: messageSchema, cursor: cursorSchema }),
	/** All reactions that a message has now. It stands for the message as of `revision`, except that nothing else of it is repeated. */
	"chat:reacted": v.object({
		type: v.literal("chat:reacted"),
		conversationId,
		messageId: idSchema,
		reactions: reactionsSchema,
		/** That of the message. A client that holds a newer state of it keeps that. */
		revision: countSchema,
		cursor: cursorSchema,
		/** The message itself, only for the socket that asked for it with `whole`. */
		message: v.optional(messageSchema),
	}),
	"chat:thinking": v.object({
		type: v.literal("chat:thinking"),
		conversationId,
		status: v.literal("processing"),
		messageId: idSchema,
		/** Who asked for it. */
		askedBy: v.optional(v.array(personSchema)),
	}),
	/** More of what Claude thinks before it answers. */
	"chat:thought": v.object({
		type: v.literal("chat:thought"),
		conversationId,
		messageId: idSchema,
		/** Appended to the message's `thinking` at `offset`, counted in UTF-16 units. */
		chunk: v.string(),
		offset: countSchema,
	}),
	/** Claude took no request just now, and is asked again after `retryAfterMs`; what follows of the reply ends it. */
	"chat:busy": v.object({
		type: v.literal("chat:busy"),
		conversationId,
		messageId: idSchema,
		/** One of `reasons`. */
		reason: v.string(),
		retryAfterMs: countSchema,
	}),
	"chat:streaming": v.object({
		type: v.literal("chat:streaming"),
		conversationId,
		messageId: idSchema,
		/** Appended at `offset`, counted in UTF-16 units. */
		chunk: v.string(),
		offset: countSchema,
		isComplete: v.boolean(),
	}),
	"chat:complete": v.object({ type: v.literal("chat:complete"), conversationId, messageId: idSchema }),
	"chat:user-joined": v.object({ type: v.literal("chat:user-joined"), conversationId, userId: idSchema, username: v.string() }),
	"chat:user-left": v.object({ type: v.literal("chat:user-left"), conversationId, userId: idSchema, username: v.string() }),
	"chat:user-typing": v.object({
		type: v.literal("chat:user-typing"),
		conversationId,
		userId: idSchema,
		username: v.string(),
		isTyping: v.boolean(),
	}),
	/** Title or assistant mode have changed. */
	"chat:conversation": v.object({ type: v.literal("chat:conversation"), conversationId, conversation: conversationSchema }),
	/** A member is new, or has another role or name. */
	"chat:member": v.object({ type: v.literal("chat:member"), conversationId, member: memberSchema }),
	"chat:member-left": v.object({ type: v.literal("chat:member-left"), conversationId, userId: idSchema }),
	/** A member has read up to this place. `unread`: oneself, and no further any more. */
	"chat:read": v.object({
		type: v.literal("chat:read"),
		conversationId,
		userId: idSchema,
		upTo: countSchema,
		unread: v.optional(v.boolean()),
	}),
	"chat:error": v.object({
		type: v.literal("chat:error"),
		conversationId,
		/** For people. */
		error: v.string(),
		/** For programs: an `ErrorCode`, or the `reason` of the reply that `messageId` names. */
		code: v.string(),
		retryAfterMs: v.optional(countSchema),
		clientId: v.optional(v.string()),
		messageId: v.optional(v.string()),
	}),
} as const;

type Outputs<T extends Record<string, v.GenericSchema>> = { [K in keyof T]: v.InferOutput<T[K]> }[keyof T];

export type ClientEvent = Outputs<typeof clientEvents>;
export type ServerEvent = Outputs<typeof serverEvents>;
export type Said = v.InferOutput<typeof saidSchema>;

/** The event that tells a message which is whole, or one that changed; `cursor`: how far who hears it has come. */
export function messageEvent(type: "chat:message" | "chat:updated", message: Message, cursor: string): ServerEvent {
	return { type, conversationId: message.conversationId, message, cursor };
}

/** The event for a message whose reactions have changed. */
export function reactedEvent({ id, conversationId, reactions = [], revision }: Message, cursor: string) {
	return { type: "chat:reacted", conversationId, messageId: id, reactions, revision, cursor } satisfies ServerEvent;
}

/** The event that tells a refusal. */
export function errorEvent(conversationId: string, refusal: Refusal): ServerEvent {
	const { code, ...names } = refusal;
	return { type: "chat:error", conversationId, error: errors[code].text, code, ...names };
}
