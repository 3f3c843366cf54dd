// What the guests of one network may spend on Claude together, over real routes and purses.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { purseName } from "../../src/money/object.ts";
import { type Answer, nothingSpent, type Wish } from "../../src/money/purse-calls.ts";
import { expectLog } from "../support/log.ts";
import { FakePushService, vapidKeys } from "../support/push-service.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

const keys = vapidKeys();
withSettings({
	...keys,
	VAPID_SUBJECT: "mailto:operator@example.com",
	...scripted,
	CLAUDE_PRICES: '{"claude-sonnet-5-5": {"input": 1, "output": 10}}',
	GUEST_CLAUDE: "on",
	BUDGET_USD_PER_GUEST_PER_DAY: "0.2",
	BUDGET_USD_PER_GUEST_NETWORK_PER_DAY: "0.05",
});

const ledger = (network: string) => env.LEDGER.getByName(purseName({ network }));

/** A new guest asks from an address, and gets why nobody replies, or "asked". */
async function askFrom(address: string, words: number): Promise<{ code: string; scope?: string; error: string } | "asked"> {
	const { token } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
	const { id } = (await call("POST", "/conversations", token, { title: "Costs" })).body.conversation;
	const content = `!{"tokens":${words}}`;
	const { status, body } = await call("POST", `/conversations/${id}/messages`, token, { content }, { "cf-connecting-ip": address });
	expect(status).toBe(201);
	return body.notice ?? "asked";
}

afterEach(() => void vi.useRealTimers());

it("a network's guests share a purse, which others and the deployment's people do not pay for", async () => {
	const network = "2001:db8:91:1::/64";
	// More than there is: it ends where the network's purse does.
	expect(await askFrom("2001:db8:91:1::1", 6_000)).toBe("asked");
	await expect.poll(async () => (await ledger(network).report("day")).report?.sums).toMatchObject({ microUsd: 50_000, reserved: 0 });
	const refused = { code: "budget_exceeded", scope: "person", error: expect.stringContaining("The guests of your network") };
	expect(await askFrom("2001:db8:91:1::2", 10)).toMatchObject(refused);
	expect(await askFrom("2001:db8:91:2::1", 10)).toBe("asked");
	const id = await newConversation("ann");
	const from = { "cf-connecting-ip": "2001:db8:91:1::3" };
	expect((await call("POST", `/conversations/${id}/messages`, await tokenOf("ann"), { content: "Hi" }, from)).body).not.toHaveProperty(
		"notice",
	);
	// Five networks' worth for the site around it.
	await expect.poll(async () => (await ledger("2001:db8:91::/48").report("day")).report?.sums.microUsd).toBeGreaterThan(50_000);
});

/** A guest from an address who owns a conversation. */
async function guestAt(address: string) {
	const from = { "cf-connecting-ip": address };
	const { token, user } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
	const { id } = (await call("POST", "/conversations", token, { title: "Costs" }, from)).body.conversation;
	await call("PATCH", `/conversations/${id}`, token, { assistant: "mention" }, from);
	return { id, token, userId: user.id, from };
}

const spentBy = async (network: string) => (await ledger(network).report("day")).report?.sums.microUsd ?? 0;

/** What a network pays for the reply to a question. */
async function paidBy(network: string, client: Client, ask: () => unknown): Promise<number> {
	const before = await spentBy(network);
	await ask();
	await client.next("chat:complete");
	const deployment = async () => (await env.LEDGER.getByName(purseName("deployment")).report("day")).report?.sums.reserved;
	await expect.poll(deployment).toBe(0);
	await expect.poll(async () => (await ledger(network).report("day")).report?.sums.reserved ?? 0).toBe(0);
	return (await spentBy(network)) - before;
}

const question = '@claude !{"tokens":10}';

it("a guest's network pays for them also after a device of theirs was notified late", async () => {
	expectLog(/A notification could not be pushed/);
	const service = new FakePushService();
	const outside = globalThis.fetch;
	const fetches = vi.spyOn(globalThis, "fetch").mockImplementation(service.fetch(outside));
	const address = "192.0.2.95";
	const { id, token, userId, from } = await guestAt(address);
	const { invite } = (await call("POST", `/conversations/${id}/invites`, token, {}, from)).body;
	await call("POST", "/invites/accept", await tokenOf("ann"), { token: invite.token });
	const browser = service.subscribe(keys.VAPID_PUBLIC_KEY);
	browser.answers.push(new Response(null, { status: 503 }));
	await call("POST", "/me/push", token, { subscription: browser.subscription }, { origin, ...from });
	(await Client.join("ann", id)).say("Hello");
	await expect.poll(() => browser.requests).toBe(1);
	const client = await Client.openBy(token, id, { headers: from });
	// A notification that waited asks the conversation whether its person is still there.
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6_000 });
	await runDurableObjectAlarm(env.USERS.getByName(userId));
	await browser.next();
	vi.useRealTimers();
	expect(await paidBy(address, client, () => client.say(question))).toBeGreaterThan(0);
	fetches.mockRestore();
});

