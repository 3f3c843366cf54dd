// What Claude has cost in a conversation, and for the caller.

import { Hono } from "hono";
import * as v from "valibot";
import { isGuest } from "../auth/tokens.ts";
import { purseName } from "../money/object.ts";
import { usageOf } from "../money/report.ts";
import { periodSchema, usageSchema } from "../protocol/money/usage.ts";
import { type App, call, refuse, respond } from "./http.ts";
import { describe } from "./operation.ts";

export const usages = new Hono<App>();

const querySchema = v.object({ period: v.optional(periodSchema, "day") });
const badPeriod = "`period` is `day`, `month` or `total`.";
/** Descriptions of what every report of spending has. */
export const fields = {
	period: "The period in UTC: `day` (the default), `month` or `total`.",
	usd: "Dollars.",
	reservedUsd: "Dollars that are reserved for replies that run now.",
	replies: "The number of replies.",
	tokens: "The tokens of all requests to Claude.",
	searches: "The number of web searches.",
	cacheHit: "The share of the input that was read from the cache, from 0 to 1.",
	budget: "The budget that is the first to be used up; `null` if there is none.",
	people: "The people who have paid, the most first.",
	days: "The days of the period on which anything was spent, oldest first.",
};
/** A report of spending. */
export const example = {
	usd: 0.0132,
	reservedUsd: 0,
	replies: 2,
	tokens: { input: 1200, output: 600, cacheRead: 5500, cacheWrite: 1500 },
	searches: 0,
	cacheHit: 0.67,
	budget: { usd: 5, period: "day", leftUsd: 4.9868, resetsAt: "2026-11-25T00:00:00.000Z" },
	people: [{ userId: "ann", username: "Ann", usd: 0.0132, replies: 2 }],
	days: [{ date: "2026-11-24", usd: 0.0132, replies: 2 }],
};

describe("GET /conversations/:id/usage", {
	tag: "Conversations",
	summary: "Get what Claude has cost in a conversation",
	description:
		"Returns what Claude's replies, summaries and the title have cost in a period, by person and by day, and what is left of the budget that is the first to be used up. It covers replies that were paid for: those of the demo model and of models without a price are not in it.",
	access: "member",
	programs: "read",
	query: querySchema,
	answers: { 200: { schema: usageSchema, example } },
	fields,
	example: { period: "month" },
});
usages.get("/conversations/:id/usage", async (c) => {
	const query = v.safeParse(querySchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", badPeriod);
	return respond(c, await call(c, (calls) => calls.usage(query.output.period)), (usage) => usage);
});

describe("GET /me/usage", {
	tag: "Account",
	summary: "Get what Claude has cost for the caller",
	description:
		"Returns what the replies that the caller asked for have cost in a period, over all conversations, and what is left of the caller's budget for today.",
	access: "token",
	programs: "read",
	needsAllConversations: true,
	query: querySchema,
	answers: {
		200: {
			schema: v.object({ ...usageSchema.entries, limitUsd: v.nullable(v.number()) }),
			example: { ...example, budget: { ...example.budget, usd: 2, leftUsd: 1.9868 }, limitUsd: 2 },
		},
	},
	fields: {
		...fields,
		limitUsd: "The caller's budget for a day in dollars; `null` if there is none.",
		people: "The caller alone, if they have paid for anything.",
	},
	example: { period: "month" },
});
usages.get("/me/usage", async (c) => {
	const query = v.safeParse(querySchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", badPeriod);
	const identity = c.get("identity");
	const { userId, username } = identity;
	const { budgets } = c.get("settings");
	const microUsd = budgets[isGuest(identity) ? "guest" : "person"];
	const limits = microUsd === undefined ? [] : [{ microUsd, period: "day" as const }];
	const { report, balances, at } = await c.env.LEDGER.getByName(purseName({ userId })).report(
		query.output.period,
		limits,
		isGuest(identity),
	);
	const usage = usageOf(report, balances, at, () => "");
	const own = usage.replies > 0 || usage.usd > 0 ? [{ userId, username, usd: usage.usd, replies: usage.replies }] : [];
	const daily = balances.filter(({ limit }) => limit.period === "day").map(({ limit }) => limit.microUsd);
	return c.json({ ...usage, people: own, limitUsd: daily.length === 0 ? null : Math.min(...daily) / 1_000_000 });
});
