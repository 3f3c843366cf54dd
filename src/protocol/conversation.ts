// A conversation, its members and entries of lists, on the wire.

import * as v from "valibot";
import { claudeSettings } from "./claude-settings.ts";
import { limits } from "./limits.ts";
import { countSchema } from "./message.ts";
import { idSchema, lineSchemaOf, personSchema } from "./person.ts";

export const titleSchema = lineSchemaOf(limits.title);
export const assistantSchema = v.picklist(["auto", "always", "mention", "off"]);
export const roleSchema = v.picklist(["owner", "member", "reader"]);

/** What lists show of a conversation, too. */
const conversationEntries = {
	id: idSchema,
	title: v.string(),
	createdAt: v.string(),
	assistant: assistantSchema,
};

export const conversationSchema = v.object({
	...conversationEntries,
	...claudeSettings,
	/** Forks only: the conversation whose messages up to this `seq` were copied. */
	forkedFrom: v.optional(v.object({ conversationId: idSchema, seq: countSchema })),
});

export const memberSchema = v.object({ userId: idSchema, username: v.string(), role: roleSchema });

/** The newest message in a list: one line of its text. */
export const lastMessageSchema = v.object({
	seq: countSchema,
	author: personSchema,
	content: v.string(),
	createdAt: v.string(),
	deletedAt: v.optional(v.string()),
});

/** A conversation in a member's list. */
export const listEntrySchema = v.object({
	...conversationEntries,
	role: roleSchema,
	/** ISO 8601, UTC. */
	lastActivityAt: v.string(),
	lastMessage: v.optional(lastMessageSchema),
	/** Messages of others after the last one read, counted up to `limits.unread`. */
	unread: countSchema,
	/** Unread messages that mention this member or reply to them. */
	mentions: countSchema,
	/** The `seq` of the last message read. */
	readUpTo: countSchema,
	muted: v.boolean(),
	pinned: v.boolean(),
	archived: v.boolean(),
});

/** A person's changes to an entry of their own list. */
export const listEntryChangeSchema = v.object({
	muted: v.optional(v.boolean()),
	pinned: v.optional(v.boolean()),
	archived: v.optional(v.boolean()),
});

/**
 * The summary that a conversation delivers to a member's list: the entry without what the person
 * decides. `marks` counts how often they marked something unread; during a deployment, a
 * conversation that runs older code leaves it out.
 */
export type ListSummary = Omit<ListEntry, keyof ListEntryChange> & { revision: number; marks?: number };

export type LastMessage = v.InferOutput<typeof lastMessageSchema>;
export type ListEntry = v.InferOutput<typeof listEntrySchema>;
export type ListEntryChange = v.InferOutput<typeof listEntryChangeSchema>;
export type AssistantMode = v.InferOutput<typeof assistantSchema>;
export type ConversationInfo = v.InferOutput<typeof conversationSchema>;
export type Member = v.InferOutput<typeof memberSchema>;
export type MemberRole = Member["role"];
