// Web push from a message to the browser's push service, through the whole server.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { deploymentName } from "../../src/deployment/object.ts";
import { limits } from "../../src/protocol/limits.ts";
import * as pushLimits from "../../src/protocol/push/limits.ts";
import { evict } from "../support/evict.ts";
import { MeClient } from "../support/me.ts";
import { FakePushService, vapidKeys } from "../support/push-service.ts";
import { withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

const keys = vapidKeys();
withSettings({ ...keys, VAPID_SUBJECT: "mailto:operator@example.com" });

const service = new FakePushService();
const fetchOutside = globalThis.fetch;
vi.spyOn(globalThis, "fetch").mockImplementation(service.fetch(fetchOutside));

const newPerson = (name: string) => `${name}${crypto.randomUUID()}`;
const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);

/** A browser of this person that gets web push. */
async function subscribed(who: string, token?: string) {
	const browser = service.subscribe(keys.VAPID_PUBLIC_KEY);
	const { status } = await call("POST", "/me/push", token ?? (await tokenOf(who)), { subscription: browser.subscription }, { origin });
	expect(status).toBe(204);
	return browser;
}

/** A conversation in which the first person writes, without Claude. */
async function conversationOf(ann: string, ...others: string[]) {
	const id = await newConversation(ann, others);
	await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off", title: "Tea" });
	const here = await Client.join(ann, id);
	const say = async (content: string) => {
		here.say(content, crypto.randomUUID());
		return (await here.next("chat:message", ({ message }) => message.content === content)).message;
	};
	return { id, here, say };
}

const user = (id: string) => env.USERS.getByName(id);
const devicesOf = (id: string) =>
	runInDurableObject(user(id), (_object, { storage }) => storage.sql.exec("SELECT id FROM push_devices").toArray().length);

/** Messages of others that nobody is to be notified of come first; this one shows that they were not pushed. */
async function expectNothingBefore(browser: { next(): Promise<{ message: object }> }, body: string) {
	expect((await browser.next()).message).toMatchObject({ notification: { body } });
}

