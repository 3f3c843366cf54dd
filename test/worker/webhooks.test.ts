// Webhooks out and in, over the routes and with addresses that check what they get.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as webhookLimits from "../../src/protocol/webhooks/limits.ts";
import { startClock, stopClock } from "../support/clock.ts";
import { evict } from "../support/evict.ts";
import { expectLog } from "../support/log.ts";
import { countRows } from "../support/rows.ts";
import { unlimitedSends, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";
import { FakeReceiver, fetchWith } from "../support/webhook-receiver.ts";

withSettings(unlimitedSends);

const receivers: FakeReceiver[] = [];
vi.spyOn(globalThis, "fetch").mockImplementation(fetchWith(receivers, globalThis.fetch));

const newPerson = (name: string) => `${name}${crypto.randomUUID()}`;
const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);

/** A conversation without Claude, and a receiver that is told of it. */
async function withWebhook({ ann = newPerson("ann"), others = [] as string[], events = undefined as string[] | undefined } = {}) {
	const id = await newConversation(ann, others);
	await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off" });
	const receiver = new FakeReceiver();
	receivers.push(receiver);
	const { status, body } = await as(ann, "POST", `/conversations/${id}/webhooks`, { url: receiver.url, ...(events && { events }) });
	expect(status).toBe(201);
	receiver.secret = body.webhook.secret;
	const list = async () => (await as(ann, "GET", `/conversations/${id}/webhooks`)).body.webhooks;
	const say = (content: string, who = ann) => as(who, "POST", `/conversations/${id}/messages`, { content });
	return { ann, id, receiver, webhook: body.webhook, list, say };
}

