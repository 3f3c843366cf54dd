// The events of the wire. The schemas are its only description; the types are derived from them,
// and the web client and the tests import the same files. Knows nothing of sockets, storage or
// rules. Unknown fields are dropped, so that newer clients may send more.

import * as v from "valibot";
import { asideEvents, questionSchema } from "./claude/aside.ts";
import { conversationSchema, memberSchema, roleSchema } from "./conversation.ts";
import { errors } from "./errors.ts";
import { fileSchema, namedFilesSchema } from "./files/file.ts";
import { limits } from "./limits.ts";
import { summaryPlaceSchema } from "./memory/summary.ts";
import {
	captionSchema,
	clientIdSchema,
	contentSchema,
	countSchema,
	emojiSchema,
	type Message,
	mentionSchema,
	messageSchema,
	reactionsSchema,
} from "./message.ts";
import { type Notice, scopeSchema } from "./money/notice.ts";
import { maySchema } from "./people/link.ts";
import { memberEvents, memberRequest } from "./people/members.ts";
import { noticeEvents } from "./people/notice.ts";
import { presenceEvents } from "./people/presence.ts";
import { idSchema, personSchema } from "./person.ts";
import type { Refusal } from "./refusal.ts";
import { citationSchema, sourceSchema, toolSchema } from "./sources.ts";

const cursorSchema = v.pipe(
	v.string(),
	v.maxLength(limits.cursor),
	v.check((text) => text.isWellFormed()),
);
const conversationId = idSchema;

const sendSchema = v.object({
	type: v.literal("chat:send"),
	conversationId,
	/** May be empty if there are files. */
	content: v.optional(captionSchema, ""),
	role: v.literal("user"),
	clientId: v.optional(clientIdSchema),
	/** The id of the quoted message. */
	replyTo: v.optional(idSchema),
	/** The members mentioned in the text, for names that two members share. */
	mentions: v.optional(v.pipe(v.array(mentionSchema), v.maxLength(limits.mentions))),
	/** Files of the sender's, uploaded to this conversation before. */
	files: v.optional(namedFilesSchema),
	/** Messages of programs only: asks Claude, as an `@claude` in the text does. */
	asksClaude: v.optional(v.boolean()),
	/** Asks Claude, and ends the running reply where it is, so that the next one begins at once and reads this message. */
	steer: v.optional(v.boolean()),
});

/** A message says something, or has files. */
const isNotEmpty = <T extends { content: string; files?: unknown[] | undefined }>({ content, files = [] }: T) =>
	content !== "" || files.length > 0;

/** The events that a client sends, by type. */
export const clientEvents = {
	"chat:join": v.object({ type: v.literal("chat:join"), conversationId, cursor: v.optional(cursorSchema) }),
	"chat:leave": v.object({ type: v.literal("chat:leave"), conversationId }),
	"chat:send": v.pipe(sendSchema, v.check(isNotEmpty)),
	"chat:edit": v.object({
		type: v.literal("chat:edit"),
		conversationId,
		messageId: idSchema,
		content: contentSchema,
		mentions: v.optional(v.pipe(v.array(mentionSchema), v.maxLength(limits.mentions))),
		/** Only for one's own last question: Claude answers it again. */
		asksAgain: v.optional(v.boolean()),
	}),
	"chat:delete": v.object({ type: v.literal("chat:delete"), conversationId, messageId: idSchema }),
	/** Takes back a question of one's own that waits for a reply. It stays as a message. */
	"chat:withdraw": v.object({ type: v.literal("chat:withdraw"), conversationId, messageId: idSchema }),
	"chat:react": v.object({
		type: v.literal("chat:react"),
		conversationId,
		messageId: idSchema,
		emoji: emojiSchema,
		on: v.boolean(),
		/** Asks that the answer to this socket contains the whole message. */
		whole: v.optional(v.boolean()),
	}),
	/**
	 * Marks everything up to this place as read. With `unread`, everything after it becomes unread
	 * again, for oneself.
	 */
	"chat:read": v.object({ type: v.literal("chat:read"), conversationId, upTo: countSchema, unread: v.optional(v.boolean()) }),
	"chat:list-members": memberRequest,
	"chat:typing": v.object({ type: v.literal("chat:typing"), conversationId, isTyping: v.boolean() }),
	"chat:stop": v.object({ type: v.literal("chat:stop"), conversationId, messageId: v.optional(idSchema) }),
	"chat:regenerate": v.object({ type: v.literal("chat:regenerate"), conversationId, messageId: idSchema }),
	/** Claude goes on with its last reply, which reached the length limit, in the same message. */
	"chat:continue": v.object({ type: v.literal("chat:continue"), conversationId, messageId: idSchema }),
	"chat:pin": v.object({ type: v.literal("chat:pin"), conversationId, messageId: idSchema, on: v.boolean() }),
	/** Asks Claude a question whose answer nobody else sees. */
	"chat:ask-privately": v.object({ type: v.literal("chat:ask-privately"), conversationId, ...questionSchema.entries }),
	"chat:stop-aside": v.object({ type: v.literal("chat:stop-aside"), conversationId, asideId: idSchema }),
	/** Puts an aside into the conversation, as a message of one's own and an answer of Claude's. The aside goes. */
	"chat:share": v.object({ type: v.literal("chat:share"), conversationId, asideId: idSchema, clientId: clientIdSchema }),
	/** Allows or declines a call that waits for it. `toolId`: the `id` of the tool. */
	"chat:approve": v.object({
		type: v.literal("chat:approve"),
		conversationId,
		messageId: idSchema,
		toolId: idSchema,
		allow: v.boolean(),
	}),
	"chat:auth": v.object({ type: v.literal("chat:auth"), conversationId, token: v.pipe(v.string(), v.minLength(1)) }),
	/** Acknowledges that everything sent until now has been read. */
	"chat:ack": v.object({ type: v.literal("chat:ack"), conversationId }),
} as const;

