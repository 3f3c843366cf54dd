// The files of conversations: uploading, downloading and listing them. An answer with somebody's bytes gets its headers from headers.ts.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { writerOf } from "../../auth/tokens.ts";
import type { Opened } from "../../files/object.ts";
import { callFiles, type Sender, takeFile } from "../../files/upload.ts";
import { passBytesQuota } from "../../money/quota.ts";
import { altSchema, fileNameSchema, fileSchema, type MessageFile, waveformSchema } from "../../protocol/files/file.ts";
import * as fileLimits from "../../protocol/files/limits.ts";
import { countSchema } from "../../protocol/message.ts";
import { idSchema } from "../../protocol/person.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import { numberText } from "../../protocol/text/number-text.ts";
import { type App, bodyUpTo, limitParameter, maxPlace, placeSchema, refuse, respond, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { uploadFields } from "../openapi/file-fields.ts";
import { describe } from "../operation.ts";
import { headersOf } from "./headers.ts";

export const files = new Hono<App>();

/** The other half of the address is checked when it is used. */
function senderOf(c: Context<App>): Sender | undefined {
	const conversationId = c.req.param("id");
	if (!v.is(idSchema, conversationId)) return undefined;
	return { env: c.env, settings: c.get("settings"), identity: c.get("identity"), conversationId };
}

async function ask<T>(c: Context<App>, make: Parameters<typeof callFiles<T>>[1]): Promise<T | Refusal> {
	const sender = senderOf(c);
	return sender ? callFiles(sender, make) : { code: "not_found" };
}

const bytesOf = (c: Context<App>) => c.env.CONVERSATION_FILES.getByName(c.req.param("id") as string);
const fileId = (c: Context<App>) => c.req.param("fileId") as string;

const uploadSchema = v.object({
	name: v.optional(fileNameSchema, "file"),
	durationMs: v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number), v.maxValue(fileLimits.duration))),
	waveform: v.optional(
		v.pipe(
			v.string(),
			v.regex(/^\d{1,2}(,\d{1,2})*$/),
			v.transform((text) => text.split(",").map(Number)),
			waveformSchema,
		),
	),
	thumbhash: fileSchema.entries.thumbhash,
	alt: v.optional(altSchema),
});

const fileAnswerSchema = v.object({ file: fileSchema });

describe("POST /conversations/:id/files", {
	tag: "Files",
	summary: "Upload a file",
	description: `Stores the body as a file of the conversation. Send its id in \`files\` of a message within a day, or it is deleted. The type is found in the content. The settings of the deployment say how large a file may be (25 MB unless they are changed) and how much may be uploaded a day.`,
	access: "writer",
	programs: "write",
	query: uploadSchema,
	body: { media: "application/octet-stream", description: "The bytes of the file, of any type.", example: "…" },
	answers: { 201: { schema: fileAnswerSchema, example: { file: examples.file } } },
	refuses: {
		too_large: "The file is larger than the deployment takes.",
		empty_file: "The body is empty.",
		incomplete_file: "The body is shorter than its `Content-Length`, stood still, or the connection broke off. Nothing was stored.",
		bad_file_name: "The name shows nothing, or is too long.",
		unsupported_type: "The `Content-Type` names a kind of file that the content is not, or the body is a form.",
		storage_full: "The conversation has as many files as it may, or the caller has as many there that no message names.",
		rate_limited: "The caller has uploaded as much or as many files as one day allows, or uploads too many at once.",
	},
	fields: uploadFields,
	example: { name: "harbour.jpg" },
});
files.post("/conversations/:id/files", async (c) => {
	const query = v.safeParse(uploadSchema, c.req.query());
	const declared = (c.req.header("content-type") ?? "").replace(/;.*$/s, "").trim().toLowerCase();
	const sender = senderOf(c);
	if (!sender) return refuse(c, "not_found");
	if (!query.success) return refuseUpload(c, sender, query.issues[0].path?.[0].key === "name" ? "bad_file_name" : "bad_request");
	if (declared.startsWith("multipart/")) return refuseUpload(c, sender, "unsupported_type");
	const { name, ...facts } = query.output;
	const header = c.req.header("content-length");
	const length = header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
	const taken = await takeFile(sender, { name, declared, length, facts }, c.req.raw.body ?? undefined);
	return respond(c, taken, ({ file }) => ({ file }), 201);
});

