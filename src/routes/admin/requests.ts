// Legal requests: deletes or hands out a conversation, or erases a person, if two administrators want it.

import type { Context } from "hono";
import * as v from "valibot";
import type { ExportPiece, ExportPlace } from "../../conversation/archive/export.ts";
import { adminLimits } from "../../protocol/admin/limits.ts";
import { conversationRequests, holdSchema, legalRequestSchema, personRequests } from "../../protocol/admin/records.ts";
import { emptyChain } from "../../protocol/archive.ts";
import { limits } from "../../protocol/limits.ts";
import { idSchema, lineSchemaOf } from "../../protocol/person.ts";
import { randomId } from "../../protocol/random-id.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import { streamOf } from "../archive.ts";
import { type App, bodyUpTo, endOfSignIn, readBody, refuse, respond, respondEmpty } from "../http.ts";
import { describe } from "../operation.ts";
import { admin, callerOf, callersVouchers, directoryOf, personIn } from "./admin.ts";

const request = {
	requestId: "T0bWc5nRz7LpAYx3kQ0v8m",
	kind: "delete",
	conversationId: "Yx3kQ0v8mT1bWc5nRz7LpA",
	reason: "Court order 12/2026",
	by: "ann",
	at: "2026-11-24T12:00:00.000Z",
	until: "2026-11-25T12:00:00.000Z",
	confirmed: null,
} as const;
const answer = { schema: v.object({ request: legalRequestSchema }), example: { request } };
const reason = v.pipe(lineSchemaOf(adminLimits.legalReason), v.minLength(1));
const newRequestSchema = v.object({ kind: v.picklist(conversationRequests), reason });
const newPersonRequestSchema = v.object({ kind: v.picklist(personRequests), reason });
const badReason = `\`reason\` has 1 to ${adminLimits.legalReason} characters.`;
const fields = {
	requestId: "Id of the request.",
	request: "The request.",
	requests: "The requests, the newest first.",
	kind: "`delete` deletes the conversation for everybody; `export` hands out a copy of it; `hold` keeps everything in it, and `release` ends that; `erase` erases the person.",
	reason: `Why, such as the number of a court order: one line of up to ${adminLimits.legalReason} characters.`,
};

describe("POST /admin/conversations/:id/requests", {
	tag: "Administration",
	summary: "Make a legal request about a conversation",
	description:
		"Makes a legal request about a conversation. Nothing happens until another administrator confirms it, within a day. The members are not told.",
	access: "administrator",
	body: { schema: newRequestSchema, example: { kind: "delete", reason: "Court order 12/2026" } },
	answers: { 201: answer },
	refuses: { not_found: "Nothing can have this id." },
	fields,
});
admin.post("/admin/conversations/:id/requests", bodyUpTo(limits.bodyBytes), async (c) => {
	const conversationId = c.req.param("id");
	if (!v.is(idSchema, conversationId)) return refuse(c, "not_found");
	const body = await readBody(c, newRequestSchema);
	if (!body) return refuse(c, "bad_request", `\`kind\` is ${conversationRequests.join(" or ")}. ${badReason}`);
	const made = await directoryOf(c).request({
		requestId: randomId(),
		conversationId,
		by: callerOf(c),
		vouchers: (await callersVouchers(c)).sealed,
		...body,
	});
	return c.json({ request: made }, 201);
});

describe("POST /admin/people/:id/requests", {
	tag: "Administration",
	summary: "Request to erase a person",
	description:
		"Makes a legal request about a person. Nothing happens until another administrator confirms it, within a day. Then the person is erased as if they had erased their own account: from every conversation, for good.",
	access: "administrator",
	body: { schema: newPersonRequestSchema, example: { kind: "erase", reason: "Request of 24 November" } },
	answers: {
		201: { ...answer, example: { request: { ...request, kind: "erase", conversationId: undefined, userId: "ben" } } },
	},
	refuses: { forbidden: "The caller is not an administrator, or would erase themselves.", not_found: "Nobody can have this id." },
	fields: { ...fields, id: "Id of the person." },
});
admin.post("/admin/people/:id/requests", bodyUpTo(limits.bodyBytes), async (c) => {
	const userId = personIn(c);
	if (userId === undefined) return refuse(c, "not_found");
	const body = await readBody(c, newPersonRequestSchema);
	if (!body) return refuse(c, "bad_request", `\`kind\` is ${personRequests.join(" or ")}. ${badReason}`);
	if (userId === callerOf(c)) return refuse(c, "forbidden", "Erase your own account in your settings.");
	const made = await directoryOf(c).request({
		requestId: randomId(),
		userId,
		by: callerOf(c),
		vouchers: (await callersVouchers(c)).sealed,
		...body,
	});
	return c.json({ request: made }, 201);
});

