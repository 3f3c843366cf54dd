// Export of a conversation to a file for its members, and import for the operator.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { readToken } from "../auth/bearer.ts";
import { verifyImportToken } from "../auth/import-token.ts";
import type { ExportPiece, ExportPlace, PagePiece } from "../conversation/archive/export.ts";
import { drawPiece, readablePolicy } from "../conversation/archive/html.ts";
import { patiently } from "../gateway/patiently.ts";
import { emptyChain } from "../protocol/archive.ts";
import { conversationSchema } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import { countSchema } from "../protocol/message.ts";
import { idSchema } from "../protocol/person.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";
import { durationText, numberText } from "../protocol/text/number-text.ts";
import { archiveOf, restoreFile } from "./archive-files.ts";
import { type App, bodyUpTo, call, endOfSignIn, placeSchema, type RemoteCalls, refuse, respond, respondEmpty, stubOf } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

export const exports = new Hono<App>();

const mediaTypes = {
	jsonl: "application/x-ndjson; charset=utf-8",
	html: "text/html; charset=utf-8",
	tar: "application/x-tar",
} as const;

const formatSchema = v.object({ format: v.optional(v.picklist(["jsonl", "html", "tar"]), "jsonl") });

describe("GET /conversations/:id/export", {
	tag: "Archive",
	summary: "Export a conversation",
	description:
		"Returns the whole conversation as a file. In JSON Lines, the hash of each record covers the record and the previous hash. This reveals damage, but not a file whose hashes were all computed again. A file without an `end` record is incomplete. `tar` is the same in parts, with the files of the messages behind each part, and with a list of their hashes at the end, which continues the chain.",
	access: "member",
	programs: "read",
	query: formatSchema,
	answers: {
		200: {
			media: "application/x-ndjson",
			description: "One record a line. With `format=html`, a web page; with `format=tar`, an archive.",
			example: '{"type":"conversation","version":1,"id":"Yx3kQ0v8mT1bWc5nRz7LpA",…,"hash":"9f86…"}\n',
		},
	},
	refuses: { rate_limited: "The caller has searched or exported too often within a minute." },
});
exports.get("/conversations/:id/export", async (c) => {
	const query = v.safeParse(formatSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`format` is jsonl, html or tar.");
	const { format } = query.output;
	const exportedAt = new Date().toISOString();
	const start = { after: 0, chain: emptyChain, exportedAt };
	if (format === "html") {
		const pages = await piecesOf<PagePiece>(c, start, (calls, place) => calls.exportPage(place));
		if (isRefusal(pages)) return refuse(c, pages);
		c.header("Content-Security-Policy", `${await readablePolicy()}; frame-ancestors 'none'; sandbox`);
		return download(c, format, exportedAt, streamOf(drawn(pages)));
	}
	const pieces = await piecesOf<ExportPiece>(c, start, (calls, place) => calls.exportPiece(place));
	if (isRefusal(pieces)) return refuse(c, pieces);
	return download(c, format, exportedAt, format === "tar" ? archiveOf(c, pieces) : streamOf(textsOf(pieces)));
});

function download(c: Context<App>, format: keyof typeof mediaTypes, exportedAt: string, body: ReadableStream<Uint8Array>): Response {
	c.header("Content-Disposition", `attachment; filename="parley-${exportedAt.slice(0, 10)}.${format}"`);
	c.header("Content-Type", mediaTypes[format]);
	return c.body(body);
}

type Read<T> = (calls: RemoteCalls, place: ExportPlace) => Promise<T | Refusal>;

/**
 * Reads each piece when there is room for it, and when its person may read on. A member who is removed
 * meanwhile, or whose sign-in ends, gets a file without its end. Refuses what refuses the first piece.
 */
async function piecesOf<T extends { next?: ExportPlace }>(
	c: Context<App>,
	start: ExportPlace,
	read: Read<T>,
): Promise<AsyncGenerator<T> | Refusal> {
	const first = await pieceAt(c, read, start);
	return isRefusal(first) ? first : following(c, read, first);
}

async function* following<T extends { next?: ExportPlace }>(c: Context<App>, read: Read<T>, first: T): AsyncGenerator<T> {
	let piece = first;
	yield piece;
	for (let place = first.next; place; place = piece.next) {
		const next = await pieceAt(c, read, place, Number.POSITIVE_INFINITY);
		if (isRefusal(next)) throw new Error(`An export could not continue: ${next.code}`);
		piece = next;
		yield piece;
	}
}

/** A piece that may still be delivered, now that it has been read. */
async function pieceAt<T extends object>(c: Context<App>, read: Read<T>, place: ExportPlace, patience?: number): Promise<T | Refusal> {
	const piece = await patiently(() => call(c, (calls) => read(calls, place)), patience);
	return isRefusal(piece) ? piece : ((await endOfSignIn(c)) ?? piece);
}

async function* textsOf(pieces: AsyncGenerator<ExportPiece>): AsyncGenerator<string> {
	for await (const { text } of pieces) yield text;
}

async function* drawn(pages: AsyncGenerator<PagePiece>): AsyncGenerator<string> {
	for await (const page of pages) yield* drawPiece(page);
}

export function streamOf(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	return new ReadableStream({
		async pull(controller) {
			const { done, value } = await pieces.next();
			if (done) controller.close();
			else controller.enqueue(encoder.encode(value));
		},
		async cancel() {
			await pieces.return(undefined);
		},
	});
}

/** Needs an import token instead of a person's token. */
export const imports = new Hono<App>();

const partSchema = v.object({ from: placeSchema, as: v.optional(idSchema) });

describe("POST /import/:id", {
	tag: "Archive",
	summary: "Import a conversation",
	description: `Imports a conversation from its export, part by part. The conversation appears when its last line has arrived. An import that is not continued for ${durationText(limits.importTimeout / 1000)} is dropped. \`npm run import\` makes these requests.`,
	access: "deployer",
	query: partSchema,
	body: { media: "application/x-ndjson", description: "The next lines of the file.", example: '{"type":"message",…}\n{"type":"end",…}\n' },
	answers: {
		200: {
			schema: v.object({ taken: countSchema, conversation: v.optional(conversationSchema) }),
			example: { taken: 44, conversation: examples.conversation },
		},
	},
	refuses: { conflict: "There is a conversation with this id, or there was one." },
	fields: {
		from: "The number of lines of the file that you have already sent.",
		as: "Id of a user who becomes an owner, besides the owners in the file.",
		taken: "How many lines of the file have been taken so far.",
		conversation: "The conversation, once its last line has arrived.",
	},
	example: { from: "42" },
});
imports.use("/import/:id/*", async (c, next) => {
	const token = readToken(c.req.raw);
	const isAllowed = token !== undefined && (await verifyImportToken(token, c.req.param("id"), c.get("settings"), Date.now()));
	return isAllowed ? next() : refuse(c, "unauthorized");
});
imports.post("/import/:id", bodyUpTo(limits.importBytes), async (c) => {
	const query = v.safeParse(partSchema, c.req.query());
	const stub = stubOf(c);
	if (!query.success || !stub) return refuse(c, "bad_request", "`from` is the number of lines before this part, `as` is a user's id.");
	const { from, as } = query.output;
	const taken = await stub.importLines(await c.req.text(), from, { as });
	if (!isRefusal(taken)) return respond(c, taken, (progress) => progress);
	if (taken.code === "conflict") return refuse(c, "conflict", "A conversation with this id exists or has existed.");
	return refuse(
		c,
		taken.code,
		`A line is not a record of an export, its hash does not match the line before it, it repeats a member or a \`clientId\`, or it has more than ${numberText(limits.importLine)} bytes. Check that the file is complete and unchanged.`,
	);
});

const restoreSchema = v.object({ size: v.optional(v.picklist(["thumbnail"])) });

describe("PUT /import/:id/files/:fileId", {
	tag: "Archive",
	summary: "Import a file",
	description:
		"Stores the bytes of a file that a message names. Send them after the lines with the message and before the last line. A file without its bytes cannot be opened later. May be repeated.",
	access: "deployer",
	query: restoreSchema,
	body: { media: "application/octet-stream", description: "The bytes of the file.", example: "…" },
	answers: { 204: "nothing" },
	refuses: {
		not_found: "No message of an unfinished import names this file, or its thumbnail comes before it.",
		conflict: "There is a conversation with this id, or there was one.",
		empty_file: "The body is empty.",
		incomplete_file: "The bytes are not those that the message names. Nothing was stored.",
		too_large: "The file is larger than the deployment takes.",
		unsupported_type: "The thumbnail is no picture.",
		storage_full: "The conversation has as many bytes of files as it may.",
		rate_limited: "Other files of the conversation are being stored. Try again in a moment.",
	},
	fields: { size: "`thumbnail` for the small copy of a picture." },
});
imports.put("/import/:id/files/:fileId", async (c) => {
	const query = v.safeParse(restoreSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`size` is thumbnail, or left out for the file itself.");
	return respondEmpty(c, await restoreFile(c, query.output.size === "thumbnail"));
});
