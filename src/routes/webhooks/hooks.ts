// The address of an incoming webhook, where programs post.

import { Hono } from "hono";
import * as v from "valibot";
import { networkOfRequest } from "../../auth/gates.ts";
import { passLookup, rememberAccepted } from "../../auth/lookups.ts";
import { sha256 } from "../../protocol/hash.ts";
import { limits } from "../../protocol/limits.ts";
import { idSchema } from "../../protocol/person.ts";
import { isRefusal } from "../../protocol/refusal.ts";
import { numberText } from "../../protocol/text/number-text.ts";
import * as webhookLimits from "../../protocol/webhooks/limits.ts";
import { readPayload, slackSchema } from "../../webhooks/slack.ts";
import { type App, bodyUpTo, refuse } from "../http.ts";
import { describe } from "../operation.ts";

export const hooks = new Hono<App>();

const headersSchema = v.object({
	"Idempotency-Key": v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(webhookLimits.idempotencyKey))),
});

describe("POST /hooks/:token", {
	tag: "Webhooks",
	summary: "Post by an incoming webhook",
	description:
		"Posts a message in the form that Slack's incoming webhooks take: JSON with a `text` in Markdown, or a form with that JSON in `payload`. Other fields of Slack's, such as `username` and `icon_emoji`, are ignored. Whoever has the address can post. The response is `ok`.",
	access: "anyone",
	headers: headersSchema,
	body: { schema: slackSchema, example: { text: "Build 512 has failed: [log](https://ci.example/512)" } },
	answers: { 200: { media: "text/plain", description: "The message is stored, now or by an earlier request.", example: "ok" } },
	refuses: {
		not_found: "There is no such webhook: it was removed, or its creator is no longer an owner, is suspended or has signed out.",
		forbidden: "`asksClaude` is set, and the creator of the webhook did not allow it.",
		conflict: "This `Idempotency-Key` was used for another text.",
		too_large: `The text is longer than ${numberText(limits.content)} characters.`,
		rate_limited: "The creator of the webhook, by all their programs, is sending too fast, or unknown addresses were tried too often.",
	},
	fields: {
		token: "The conversation and the secret, as in the webhook's address.",
		text: `The text, up to ${numberText(limits.content)} characters. Links in Slack's form become links in Markdown.`,
		asksClaude: "Asks Claude for a reply, if the creator of the webhook allowed it. An `@claude` in the text then does the same.",
		"Idempotency-Key": "A request that is repeated with the same key posts once.",
	},
	example: { "Idempotency-Key": "build-512" },
});
hooks.use("/hooks/:token", async (c, next) => {
	const { conversationId, webhookId } = await readAddress(c.req.param("token"));
	if (!v.is(idSchema, conversationId)) return refuse(c, "not_found");
	const limited = await passLookup(c.env, webhookId, networkOfRequest(c.req.raw));
	if (limited) return refuse(c, limited);
	// Strangers make us hold no more than other bodies without a sign-in have.
	if (Number(c.req.header("content-length") ?? Number.NaN) <= limits.bodyBytes) return next();
	using calls = await c.env.CONVERSATIONS.getByName(conversationId).forDeployer();
	return (await calls.knowsIncomingWebhook(webhookId)) ? next() : refuse(c, "not_found");
});
hooks.post("/hooks/:token", bodyUpTo(limits.frameBytes, "too_large"), async (c) => {
	const { conversationId, webhookId } = await readAddress(c.req.param("token"));
	const network = networkOfRequest(c.req.raw);
	const headers = v.safeParse(headersSchema, { "Idempotency-Key": c.req.header("idempotency-key") });
	if (!headers.success)
		return refuse(c, "bad_request", `An Idempotency-Key has 1 to ${numberText(webhookLimits.idempotencyKey)} characters.`);
	// The runtime warns of `text()` for the media type of forms.
	const body = v.safeParse(slackSchema, readPayload(new TextDecoder().decode(await c.req.arrayBuffer())));
	if (!body.success) {
		const isTooLong = body.issues.some(({ type, path }) => type === "max_length" && path?.[0].key === "text");
		return isTooLong ? refuse(c, "too_large") : refuse(c, "bad_request", 'Give a text, not only spaces, as JSON: {"text": "Hello"}.');
	}
	const { text: content, asksClaude } = body.output;
	const key = headers.output["Idempotency-Key"];
	const clientId = key === undefined ? undefined : await sha256(`${webhookId} ${key}`);
	const posted = await c.env.CONVERSATIONS.getByName(conversationId).post(webhookId, { content, asksClaude, clientId }, network);
	if (isRefusal(posted)) return refuse(c, posted);
	rememberAccepted(webhookId);
	return c.text("ok");
});

async function readAddress(token: string): Promise<{ conversationId: string; webhookId: string }> {
	const dot = token.lastIndexOf(".");
	return { conversationId: token.slice(0, Math.max(0, dot)), webhookId: await sha256(token.slice(dot + 1)) };
}