describe("GET /admin/requests", {
	tag: "Administration",
	summary: "List legal requests",
	description: "Lists the requests that can be confirmed, and those that were confirmed within a day.",
	access: "administrator",
	answers: { 200: { schema: v.object({ requests: v.array(legalRequestSchema) }), example: { requests: [request] } } },
	fields,
});
admin.get("/admin/requests", async (c) => c.json({ requests: await directoryOf(c).requests(adminLimits.adminPage.max) }));

describe("POST /admin/requests/:requestId/confirm", {
	tag: "Administration",
	summary: "Confirm a legal request",
	description:
		"Carries out the request of another administrator. A deletion or an erasure cannot be undone. A copy can then be fetched by administrators for a day.",
	access: "administrator",
	answers: { 200: { ...answer, example: { request: { ...request, confirmed: { at: "2026-11-24T13:00:00.000Z", by: "ben" } } } } },
	refuses: {
		forbidden: "The caller is not an administrator, or has made the request, also under another id with the same identity of a provider.",
		not_found: "There is no such request, or its day is over.",
		held: "Everything in the conversation is kept for a legal reason.",
		suspended: "Whoever made the request is suspended, or the caller is.",
	},
	fields,
});
admin.post("/admin/requests/:requestId/confirm", async (c) => {
	const { sealed, plain } = await callersVouchers(c);
	const confirmed = await directoryOf(c).confirm(callerOf(c), c.req.param("requestId"), [...sealed, ...plain]);
	if ("code" in confirmed && confirmed.code === "forbidden") return refuse(c, confirmed, "Another administrator has to confirm it.");
	return respond(c, confirmed, (request) => ({ request }));
});

describe("GET /admin/holds", {
	tag: "Administration",
	summary: "List conversations under a legal hold",
	description:
		"Lists the conversations in which nothing can be edited or deleted, not even by an erasure, until two administrators end that. Their members are told.",
	access: "administrator",
	answers: {
		200: {
			schema: v.object({ holds: v.array(holdSchema) }),
			example: { holds: [{ conversationId: request.conversationId, at: request.at, by: "ben" }] },
		},
	},
	fields: { holds: "The conversations, those held last first." },
});
admin.get("/admin/holds", async (c) => c.json({ holds: await directoryOf(c).holds(adminLimits.adminPage.max) }));

describe("DELETE /admin/requests/:requestId", {
	tag: "Administration",
	summary: "Withdraw a legal request",
	description: "Takes back a request that was not confirmed, whoever made it.",
	access: "administrator",
	answers: { 204: "nothing" },
	refuses: { not_found: "There is no such request, its day is over, or it was confirmed." },
	fields,
});
admin.delete("/admin/requests/:requestId", async (c) => {
	return respondEmpty(c, await directoryOf(c).withdraw(callerOf(c), c.req.param("requestId")));
});

describe("GET /admin/requests/:requestId/export", {
	tag: "Administration",
	summary: "Fetch the copy of a conversation",
	description: "Returns the whole conversation in JSON Lines, like the export of a member. A file without an `end` record is incomplete.",
	access: "administrator",
	answers: {
		200: { media: "application/x-ndjson", description: "One record a line.", example: '{"type":"conversation","version":1,…}\n' },
	},
	refuses: { not_found: "There is no such copy, its day is over, or there is no such conversation." },
	fields,
});
admin.get("/admin/requests/:requestId/export", async (c) => {
	const begun = await directoryOf(c).beginExport(callerOf(c), c.req.param("requestId"));
	if ("code" in begun) return refuse(c, begun);
	const exportedAt = new Date().toISOString();
	const read = (place: ExportPlace) => pieceOf(c, begun.conversationId, place);
	const first = await read({ after: 0, chain: emptyChain, exportedAt });
	if (isRefusal(first)) return refuse(c, first);
	c.header("Content-Disposition", `attachment; filename="parley-${exportedAt.slice(0, 10)}.jsonl"`);
	c.header("Content-Type", "application/x-ndjson; charset=utf-8");
	return c.body(streamOf(piecesAfter(c, first, read)));
});

async function pieceOf(c: Context<App>, id: string, place: ExportPlace): Promise<ExportPiece | Refusal> {
	using calls = await c.env.CONVERSATIONS.getByName(id).forDeployer();
	return await calls.exportPiece(place);
}

/** An administrator whose sign-in ends meanwhile gets a file without its end. */
async function* piecesAfter(
	c: Context<App>,
	first: ExportPiece,
	read: (place: ExportPlace) => Promise<ExportPiece | Refusal>,
): AsyncGenerator<string> {
	let piece = first;
	yield piece.text;
	for (let place = piece.next; place; place = piece.next) {
		const next = await read(place);
		const refusal = isRefusal(next) ? next : await endOfSignIn(c);
		if (isRefusal(next) || refusal) throw new Error(`An export could not continue: ${refusal?.code}`);
		piece = next;
		yield piece.text;
	}
}