describe("a browser", () => {
	it("is notified of a direct message, with an absolute address and nothing but the first words, also after the objects slept", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const { id, say } = await conversationOf(ann, bob);
		expect((await as(bob, "GET", "/me/push")).body).toEqual({ publicKey: keys.VAPID_PUBLIC_KEY });
		const browser = await subscribed(bob);
		await evict(user(bob));
		await say(`**Hello**\n${"word ".repeat(100)}`);
		const { message, urgency } = await browser.next();
		const { notification } = message as Extract<typeof message, { notification: object }>;
		expect(notification).toMatchObject({ title: "Tea", navigate: `${origin}/c/${id}`, tag: id });
		expect(notification.body).toMatch(/^Ann\S+: Hello word .*word…$/);
		expect(notification.body.length).toBeLessThan(pushLimits.body + 64);
		expect(urgency).toBe("high");
	});

	it("is notified of mentions and answers where there are more people, and of nothing else", async () => {
		const [ann, bob, eve] = [newPerson("ann"), newPerson("bob"), newPerson("eve")];
		const { id, here, say } = await conversationOf(ann, bob, eve);
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "mention" });
		const [bobs, eves] = [await subscribed(bob), await subscribed(eve)];
		await say("Hello everybody");
		const question = await as(bob, "POST", `/conversations/${id}/messages`, { content: "@claude hello?" });
		expect(question.status).toBe(201);
		await here.next("chat:message", ({ message }) => message.role === "assistant");
		const { message } = await bobs.next();
		expect(message).toMatchObject({ notification: { tag: id, body: expect.stringMatching(/^Claude: /) } });
		here.send({ type: "chat:send", content: "@Eve look", role: "user", mentions: [{ userId: eve, offset: 0, length: 4 }] });
		await expectNothingBefore(eves, `${here.joined.you.username}: @Eve look`);
		expect(bobs.unread).toEqual([]);
	});

	it("loses the notification when the conversation is read on another device", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const { id, say } = await conversationOf(ann, bob);
		const browser = await subscribed(bob);
		const { seq } = await say("Hello");
		expect((await browser.next()).message).toMatchObject({ notification: { tag: id } });
		const room = await Client.join(bob, id);
		room.send({ type: "chat:read", upTo: seq });
		expect((await browser.next()).message).toEqual({ clear: id });
	});

	it("is not notified while a page is visible, until it has been hidden", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const { id, say } = await conversationOf(ann, bob);
		const browser = await subscribed(bob);
		const page = await MeClient.open(bob);
		page.raw(JSON.stringify([{ type: "me:looking", looking: true }]));
		await say("You see this");
		await page.listed(id, { unread: 1 });
		await evict(user(bob), { webSockets: "hibernate" });
		await say("And this");
		await page.listed(id, { unread: 2 });
		page.raw(JSON.stringify({ type: "me:looking", looking: false }));
		// The page was visible a moment ago: a sleep makes the object forget that.
		await expect.poll(() => isLooking(bob)).toBe(false);
		await evict(user(bob), { webSockets: "hibernate" });
		await say("You do not see this");
		await expectNothingBefore(browser, expect.stringContaining("You do not see this"));
	});

	async function isLooking(id: string): Promise<boolean> {
		return runInDurableObject(user(id), (_object, state) =>
			state.getWebSockets().some((socket) => socket.deserializeAttachment().lookingSince !== undefined),
		);
	}

	it("gets nothing of a conversation that was left, and nothing at all once it has unsubscribed", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const left = await conversationOf(ann, bob);
		const other = await conversationOf(ann, bob);
		const browser = await subscribed(bob);
		await as(bob, "DELETE", `/conversations/${left.id}/members/${bob}`);
		await left.say("Are you gone?");
		await other.say("Still here");
		await expectNothingBefore(browser, expect.stringContaining("Still here"));
		expect((await as(bob, "DELETE", "/me/push", { endpoint: browser.subscription.endpoint })).status).toBe(204);
		expect(await devicesOf(bob)).toBe(0);
		const second = await subscribed(bob);
		expect((await as(bob, "DELETE", "/me/push")).status).toBe(204);
		expect(await devicesOf(bob)).toBe(0);
		expect(second.unread).toEqual([]);
	});

	it("gets what its new person gets once somebody else signs in on it, and no longer what the former did", async () => {
		const [ann, bob, eve] = [newPerson("ann"), newPerson("bob"), newPerson("eve")];
		const bobs = await conversationOf(ann, bob);
		const eves = await conversationOf(ann, eve);
		const browser = await subscribed(bob);
		await bobs.say("To Bob");
		await expectNothingBefore(browser, expect.stringContaining("To Bob"));
		expect((await as(eve, "POST", "/me/push", { subscription: browser.subscription })).status).toBe(204);
		await bobs.say("Only for Bob");
		await eves.say("To Eve");
		await expectNothingBefore(browser, expect.stringContaining("To Eve"));
		expect([await devicesOf(bob), await devicesOf(eve)]).toEqual([0, 1]);
		// Bob has the address no longer, so that he cannot take it from her.
		expect((await as(bob, "DELETE", "/me/push", { endpoint: browser.subscription.endpoint })).status).toBe(204);
		expect(await devicesOf(eve)).toBe(1);
	});

	it("is forgotten when its push service knows it no longer, and when its person is erased", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const { say } = await conversationOf(ann, bob);
		const browser = await subscribed(bob);
		browser.isGone = true;
		await say("Hello");
		await expect.poll(() => devicesOf(bob)).toBe(0);
		await subscribed(bob);
		expect((await as(bob, "DELETE", "/me")).status).toBe(200);
		expect(
			await runInDurableObject(user(bob), (_object, { storage }) =>
				storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'push_devices'").toArray(),
			),
		).toEqual([]);
	});

	it("gets nothing more of somebody whose issuer may have let them go, once its page was not opened for a week", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const { say } = await conversationOf(ann, bob);
		const [old, recent] = [await subscribed(bob), await subscribed(bob)];
		const ages = [pushLimits.issuedLifetime, pushLimits.issuedLifetime - 60_000];
		await runInDurableObject(user(bob), (_object, { storage }) => {
			for (const [index, { subscription }] of [old, recent].entries())
				storage.sql.exec(
					"UPDATE push_devices SET renewed_at = ? WHERE endpoint = ?",
					Date.now() - (ages[index] ?? 0),
					subscription.endpoint,
				);
		});
		await say("Hello");
		await expectNothingBefore(recent, expect.stringContaining("Hello"));
		await expect.poll(() => devicesOf(bob)).toBe(1);
		expect(old.unread).toEqual([]);
		await subscribed(bob);
		expect(await devicesOf(bob)).toBe(2);
	});

	it("is forgotten when its guest signs out", async () => {
		const { token, user: guest } = (await call("POST", "/auth/guest", undefined, { name: "Bob" })).body;
		const ann = newPerson("ann");
		const id = await newConversation(ann);
		const { invite } = (await as(ann, "POST", `/conversations/${id}/invites`, {})).body;
		await call("POST", "/invites/accept", token, { token: invite.token });
		const browser = await subscribed(guest.id, token);
		expect(await devicesOf(guest.id)).toBe(1);
		expect((await call("POST", "/auth/sign-out", token)).status).toBe(204);
		expect(await devicesOf(guest.id)).toBe(0);
		expect(browser.requests).toBe(0);
		expect((await call("POST", "/me/push", token, { subscription: browser.subscription })).status).toBe(401);
	});
});

