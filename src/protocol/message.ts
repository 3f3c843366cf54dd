// A message, on the wire.

import * as v from "valibot";
import { fileBriefSchema, fileSchema } from "./files/file.ts";
import * as fileLimits from "./files/limits.ts";
import { unreadFileSchema } from "./files/reading.ts";
import { limits } from "./limits.ts";
import { authorSchema, idSchema, idSchemaOf, personSchema } from "./person.ts";
import { areCitationsSound, citationSchema, type Research, sourceSchema, storedResearch, toolSchema } from "./sources.ts";
import { isEmoji, isVisible, normalizeEmoji, sanitize } from "./text/sanitize.ts";

export const clientIdSchema = idSchemaOf(limits.clientId);
export const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The text of a person's message: made harmless, and not empty. */
export const contentSchema = v.pipe(v.string(), v.maxLength(limits.content), v.transform(sanitize), v.check(isVisible));

/** The text of a message that may have files instead. */
export const captionSchema = v.pipe(
	v.string(),
	v.maxLength(limits.content),
	v.transform((text) => (isVisible(text) ? sanitize(text) : "")),
);

/** A member mentioned in a text. */
export const mentionSchema = v.object({ userId: idSchema, offset: countSchema, length: countSchema });

/**
 * The emoji of a reaction: one, of any number of code points, in the spelling that shows it as a
 * picture.
 */
export const emojiSchema = v.pipe(v.string(), v.maxLength(limits.emoji), v.check(isEmoji), v.transform(normalizeEmoji));

export const reactionsSchema = v.array(v.object({ emoji: v.string(), userIds: v.array(idSchema) }));

export const messageSchema = v.object({
	id: idSchema,
	conversationId: idSchema,
	role: v.picklist(["user", "assistant"]),
	content: v.string(),
	/** ISO 8601, UTC. */
	createdAt: v.string(),
	author: authorSchema,
	status: v.picklist(["complete", "streaming", "stopped", "failed"]),
	/**
	 * One of `reasons`, or a reason of a newer server. While the message is `streaming`: why Claude
	 * is being asked again.
	 */
	reason: v.optional(v.string()),
	/** Place in the conversation: 1, 2, 3 … without gaps. */
	seq: countSchema,
	/** Grows with every change in the conversation. */
	revision: countSchema,
	clientId: v.optional(clientIdSchema),
	/**
	 * User messages only: this message asked Claude for a reply. If its seq is above that of the
	 * running reply, the next reply answers it.
	 */
	asksClaude: v.optional(v.boolean()),
	/** Replies only: the people who asked for it, in order, at most `limits.askers`. */
	askedBy: v.optional(v.array(personSchema)),
	/** Replies only: a summary by Claude of its thinking, at most `limits.thinking` long. */
	thinking: v.optional(v.string()),
	/** The person who stopped a `stopped` reply. */
	stoppedBy: v.optional(personSchema),
	/** Claude's only: somebody asked privately and shared the answer. It is no reply to a question of the conversation. */
	sharedBy: v.optional(personSchema),
	/** Replies only: the model that wrote it. */
	model: v.optional(v.string()),
	/** Replies only: why the model ended, in the model's own word. */
	stopReason: v.optional(v.string()),
	/**
	 * Replies only: the tokens of all its attempts, as Claude's API counted them. Stopped and
	 * failed replies have it too.
	 */
	usage: v.optional(
		v.object({
			input: countSchema,
			output: countSchema,
			cacheRead: countSchema,
			cacheWrite: countSchema,
			/** Web searches, which are paid for one by one. */
			searches: v.optional(countSchema),
		}),
	),
	/**
	 * Replies only: what all its attempts cost, where the model's price is known. `about`: a part of
	 * it is estimated, because the reply was stopped or interrupted before its tokens were reported.
	 */
	cost: v.optional(v.object({ usd: v.pipe(v.number(), v.finite(), v.minValue(0)), about: v.optional(v.boolean()) })),
	/** Replies only: the tools that Claude used, in order, at most `limits.tools`. */
	tools: v.optional(v.array(toolSchema)),
	/**
	 * Replies only: the web pages that the reply names or that Claude read for it, at most
	 * `limits.sources`. `citations` are the passages that rest on them, at most
	 * `limits.citations`.
	 */
	sources: v.optional(v.array(sourceSchema)),
	citations: v.optional(v.array(citationSchema)),
	/**
	 * Replies only: files of the messages that it answers which Claude could not read, at most `fileLimits.unread`. Those of earlier
	 * messages are in earlier replies.
	 */
	unreadFiles: v.optional(v.array(unreadFileSchema)),
	/** The interruptions of a reply that was continued: after how much text (UTF-16 units), and why. */
	attempts: v.optional(v.array(v.object({ offset: countSchema, reason: v.string() }))),
	/** Replies only: milliseconds from its beginning to its end. */
	elapsedMs: v.optional(countSchema),
	/** Replies only: the number of its former versions. */
	versions: v.optional(countSchema),
	/**
	 * The message that this one quotes, and the first `limits.excerpt` characters of it as it reads
	 * now, none if it is deleted. The quoted message may change without a change of this one: a
	 * client updates the quote from every event and response that contains the quoted message, even
	 * if that message is older than everything it shows.
	 */
	replyTo: v.optional(idSchema),
	quoted: v.optional(
		v.object({
			author: personSchema,
			content: v.string(),
			seq: v.optional(countSchema),
			files: v.optional(v.array(fileBriefSchema)),
		}),
	),
	/**
	 * The mentions of members; `offset` is that of the `@`, in UTF-16 units. Clients show the
	 * current name of the member with this id.
	 */
	mentions: v.optional(v.array(mentionSchema)),
	/** The files that it was sent with, in their order. `content` may then be empty. */
	files: v.optional(v.array(fileSchema)),
	/** In the order in which each emoji was first given. */
	reactions: v.optional(reactionsSchema),
	/** The person who pinned it, and when (ISO 8601, UTC). */
	pinned: v.optional(v.object({ userId: idSchema, at: v.string() })),
	/** Both ISO 8601, UTC. A deleted message keeps its place and nothing of its text. */
	editedAt: v.optional(v.string()),
	deletedAt: v.optional(v.string()),
});