/**
 * A message to be sent, the same for every transport: `chat:send` without the fields that the
 * transport implies.
 */
export const messageInputSchema = v.pipe(v.omit(sendSchema, ["type", "conversationId", "role"]), v.check(isNotEmpty));

/** The events that the server sends, by type. */
export const serverEvents = {
	"chat:joined": v.object({
		type: v.literal("chat:joined"),
		conversationId,
		cursor: cursorSchema,
		reset: v.boolean(),
		messages: v.array(messageSchema),
		hasMore: v.boolean(),
		participants: v.array(personSchema),
		/** The number of people who are connected. Sent only if `participants` does not list all of them. */
		participantCount: v.optional(countSchema),
		you: personSchema,
		/** An older server, which may answer during a deployment, does not send these three. */
		conversation: v.optional(conversationSchema),
		/** The role of `you`. */
		role: v.optional(roleSchema),
		/** What `you` may, if they came by a link that limits them. */
		may: v.optional(maySchema),
		/** The read mark of each member; in large conversations only that of `you`. */
		reads: v.optional(v.array(v.object({ userId: idSchema, upTo: countSchema }))),
		/** How many members there are. In a large conversation, `members` are those who matter for `messages`: oneself, owners, and who is in them. */
		memberCount: v.optional(countSchema),
		members: v.optional(v.array(memberSchema)),
		/** The summary that Claude reads in place of old messages, if there is one. */
		summary: v.optional(summaryPlaceSchema),
	}),
	"chat:message": v.object({ type: v.literal("chat:message"), conversationId, message: messageSchema, cursor: cursorSchema }),
	"chat:updated": v.object({ type: v.literal("chat:updated"), conversationId, message: messageSchema, cursor: cursorSchema }),
	/** A message has other reactions now. Only they are sent: the message itself may be long. */
	"chat:reacted": v.object({
		type: v.literal("chat:reacted"),
		conversationId,
		messageId: idSchema,
		reactions: reactionsSchema,
		/**
		 * The message's revision. A client that holds the message at this revision or a newer one
		 * ignores the event.
		 */
		revision: countSchema,
		cursor: cursorSchema,
		/** The whole message, only for the socket that asked for it with `whole`. */
		message: v.optional(messageSchema),
	}),
	"chat:thinking": v.object({
		type: v.literal("chat:thinking"),
		conversationId,
		status: v.literal("processing"),
		messageId: idSchema,
		/** The people who asked for it. */
		askedBy: v.optional(v.array(personSchema)),
	}),
	/** More of Claude's thinking, before its answer. */
	"chat:thought": v.object({
		type: v.literal("chat:thought"),
		conversationId,
		messageId: idSchema,
		/** Appended to the message's `thinking` at `offset`, counted in UTF-16 units. */
		chunk: v.string(),
		offset: countSchema,
	}),
	/**
	 * Claude is busy and is asked again after `retryAfterMs`. The next event of the reply ends this
	 * state.
	 */
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
	/** Claude uses a tool, or the tool has ended: replaces the one at `index` in the message's `tools`. */
	"chat:tool": v.object({ type: v.literal("chat:tool"), conversationId, messageId: idSchema, index: countSchema, tool: toolSchema }),
	/** The running reply has this source, at `index` in the message's `sources`; `citation`: a passage that rests on it. */
	"chat:source": v.object({
		type: v.literal("chat:source"),
		conversationId,
		messageId: idSchema,
		index: countSchema,
		source: sourceSchema,
		citation: v.optional(citationSchema),
	}),
	"chat:complete": v.object({ type: v.literal("chat:complete"), conversationId, messageId: idSchema }),
	...asideEvents,
	/** Claude reads another summary in place of old messages now, or none any more. */
	"chat:summary": v.object({ type: v.literal("chat:summary"), conversationId, summary: v.nullable(summaryPlaceSchema) }),
	/** On a connection to many conversations: it is in this one no more. `code`: as a socket of the conversation alone would have closed. */
	"chat:left": v.object({ type: v.literal("chat:left"), conversationId, code: v.optional(countSchema) }),
	...presenceEvents,
	"chat:user-typing": v.object({
		type: v.literal("chat:user-typing"),
		conversationId,
		userId: idSchema,
		username: v.string(),
		isTyping: v.boolean(),
	}),
	/** A file that the receiver sent as a binary frame is stored. A message may name it now. */
	"chat:file": v.object({ type: v.literal("chat:file"), conversationId, clientId: v.optional(clientIdSchema), file: fileSchema }),
	/** The title, the assistant mode or a setting for Claude has changed. */
	"chat:conversation": v.object({ type: v.literal("chat:conversation"), conversationId, conversation: conversationSchema }),
	...memberEvents,
	...noticeEvents,
	/** What the receiver may has changed: somebody who came by the same link has used some of it. */
	"chat:may": v.object({ type: v.literal("chat:may"), conversationId, may: maySchema }),
	/**
	 * A member has read up to this place. With `unread`, oneself, who marked everything after it as
	 * unread.
	 */
	"chat:read": v.object({
		type: v.literal("chat:read"),
		conversationId,
		userId: idSchema,
		upTo: countSchema,
		unread: v.optional(v.boolean()),
	}),
	"chat:error": v.object({
		type: v.literal("chat:error"),
		/** Empty on a connection to many conversations, if it cannot tell which one is meant. */
		conversationId: v.union([conversationId, v.literal("")]),
		/** For people. */
		error: v.string(),
		/** For programs: an `ErrorCode`, or the `reason` of the failed reply that `messageId` names. */
		code: v.string(),
		retryAfterMs: v.optional(countSchema),
		clientId: v.optional(v.string()),
		messageId: v.optional(v.string()),
		/** With `budget_exceeded`: whose budget it is, and when it is filled again (ISO 8601, UTC), unless that is never. */
		scope: v.optional(scopeSchema),
		resetsAt: v.optional(v.string()),
	}),
} as const;