it("a guest's network pays for them also after their webhook was called from elsewhere, and for what it asks", async () => {
	const [address, elsewhere] = ["192.0.2.96", "192.0.2.97"];
	const { id, token, from } = await guestAt(address);
	const client = await Client.openBy(token, id, { headers: from });
	const made = await call("POST", `/conversations/${id}/incoming-webhooks`, token, { name: "builds", asksClaude: true }, from);
	const post = () =>
		exports.default.fetch(made.body.webhook.url, {
			method: "POST",
			headers: { "cf-connecting-ip": elsewhere },
			body: JSON.stringify({ text: question }),
		});
	expect(await paidBy(address, client, post)).toBeGreaterThan(0);
	expect(await paidBy(address, client, () => client.say(question))).toBeGreaterThan(0);
	expect(await spentBy(elsewhere)).toBe(0);
});

const wish = (id: string, at = Date.now()): Wish => ({ id, at, label: "", least: 1, most: 10 });
const reserve = async (network: string, ids: readonly string[]) => {
	const answers: Answer[] = [];
	for (const id of ids) answers.push((await ledger(network).reserve(wish(id), [])) as Answer);
	return answers.filter((answer) => "granted" in answer).length;
};
const ids = (count: number) => Array.from({ length: count }, (_, n) => `r${n}`);

it("ten replies of a network run at once, and forty of a site", async () => {
	expect(await reserve("192.0.2.91", ids(12))).toBe(10);
	expect(await reserve("2001:db8:92::/48", ids(45))).toBe(40);
	await ledger("192.0.2.91").settle({ id: "r3", at: Date.now(), label: "", spent: nothingSpent });
	expect(await reserve("192.0.2.91", ["r12", "r13"])).toBe(1);
});

it("nothing of a network is kept on the next day, nor written for the day before", async () => {
	const stub = ledger("192.0.2.92");
	await stub.reserve(wish("r1"), []);
	const { alarm } = await runInDurableObject(stub, async (_object, { storage }) => ({ alarm: await storage.getAlarm() }));
	expect(new Date(alarm ?? 0).toISOString()).toMatch(/T00:00:00.000Z$/);
	await runDurableObjectAlarm(stub);
	const tables = () =>
		runInDurableObject(stub, (_object, { storage }) =>
			storage.sql.exec("SELECT name FROM sqlite_schema WHERE name = 'spending'").toArray(),
		);
	expect(await tables()).toEqual([]);
	const yesterday = Date.now() - 24 * 3600_000;
	await stub.settle({ id: "r1", at: yesterday, label: "", spent: { ...nothingSpent, microUsd: 5 } });
	expect(await tables()).toEqual([]);
});

it("what was asked just before midnight gives its place back, and stores nothing of what it has cost", async () => {
	const network = "192.0.2.94";
	const midnight = Math.floor(Date.now() / 86_400_000) * 86_400_000 + 86_400_000;
	vi.useFakeTimers({ toFake: ["Date"], now: midnight + 1_000 });
	const at = midnight - 1_000;
	for (const id of ids(10)) expect(await ledger(network).reserve(wish(id, at), [])).toHaveProperty("granted");
	expect(await reserve(network, ["next"])).toBe(0);
	for (const id of ids(10)) await ledger(network).settle({ id, at, label: "", spent: { ...nothingSpent, microUsd: 5 } });
	expect(await reserve(network, ["next", "after"])).toBe(2);
	expect((await ledger(network).report("total")).report?.sums).toMatchObject({ microUsd: 0, reserved: 20 });
});

it("a call that comes before a late alarm finds nothing of the day before either", async () => {
	const network = "192.0.2.93";
	const noon = Math.floor(Date.now() / 86_400_000) * 86_400_000 + 43_200_000;
	vi.useFakeTimers({ toFake: ["Date"], now: noon });
	expect(await reserve(network, ids(12))).toBe(10);
	vi.setSystemTime(noon + 86_400_000);
	expect(await reserve(network, ["next"])).toBe(1);
	const { report } = await ledger(network).report("total");
	expect(report?.sums.reserved).toBe(10);
	const alarm = await runInDurableObject(ledger(network), (_object, { storage }) => storage.getAlarm());
	expect(alarm).toBe(noon + 86_400_000 + 43_200_000);
});
