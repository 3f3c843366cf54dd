// A record of what Claude saw for a reply, on the wire.

import * as v from "valibot";
import { fileSchema } from "../files/file.ts";
import { unreadSchema } from "../files/reading.ts";
import { countSchema } from "../message.ts";
import { idSchema } from "../person.ts";
import { memberChangeSchema } from "./member-change.ts";

/**
 * Why a message is not in a prompt. `deleted` and `empty`: its place is, but no words. `declined`: Claude declined to answer it.
 * `too_long`: the prompt began later. `summarized`: Claude read a summary in its place.
 */
export const omissionSchema = v.picklist(["deleted", "empty", "declined", "too_long", "summarized"]);

export const seenSchema = v.object({
	model: v.string(),
	system: v.string(),
	/** The instructions in force. Empty if there were none. */
	instructions: v.string(),
	/** The first and the last message that Claude read. */
	fromSeq: countSchema,
	toSeq: countSchema,
	/** What Claude read in place of the messages up to a place. */
	summary: v.optional(v.object({ uptoSeq: countSchema, text: v.string() })),
	/** Ids of the files that Claude read as themselves. */
	files: v.array(idSchema),
	/** The files of the messages, at most the newest 200. `unread`: why Claude read only the name of one. */
	attachments: v.optional(
		v.array(
			v.object({
				seq: countSchema,
				...v.pick(fileSchema, ["id", "name", "type", "size", "durationMs"]).entries,
				unread: v.optional(unreadSchema),
			}),
		),
	),
	tools: v.array(v.string()),
	/** `changed`: Claude read other words than the message has now. */
	messages: v.array(
		v.object({ seq: countSchema, role: v.picklist(["user", "assistant"]), changed: v.optional(v.picklist(["edited", "deleted"])) }),
	),
	/** Who joined, left or was renamed, as Claude read it. People who were erased since are left out. */
	membership: v.optional(v.array(memberChangeSchema)),
	omitted: v.array(v.object({ fromSeq: countSchema, toSeq: countSchema, reason: omissionSchema })),
	/** Parts that Claude read and that are gone now. */
	gone: v.array(v.picklist(["instructions", "summary"])),
	maxTokens: countSchema,
	/** ISO 8601, UTC. */
	askedAt: v.string(),
});

export type Seen = v.InferOutput<typeof seenSchema>;
export type Omission = v.InferOutput<typeof omissionSchema>;
