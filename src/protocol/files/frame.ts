// The binary frame by which a native socket sends a file: the length of a header in four bytes, the header in JSON, and the bytes. Pure.

import * as v from "valibot";
import { clientIdSchema } from "../message.ts";
import { idSchema } from "../person.ts";
import type { Refusal } from "../refusal.ts";
import { altSchema, fileNameSchema, fileSchema } from "./file.ts";

const { durationMs, waveform, thumbhash } = fileSchema.entries;

/** What the sender says about a file beside its name and type. */
export const fileFactsEntries = { durationMs, waveform, thumbhash, alt: v.optional(altSchema) };

const headerSchema = v.object({
	type: v.literal("chat:file"),
	conversationId: idSchema,
	clientId: v.optional(clientIdSchema),
	name: v.optional(fileNameSchema, "file"),
	contentType: v.optional(v.string(), ""),
	...fileFactsEntries,
});

export type FileHeader = v.InferOutput<typeof headerSchema>;

/** The longest text for people, and the longest name, in their longest escaping. */
const headerBytes = 16 * 1024;

export function parseFileFrame(frame: ArrayBuffer): { header: FileHeader; bytes: Uint8Array<ArrayBuffer> } | { refusal: Refusal } {
	const length = frame.byteLength < 4 ? 0 : new DataView(frame).getUint32(0);
	if (length === 0 || length > headerBytes || 4 + length > frame.byteLength) return { refusal: { code: "bad_frame" } };
	const value = readJson(new TextDecoder().decode(new Uint8Array(frame, 4, length)));
	if (typeof value !== "object" || value === null) return { refusal: { code: "bad_frame" } };
	const parsed = v.safeParse(headerSchema, value);
	const { clientId } = value as { clientId?: unknown };
	const names = v.is(clientIdSchema, clientId) ? { clientId } : {};
	if (parsed.success) return { header: parsed.output, bytes: new Uint8Array(frame, 4 + length) };
	const isName = parsed.issues.some(({ path }) => path?.[0].key === "name");
	return { refusal: { code: isName ? "bad_file_name" : "bad_event", ...names } };
}

function readJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

export function encodeFileFrame(header: object, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	const text = new TextEncoder().encode(JSON.stringify(header));
	const frame = new Uint8Array(4 + text.length + bytes.length);
	new DataView(frame.buffer).setUint32(0, text.length);
	frame.set(text, 4);
	frame.set(bytes, 4 + text.length);
	return frame;
}
