// Incoming webhooks: addresses by which programs post in a conversation.

import { Hono } from "hono";
import * as v from "valibot";
import { sha256 } from "../../protocol/hash.ts";
import { limits } from "../../protocol/limits.ts";
import { randomSecret } from "../../protocol/random-id.ts";
import * as webhookLimits from "../../protocol/webhooks/limits.ts";
import { incomingWebhookSchema, newIncomingWebhookSchema } from "../../protocol/webhooks/webhook.ts";
import { type App, bodyUpTo, call, readBody, refuse, refuseByQuota, respond, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { requestFields } from "../openapi/webhook-fields.ts";
import { describe } from "../operation.ts";
import { withToken } from "./token.ts";

export const incomingWebhooks = new Hono<App>();

describe("POST /conversations/:id/incoming-webhooks", {
	tag: "Webhooks",
	summary: "Add an incoming webhook",
	description:
		"Makes an address by which programs post in the conversation, in the name of the caller: *Ann (builds)*. Whoever has the address can post. It ends when its creator is no longer an owner, is suspended or signs out for good.",
	access: "owner",
	programs: "manage",
	body: { schema: newIncomingWebhookSchema, example: { name: examples.incomingWebhook.name } },
	answers: {
		201: {
			schema: v.object({ webhook: v.object({ ...incomingWebhookSchema.entries, url: v.string() }) }),
			example: { webhook: { ...examples.incomingWebhook, url: examples.incomingUrl } },
		},
	},
	refuses: {
		forbidden: "The caller is not an owner, or the personal token lacks the scope `manage` or `write`.",
		too_many: `The conversation has ${webhookLimits.perConversation} incoming webhooks, or the caller has ${limits.tokens} personal tokens: each webhook of a person counts as one.`,
		rate_limited: "The caller has added too many webhooks within a minute, or stored too much within a day.",
	},
	fields: requestFields,
});
incomingWebhooks.post("/conversations/:id/incoming-webhooks", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, newIncomingWebhookSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`Give a name of 1 to ${limits.username} characters that does not look like Claude's or the service's. asksClaude is true or false.`,
		);
	const full = await refuseByQuota(c, webhookLimits.rows);
	if (full) return full;
	const secret = randomSecret();
	const id = await sha256(secret);
	const added = await withToken(c, body.name, "write", (backing) =>
		call(c, (calls) => calls.addIncomingWebhook({ id, ...body, ...backing })),
	);
	const url = new URL(`/api/hooks/${encodeURIComponent(`${c.req.param("id")}.${secret}`)}`, c.req.url).href;
	return respond(c, added, (webhook) => ({ webhook: { ...webhook, url } }), 201);
});

describe("GET /conversations/:id/incoming-webhooks", {
	tag: "Webhooks",
	summary: "List incoming webhooks",
	description: "Lists the incoming webhooks of the conversation, the oldest first, without their addresses.",
	access: "owner",
	programs: "manage",
	answers: {
		200: { schema: v.object({ webhooks: v.array(incomingWebhookSchema) }), example: { webhooks: [examples.incomingWebhook] } },
	},
	fields: requestFields,
});
incomingWebhooks.get("/conversations/:id/incoming-webhooks", async (c) =>
	respond(c, await call(c, (calls) => calls.incomingWebhooks()), (all) => all),
);

describe("DELETE /conversations/:id/incoming-webhooks/:webhookId", {
	tag: "Webhooks",
	summary: "Remove an incoming webhook",
	description: "Removes the incoming webhook. Nothing can be posted by its address any more.",
	access: "owner",
	programs: "manage",
	answers: { 204: "nothing" },
	refuses: { not_found: "There is no such conversation or webhook, or the caller may not enter the conversation." },
	fields: requestFields,
});
incomingWebhooks.delete("/conversations/:id/incoming-webhooks/:webhookId", async (c) =>
	respondEmpty(c, await call(c, (calls) => calls.removeWebhook(c.req.param("webhookId")))),
);