/** Strangers learn nothing but that there is nothing. */
async function refuseUpload(c: Context<App>, sender: Sender, code: "bad_file_name" | "bad_request" | "unsupported_type") {
	const begun = await callFiles(sender, (calls) => calls.begin());
	if (isRefusal(begun)) return refuse(c, begun);
	if (code === "unsupported_type") return refuse(c, code, "Send the file itself as the body, not a form with the file in it.");
	return refuse(c, code, code === "bad_request" ? "`durationMs`, `waveform`, `thumbhash` or `alt` has the wrong form." : undefined);
}

const openSchema = v.object({ size: v.optional(v.picklist(["thumbnail"])) });

describe("GET /conversations/:id/files/:fileId", {
	tag: "Files",
	summary: "Download a file",
	description:
		"Returns the bytes of a file, or with `Range` some of them. Answers 304 to an `If-None-Match` that names its `ETag`. Pictures, sound and films are served to be shown; everything else as a download. Pages that embed files fetch them with their token: there is no address that works without one.",
	access: "member",
	programs: "read",
	query: openSchema,
	headers: v.object({ Range: v.optional(v.string()), "If-None-Match": v.optional(v.string()) }),
	answers: {
		200: { media: "application/octet-stream", description: "The bytes, under the type that was found in them.", example: "…" },
		206: { media: "application/octet-stream", description: "The part that `Range` names.", example: "…" },
		304: "nothing",
	},
	refuses: {
		not_found: "There is no such file, the caller may not enter the conversation, or the file has no thumbnail.",
		bad_range: "`Range` begins behind the end of the file.",
		rate_limited: "The caller downloads too many files at once.",
	},
	fields: {
		size: "`thumbnail` for a small copy of a picture. A small picture is its own; a large one may have none.",
		Range: "The bytes to return, such as `bytes=0-1023`. Several ranges at once are answered with the whole file.",
		"If-None-Match": "The `ETag` of a copy that the caller has.",
	},
});
files.get("/conversations/:id/files/:fileId", async (c) => {
	const query = v.safeParse(openSchema, c.req.query());
	const file = await ask(c, (calls) => calls.find(fileId(c)));
	if (isRefusal(file)) return refuse(c, file);
	if (!query.success) return refuse(c, "bad_request", "`size` is thumbnail, or left out for the file itself.");
	const { userId, network } = c.get("identity");
	const opened: Opened | Refusal = await bytesOf(c).open(fileId(c), {
		isThumbnail: query.output.size === "thumbnail",
		range: c.req.header("range") ?? null,
		ifNoneMatch: c.req.header("if-none-match") ?? null,
		hasNoBody: c.req.method === "HEAD",
		reader: { by: userId, network },
	});
	return isRefusal(opened) ? refuse(c, opened) : answer(c, file, opened);
});

function answer(c: Context<App>, { name }: MessageFile, opened: Opened): Response {
	const headers = headersOf(name, opened);
	const { status, body, start, end } = opened;
	if (status === 416) {
		c.header("Content-Range", headers.get("Content-Range") ?? "");
		return refuse(c, "bad_range");
	}
	return new Response(body ? body.pipeThrough(new FixedLengthStream(end - start + 1)) : null, { status, headers });
}