type Outputs<T extends Record<string, v.GenericSchema>> = { [K in keyof T]: v.InferOutput<T[K]> }[keyof T];

export type ClientEvent = Outputs<typeof clientEvents>;
export type ServerEvent = Outputs<typeof serverEvents>;
export type MessageInput = v.InferOutput<typeof messageInputSchema>;

/** The event for a message that is complete, or that has changed. `cursor` covers it. */
export function messageEvent(type: "chat:message" | "chat:updated", message: Message, cursor: string): ServerEvent {
	return { type, conversationId: message.conversationId, message, cursor };
}

/** The event for a message whose reactions have changed. */
export function reactedEvent({ id, conversationId, reactions = [], revision }: Message, cursor: string) {
	return { type: "chat:reacted", conversationId, messageId: id, reactions, revision, cursor } satisfies ServerEvent;
}

/** The event that tells whoever asked why Claude does not answer. */
export function noticeEvent(conversationId: string, notice: Notice): ServerEvent {
	return { type: "chat:error", conversationId, ...notice };
}

/** The event for a refusal. */
export function errorEvent(conversationId: string, refusal: Refusal): ServerEvent {
	const { code, text = errors[code].text, ...names } = refusal;
	return { type: "chat:error", conversationId, error: text, code, ...names };
}

/** The ids by which a sender recognizes its event in a refusal. */
export function namesOf(event: ClientEvent): Pick<Refusal, "clientId" | "messageId"> {
	return {
		...("clientId" in event && event.clientId !== undefined && { clientId: event.clientId }),
		...("messageId" in event && event.messageId !== undefined && { messageId: event.messageId }),
	};
}
