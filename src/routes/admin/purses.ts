// The limits that administrators set for spending on Claude.

import type { Context } from "hono";
import * as v from "valibot";
import { adminLimits } from "../../protocol/admin/limits.ts";
import { type PurseRecord, purseKinds, purseLimitSchema, purseRecordSchema } from "../../protocol/admin/records.ts";
import { limits } from "../../protocol/limits.ts";
import { isGuestId } from "../../protocol/person.ts";
import { rangeText } from "../../protocol/text/number-text.ts";
import type { Settings } from "../../settings.ts";
import { type App, bodyUpTo, readBody, refuse } from "../http.ts";
import { describe } from "../operation.ts";
import { admin, callerOf, directoryOf, personIn } from "./admin.ts";

const { usd, seconds } = adminLimits.purse;
const newPurseSchema = v.object({
	limits: v.pipe(
		v.array(v.object({ ...purseLimitSchema.entries, usd: v.pipe(v.number(), v.minValue(usd.min), v.maxValue(usd.max)) })),
		v.minLength(1),
		v.check((all) => new Set(all.map(({ period }) => period)).size === all.length),
	),
	seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(seconds.min), v.maxValue(seconds.max))),
});
const badPurse = `\`limits\` has one or more of \`{usd, period}\`, each period once: \`usd\` is ${rangeText(usd)}, \`period\` is day, month or total. \`seconds\` is ${rangeText(seconds)}, or left out.`;
const purse = {
	of: "person",
	userId: "ben",
	limits: [{ usd: 0.5, period: "day" }],
	until: "2026-12-01T12:00:00.000Z",
	at: "2026-11-24T12:00:00.000Z",
	by: "ann",
} as const;
const answer = {
	schema: v.object({ purse: purseRecordSchema, isPending: v.boolean() }),
	example: { purse, isPending: false },
};
const fields = {
	id: "Id of the person.",
	of: "`deployment`, `people` (each of them) or `guests` (each of them).",
	limits: "The most that may be spent in each period.",
	seconds: "For how long, in seconds. Until it is changed if left out.",
	purse: "What may be spent.",
	purses: "The limits in force, the latest first.",
	isPending: "Whether the purse could not be reached yet. It is tried again until it has succeeded.",
};
const example = { limits: [{ usd: 0.5, period: "day" }], seconds: 604_800 };

describe("GET /admin/purses", {
	tag: "Administration",
	summary: "List limits that administrators have set",
	description: "Lists what administrators let people and the deployment spend on Claude. The limits of the settings are not in it.",
	access: "administrator",
	answers: { 200: { schema: v.object({ purses: v.array(purseRecordSchema) }), example: { purses: [purse] } } },
	fields,
});
admin.get("/admin/purses", async (c) => c.json({ purses: await directoryOf(c).purses(adminLimits.adminPage.max) }));

describe("PUT /admin/purses/:of", {
	tag: "Administration",
	summary: "Limit the spending of all",
	description:
		"Sets what the deployment, each person or each guest may spend on Claude, besides the settings: the tightest limit holds. A day's limit may not be above the setting. It takes effect within 30 seconds, for questions asked from then on, and replaces what was set before.",
	access: "administrator",
	body: { schema: newPurseSchema, example },
	answers: { 200: { ...answer, example: { purse: { ...purse, of: "guests", userId: undefined }, isPending: false } } },
	refuses: { bad_request: "A limit is above the deployment's setting.", not_found: "There is no such kind." },
	fields,
});
admin.put("/admin/purses/:of", bodyUpTo(limits.bodyBytes), async (c) => {
	const of = kindIn(c);
	return of ? await setPurse(c, { of }, budgetOf[of]) : refuse(c, "not_found");
});

describe("PUT /admin/people/:id/purse", {
	tag: "Administration",
	summary: "Limit the spending of a person",
	description:
		"Sets what one person may spend on Claude, besides the settings and what holds for everybody: the tightest limit holds. A day's limit may not be above the setting. It takes effect at once, for questions asked from then on, and replaces what was set before. The person sees it with their spending.",
	access: "administrator",
	body: { schema: newPurseSchema, example },
	answers: { 200: answer },
	refuses: { bad_request: "A limit is above the deployment's setting.", not_found: "Nobody can have this id." },
	fields,
});
admin.put("/admin/people/:id/purse", bodyUpTo(limits.bodyBytes), async (c) => {
	const userId = personIn(c);
	if (userId === undefined) return refuse(c, "not_found");
	return await setPurse(c, { of: "person", userId }, isGuestId(userId) ? "guest" : "person");
});

describe("DELETE /admin/purses/:of", {
	tag: "Administration",
	summary: "Lift the limit on the spending of all",
	description: "Leaves it to the settings again what the deployment, each person or each guest may spend.",
	access: "administrator",
	answers: { 204: "nothing" },
	refuses: { not_found: "There is no such limit." },
	fields,
});
admin.delete("/admin/purses/:of", async (c) => {
	const of = kindIn(c);
	return of && (await directoryOf(c).deletePurse({ of }, callerOf(c))) ? c.body(null, 204) : refuse(c, "not_found");
});

describe("DELETE /admin/people/:id/purse", {
	tag: "Administration",
	summary: "Lift the limit on a person's spending",
	description: "Leaves it to the settings, and to what holds for everybody, what the person may spend.",
	access: "administrator",
	answers: { 204: "nothing" },
	refuses: { not_found: "There is no such limit." },
	fields,
});
admin.delete("/admin/people/:id/purse", async (c) => {
	const userId = personIn(c);
	const isDeleted = userId !== undefined && (await directoryOf(c).deletePurse({ of: "person", userId }, callerOf(c)));
	return isDeleted ? c.body(null, 204) : refuse(c, "not_found");
});

/** The setting that each kind stays below. */
const budgetOf = { deployment: "deployment", people: "person", guests: "guest" } as const;

function kindIn(c: Context<App>): keyof typeof budgetOf | undefined {
	return purseKinds.find((kind) => kind === c.req.param("of"));
}

async function setPurse(c: Context<App>, owner: Pick<PurseRecord, "of" | "userId">, budget: keyof Settings["budgets"]) {
	const body = await readBody(c, newPurseSchema);
	if (!body) return refuse(c, "bad_request", badPurse);
	const most = c.get("settings").budgets[budget];
	const day = body.limits.find(({ period }) => period === "day");
	if (most !== undefined && day && day.usd * 1_000_000 > most)
		return refuse(c, "bad_request", `The settings of this deployment allow at most $${most / 1_000_000} a day.`);
	const until = body.seconds === undefined ? undefined : Date.now() + body.seconds * 1000;
	return c.json(await directoryOf(c).setPurse({ ...owner, limits: body.limits, until, by: callerOf(c) }));
}
