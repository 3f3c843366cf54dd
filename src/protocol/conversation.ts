// A conversation and its members, as they are described on the wire.

import * as v from "valibot";
import { limits } from "./limits.ts";
import { countSchema } from "./message.ts";
import { idSchema, lineSchemaOf, personSchema } from "./person.ts";

export const titleSchema = lineSchemaOf(limits.title);
export const assistantSchema = v.picklist(["auto", "always", "mention", "off"]);
export const roleSchema = v.picklist(["owner", "member", "reader"]);

export const conversationSchema = v.object({
	id: idSchema,
	title: v.string(),
	createdAt: v.string(),
	assistant: assistantSchema,
});

export const memberSchema = v.object({ userId: idSchema, username: v.string(), role: roleSchema });

/** The newest message, as a list shows it: a line of its text. */
export const lastMessageSchema = v.object({
	seq: countSchema,
	author: personSchema,
	content: v.string(),
	createdAt: v.string(),
	deletedAt: v.optional(v.string()),
});

/** A conversation in a member's list. */
export const listEntrySchema = v.object({
	...conversationSchema.entries,
	role: roleSchema,
	/** ISO 8601, UTC. */
	lastActivityAt: v.string(),
	lastMessage: v.optional(lastMessageSchema),
	/** Messages of others after the last one read: no more than `limits.unread` are counted. */
	unread: countSchema,
	/** How many of what is unread name this member, or answer them. */
	mentions: countSchema,
	/** The place of the last message read. */
	readUpTo: countSchema,
	muted: v.boolean(),
	pinned: v.boolean(),
	archived: v.boolean(),
});

/** What a person decides about an entry of their own list. */
export const listEntryChangeSchema = v.object({
	muted: v.optional(v.boolean()),
	pinned: v.optional(v.boolean()),
	archived: v.optional(v.boolean()),
});

/**
 * What a conversation delivers to a member's list: the entry without what the person decides. `marks` counts how often they
 * marked something unread; during a deployment, a conversation that runs older code leaves it out.
 */
export type ListSummary = Omit<ListEntry, keyof ListEntryChange> & { revision: number; marks?: number };

export type LastMessage = v.InferOutput<typeof lastMessageSchema>;
export type ListEntry = v.InferOutput<typeof listEntrySchema>;
export type ListEntryChange = v.InferOutput<typeof listEntryChangeSchema>;
export type AssistantMode = v.InferOutput<typeof assistantSchema>;
export type ConversationInfo = v.InferOutput<typeof conversationSchema>;
export type Member = v.InferOutput<typeof memberSchema>;
export type MemberRole = Member["role"];
