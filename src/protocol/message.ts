// A message, as it stands in a conversation.

import * as v from "valibot";
import { limits } from "./limits.ts";
import { idSchema, idSchemaOf, personSchema } from "./person.ts";
import { harmless, isEmoji, isSeen, pictured } from "./text.ts";

export const clientIdSchema = idSchemaOf(limits.clientId);
export const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What somebody says: made harmless, and something to be seen. */
export const contentSchema = v.pipe(v.string(), v.maxLength(limits.content), v.transform(harmless), v.check(isSeen));

/** A member named in a text. */
export const mentionSchema = v.object({ userId: idSchema, offset: countSchema, length: countSchema });

/** A reaction's emoji: one, however many code points it is made of, in the form that shows it as a picture. */
export const emojiSchema = v.pipe(v.string(), v.maxLength(limits.emoji), v.check(isEmoji), v.transform(pictured));

export const reactionsSchema = v.array(v.object({ emoji: v.string(), userIds: v.array(idSchema) }));

export const messageSchema = v.object({
	id: idSchema,
	conversationId: idSchema,
	role: v.picklist(["user", "assistant"]),
	content: v.string(),
	/** ISO 8601, UTC. */
	createdAt: v.string(),
	author: personSchema,
	status: v.picklist(["complete", "streaming", "stopped", "failed"]),
	/** One of `reasons`, or one that a newer server knows. While it is `streaming`: why Claude is asked again just now. */
	reason: v.optional(v.string()),
	/** Place in the conversation: 1, 2, 3 … without holes. */
	seq: countSchema,
	/** Grows with every change in the conversation. */
	revision: countSchema,
	clientId: v.optional(clientIdSchema),
	/** Of what somebody says: it asked Claude. What has a higher `seq` than a reply that runs is answered by the next one. */
	asksClaude: v.optional(v.boolean()),
	/** Of a reply: who asked for it, in their order, at most `limits.askers`. */
	askedBy: v.optional(v.array(personSchema)),
	/** Of a reply: what Claude thought before it answered, as its own summary, at most `limits.thinking`. */
	thinking: v.optional(v.string()),
	/** Of a reply that was `stopped`: by whom. */
	stoppedBy: v.optional(personSchema),
	/** Of a reply: the model that wrote it. */
	model: v.optional(v.string()),
	/** Of a reply: why the model ended it, in its own word. */
	stopReason: v.optional(v.string()),
	/** Of a reply: the tokens of all its attempts, as Claude's API counted them. Stopped and failed replies have it too. */
	usage: v.optional(v.object({ input: countSchema, output: countSchema, cacheRead: countSchema, cacheWrite: countSchema })),
	/** Of a reply that was interrupted and went on: after how much text (UTF-16 units), and why. */
	attempts: v.optional(v.array(v.object({ offset: countSchema, reason: v.string() }))),
	/** Of a reply: milliseconds from its beginning to its end. */
	elapsedMs: v.optional(countSchema),
	/** Of a reply: how many former versions of it there are. */
	versions: v.optional(countSchema),
	/**
	 * The message that this one answers, and how that one begins now: its first `limits.excerpt` characters, none once it is deleted. What
	 * is quoted may change and this message not: whoever shows the quote takes its text from every event and answer that brings the message of
	 * that id, also one that is older than all that is shown.
	 */
	replyTo: v.optional(idSchema),
	quoted: v.optional(v.object({ author: personSchema, content: v.string(), seq: v.optional(countSchema) })),
	/** Where the text names members: `offset` is that of the `@`, in UTF-16 units. Who is shown is whoever has this id, whatever their name is now. */
	mentions: v.optional(v.array(mentionSchema)),
	/** In the order in which each kind was first given. */
	reactions: v.optional(reactionsSchema),
	/** ISO 8601, UTC. A deleted message keeps its place, and nothing of its text. */
	editedAt: v.optional(v.string()),
	deletedAt: v.optional(v.string()),
});

/** What a reply said before it was asked for again. */
export const versionSchema = v.object({
	/** 1, 2, 3 …: the oldest ones go when there are many. */
	version: countSchema,
	...v.pick(messageSchema, [
		"content",
		"status",
		"reason",
		"thinking",
		"stoppedBy",
		"model",
		"stopReason",
		"usage",
		"attempts",
		"elapsedMs",
	]).entries,
});

export type Message = v.InferOutput<typeof messageSchema>;
export type MessageStatus = Message["status"];
export type Mention = v.InferOutput<typeof mentionSchema>;
export type Reaction = v.InferOutput<typeof reactionsSchema>[number];
export type Usage = NonNullable<Message["usage"]>;
export type Version = v.InferOutput<typeof versionSchema>;

/** The place (`seq`) of the message with this id. */
export function placeOf(messageId: string): number | undefined {
	const place = /^m([1-9]\d{0,14})-/.exec(messageId)?.[1];
	return place === undefined ? undefined : Number(place);
}