describe("PUT /conversations/:id/files/:fileId/thumbnail", {
	tag: "Files",
	summary: "Add a thumbnail to a picture",
	description: `Stores a small copy of a picture that the caller has uploaded and not sent yet, up to ${numberText(fileLimits.thumbnail.bytes / 1024)} kB. Parley makes none itself.`,
	access: "writer",
	programs: "write",
	body: { media: "image/jpeg", description: "A picture.", example: "…" },
	answers: { 200: { schema: fileAnswerSchema, example: { file: { ...examples.file, hasThumbnail: true } } } },
	refuses: {
		too_large: "The thumbnail is too large.",
		unsupported_type: "The thumbnail or the file is no picture.",
		file_taken: "The file is part of a message, or has a thumbnail already.",
		rate_limited: "The caller has uploaded as much as one day allows.",
		storage_full: "The conversation has as many bytes of files as it may.",
		not_found: "There is no such conversation, the caller may not enter it, or they have no such file.",
	},
});
files.put("/conversations/:id/files/:fileId/thumbnail", bodyUpTo(fileLimits.thumbnail.bytes, "too_large"), async (c) => {
	// A slow body takes its time, in which the file may be sent: so it is read before anything is asked.
	const picture = await c.req.arrayBuffer();
	const own = await ask(c, (calls) => calls.findOwn(fileId(c)));
	if (isRefusal(own)) return refuse(c, own);
	if (picture.byteLength === 0) return refuse(c, "empty_file");
	if (!own.type.startsWith("image/")) return refuse(c, "unsupported_type", "Only pictures have thumbnails.");
	const full = await passBytesQuota(c.env.LEDGER, writerOf(c.get("identity")), picture.byteLength, c.get("settings").files);
	if (full) return refuse(c, full);
	// That of a call which broke off: nobody has seen it.
	if (!own.hasThumbnail) await bytesOf(c).dropThumbnail(fileId(c));
	const file: MessageFile | Refusal = await bytesOf(c).addThumbnail(fileId(c), new Response(picture).body as ReadableStream<Uint8Array>);
	if (isRefusal(file)) return refuse(c, file);
	const changed = await ask(c, (calls) => calls.change(file));
	if (isRefusal(changed)) await bytesOf(c).dropThumbnail(fileId(c));
	return respond(c, changed, (answer) => answer);
});

describe("DELETE /conversations/:id/files/:fileId", {
	tag: "Files",
	summary: "Delete a file that was not sent",
	description: "Deletes a file that the caller has uploaded and not sent. To delete a file of a message, delete the message.",
	access: "writer",
	programs: "write",
	answers: { 204: "nothing" },
	refuses: {
		file_taken: "The file is part of a message already.",
		not_found: "There is no such conversation, the caller may not enter it, or they have no such file.",
		held: "An administrator holds the conversation for a legal reason.",
	},
});
files.delete("/conversations/:id/files/:fileId", async (c) => {
	const removed = await ask(c, (calls) => calls.remove(fileId(c)));
	if (!isRefusal(removed)) await bytesOf(c).drop([fileId(c)]);
	return respondEmpty(c, removed);
});

const pageSchema = v.object({ after: v.optional(placeSchema), before: v.optional(placeSchema), ...limitParameter(fileLimits.page) });
const placedSchema = v.object({ ...fileSchema.entries, seq: countSchema });

describe("GET /conversations/:id/files", {
	tag: "Files",
	summary: "List files",
	description:
		"Lists the files of the conversation's messages: with `after`, those of the messages that follow, oldest first; otherwise newest first. Pages end between messages.",
	access: "member",
	programs: "read",
	query: pageSchema,
	answers: {
		200: {
			schema: v.object({ files: v.array(placedSchema), hasMore: v.boolean(), maxBytes: countSchema }),
			example: { files: [{ ...examples.file, seq: 41 }], hasMore: false, maxBytes: 25 * fileLimits.megabyte },
		},
	},
	fields: {
		after: "The `seq` of a message: lists the files of those after it.",
		before: "The `seq` of a message: lists the files of those before it.",
		files: "The files.",
		maxBytes: "How large a file may be here, in bytes.",
	},
});
files.get("/conversations/:id/files", async (c) => {
	const query = v.safeParse(pageSchema, c.req.query());
	const isSound = query.success && !(query.output.after !== undefined && query.output.before !== undefined);
	if (!isSound) return refuse(c, "bad_request", `\`after\` or \`before\` is a message's seq; \`limit\` is 1 to ${fileLimits.page.max}.`);
	const { after, before = maxPlace, limit } = query.output;
	const page = await ask(c, (calls) => calls.page(after === undefined ? { before } : { after }, limit));
	return respond(c, page, (found) => ({ ...found, maxBytes: c.get("settings").files.maxBytes }));
});
