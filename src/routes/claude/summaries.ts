// Summaries: the one that Claude reads in place of old messages, and those for people who have missed much.

import { Hono } from "hono";
import * as v from "valibot";
import { limits } from "../../protocol/limits.ts";
import { catchUpSchema, leastMissed, summarySchema } from "../../protocol/memory/summary.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import { type App, bodyUpTo, call, endOfSignIn, readBody, refuse, respond } from "../http.ts";
import { describe } from "../operation.ts";

export const summaries = new Hono<App>();

const summary = {
	fromSeq: 1,
	uptoSeq: 420,
	madeAt: "2026-11-24T12:00:00.000Z",
	text: "Ann and Ben prepare the release of Friday. Ben runs the benchmark; the changelog is open.",
	model: "claude-sonnet-5-5",
	cost: { usd: 0.0831 },
};

describe("GET /conversations/:id/summary", {
	tag: "Messages",
	summary: "Get the summary that Claude reads",
	description:
		"Returns the summary that Claude reads in place of the messages up to `uptoSeq`, or `null` if it reads them all. It is made after a reply when the conversation has become long, and it is gone as soon as a message that it rests on is edited, deleted or regenerated. The event `chat:summary` says when there is another one.",
	access: "member",
	programs: "read",
	answers: { 200: { schema: v.object({ summary: v.nullable(summarySchema) }), example: { summary } } },
	fields: { summary: "The summary. `null`: there is none." },
});
summaries.get("/conversations/:id/summary", async (c) => respond(c, await call(c, (calls) => calls.summary()), (result) => result));

const tooFew = `There are fewer than ${leastMissed} messages that you have not read. A summary is made for more.`;

describe("POST /conversations/:id/catch-up", {
	tag: "Messages",
	summary: "Sum up what the caller has not read",
	description: `Returns a summary of the messages that the caller has not read, at least ${leastMissed} of other people's. It may begin a few messages before the first of them and end a few before the last. If they are too many for one summary, it covers the newest. Whoever asks first pays for it; everybody who has missed about the same gets the same one. It changes no read mark. A personal token needs the scope \`read\` as well.`,
	access: "writer",
	programs: "write",
	body: { schema: catchUpSchema, example: { after: 360 } },
	answers: {
		200: {
			schema: v.object({ summary: summarySchema }),
			example: { summary: { ...summary, fromSeq: 361, text: "Ben asks you to review the changelog. …" } },
		},
	},
	refuses: {
		bad_request: tooFew,
		forbidden: "The caller may not ask Claude here.",
		budget_exceeded: "Nobody can pay for the summary. The sentence says whose budget is used up, and until when.",
		rate_limited: "The caller asks too fast, too many summaries are being made here, or Claude is busy.",
		unavailable: "The summary could not be made. The demo model makes none.",
	},
	fields: {
		summary: "The summary.",
		after: "The `seq` of the last message that the caller had read. Default: the caller's read mark.",
	},
});
summaries.post("/conversations/:id/catch-up", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, catchUpSchema);
	if (!body) return refuse(c, "bad_request");
	const made = await call(c, (calls) => calls.catchUp(body.after));
	const ended = await endOfSignIn(c);
	if (ended) return refuse(c, ended);
	if (isRefusal(made)) return refuse(c, made, made.code === "bad_request" ? tooFew : undefined);
	if ("notice" in made) return refuse(c, made.notice, made.notice.error);
	return c.json({ summary: made.summary });
});
