// Web push: the devices of the caller that are notified while no page is open.

import { Hono } from "hono";
import * as v from "valibot";
import { originForLinks } from "../../auth/origins.ts";
import { pushKeysOf } from "../../deployment/settings.ts";
import { sha256 } from "../../protocol/hash.ts";
import { limits } from "../../protocol/limits.ts";
import * as pushLimits from "../../protocol/push/limits.ts";
import { subscriptionSchema } from "../../protocol/push/subscription.ts";
import { hasUsableKey } from "../../push/send.ts";
import { type App, bodyUpTo, readBody, refuse } from "../http.ts";
import { examples } from "../openapi/examples.ts";
import { describe } from "../operation.ts";

export const pushes = new Hono<App>();

describe("GET /me/push", {
	tag: "Account",
	summary: "Get the key for web push",
	description: "Returns the public key with which a browser subscribes: the `applicationServerKey` of `PushManager.subscribe()`.",
	access: "person",
	answers: { 200: { schema: v.object({ publicKey: v.nullable(v.string()) }), example: { publicKey: examples.vapidKey } } },
	fields: { publicKey: "The key in base64url. `null` where the deployment has no web push." },
});
pushes.get("/me/push", async (c) => {
	const keys = await pushKeysOf(c.get("settings"), c.env);
	return c.json({ publicKey: keys?.publicKey ?? null });
});

const newSubscriptionSchema = v.object({ subscription: subscriptionSchema });

describe("POST /me/push", {
	tag: "Account",
	summary: "Notify a browser by web push",
	description: `Adds or renews a browser that is notified of what arrives while none of the caller's pages is visible. \`subscription\` is the JSON of the browser's subscription. The caller's settings and the levels of their conversations say what they are notified of. The subscription ends with the session of the request, and if it is not renewed for 30 days. One person has up to ${pushLimits.devices}; one more ends the one that was renewed least recently. If the subscription belonged to somebody else, it is theirs no longer.`,
	access: "person",
	body: { schema: newSubscriptionSchema, example: { subscription: examples.subscription } },
	answers: { 204: "nothing" },
	fields: {
		subscription: "What `PushSubscription.toJSON()` returns.",
	},
	refuses: {
		not_found: "The deployment has no web push.",
		rate_limited: "The caller has subscribed too often within a minute.",
	},
});
pushes.post("/me/push", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, newSubscriptionSchema);
	if (!body || !(await hasUsableKey(body.subscription)))
		return refuse(
			c,
			"bad_request",
			"Give the browser's subscription as { subscription: { endpoint, keys: { p256dh, auth } } }. The endpoint is an https address with a public name and without a port.",
		);
	const settings = c.get("settings");
	const keys = await pushKeysOf(settings, c.env);
	if (!keys) return refuse(c, "not_found", "This service has no web push.");
	const identity = c.get("identity");
	// Programs are refused by the description above.
	if (identity.kind === "program") return refuse(c, "forbidden");
	const { userId, kind } = identity;
	const id = await sha256(body.subscription.endpoint);
	const page = originForLinks(c.req.header("origin") ?? null, new URL(c.req.url), settings);
	const session = "session" in identity ? identity.session : undefined;
	await c.env.PUSH_ENDPOINTS.getByName(id).claim(userId);
	const device = { ...body.subscription, id, page, key: keys.publicKey, kind, session };
	return (await c.env.USERS.getByName(userId).addDevice(device)) ? c.body(null, 204) : refuse(c, "unauthorized");
});

const endSchema = v.object({ endpoint: v.optional(v.pipe(v.string(), v.maxLength(pushLimits.endpoint))) });

describe("DELETE /me/push", {
	tag: "Account",
	summary: "End web push",
	description: "Ends the subscription with this endpoint, or all subscriptions of the caller if the request names none.",
	access: "person",
	body: { schema: endSchema, example: { endpoint: examples.subscription.endpoint } },
	answers: { 204: "nothing" },
	fields: { endpoint: "The endpoint of the subscription to end." },
});
pushes.delete("/me/push", bodyUpTo(limits.bodyBytes), async (c) => {
	const body = await readBody(c, endSchema);
	if (!body) return refuse(c, "bad_request", "Give the endpoint of the subscription to end, or no body to end all of them.");
	const { userId } = c.get("identity");
	const id = body.endpoint === undefined ? undefined : await sha256(body.endpoint);
	await c.env.USERS.getByName(userId).removeDevice(id);
	if (id !== undefined) await c.env.PUSH_ENDPOINTS.getByName(id).release(userId);
	return c.body(null, 204);
});
