// A conversation, its members and entries of lists, on the wire.

import * as v from "valibot";
import { claudeSettings } from "./claude-settings.ts";
import { fileBriefSchema } from "./files/file.ts";
import { limits } from "./limits.ts";
import { countSchema } from "./message.ts";
import { maySchema } from "./people/link.ts";
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

/** Days after which owners and administrators may let messages be deleted. */
export const retentionRange = { min: 1, max: 3650 };

/** `null`: as long as the deployment keeps messages. */
export const retentionDaysSchema = v.nullable(
	v.pipe(v.number(), v.integer(), v.minValue(retentionRange.min), v.maxValue(retentionRange.max)),
);

export const conversationSchema = v.object({
	...conversationEntries,
	...claudeSettings,
	/** Forks only: the conversation whose messages up to this `seq` were copied. */
	forkedFrom: v.optional(v.object({ conversationId: idSchema, seq: countSchema })),
	/** The days that owners have set; and those after which messages are deleted, which the deployment or an administrator may set shorter. */
	retentionDays: v.optional(countSchema),
	keptDays: v.optional(countSchema),
	/** An administrator keeps everything for a legal reason: nothing can be edited or deleted. */
	held: v.optional(v.boolean()),
});

export const memberSchema = v.object({
	userId: idSchema,
	username: v.string(),
	role: roleSchema,
	/** What they may, if they came by a link that limits them. */
	may: v.optional(maySchema),
});

/** The newest message in a list: one line of its text. */
export const lastMessageSchema = v.object({
	seq: countSchema,
	author: personSchema,
	content: v.string(),
	createdAt: v.string(),
	deletedAt: v.optional(v.string()),
	/** Its files. */
	files: v.optional(v.array(fileBriefSchema)),
});

/** `off` is `muted`. */
const ownLevelSchema = v.picklist(["mentions", "all"]);

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
	/**
	 * Unread messages that are for this member: those of `mentions`, Claude's answers to their questions, and people's messages
	 * where there are two members. Left out by older releases.
	 */
	addressed: v.optional(countSchema),
	/** The `seq` of the last message read. */
	readUpTo: countSchema,
	muted: v.boolean(),
	pinned: v.boolean(),
	archived: v.boolean(),
	/** Which messages of this conversation notify the person. Left out: those that their settings name. */
	notifications: v.optional(ownLevelSchema),
});

/** A person's changes to an entry of their own list. */
export const listEntryChangeSchema = v.object({
	muted: v.optional(v.boolean()),
	pinned: v.optional(v.boolean()),
	archived: v.optional(v.boolean()),
	/** `null`: as the person's settings say. */
	notifications: v.optional(v.nullable(ownLevelSchema)),
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