/** The facts about an answer of Claude: in a reply, a former version of one, or an aside. */
export const answerFacts = [
	"thinking",
	"model",
	"stopReason",
	"usage",
	"cost",
	"attempts",
	"elapsedMs",
	"tools",
	"sources",
	"citations",
] as const;

/** The facts that are stored with a reply besides its text. */
export const replyFacts = [...answerFacts, "unreadFiles", "stoppedBy", "sharedBy"] as const;

/** A former version of a reply, from before it was regenerated. */
export const versionSchema = v.object({
	/** 1, 2, 3 …; the oldest versions but the first are dropped when there are many. */
	version: countSchema,
	...v.pick(messageSchema, ["content", "status", "reason", "stoppedBy", "unreadFiles", ...answerFacts]).entries,
});

const placeSchema = v.pick(messageSchema, ["id", "conversationId", "seq", "revision"]);

/**
 * For clients: a message that cannot be read keeps its place, and says that it cannot be read. `undefined` for anything else, and
 * if even its place is unknown.
 */
export function replaceMessage(schema: v.GenericSchema, value: unknown): Message | undefined {
	const place = schema === messageSchema ? v.safeParse(placeSchema, value) : undefined;
	if (!place?.success) return undefined;
	const { role, author, createdAt } = value as Record<string, unknown>;
	return {
		...place.output,
		role: role === "assistant" ? role : "user",
		content: "",
		createdAt: v.is(v.pipe(v.string(), v.isoTimestamp()), createdAt) ? createdAt : new Date(0).toISOString(),
		author: v.is(personSchema, author) ? author : { userId: "unknown", username: "?" },
		status: "failed",
		reason: "unreadable",
	};
}

/** Marked as pure, so that the page, which does not need it, does not contain it. */
const factSchemas = /* @__PURE__ */ (() =>
	v.object({
		...v.pick(messageSchema, replyFacts).entries,
		...storedResearch,
		unreadFiles: v.pipe(v.array(unreadFileSchema), v.maxLength(fileLimits.unread)),
	}))();

/**
 * The facts about a reply that have the form of the wire. Earlier versions stored what a server in Claude's place had sent, and a file
 * to import may hold anything.
 */
export function healFacts<T extends object>(fields: T): T {
	const isOdd = ([name, field]: [string, unknown]) => name in factSchemas.entries && !v.is(factSchemas.entries[name as keyof Facts], field);
	const entries = Object.entries(fields);
	const healed = entries.some(isOdd) ? (Object.fromEntries(entries.filter((entry) => !isOdd(entry))) as T) : fields;
	const { content } = healed as { content?: unknown };
	if (areCitationsSound(healed as Research, typeof content === "string" ? content.length : undefined)) return healed;
	const { citations: _, ...sound } = healed as T & Research;
	return sound as T;
}

type Facts = v.InferOutput<typeof factSchemas>;
export type Message = v.InferOutput<typeof messageSchema>;
export type MessageStatus = Message["status"];
export type Mention = v.InferOutput<typeof mentionSchema>;
export type Reaction = v.InferOutput<typeof reactionsSchema>[number];
export type Usage = NonNullable<Message["usage"]>;
export type Version = v.InferOutput<typeof versionSchema>;

/** What a file takes in JSON besides its longest texts. */
const fileLength = 400;

/** About how long the parts of a message are that may be long, in UTF-16 units. */
export function lengthOf({
	content,
	thinking = "",
	sources = [],
	files = [],
}: Pick<Message, "content" | "thinking" | "sources"> & Partial<Pick<Message, "files">>): number {
	const ofFiles = files.reduce(
		(sum, { name, alt = "", transcript = "" }) => sum + fileLength + name.length + alt.length + transcript.length,
		0,
	);
	return sources.reduce((sum, { url, title }) => sum + url.length + title.length, content.length + thinking.length + ofFiles);
}

/** The place (`seq`) of the message with this id. */
export function placeOf(messageId: string): number | undefined {
	const place = /^m([1-9]\d{0,14})-/.exec(messageId)?.[1];
	return place === undefined ? undefined : Number(place);
}
