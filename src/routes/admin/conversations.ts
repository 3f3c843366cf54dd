// The conversations of the deployment, and what Claude has cost in all.

import * as v from "valibot";
import { purseName } from "../../money/object.ts";
import { firstDayOf } from "../../money/periods.ts";
import { usageOf } from "../../money/report.ts";
import { adminLimits } from "../../protocol/admin/limits.ts";
import { conversationRecordSchema } from "../../protocol/admin/records.ts";
import { countSchema } from "../../protocol/message.ts";
import { periodSchema, usageSchema } from "../../protocol/money/usage.ts";
import { rangeText } from "../../protocol/text/number-text.ts";
import { refuse } from "../http.ts";
import { describe } from "../operation.ts";
import { example as usageExample, fields as usageFields } from "../usage.ts";
import { admin, directoryOf, nextOf, pageParameters } from "./admin.ts";

const conversation = {
	conversationId: "Yx3kQ0v8mT1bWc5nRz7LpA",
	createdAt: "2026-11-24T09:30:00.000Z",
	lastActivityAt: "2026-11-24T12:00:00.000Z",
	members: 3,
	messages: 42,
	bytes: 122_880,
	connections: 2,
};
const listSchema = v.object(pageParameters);

describe("GET /admin/conversations", {
	tag: "Administration",
	summary: "List the conversations of the deployment",
	description:
		"Lists conversations, those with the latest activity first, as they last reported: the numbers may be ten minutes old. Nothing that anybody wrote is in it, no title either.",
	access: "administrator",
	query: listSchema,
	answers: {
		200: {
			schema: v.object({ conversations: v.array(conversationRecordSchema), next: v.optional(v.string()) }),
			example: { conversations: [conversation], next: "1795521600000,Yx3kQ0v8mT1bWc5nRz7LpA" },
		},
	},
	fields: {
		after: "The `next` of the page before.",
		conversations: "The conversations, those with the latest activity first.",
		next: "Pass it as `after` for the next page. Absent on the last one.",
	},
	example: { limit: "50" },
});
admin.get("/admin/conversations", async (c) => {
	const query = v.safeParse(listSchema, c.req.query());
	if (!query.success)
		return refuse(c, "bad_request", `\`after\` is the \`next\` of a page, \`limit\` is ${rangeText(adminLimits.adminPage)}.`);
	const { conversations, next } = await directoryOf(c).conversations(query.output.after, query.output.limit);
	return c.json({ conversations, ...nextOf(next) });
});

const spendQuerySchema = v.object({ period: v.optional(periodSchema, "day") });
const spendSchema = v.object({
	...usageSchema.entries,
	models: v.array(v.object({ model: v.string(), usd: v.number(), replies: countSchema })),
});

describe("GET /admin/spend", {
	tag: "Administration",
	summary: "Get what Claude has cost in all",
	description:
		"Returns what Claude has cost the deployment in a period, by day, model and person, and what is left of its budget for today. The sums by person may be some seconds old.",
	access: "administrator",
	query: spendQuerySchema,
	answers: {
		200: {
			schema: spendSchema,
			example: {
				...usageExample,
				budget: { usd: 10, period: "day", leftUsd: 9.9868, resetsAt: "2026-11-25T00:00:00.000Z" },
				models: [{ model: "claude-sonnet-5-5", usd: 0.0132, replies: 2 }],
			},
		},
	},
	fields: {
		...usageFields,
		budget: "The deployment's budget for a day; `null` if there is none.",
		models: "The models that replied, the most expensive first.",
	},
	example: { period: "month" },
});
admin.get("/admin/spend", async (c) => {
	const query = v.safeParse(spendQuerySchema, c.req.query());
	if (!query.success) return refuse(c, "bad_request", "`period` is `day`, `month` or `total`.");
	const { period } = query.output;
	const { deployment } = c.get("settings").budgets;
	const budgets = deployment === undefined ? [] : [{ microUsd: deployment, period: "day" as const }];
	const { report, balances, at } = await c.env.LEDGER.getByName(purseName("deployment")).report(period, budgets);
	const { people: models, ...usage } = usageOf(report, balances, at, (label) => label);
	const spenders = await directoryOf(c).spenders(firstDayOf(period, at), adminLimits.spenders);
	return c.json({
		...usage,
		models: models.map(({ userId: model, usd, replies }) => ({ model, usd, replies })),
		people: spenders.map(({ userId, username, microUsd, replies }) => ({ userId, username, usd: microUsd / 1_000_000, replies })),
	});
});
