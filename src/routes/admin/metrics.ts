// Metrics for monitoring.

import { Hono } from "hono";
import { version } from "../../../package.json";
import { readToken } from "../../auth/bearer.ts";
import { exposition } from "../../metrics/exposition.ts";
import { seriesOf } from "../../metrics/series.ts";
import { purseName } from "../../money/object.ts";
import { directoryName } from "../../protocol/admin/records.ts";
import { type App, refuse } from "../http.ts";
import { describe } from "../operation.ts";

/** Needs the token of metrics instead of a person's. */
export const metrics = new Hono<App>();

describe("GET /metrics", {
	tag: "Service",
	summary: "Get metrics for Prometheus",
	description:
		"Returns metrics in the text format of Prometheus. Conversations report them when they are in use, so the newest seconds may be missing. `docs/grafana.json` is a dashboard for them.",
	access: "monitoring",
	answers: {
		200: {
			media: "text/plain",
			description: "One time series a line.",
			example: 'parley_connections 12\nparley_messages_total 4711\nparley_replies_total{outcome="complete"} 815\n',
		},
	},
	refuses: { not_found: "`METRICS_TOKEN` is not set." },
});
metrics.get("/metrics", async (c) => {
	const { metricsToken } = c.get("settings");
	if (metricsToken === undefined) return refuse(c, "not_found");
	if (!(await isEqual(readToken(c.req.raw) ?? "", metricsToken))) return refuse(c, "unauthorized");
	const [{ counts, gauges }, { report }] = await Promise.all([
		c.env.DIRECTORY.getByName(directoryName).counts(),
		c.env.LEDGER.getByName(purseName("deployment")).report("total"),
	]);
	const text = exposition({
		...counts,
		[seriesOf("parley_connections")]: gauges.connections,
		[seriesOf("parley_people")]: gauges.people,
		[seriesOf("parley_conversations")]: gauges.conversations,
		[seriesOf("parley_claude_usd_total")]: (report?.sums.microUsd ?? 0) / 1_000_000,
		[seriesOf("parley_build_info", { version })]: 1,
	});
	return c.text(text, 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
});

/** Takes as long for every token, however much of it is right. */
async function isEqual(one: string, other: string): Promise<boolean> {
	const [first, second] = await Promise.all([one, other].map((text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
	return crypto.subtle.timingSafeEqual(first as ArrayBuffer, second as ArrayBuffer);
}
