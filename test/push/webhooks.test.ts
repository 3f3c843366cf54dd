// A request of a webhook, literally: what it carries, and what is read of its answer.

import { createHmac } from "node:crypto";
import { afterEach, expect, it, vi } from "vitest";
import { type Delivery, DeliveryFailed, deliver, newSecret } from "../../src/webhooks/send.ts";

const delivery: Delivery = { id: "msg_1", type: "ping", timestamp: "2026-11-24T12:00:00.000Z", data: { conversationId: "tea 🫖" } };
const now = Date.parse("2026-11-24T12:00:00.900Z");
const url = "https://hooks.example/parley";

const spy = (answer: () => Response) => vi.spyOn(globalThis, "fetch").mockImplementation(async () => answer());
const failureOf = (to = url) => deliver({ url: to, secret: newSecret() }, delivery, now).catch((error) => error as DeliveryFailed);
afterEach(() => vi.restoreAllMocks());

it("is signed over its id, time and body, in seconds, by the bytes of the secret", async () => {
	const asked = spy(() => new Response("ignored"));
	const secret = newSecret();
	await deliver({ url, secret }, delivery, now);
	const [[address, init]] = asked.mock.calls as [[string, RequestInit & { headers: Record<string, string> }]];
	const body = '{"type":"ping","timestamp":"2026-11-24T12:00:00.000Z","data":{"conversationId":"tea 🫖"}}';
	const key = Buffer.from(secret.replace("whsec_", ""), "base64");
	expect(key).toHaveLength(32);
	const signature = createHmac("sha256", key).update(`msg_1.1795521600.${body}`).digest("base64");
	expect([address, init.method, init.body, init.redirect]).toEqual([url, "POST", body, "manual"]);
	expect(init.headers).toMatchObject({ "webhook-id": "msg_1", "webhook-timestamp": "1795521600", "webhook-signature": `v1,${signature}` });
});

it.each<[string, () => Response, object]>([
	["500", () => new Response(null, { status: 500 }), { failure: { reason: "status", status: 500 }, isFinal: false }],
	["429 with a wait", () => new Response(null, { status: 429, headers: { "retry-after": "60" } }), { retryAfterMs: 60_000 }],
	["410", () => new Response(null, { status: 410 }), { failure: { reason: "gone", status: 410 }, isFinal: true }],
	["a redirect", () => new Response(null, { status: 302, headers: { location: "http://10.0.0.1/" } }), { failure: { reason: "redirect" } }],
])("fails with %s", async (_what, answer, expected) => {
	spy(answer);
	const failed = await failureOf();
	expect(failed).toBeInstanceOf(DeliveryFailed);
	expect(failed).toMatchObject(expected);
});

it("tells an address that is silent from one that cannot be reached", async () => {
	spy(() => {
		throw new DOMException("late", "TimeoutError");
	});
	expect(await failureOf()).toMatchObject({ failure: { reason: "timeout" } });
	vi.restoreAllMocks();
	spy(() => {
		throw new TypeError("refused");
	});
	expect(await failureOf()).toMatchObject({ failure: { reason: "unreachable" } });
});

it("never goes to a private address, even if one was stored", async () => {
	const asked = spy(() => new Response());
	expect(await failureOf("https://169.254.169.254/")).toMatchObject({ isFinal: true });
	expect(asked).not.toHaveBeenCalled();
});
