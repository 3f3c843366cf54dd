// What is sent to a push service, read by another implementation of its protocol.

import { afterEach, describe, expect, it, vi } from "vitest";
import { hasUsableKey, PushDelayed, push } from "../../src/push/send.ts";
import { expectLog } from "../support/log.ts";
import { FakePushService, vapidKeys } from "../support/push-service.ts";

const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey } = vapidKeys();
const vapid = { publicKey, privateKey, subject: "mailto:operator@example.com" };
const service = new FakePushService();
const fetchOutside = globalThis.fetch;

const spy = () => vi.spyOn(globalThis, "fetch").mockImplementation(service.fetch(fetchOutside));
afterEach(() => vi.restoreAllMocks());

describe("a message", () => {
	it("is what the browser decrypts, signed with the deployment's key, with a topic of its own for each conversation", async () => {
		spy();
		const browser = service.subscribe(publicKey);
		expect(await push(browser.subscription, JSON.stringify({ clear: "grüße 🫖" }), "tea", vapid)).toBe("sent");
		const first = await browser.next();
		expect(first).toMatchObject({ message: { clear: "grüße 🫖" }, urgency: "high", ttl: 24 * 3600 });
		await push(browser.subscription, JSON.stringify({ clear: "b" }), "tea", vapid);
		await push(browser.subscription, JSON.stringify({ clear: "c" }), "coffee", vapid);
		const [second, third] = [await browser.next(), await browser.next()];
		expect([second.topic === first.topic, third.topic === first.topic]).toEqual([true, false]);
		expect(first.topic).toMatch(/^[\w-]{32}$/);
	});

	it.each([
		["404", new Response(null, { status: 404 })],
		["410", new Response(null, { status: 410 })],
	])("finds out from %s that there is no such subscription any more", async (_status, answer) => {
		spy();
		const browser = service.subscribe(publicKey);
		browser.answers.push(answer);
		expect(await push(browser.subscription, "{}", "tea", vapid)).toBe("gone");
	});

	it.each<[string, () => Response, number | undefined]>([
		["429 with seconds", () => new Response(null, { status: 429, headers: { "retry-after": "120" } }), 120_000],
		["500", () => new Response(null, { status: 500 }), undefined],
		["503 with nonsense", () => new Response(null, { status: 503, headers: { "retry-after": "soon" } }), undefined],
	])("is to be sent again after %s", async (_status, answer, retryAfterMs) => {
		spy();
		const browser = service.subscribe(publicKey);
		browser.answers.push(answer());
		const failed = await push(browser.subscription, "{}", "tea", vapid).catch((error) => error);
		expect(failed).toBeInstanceOf(PushDelayed);
		expect(failed.retryAfterMs).toBe(retryAfterMs);
	});

	it("follows no redirect, which could lead into a private network", async () => {
		const asked = spy();
		const browser = service.subscribe(publicKey);
		browser.answers.push(new Response(null, { status: 307, headers: { location: "http://169.254.169.254/" } }));
		expectLog(/A push service refused a message 307/);
		await push(browser.subscription, "{}", "tea", vapid);
		expect(asked.mock.calls.map(([, init]) => init?.redirect)).toEqual(["manual"]);
		expect(browser.requests).toBe(1);
	});

	it("never goes to a private address, even if one was stored", async () => {
		const asked = spy();
		const { keys } = service.subscribe(publicKey).subscription;
		expect(await push({ endpoint: "https://127.0.0.1/x", keys }, "{}", "tea", vapid)).toBe("gone");
		expect(asked).not.toHaveBeenCalled();
	});
});

it("refuses a key that is no point of the curve", async () => {
	const { subscription } = service.subscribe(publicKey);
	expect(await hasUsableKey(subscription)).toBe(true);
	const p256dh = `B${"A".repeat(85)}Q`;
	expect(await hasUsableKey({ ...subscription, keys: { ...subscription.keys, p256dh } })).toBe(false);
});