describe("a subscription", () => {
	const { subscription } = service.subscribe(keys.VAPID_PUBLIC_KEY);

	it.each<[string, unknown]>([
		["no body", {}],
		["a private address", { subscription: { ...subscription, endpoint: "https://10.0.0.1/x" } }],
		["another port", { subscription: { ...subscription, endpoint: "https://push.example:8443/x" } }],
		["plain http", { subscription: { ...subscription, endpoint: "http://push.example/x" } }],
		["a key that is no point", { subscription: { ...subscription, keys: { ...subscription.keys, p256dh: `B${"A".repeat(85)}Q` } } }],
	])("with %s is refused with a sentence", async (_what, body) => {
		const { status, body: answer } = await as("ann", "POST", "/me/push", body);
		expect([status, answer.error.code]).toEqual([400, "bad_request"]);
	});

	it("is not for programs", async () => {
		const { secret } = (await as("ann", "POST", "/me/tokens", { name: "bot", scopes: ["read", "write", "manage"] })).body.token;
		for (const [method, body] of [["GET"], ["POST", { subscription }], ["DELETE"]] as [string, unknown?][])
			expect((await call(method, "/me/push", secret, body)).status).toBe(403);
	});
});

it("a flood of visible and hidden closes the person's list sockets", async () => {
	const page = await MeClient.open(newPerson("ann"));
	for (let n = 0; n < limits.looksPerMinute; n++) page.raw(JSON.stringify([{ type: "me:looking", looking: n % 2 === 0 }]));
	expect(await page.closed).toBe(4429);
});

describe("without keys", () => {
	const withKeys = (publicKey: string, privateKey: string, subject = "") =>
		Object.assign(env, { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey, VAPID_SUBJECT: subject });
	const setKeys = () => withKeys(keys.VAPID_PUBLIC_KEY, keys.VAPID_PRIVATE_KEY, "mailto:operator@example.com");
	const keyOf = async (who: string): Promise<string> => (await as(who, "GET", "/me/push")).body.publicKey;

	it("the deployment makes a pair once and keeps it; keys that are set replace it, and end its subscriptions", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const { say } = await conversationOf(ann, bob);
		withKeys("", "");
		const deployment = env.DEPLOYMENT.getByName(deploymentName);
		const [one, other] = await Promise.all([deployment.pushKeys(), deployment.pushKeys()]);
		expect(one.publicKey).not.toBe(keys.VAPID_PUBLIC_KEY);
		expect(other).toEqual(one);
		await evict(deployment);
		expect(await keyOf(bob)).toBe(one.publicKey);
		const subscribe = async (publicKey: string) => {
			const browser = service.subscribe(publicKey);
			expect((await as(bob, "POST", "/me/push", { subscription: browser.subscription })).status).toBe(204);
			return browser;
		};
		const first = await subscribe(one.publicKey);
		await say("By its own keys");
		await expectNothingBefore(first, expect.stringContaining("By its own keys"));
		setKeys();
		expect(await keyOf(bob)).toBe(keys.VAPID_PUBLIC_KEY);
		const second = await subscribe(keys.VAPID_PUBLIC_KEY);
		const next = await conversationOf(ann, bob);
		await next.say("By set keys");
		await expectNothingBefore(second, expect.stringContaining("By set keys"));
		await expect.poll(() => devicesOf(bob)).toBe(1);
		expect([first.requests, first.unread]).toEqual([1, []]);
	});

	it("there is no web push where it is off", async () => {
		const { VAPID_PUBLIC_KEY } = keys;
		withKeys("off", "");
		const { subscription } = service.subscribe(VAPID_PUBLIC_KEY);
		expect((await as("ann", "GET", "/me/push")).body).toEqual({ publicKey: null });
		const { status, body } = await as("ann", "POST", "/me/push", { subscription });
		expect([status, body.error.message ?? body.error.text ?? body.error.code]).toEqual([404, expect.any(String)]);
		setKeys();
	});
});
