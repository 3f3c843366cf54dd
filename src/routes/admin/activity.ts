// Activity of the deployment as a whole: connections, replies, and failures by reason.

import { byLabel } from "../../metrics/series.ts";
import { activitySchema } from "../../protocol/admin/records.ts";
import { describe } from "../operation.ts";
import { admin, directoryOf } from "./admin.ts";

describe("GET /admin/activity", {
	tag: "Administration",
	summary: "Get connections, and failures by reason",
	description:
		"Returns the open connections, and replies and refusals that were counted since the deployment began. These are the numbers of `GET /api/metrics`; conversations report them when they are in use.",
	access: "administrator",
	answers: {
		200: {
			schema: activitySchema,
			example: {
				connections: 12,
				people: 40,
				conversations: 96,
				replies: [{ name: "complete", count: 815 }],
				failures: [{ name: "overloaded", count: 3 }],
				errors: [{ name: "rate_limited", count: 21 }],
			},
		},
	},
	fields: {
		connections: "Open sockets to conversations.",
		people: "The number of people who were here at some time.",
		conversations: "The number of conversations that were in use at some time.",
		replies: "Claude's replies by outcome, the most first.",
		failures: "Claude's replies that are not simply complete, by reason.",
		errors: "Refusals and failures by code.",
	},
});
admin.get("/admin/activity", async (c) => {
	const { counts, gauges } = await directoryOf(c).counts();
	const of = (family: Parameters<typeof byLabel>[1]) => byLabel(counts, family).map(({ label, count }) => ({ name: label, count }));
	return c.json({
		...gauges,
		replies: of("parley_replies_total"),
		failures: of("parley_reply_failures_total"),
		errors: of("parley_errors_total"),
	});
});
