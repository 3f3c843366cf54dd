// What administrators see of the deployment. Never a message, a title or an e-mail address.

import * as v from "valibot";
import { countSchema } from "../message.ts";
import { periodSchema } from "../money/usage.ts";
import { idSchema } from "../person.ts";

/** The name of somebody who is known to the administration; absent for others, such as people who were erased. */
const knownNameSchema = v.optional(v.string());

export const suspendedSchema = v.object({ at: v.string(), by: idSchema, byName: knownNameSchema });
/** When and by whom somebody was suspended. */
export type Suspended = v.InferOutput<typeof suspendedSchema>;

/** A guest, somebody who signed in here with a provider, or somebody whom an issuer vouches for. */
export const personKindSchema = v.picklist(["guest", "account", "issued"]);
export type PersonKind = v.InferOutput<typeof personKindSchema>;

export const personRecordSchema = v.object({
	userId: idSchema,
	username: v.string(),
	kind: personKindSchema,
	/** Absent for somebody who was suspended and was never here. */
	firstSeenAt: v.optional(v.string()),
	lastSeenAt: v.optional(v.string()),
	suspended: v.nullable(suspendedSchema),
});
export type PersonRecord = v.InferOutput<typeof personRecordSchema>;

export const conversationRecordSchema = v.object({
	conversationId: idSchema,
	createdAt: v.string(),
	lastActivityAt: v.string(),
	members: countSchema,
	messages: countSchema,
	bytes: countSchema,
	connections: countSchema,
});
export type ConversationRecord = v.InferOutput<typeof conversationRecordSchema>;

export const networkBanSchema = v.object({ prefix: v.string(), until: v.string(), at: v.string(), by: idSchema });
export type NetworkBan = v.InferOutput<typeof networkBanSchema>;

/** Whose spending administrators limit besides single people. */
export const purseKinds = ["deployment", "people", "guests"] as const;

export const purseLimitSchema = v.object({ usd: v.number(), period: periodSchema });

/** What the deployment, each person, each guest or one person may spend on Claude at most, as an administrator has set it. */
export const purseRecordSchema = v.object({
	of: v.picklist([...purseKinds, "person"]),
	/** For a single person. */
	userId: v.optional(idSchema),
	/** One for each period at most. */
	limits: v.array(purseLimitSchema),
	/** Absent for limits that hold until they are changed. */
	until: v.optional(v.string()),
	at: v.string(),
	by: idSchema,
});
export type PurseRecord = v.InferOutput<typeof purseRecordSchema>;

/** Legal requests about a conversation, and about a person. */
export const conversationRequests = ["delete", "export", "hold", "release"] as const;
export const personRequests = ["erase"] as const;

/**
 * A legal request to delete a conversation, to hand out a copy of it, to keep everything in it, to keep it no longer, or to erase a person.
 * It is carried out once another administrator has confirmed it. `reason`: why, in the administrator's words.
 */
export const legalRequestSchema = v.object({
	requestId: idSchema,
	kind: v.picklist([...conversationRequests, ...personRequests]),
	conversationId: v.optional(idSchema),
	/** Instead of a conversation. */
	userId: v.optional(idSchema),
	username: knownNameSchema,
	reason: v.string(),
	by: idSchema,
	byName: knownNameSchema,
	at: v.string(),
	/** Until then it can be confirmed, and a confirmed copy can be fetched. */
	until: v.string(),
	confirmed: v.nullable(suspendedSchema),
});
export type LegalRequest = v.InferOutput<typeof legalRequestSchema>;

/** A conversation in which nothing may be deleted, since when, and who has confirmed that. */
export const holdSchema = v.object({ conversationId: idSchema, at: v.string(), by: idSchema });
export type Hold = v.InferOutput<typeof holdSchema>;

const countsSchema = v.array(v.object({ name: v.string(), count: countSchema }));

/** Connections, replies and failures of the deployment as a whole. */
export const activitySchema = v.object({
	connections: countSchema,
	people: countSchema,
	conversations: countSchema,
	replies: countsSchema,
	failures: countsSchema,
	errors: countsSchema,
});

/**
 * How long a conversation keeps messages: the days that an administrator has set in place of the deployment's, and those after which
 * messages are deleted. `pending`: a shorter time, which another administrator has to set as well.
 */
export const retentionRecordSchema = v.object({
	conversationId: idSchema,
	retentionDays: v.nullable(countSchema),
	keptDays: v.nullable(countSchema),
	held: v.boolean(),
	pending: v.optional(v.object({ retentionDays: v.nullable(countSchema), by: idSchema, until: v.string() })),
});
export type RetentionRecord = v.InferOutput<typeof retentionRecordSchema>;

/** The acts of administrators. The names are stored: never rename one. */
export const actions = [
	"suspended",
	"restored",
	"listed_people",
	"viewed",
	"ended_guests",
	"limited",
	"unlimited",
	"banned",
	"unbanned",
	"requested",
	"confirmed",
	"withdrawn",
	"exported",
	"held",
	"released",
	"retained",
] as const;

/** Only these acts: of one kind, of one administrator, on one subject. */
export type ActFilter = { action?: string | undefined; actor?: string | undefined; subject?: string | undefined };

export const adminActSchema = v.object({
	id: v.number(),
	at: v.string(),
	action: v.string(),
	actor: idSchema,
	actorName: knownNameSchema,
	subject: v.optional(v.string()),
	/** For people only. */
	subjectName: knownNameSchema,
});
export type AdminAct = v.InferOutput<typeof adminActSchema>;

/** What objects tell the administration when they are awake anyway. A report may be lost: the next one says as much. */
export type Report = {
	/** `since`: when something was first stored of them, in ms. `isAccount`: they came as a guest, and sign in with a provider since. */
	people?: readonly { userId: string; username: string; since: number; isAccount?: boolean }[];
	/** `createdAt`: ISO 8601. */
	conversations?: readonly { id: string; createdAt: string; members: number; messages: number; bytes: number; connections: number }[];
	/** How much was added to each series of `metrics/series`. */
	counts?: Readonly<Record<string, number>>;
	/** What a person has spent in all on a day. */
	spent?: readonly { userId: string; day: number; microUsd: number; replies: number }[];
};

/** The name of the administration's one object. */
export const directoryName = "deployment";