describe("a webhook", () => {
	afterEach(startClock);

	it("is told, signed, of what happens, by a secret that is shown once; a ping arrives, and nothing after it is removed", async () => {
		const { ann, id, receiver, webhook, list, say } = await withWebhook();
		expect(webhook).toMatchObject({ url: receiver.url, status: "active", createdBy: ann, secret: expect.stringMatching(/^whsec_/) });
		const sent = (await say("Hello")).body.message;
		const first = await receiver.next();
		expect(first).toEqual({ type: "message.sent", timestamp: expect.any(String), data: { conversationId: id, message: sent } });
		const pinged = await as(ann, "POST", `/conversations/${id}/webhooks/${webhook.id}/ping`);
		expect(pinged.body).toEqual({ delivered: true });
		expect(await receiver.next()).toMatchObject({ type: "ping", data: { conversationId: id } });
		const [listed] = await list();
		expect(listed).toMatchObject({ id: webhook.id, lastSuccessAt: expect.any(String) });
		expect(listed).not.toHaveProperty("secret");
		expect((await as(ann, "DELETE", `/conversations/${id}/webhooks/${webhook.id}`)).status).toBe(204);
		await say("Not for you");
		expect(await list()).toEqual([]);
		expect((await as(ann, "DELETE", `/conversations/${id}/webhooks/${webhook.id}`)).status).toBe(404);
		await expect.poll(async () => (await as(ann, "GET", "/me/tokens")).body.tokens).toEqual([]);
		expect(receiver.received).toHaveLength(2);
	});

	it("gets what programs say under the program's name, so that it can leave it alone", async () => {
		const { ann, id, receiver } = await withWebhook();
		const { token } = (await as(ann, "POST", "/me/tokens", { name: "bot" })).body;
		await call("POST", `/conversations/${id}/messages`, token.secret, { content: "Beep" });
		expect((await receiver.next()).data.message).toMatchObject({ content: "Beep", author: { userId: ann, program: { name: "bot" } } });
	});

	it.each([
		["http", "http://example.com/"],
		["a loopback address", "https://127.0.0.1/"],
		["a private address in another spelling", "https://0xa000001/"],
		["a link-local address", "https://169.254.169.254/latest/meta-data"],
		["IPv6", "https://[::1]/"],
		["localhost", "https://localhost/"],
		["a name in a private network", "https://router.local/"],
		["a port", "https://example.com:8080/"],
		["a password", "https://ann:secret@example.com/"],
		["no address", "example"],
	])("is refused with %s", async (_what, url) => {
		const ann = newPerson("ann");
		const id = await newConversation(ann);
		const { status, body } = await as(ann, "POST", `/conversations/${id}/webhooks`, { url });
		expect([status, body.error.code]).toEqual([400, "bad_request"]);
		expect((await as(ann, "GET", "/me/tokens")).body.tokens).toEqual([]);
	});

	it("is refused to members, to programs that may not read, and beyond the limit, and leaves no token then", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const { id } = await withWebhook({ ann, others: [bob] });
		const path = `/conversations/${id}/webhooks`;
		const url = "https://example.com/";
		expect((await as(bob, "POST", path, { url })).status).toBe(403);
		expect((await as(bob, "GET", path)).status).toBe(403);
		expect((await as(bob, "GET", "/me/tokens")).body.tokens).toEqual([]);
		const { token } = (await as(ann, "POST", "/me/tokens", { name: "bot", scopes: ["manage"] })).body;
		expect((await call("POST", path, token.secret, { url })).status).toBe(403);
		expect((await call("POST", `/conversations/${id}/incoming-webhooks`, token.secret, { name: "x" })).status).toBe(403);
		for (let n = 1; n < webhookLimits.perConversation; n++) expect((await as(ann, "POST", path, { url })).status).toBe(201);
		const { status, body } = await as(ann, "POST", path, { url });
		expect([status, body.error.code]).toEqual([409, "too_many"]);
		expect((await as(ann, "GET", "/me/tokens")).body.tokens).toHaveLength(webhookLimits.perConversation + 1);
	});

	it("follows no redirect, and shows why it fails; a ping that arrives repairs it, with what it missed", async () => {
		const { ann, id, receiver, webhook, list, say } = await withWebhook();
		// It is not tried again by itself.
		stopClock();
		receiver.answers.push({ status: 307, headers: { location: "http://169.254.169.254/" } });
		expectLog(/A webhook failed .* redirect 307/);
		await say("One");
		await expect.poll(list).toMatchObject([{ status: "failing", lastFailure: { reason: "redirect", status: 307 } }]);
		expect([receiver.requests, (await list())[0].nextTryAt]).toEqual([1, expect.any(String)]);
		receiver.answers.push({ status: 500 });
		const failed = await as(ann, "POST", `/conversations/${id}/webhooks/${webhook.id}/ping`);
		expect(failed.body).toEqual({ delivered: false, failure: { reason: "status", status: 500 } });
		expect((await as(ann, "POST", `/conversations/${id}/webhooks/${webhook.id}/ping`)).body).toEqual({ delivered: true });
		expect((await receiver.next()).type).toBe("ping");
		expect((await receiver.next()).data.message).toMatchObject({ content: "One" });
		expect(await list()).toMatchObject([{ status: "active" }]);
	});

	it("is told nothing once its maker is suspended, has revoked its token, or is no owner any more", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const { id, receiver, list, say } = await withWebhook({ ann, others: [bob] });
		// It is not tried again while she is back.
		stopClock();
		await env.USERS.getByName(ann).suspend(true);
		expectLog(/A webhook failed .* maker/);
		expect((await say("While she is away", bob)).status).toBe(201);
		const failures = () =>
			runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage: { sql } }) =>
				sql.exec<{ failure: string }>("SELECT failure FROM webhooks WHERE failure IS NOT NULL").toArray(),
			);
		await expect.poll(failures).toEqual([{ failure: '{"reason":"maker"}' }]);
		await env.USERS.getByName(ann).suspend(false);
		const { tokens } = (await as(ann, "GET", "/me/tokens")).body;
		expect(tokens).toMatchObject([{ name: expect.stringMatching(/^Webhook to hooks-/), scopes: ["read"], conversations: [id] }]);
		expect((await as(ann, "DELETE", `/me/tokens/${tokens[0].id}`)).status).toBe(204);
		await expect.poll(list).toEqual([]);
		await say("Afterwards", bob);
		expect(receiver.requests).toBe(0);
	});

	it("ends with its maker's erasure, incoming ones too, also where they are alone and a legal hold keeps the conversation", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const { id, receiver, say } = await withWebhook({ ann, others: [bob] });
		const alone = await newConversation(ann);
		const addIncoming = async (id: string) =>
			(await as(ann, "POST", `/conversations/${id}/incoming-webhooks`, { name: "x" })).body.webhook.url;
		const urls = [await addIncoming(id), await addIncoming(alone)];
		await as(ann, "POST", `/conversations/${alone}/webhooks`, { url: receiver.url });
		using calls = await env.CONVERSATIONS.getByName(alone).forDeployer();
		await calls.hold(true);
		await as(ann, "PATCH", `/conversations/${id}/members/${bob}`, { role: "owner" });
		await expect.poll(() => receiver.received.map(({ type }) => type)).toEqual(["member.changed"]);
		expect((await as(ann, "DELETE", "/me")).body.erased).toMatchObject({ conversations: 2, remaining: 0, failed: 0 });

		await say("Afterwards", bob);
		const heirs = async (what: string) => (await as(bob, "GET", `/conversations/${id}/${what}`)).body.webhooks;
		expect([await heirs("webhooks"), await heirs("incoming-webhooks")]).toEqual([[], []]);
		expect(receiver.requests).toBe(1);
		for (const url of urls) expect((await exports.default.fetch(url, { method: "POST", body: '{"text":"Hello"}' })).status).toBe(404);
		for (const place of [id, alone])
			await runInDurableObject(env.CONVERSATIONS.getByName(place), (_object, { storage: { sql } }) => {
				expect(sql.exec("SELECT id FROM webhooks UNION SELECT id FROM incoming_webhooks").toArray()).toEqual([]);
			});
		const { entries } = (await as(bob, "GET", `/conversations/${id}/audit`)).body;
		expect(entries.filter(({ action }: { action: string }) => action === "webhook_removed")).toHaveLength(2);
		expect(JSON.stringify(entries)).not.toContain(ann);
	});

	it("goes on after the object has slept, and costs no row without one", async () => {
		const { ann, id, receiver, say } = await withWebhook();
		await say("One");
		await receiver.next();
		await evict(env.CONVERSATIONS.getByName(id));
		await say("Two");
		expect((await receiver.next()).data.message).toMatchObject({ content: "Two" });
		const rows = await countRows();
		const other = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${other}`, { assistant: "off" });
		const client = await Client.join(ann, other);
		client.say("First");
		await client.next("chat:message");
		await rows(other);
		client.say("Second");
		await client.next("chat:message");
		expect((await rows(other)).written).toBeLessThanOrEqual(4);
	});
});

describe("an incoming webhook", () => {
	const post = (url: string, body: string, headers: Record<string, string> = {}) =>
		exports.default.fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

	async function withIncoming(settings: object = {}, assistant = "off") {
		const ann = newPerson("ann");
		const id = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${id}`, { assistant });
		const { status, body } = await as(ann, "POST", `/conversations/${id}/incoming-webhooks`, { name: "builds", ...settings });
		expect(status).toBe(201);
		const messages = async () => (await as(ann, "GET", `/conversations/${id}/messages`)).body.messages;
		return { ann, id, webhook: body.webhook, url: body.webhook.url as string, messages };
	}

	it("takes Slack's simple form and posts it as a program of its maker", async () => {
		const { ann, id, webhook, url, messages } = await withIncoming();
		expect(new URL(url).origin).toBe(origin);
		const answer = await post(
			url,
			JSON.stringify({
				text: "Failed: <https://ci.example/512|log [512]>",
				username: "Claude",
				icon_emoji: ":x:",
				channel: "#x",
				blocks: [],
			}),
		);
		expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
		const form = await post(url, new URLSearchParams({ payload: JSON.stringify({ text: "From a form" }) }).toString(), {
			"content-type": "application/x-www-form-urlencoded",
		});
		expect(form.status).toBe(200);
		expect(await messages()).toMatchObject([
			{ content: "Failed: [log \\[512\\]](https://ci.example/512)", author: { userId: ann, program: { name: "builds" } } },
			{ content: "From a form", author: { username: expect.stringMatching(/^Ann\S+ \(builds\)$/) } },
		]);
		const { webhooks } = (await as(ann, "GET", `/conversations/${id}/incoming-webhooks`)).body;
		expect(webhooks).toMatchObject([{ id: webhook.id, name: "builds", asksClaude: false, lastUsedAt: expect.any(String) }]);
		expect(JSON.stringify(webhooks)).not.toContain(new URL(url).pathname.split(".").at(-1));
	});

	it("posts once for each idempotency key", async () => {
		const { url, messages } = await withIncoming();
		const key = { "idempotency-key": "build 512" };
		for (const expected of [200, 200]) expect((await post(url, '{"text":"Done"}', key)).status).toBe(expected);
		const other = await post(url, '{"text":"Other"}', key);
		expect([other.status, ((await other.json()) as { error: { code: string } }).error.code]).toEqual([409, "conflict"]);
		expect((await post(url, '{"text":"Done"}', { "idempotency-key": "x".repeat(256) })).status).toBe(400);
		expect(await messages()).toHaveLength(1);
	});

	it("asks Claude only if its maker allowed it", async () => {
		const { url, messages } = await withIncoming({}, "always");
		const refused = await post(url, '{"text":"Hello","asksClaude":true}');
		expect(refused.status).toBe(403);
		expect((await post(url, '{"text":"@claude hello"}')).status).toBe(200);
		expect((await messages()).map((message: object) => "asksClaude" in message)).toEqual([false]);
		const allowed = await withIncoming({ asksClaude: true }, "mention");
		expect((await post(allowed.url, '{"text":"Hello","asksClaude":true}')).status).toBe(200);
		expect((await allowed.messages())[0]).toMatchObject({ content: "Hello", asksClaude: true });
	});

	it.each([
		["no JSON", "hello", 400],
		["no text", '{"blocks":[]}', 400],
		["an empty text", '{"text":"  "}', 400],
		["a text that is too long", JSON.stringify({ text: "x".repeat(100_001) }), 413],
		["a list", "[]", 400],
	])("refuses %s and stores nothing", async (_what, body, status) => {
		const { url, messages } = await withIncoming();
		expect((await post(url, body)).status).toBe(status);
		expect(await messages()).toEqual([]);
	});

	it("is unknown once it is removed, its token is revoked, or its maker is suspended or no owner any more", async () => {
		const answers = async (url: string) => (await post(url, '{"text":"Hello"}')).status;
		const removed = await withIncoming();
		await as(removed.ann, "DELETE", `/conversations/${removed.id}/incoming-webhooks/${removed.webhook.id}`);
		expect(await answers(removed.url)).toBe(404);
		const suspended = await withIncoming();
		await env.USERS.getByName(suspended.ann).suspend(true);
		expect(await answers(suspended.url)).toBe(404);
		const revoked = await withIncoming();
		const { tokens } = (await as(revoked.ann, "GET", "/me/tokens")).body;
		expect(tokens).toMatchObject([{ name: "builds", scopes: ["write"], conversations: [revoked.id] }]);
		await as(revoked.ann, "DELETE", `/me/tokens/${tokens[0].id}`);
		expect(await answers(revoked.url)).toBe(404);
		expect(await answers(`${origin}/api/hooks/nowhere.secret`)).toBe(404);
		expect(await answers(`${origin}/api/hooks/secret`)).toBe(404);
	});

	it("has a secret that is no personal token, and counts as its maker's sends", async () => {
		const { id, url } = await withIncoming();
		const secret = decodeURIComponent(url).split(".").at(-1) as string;
		expect((await call("GET", `/conversations/${id}`, secret)).status).toBe(401);
	});
});
