// A file of a conversation, on the wire. Its bytes are never part of an event.

import * as v from "valibot";
import { idSchema, lineSchemaOf } from "../person.ts";
import { isVisible, sanitize } from "../text/sanitize.ts";
import * as fileLimits from "./limits.ts";

const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const sideSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(fileLimits.side));

/** The last part of a path, as one harmless line. */
export const fileNameSchema = v.pipe(
	v.string(),
	v.transform((name) => name.replace(/^.*[/\\]/s, "")),
	lineSchemaOf(fileLimits.name),
	v.check((name) => isVisible(name) && !/^\.+$/.test(name)),
);

/** The name as a file may have it. */
export function fileNameOf(name: string): string {
	const result = v.safeParse(fileNameSchema, name);
	return result.success ? result.output : "file";
}

export const waveformSchema = v.pipe(
	v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(fileLimits.waveform.highest))),
	v.length(fileLimits.waveform.bars),
);

export const altSchema = v.pipe(v.string(), v.maxLength(fileLimits.alt), v.transform(sanitize));

export const fileSchema = v.object({
	id: idSchema,
	name: v.string(),
	/** Found in the content, never taken from the name or the sender. */
	type: v.string(),
	/** In bytes. */
	size: countSchema,
	/** Of the bytes, in hex. */
	sha256: v.optional(v.string()),
	/** Pictures only: the size in pixels as it is shown, turned upright. */
	width: v.optional(sideSchema),
	height: v.optional(sideSchema),
	/** PDFs only: how many pages it has, where that could be counted. */
	pages: v.optional(countSchema),
	/** Recordings only, as the sender measured them. */
	durationMs: v.optional(v.pipe(countSchema, v.maxValue(fileLimits.duration))),
	waveform: v.optional(waveformSchema),
	/** Pictures only: a small placeholder in the form of thumbhash, in base64. */
	thumbhash: v.optional(v.pipe(v.string(), v.regex(/^[\w+/=-]+$/), v.maxLength(fileLimits.thumbhash))),
	/** Pictures only: there is a smaller copy, at `?size=thumbnail`. */
	hasThumbnail: v.optional(v.boolean()),
	/** A text for people who do not see the picture. */
	alt: v.optional(v.string()),
	/** Recordings only: what is said in them. */
	transcript: v.optional(v.string()),
});

/** The files that a message is sent with: ids, or ids with a text for people who do not see the picture. */
export const namedFilesSchema = v.pipe(
	v.array(v.union([idSchema, v.object({ id: idSchema, alt: v.optional(altSchema) })])),
	v.maxLength(fileLimits.perMessage),
);

export type MessageFile = v.InferOutput<typeof fileSchema>;
export type NamedFiles = v.InferOutput<typeof namedFilesSchema>;

/** What the sender says about a file beside its bytes. */
export type FileFacts = Pick<MessageFile, "durationMs" | "waveform" | "thumbhash" | "alt">;

/** What lists and quotes say about a file. */
export const fileBriefSchema = v.object({
	...v.pick(fileSchema, ["name", "type", "durationMs"]).entries,
	/** A recording that was made to be listened to in its place. */
	isVoice: v.optional(v.literal(true)),
});

export type FileBrief = v.InferOutput<typeof fileBriefSchema>;

export const isPicture = ({ type }: Pick<MessageFile, "type">): boolean => type.startsWith("image/");
export const isRecording = ({ type }: Pick<MessageFile, "type">): boolean => /^(audio|video)\//.test(type);

/** The words by which a message is found: those of its text, the names of its files, and what is said in them. */
export function searchTextOf({ content, files = [] }: { content: string; files?: readonly MessageFile[] | undefined }): string {
	const words = files.flatMap(({ name, alt = "", transcript = "" }) => [name, alt, transcript]);
	return [content, ...words].filter((text) => text !== "").join("\n");
}
