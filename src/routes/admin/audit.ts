// The acts of administrators.

import type { Context } from "hono";
import * as v from "valibot";
import { type ActFilter, type AdminAct, actions, adminActSchema } from "../../protocol/admin/records.ts";
import { limits } from "../../protocol/limits.ts";
import { idSchema } from "../../protocol/person.ts";
import { rangeText } from "../../protocol/text/number-text.ts";
import { streamOf } from "../archive.ts";
import { type App, endOfSignIn, maxPlace, pageSchema, refuse } from "../http.ts";
import { describe } from "../operation.ts";
import { admin, directoryOf } from "./admin.ts";

const filter = {
	action: v.optional(v.picklist(actions)),
	actor: v.optional(idSchema),
	subject: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(limits.id))),
};
const querySchema = v.object({ ...pageSchema.entries, ...filter });
const filterSchema = v.object(filter);
const badFilter = "`action` is one of those in the API's description, `actor` an id, `subject` an id or a network.";
const filterFields = {
	action: "Only acts of this kind.",
	actor: "Only acts of this administrator.",
	subject: "Only acts that concern this person, conversation or network.",
};
const act = { id: 7, at: "2026-11-24T12:00:00.000Z", action: "suspended", actor: "ann", subject: "ben" };

describe("GET /admin/audit", {
	tag: "Administration",
	summary: "List what administrators have done",
	description: "Lists every administrative act, newest first, with the administrator and the person or conversation that it concerned.",
	access: "administrator",
	query: querySchema,
	answers: {
		200: { schema: v.object({ acts: v.array(adminActSchema), hasMore: v.boolean() }), example: { acts: [act], hasMore: false } },
	},
	fields: {
		...filterFields,
		before: "Only acts older than the one with this `id`.",
		acts: "The acts, newest first.",
		hasMore: "Whether there are older acts.",
	},
});
admin.get("/admin/audit", async (c) => {
	const query = v.safeParse(querySchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", `\`before\` is an act's id, \`limit\` is ${rangeText(limits.page)}. ${badFilter}`);
	const { before, limit, ...only } = query.output;
	return c.json(await directoryOf(c).audit(before, limit, only));
});

describe("GET /admin/audit/export", {
	tag: "Administration",
	summary: "Download what administrators have done",
	description: "Returns every administrative act as a file, newest first. A file that breaks off is incomplete.",
	access: "administrator",
	query: filterSchema,
	answers: { 200: { media: "application/x-ndjson", description: "One act a line, in JSON.", example: `${JSON.stringify(act)}\n` } },
	fields: filterFields,
});
admin.get("/admin/audit/export", async (c) => {
	const query = v.safeParse(filterSchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", badFilter);
	c.header("Content-Disposition", `attachment; filename="parley-audit-${new Date().toISOString().slice(0, 10)}.jsonl"`);
	c.header("Content-Type", "application/x-ndjson; charset=utf-8");
	return c.body(streamOf(linesOf(c, query.output)));
});

/** Breaks off if the administrator's sign-in ends meanwhile. */
async function* linesOf(c: Context<App>, only: ActFilter): AsyncGenerator<string> {
	for (let before: number | undefined = maxPlace; before !== undefined; ) {
		const { acts, hasMore }: { acts: AdminAct[]; hasMore: boolean } = await directoryOf(c).audit(before, limits.page.max, only);
		const refusal = await endOfSignIn(c);
		if (refusal) throw new Error(`An export could not continue: ${refusal.code}`);
		yield acts.map((act) => `${JSON.stringify(act)}\n`).join("");
		before = hasMore ? acts.at(-1)?.id : undefined;
	}
}
