// The files of a `chat:send` over Socket.IO: read from the event and its attachments, and put back as ids. Pure.

import * as v from "valibot";
import { fileTooLarge } from "../../protocol/errors.ts";
import { type FileFacts, fileNameSchema } from "../../protocol/files/file.ts";
import { fileFactsEntries } from "../../protocol/files/frame.ts";
import * as fileLimits from "../../protocol/files/limits.ts";
import { clientIdSchema } from "../../protocol/message.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Attachments } from "./attachments.ts";

const fileSchema = v.object({
	name: v.optional(fileNameSchema, "file"),
	type: v.optional(v.string(), ""),
	data: v.unknown(),
	...fileFactsEntries,
});
const payloadSchema = v.looseObject({ files: v.pipe(v.array(v.unknown()), v.maxLength(fileLimits.perMessage)) });

export type SentFile = { name: string; declared: string; facts: FileFacts; bytes: Uint8Array<ArrayBuffer> };

/** The files in the order of the event; those that were uploaded before stay ids. */
export type SentFiles = { payload: Record<string, unknown>; files: (SentFile | { id: unknown })[] };

/** Reads the event. Each file needs an attachment of its own, or is named by the id that it was uploaded under. */
export function readSentFiles(attachments: Attachments): SentFiles | Refusal {
	const { name, payload } = attachments.packet;
	const event = v.safeParse(payloadSchema, payload);
	if (name !== "chat:send" || !event.success) return { code: "bad_event" };
	const files: SentFiles["files"] = [];
	for (const entry of event.output.files) {
		if (typeof entry !== "object" || entry === null || !("data" in entry)) {
			files.push({ id: entry });
			continue;
		}
		const parsed = v.safeParse(fileSchema, entry);
		if (!parsed.success) return { code: parsed.issues.some(({ path }) => path?.[0].key === "name") ? "bad_file_name" : "bad_event" };
		const { name, type, data, ...facts } = parsed.output;
		const bytes = attachments.at(data);
		if (!bytes) return { code: "bad_event" };
		if (bytes.length === 0) return { code: "empty_file" };
		files.push({ name, declared: type.toLowerCase(), facts, bytes });
	}
	return { payload: event.output, files };
}

/** Stands for a file until it has an id: the same for the same file, so that an event that is sent again is recognized. */
export const standIn = (file: SentFiles["files"][number]): unknown =>
	"id" in file ? file.id : `${file.name.slice(0, 200)} ${file.bytes.length}`;

/** The id by which the sender of a refused message recognizes it. */
export function clientIdIn(payload: unknown): { clientId?: string } {
	const clientId = (payload as { clientId?: unknown } | null | undefined)?.clientId;
	return v.is(clientIdSchema, clientId) ? { clientId } : {};
}

/** The refusal of attachments that are too large together. */
export const tooLarge = ({ mostBytes }: { mostBytes: number }): Refusal => ({
	code: "too_large",
	text: fileTooLarge(mostBytes / fileLimits.megabyte),
});
