// The people of the deployment: who they are, and suspending, restoring and ending them.

import * as v from "valibot";
import { purseName } from "../../money/object.ts";
import { usageOf } from "../../money/report.ts";
import { adminLimits } from "../../protocol/admin/limits.ts";
import { personRecordSchema, purseRecordSchema, suspendedSchema } from "../../protocol/admin/records.ts";
import { limits } from "../../protocol/limits.ts";
import { countSchema } from "../../protocol/message.ts";
import { idSchema } from "../../protocol/person.ts";
import { rangeText } from "../../protocol/text/number-text.ts";
import { refuse, respond } from "../http.ts";
import { describe } from "../operation.ts";
import { admin, callerOf, directoryOf, nextOf, pageParameters, personIn } from "./admin.ts";

const person = {
	userId: "ben",
	username: "Ben",
	kind: "issued",
	firstSeenAt: "2026-11-20T08:00:00.000Z",
	lastSeenAt: "2026-11-24T11:00:00.000Z",
	suspended: null,
} as const;
const listSchema = v.object({
	...pageParameters,
	q: v.optional(v.pipe(v.string(), v.maxLength(limits.username)), ""),
	suspended: v.optional(v.picklist(["true"])),
});

describe("GET /admin/people", {
	tag: "Administration",
	summary: "List the people of the deployment",
	description:
		"Lists people, those seen last first. A visit shows here after some seconds. Looking at the list is kept among the acts, once an hour.",
	access: "administrator",
	query: listSchema,
	answers: {
		200: {
			schema: v.object({ people: v.array(personRecordSchema), next: v.optional(v.string()) }),
			example: { people: [person], next: "1795518000000,ben" },
		},
	},
	fields: {
		after: "The `next` of the page before.",
		q: "Only people whose id or name contains this.",
		suspended: "`true` lists only people who are suspended.",
		people: "The people, those seen last first.",
		next: "Pass it as `after` for the next page. Absent on the last one.",
	},
	example: { q: "ben", limit: "50" },
});
admin.get("/admin/people", async (c) => {
	const query = v.safeParse(listSchema, c.req.query());
	if (!query.success)
		return refuse(
			c,
			"bad_request",
			`\`after\` is the \`next\` of a page, \`q\` has up to ${limits.username} characters, \`suspended\` is true or left out, \`limit\` is ${rangeText(adminLimits.adminPage)}.`,
		);
	const { after, limit, q, suspended } = query.output;
	const { people, next } = await directoryOf(c).people(callerOf(c), { after, limit, text: q, isSuspended: suspended === "true" });
	return c.json({ people, ...nextOf(next) });
});

const spentSchema = v.object({ dayUsd: v.number(), monthUsd: v.number(), totalUsd: v.number() });
const detailSchema = v.object({
	...personRecordSchema.entries,
	sessions: countSchema,
	tokens: countSchema,
	conversations: countSchema,
	spent: spentSchema,
	/** Set by an administrator. */
	purse: v.nullable(purseRecordSchema),
});

describe("GET /admin/people/:id", {
	tag: "Administration",
	summary: "Get a person",
	description: "Returns what is known of a person, without anything they wrote. Looking at somebody is kept among the acts, once an hour.",
	access: "administrator",
	answers: {
		200: {
			schema: v.object({ person: detailSchema }),
			example: {
				person: { ...person, sessions: 2, tokens: 1, conversations: 12, spent: { dayUsd: 0.1, monthUsd: 2.5, totalUsd: 31 }, purse: null },
			},
		},
	},
	refuses: { not_found: "Nobody has been here under this id." },
	fields: { id: "Id of the person.", person: "The person." },
});
admin.get("/admin/people/:id", async (c) => {
	const userId = personIn(c);
	const known = userId === undefined ? undefined : await directoryOf(c).person(callerOf(c), userId);
	if (userId === undefined || !known) return refuse(c, "not_found");
	const ledger = c.env.LEDGER.getByName(purseName({ userId }));
	const [overview, purse, day, month, total] = await Promise.all([
		c.env.USERS.getByName(userId).overview(),
		directoryOf(c).purse({ of: "person", userId }),
		...(["day", "month", "total"] as const).map(async (period) => {
			const { report, balances, at } = await ledger.report(period);
			return usageOf(report, balances, at, () => "").usd;
		}),
	]);
	const spent = { dayUsd: day ?? 0, monthUsd: month ?? 0, totalUsd: total ?? 0 };
	return c.json({ person: { ...known, ...overview, spent, purse: purse ?? null } });
});

const outcomeSchema = v.object({ userId: idSchema, suspended: v.nullable(suspendedSchema), isPending: v.boolean() });
const outcome = { userId: "ben", suspended: { at: "2026-11-24T12:00:00.000Z", by: "ann" }, isPending: false };
const fields = {
	id: "Id of the person.",
	suspended: "When and by whom the person was suspended; `null` if they are not.",
	isPending: "Whether the person could not be reached yet. It is tried again until it has succeeded.",
};

describe("POST /admin/people/:id/suspend", {
	tag: "Administration",
	summary: "Suspend a person",
	description:
		"Lets nobody in as this person, whatever token, session or personal token they bring: every request is refused with `suspended`, and every socket is closed (4401). The invites that they made admit nobody. Replies that run go on. Nothing is deleted, and they stay a member and an owner where they are one. A person who was never here can be suspended too.",
	access: "administrator",
	answers: { 200: { schema: outcomeSchema, example: outcome } },
	refuses: { forbidden: "The caller is not an administrator, or would suspend themselves.", not_found: "Nobody can have this id." },
	fields,
});
admin.post("/admin/people/:id/suspend", async (c) => {
	const userId = personIn(c);
	if (userId === undefined) return refuse(c, "not_found");
	if (userId === callerOf(c)) return refuse(c, "forbidden", "You cannot suspend yourself. Another administrator can.");
	const done = await directoryOf(c).suspend(callerOf(c), userId);
	return respond(c, done, ({ suspended, isPending }) => ({ userId, suspended: suspended ?? null, isPending }));
});

describe("POST /admin/people/:id/restore", {
	tag: "Administration",
	summary: "Restore a suspended person",
	description:
		"Ends a suspension. Everything is there again: conversations, ownership, settings, and the sessions, personal tokens and invites that have not expired meanwhile.",
	access: "administrator",
	answers: { 200: { schema: outcomeSchema, example: { ...outcome, suspended: null } } },
	refuses: { not_found: "Nobody can have this id." },
	fields,
});
admin.post("/admin/people/:id/restore", async (c) => {
	const userId = personIn(c);
	if (userId === undefined) return refuse(c, "not_found");
	const done = await directoryOf(c).restore(callerOf(c), userId);
	return respond(c, done, ({ suspended, isPending }) => ({ userId, suspended: suspended ?? null, isPending }));
});

describe("POST /admin/guests/end", {
	tag: "Administration",
	summary: "End all guests",
	description:
		"Signs out all guests of now for good, one after another, as if each had done it: they leave their conversations, other members become owners, and nobody can come back as one of them. No conversation is deleted: one in which nobody is left admits nobody, and is kept until a legal request deletes it. New guests can still sign in while `GUEST_SIGN_IN` is on. This cannot be undone.",
	access: "administrator",
	answers: { 200: { schema: v.object({ guests: countSchema }), example: { guests: 17 } } },
	fields: { guests: "How many guests are known. A guest who is not known yet is ended when they come back." },
});
admin.post("/admin/guests/end", async (c) => {
	return c.json({ guests: await directoryOf(c).endGuests(callerOf(c)) });
});
