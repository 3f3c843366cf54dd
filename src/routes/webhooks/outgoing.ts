// Outgoing webhooks: addresses that are told what happens in a conversation.

import { Hono } from "hono";
import * as v from "valibot";
import { limits } from "../../protocol/limits.ts";
import { randomId } from "../../protocol/random-id.ts";
import { numberText } from "../../protocol/text/number-text.ts";
import * as webhookLimits from "../../protocol/webhooks/limits.ts";
import { newWebhookSchema, pingSchema, webhookEvents, webhookSchema } from "../../protocol/webhooks/webhook.ts";
import { newSecret } from "../../webhooks/send.ts";
import { type App, bodyUpTo, call, readBody, refuse, refuseByQuota, respond, respondEmpty } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { requestFields } from "../openapi/webhook-fields.ts";
import { describe } from "../operation.ts";
import { withToken } from "./token.ts";

export const webhooks = new Hono<App>();

const noWebhook = "There is no such conversation or webhook, or the caller may not enter the conversation.";

describe("POST /conversations/:id/webhooks", {
	tag: "Webhooks",
	summary: "Add a webhook",
	description:
		"Names an address that is told what happens in the conversation from now on, by signed POST requests. It ends when its creator is no longer an owner or their sign-in ends for good; while they are suspended, it fails. The address is not asked now: send a ping.",
	access: "owner",
	programs: "manage",
	body: { schema: newWebhookSchema, example: { url: examples.webhook.url, events: examples.webhook.events } },
	answers: {
		201: {
			schema: v.object({ webhook: v.object({ ...webhookSchema.entries, secret: v.string() }) }),
			example: { webhook: { ...examples.webhook, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=" } },
		},
	},
	refuses: {
		forbidden: "The caller is not an owner, or the personal token lacks the scope `manage` or `read`.",
		too_many: `The conversation has ${webhookLimits.perConversation} webhooks, or the caller has ${limits.tokens} personal tokens: each webhook of a person counts as one.`,
		rate_limited: "The caller has added or pinged too many webhooks within a minute, or stored too much within a day.",
	},
	fields: requestFields,
});
webhooks.post("/conversations/:id/webhooks", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, newWebhookSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`Give the url of a public https address, up to ${numberText(webhookLimits.url)} characters, without a port or a password in it. events are any of ${webhookEvents.join(", ")}.`,
		);
	const full = await refuseByQuota(c, webhookLimits.rows);
	if (full) return full;
	const secret = newSecret();
	const added = await withToken(c, `Webhook to ${new URL(body.url).hostname}`, "read", (backing) =>
		call(c, (calls) => calls.addWebhook({ id: randomId(), secret, ...body, ...backing })),
	);
	return respond(c, added, (webhook) => ({ webhook: { ...webhook, secret } }), 201);
});

describe("GET /conversations/:id/webhooks", {
	tag: "Webhooks",
	summary: "List webhooks",
	description: "Lists the webhooks of the conversation with their state, the oldest first, without their secrets.",
	access: "owner",
	programs: "manage",
	answers: { 200: { schema: v.object({ webhooks: v.array(webhookSchema) }), example: { webhooks: [examples.webhook] } } },
	fields: requestFields,
});
webhooks.get("/conversations/:id/webhooks", async (c) => respond(c, await call(c, (calls) => calls.webhooks()), (all) => all));

describe("POST /conversations/:id/webhooks/:webhookId/ping", {
	tag: "Webhooks",
	summary: "Ping a webhook",
	description:
		"Sends the event `ping` now and waits for the answer. If it arrives, a webhook that was given up works again: it is told everything that happened since it failed, in order.",
	access: "owner",
	programs: "manage",
	answers: { 200: { schema: pingSchema, example: { delivered: false, failure: { reason: "status", status: 500 } } } },
	refuses: { not_found: noWebhook, rate_limited: "The caller has added or pinged too many webhooks within a minute." },
	fields: requestFields,
});
webhooks.post("/conversations/:id/webhooks/:webhookId/ping", async (c) =>
	respond(c, await call(c, (calls) => calls.pingWebhook(c.req.param("webhookId"))), (ping) => ping),
);

describe("DELETE /conversations/:id/webhooks/:webhookId", {
	tag: "Webhooks",
	summary: "Remove a webhook",
	description: "Removes the webhook. Nothing is sent to its address any more.",
	access: "owner",
	programs: "manage",
	answers: { 204: "nothing" },
	refuses: { not_found: noWebhook },
	fields: requestFields,
});
webhooks.delete("/conversations/:id/webhooks/:webhookId", async (c) =>
	respondEmpty(c, await call(c, (calls) => calls.removeWebhook(c.req.param("webhookId")))),
);
