// What administrators see of the deployment, and what they can end: people, conversations, spending, guests and networks.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { purseName } from "../../src/money/object.ts";
import { dayOf } from "../../src/money/periods.ts";
import { directoryName, type PersonRecord } from "../../src/protocol/admin/records.ts";
import { passTime, startClock } from "../support/clock.ts";
import { allowLog, expectLog } from "../support/log.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";
import { url } from "../support/socketio.ts";

withSettings({
	...scripted,
	ADMIN_USERS: "root",
	CLAUDE_PRICES: '{"claude-sonnet-5-5": {"input": 1000, "output": 1000}}',
	BUDGET_USD_PER_DAY: "1000",
});
allowLog(/A token was refused/);
afterEach(startClock);

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const admin = (method: string, path: string, body?: unknown) => as("root", method, `/admin${path}`, body);
const directory = () => env.DIRECTORY.getByName(directoryName);
const inDirectory = (statement: string) =>
	runInDurableObject(directory() as unknown as DurableObjectStub<undefined>, (_object, { storage }) =>
		storage.sql.exec(statement).toArray(),
	);
const someone = () => `p-${crypto.randomUUID()}`;
const found = async (q: string, more = "") =>
	(await admin("GET", `/people?q=${encodeURIComponent(q)}${more}`)).body.people as PersonRecord[];
const signIn = async () => (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body as { token: string; user: { id: string } };

describe("people", () => {
	it("are listed once they were here, those seen last first, with name and kind, page by page", async () => {
		const mark = crypto.randomUUID().slice(0, 8);
		for (const n of [1, 2, 3]) await call("GET", "/me", await tokenOf(`${mark}-${n}`, { name: `Person ${n}` }));
		const guest = await signIn();
		await call("GET", "/me", guest.token);
		// Their objects report that nobody waits for.
		await expect.poll(() => found(mark)).toHaveLength(3);
		await expect.poll(() => found(guest.user.id)).toHaveLength(1);
		const seen = expect.stringMatching(/^\d{4}-.*Z$/);
		expect((await found(guest.user.id))[0]).toEqual({
			userId: guest.user.id,
			username: "Gus",
			kind: "guest",
			firstSeenAt: seen,
			lastSeenAt: seen,
			suspended: null,
		});
		const names: string[] = [];
		for (let after = ""; ; ) {
			const { people, next } = (await admin("GET", `/people?q=${mark}&limit=2${after}`)).body;
			expect(people.length).toBeLessThanOrEqual(2);
			names.push(...people.map(({ username }: PersonRecord) => username));
			if (next === undefined) break;
			after = `&after=${encodeURIComponent(next)}`;
		}
		expect(names.sort()).toEqual(["Person 1", "Person 2", "Person 3"]);
		expect(await found("pErSoN 2")).toContainEqual(expect.objectContaining({ userId: `${mark}-2`, kind: "issued" }));
	});

	it("include those who were suspended and were never here", async () => {
		const userId = someone();
		await admin("POST", `/people/${userId}/suspend`);
		expect(await found(userId, "&suspended=true")).toEqual([
			{ userId, username: userId, kind: "issued", suspended: expect.objectContaining({ at: expect.any(String), by: "root" }) },
		]);
		await admin("POST", `/people/${userId}/restore`);
		expect(await found(userId)).toEqual([]);
	});

	it("are shown one by one, without a word of theirs, and who looked is kept", async () => {
		const userId = someone();
		const id = await newConversation(userId);
		await as(userId, "PATCH", `/conversations/${id}`, { title: "SECRET-TITLE" });
		await as(userId, "POST", "/me/tokens", { name: "SECRET-BOT" });
		for (let n = 0; n < 2; n++) {
			const { person } = (await admin("GET", `/people/${userId}`)).body;
			expect(person).toMatchObject({ userId, sessions: 0, tokens: 1, conversations: 1, spent: { dayUsd: 0, monthUsd: 0, totalUsd: 0 } });
			expect(JSON.stringify(person)).not.toContain("SECRET");
		}
		const acts = (await admin("GET", "/audit")).body.acts as { action: string; subject?: string }[];
		expect(acts.filter(({ action, subject }) => action === "viewed" && subject === userId)).toHaveLength(1);
		expect((await admin("GET", `/people/${someone()}`)).status).toBe(404);
	});

	it("are gone once they are erased, also if the administration fails at first", async () => {
		const userId = someone();
		await newConversation(userId);
		await expect.poll(() => found(userId)).toHaveLength(1);
		await inDirectory(
			`CREATE TRIGGER broken BEFORE DELETE ON people WHEN old.user_id = '${userId}' BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END`,
		);
		expectLog(/broken on purpose/);
		expect((await as(userId, "DELETE", "/me")).status).toBe(500);
		await inDirectory("DROP TRIGGER broken");
		await runDurableObjectAlarm(env.USERS.getByName(userId));
		await expect.poll(() => found(userId)).toEqual([]);
	});

	it.each(["after=x", "after=1", "limit=0", "limit=201", "suspended=maybe", `q=${"x".repeat(65)}`])(
		"are refused for ?%s",
		async (query) => {
			expect((await admin("GET", `/people?${query}`)).body.error.code).toBe("bad_request");
		},
	);
});

type Listed = { conversationId: string; members: number; messages: number };
const listed = async (id: string) =>
	((await admin("GET", "/conversations?limit=200")).body.conversations as Listed[]).find(({ conversationId }) => conversationId === id);

describe("conversations", () => {
	it("are listed with their size and activity, without a word, until they are deleted", async () => {
		const ann = someone();
		const id = await newConversation(ann, [someone()]);
		await as(ann, "PATCH", `/conversations/${id}`, { title: "SECRET-TITLE", assistant: "off" });
		const client = await Client.join(ann, id);
		client.say("SECRET-WORD");
		await expect.poll(() => listed(id)).toMatchObject({ members: 2, messages: 1, bytes: expect.any(Number) });
		expect(JSON.stringify((await admin("GET", "/conversations?limit=200")).body)).not.toContain("SECRET");
		await as(ann, "DELETE", `/conversations/${id}`);
		await expect.poll(() => listed(id)).toBeUndefined();
	});

	it("are listed at once although the clock is set back meanwhile", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off" });
		const client = await Client.join(ann, id);
		client.say("Tea");
		await client.next("chat:message");
		passTime(-3600_000);
		await expect.poll(() => listed(id), { timeout: 10_000 }).toMatchObject({ messages: 1 });
	});

	it("and visits do not wait for the administration", async () => {
		const ann = someone();
		const id = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off" });
		const gate = Promise.withResolvers<void>();
		const busy = runInDurableObject(directory(), (_object, state) => state.blockConcurrencyWhile(() => gate.promise));
		const client = await Client.join(ann, id);
		client.say("One");
		expect((await client.next("chat:message")).message.content).toBe("One");
		expect((await as(someone(), "GET", "/me")).status).toBe(200);
		gate.resolve();
		await busy;
	});
});

it("spending is shown by day, model and person", async () => {
	const ann = someone();
	const id = await newConversation(ann);
	const client = await Client.join(ann, id);
	client.say("Hello");
	await client.next("chat:message", ({ message }) => message.role === "assistant" && message.status === "complete");
	await expect
		.poll(async () =>
			((await admin("GET", "/spend?period=month")).body.people as { userId: string }[]).find(({ userId }) => userId === ann),
		)
		.toMatchObject({ username: `P${ann.slice(1)}`, replies: expect.any(Number) });
	const spend = (await admin("GET", "/spend")).body;
	expect(spend.usd).toBeGreaterThan(0);
	expect(spend.models).toContainEqual(expect.objectContaining({ model: expect.stringContaining("claude"), usd: spend.usd }));
	expect(spend.days).toHaveLength(1);
	expect(spend.budget).toMatchObject({ usd: 1000, period: "day" });
	expect((await admin("GET", `/people/${ann}`)).body.person.spent.dayUsd).toBeGreaterThan(0);
	expect((await admin("GET", "/spend?period=year")).body.error.code).toBe("bad_request");
});

it.each(["alone", "with another"])("spending of somebody who is erased while Claude replies is not shown (%s)", async (how) => {
	const ann = someone();
	const id = await newConversation(ann, how === "alone" ? [] : [someone()]);
	const client = await Client.join(ann, id);
	client.say('@claude Hello !{"text":"one two three","perSecond":1}');
	await client.next("chat:streaming");
	expect((await as(ann, "DELETE", "/me")).status).toBe(200);
	await expect.poll(async () => (await env.LEDGER.getByName(purseName({ userId: ann })).report("day")).report?.sums.replies).toBe(1);
	const { people } = (await admin("GET", "/spend")).body;
	expect(people.filter(({ userId }: { userId: string }) => userId === ann)).toEqual([]);
});

describe("a purse that is told late what a request has cost", () => {
	const now = Date.now();
	const yesterday = now - 24 * 3600_000;
	const purseOf = (userId: string) => env.LEDGER.getByName(purseName({ userId }));
	const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, searches: 0 };
	const reserve = async (userId: string, id: string, at = now) =>
		purseOf(userId).reserve({ id, label: "a conversation", at, least: 1, most: 1_000 }, []);
	const settle = async (userId: string, id: string, microUsd: number, at = now) =>
		purseOf(userId).settle({ id, label: "a conversation", at, spent: { ...nothing, microUsd, replies: 1 } });
	const shown = async (userId: string) => {
		// What was told before is there as well.
		const last = someone();
		await reserve(last, "last");
		await settle(last, "last", 1);
		const rows = (who: string) => inDirectory(`SELECT day, micro_usd, replies FROM spending WHERE user_id = '${who}' ORDER BY day`);
		await expect.poll(async () => (await admin("GET", "/spend")) && (await rows(last))).toHaveLength(1);
		return (await rows(userId)).map(({ day, micro_usd, replies }) => [(day as number) - dayOf(now), micro_usd, replies]);
	};

	it("tells the administration nothing of somebody who was erased meanwhile, and keeps the sums", async () => {
		const ann = someone();
		await call("GET", "/me", await tokenOf(ann));
		for (const id of ["early", "late"]) await reserve(ann, id);
		await settle(ann, "early", 300);
		await expect.poll(() => shown(ann)).toEqual([[0, 300, 1]]);
		expect((await as(ann, "DELETE", "/me")).status).toBe(200);
		await settle(ann, "late", 500);
		expect(await shown(ann)).toEqual([]);
		expect((await purseOf(ann).report("day")).report?.sums).toMatchObject({ microUsd: 800, replies: 2, reserved: 0 });
	});

	it("tells only what somebody has spent since, if they come back after their erasure", async () => {
		const ann = someone();
		for (const id of ["early", "late"]) await reserve(ann, id);
		await settle(ann, "early", 300);
		expect((await as(ann, "DELETE", "/me")).status).toBe(200);
		await settle(ann, "late", 500);
		await reserve(ann, "new", Date.now() + 1);
		await settle(ann, "new", 70, Date.now() + 1);
		await expect.poll(() => shown(ann)).toEqual([[0, 70, 1]]);
	});

	it("counts for the day before nothing of today", async () => {
		const ann = someone();
		await reserve(ann, "early", yesterday);
		await reserve(ann, "late");
		await settle(ann, "late", 500);
		await settle(ann, "early", 300, yesterday);
		await expect
			.poll(() => shown(ann))
			.toEqual([
				[-1, 300, 1],
				[0, 500, 1],
			]);
	});
});

describe("ending all guests", () => {
	it("signs out each of them for good, leaves heirs, and spares everybody else", async () => {
		const [one, two] = [await signIn(), await signIn()];
		const { id } = (await call("POST", "/conversations", one.token, {})).body.conversation;
		const { invite } = (await call("POST", `/conversations/${id}/invites`, one.token, {})).body;
		await as("bob", "POST", "/invites/accept", { token: invite.token });
		await call("POST", "/conversations", two.token, {});
		await runInDurableObject(env.USERS.getByName(two.user.id) as DurableObjectStub<undefined>, (_object, { storage }) => {
			storage.sql.exec("UPDATE known_since SET at = at - 5000");
		});
		// The administration does not know this one.
		await expect.poll(() => found(two.user.id)).toHaveLength(1);
		await inDirectory(`DELETE FROM people WHERE user_id = '${two.user.id}'`);
		const alone = (await call("POST", "/conversations", one.token, {})).body.conversation.id as string;
		const { guests } = (await admin("POST", "/guests/end")).body;
		expect(guests).toBeGreaterThanOrEqual(1);
		await expect.poll(async () => (await call("GET", "/me", one.token)).status).toBe(401);
		expect((await as("bob", "GET", `/conversations/${id}/members`)).body.members).toMatchObject([{ userId: "bob", role: "owner" }]);
		// One administrator alone deletes nothing. Nobody gets in, either.
		const granted = await tokenOf("cat", { conversations: [alone] });
		const members = () =>
			runInDurableObject(env.CONVERSATIONS.getByName(alone) as unknown as DurableObjectStub<undefined>, (_object, { storage }) =>
				storage.sql.exec("SELECT user_id FROM members").toArray(),
			);
		await expect.poll(members).toEqual([]);
		expect((await call("GET", `/conversations/${alone}`, granted)).status).toBe(404);
		const fresh = await signIn();
		expect((await call("GET", "/me", fresh.token)).status).toBe(200);
		expect((await as("bob", "GET", "/me")).status).toBe(200);
		await env.USERS.getByName(two.user.id).standing("another", "Gus II");
		await admin("GET", "/people");
		await expect.poll(async () => (await call("GET", "/me", two.token)).status).toBe(401);
		expect((await call("GET", "/me", fresh.token)).status).toBe(200);
	});
});

describe("a banned network", () => {
	const from = (address: string) => ({ "cf-connecting-ip": address });
	const me = async (address: string) => (await call("GET", "/me", await tokenOf("ann"), undefined, from(address))).status;
	const ban = async (prefix: string, body: unknown = {}, address = "198.51.100.1") =>
		call("PUT", `/admin/networks/${encodeURIComponent(prefix)}`, await tokenOf("root"), body, from(address));

	it("is refused at every door, for a time, and no other is", async () => {
		expect((await ban("203.0.113.9/24", { seconds: 3600 })).body.network).toMatchObject({ prefix: "203.0.113.0/24", by: "root" });
		const refused = await call("POST", "/auth/guest", undefined, { name: "Gus" }, from("203.0.113.77"));
		expect([refused.status, refused.body.error.code]).toEqual([403, "forbidden"]);
		expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(3500);
		expect(refused.body.error.message).toContain("network");
		const polling = await exports.default.fetch(url("polling"), { headers: from("203.0.113.78") });
		expect(polling.status).toBe(403);
		expect([await me("203.0.113.1"), await me("203.0.114.1")]).toEqual([403, 200]);
		expect((await admin("GET", "/networks")).body.networks).toHaveLength(1);
		expect((await admin("DELETE", "/networks/203.0.113.0%2F24")).status).toBe(204);
		expect((await admin("DELETE", "/networks/203.0.113.0%2F24")).status).toBe(404);
		expect(await me("203.0.113.1")).toBe(200);
		const acts = (await admin("GET", "/audit?limit=2")).body.acts as { action: string; subject: string }[];
		expect(acts.map(({ action, subject }) => [action, subject])).toEqual([
			["unbanned", "203.0.113.0/24"],
			["banned", "203.0.113.0/24"],
		]);
	});

	it("cannot be the administrator's own, the whole internet, or banned without end", async () => {
		expect((await ban("198.51.100.0/24")).body.error.code).toBe("forbidden");
		for (const prefix of ["0.0.0.0/0", "nonsense"]) expect((await ban(prefix)).body.error.code).toBe("bad_request");
		for (const seconds of [0, 1e9, "1"]) expect((await ban("203.0.113.0/24", { seconds })).body.error.code).toBe("bad_request");
		expect((await admin("GET", "/networks")).body.networks).toEqual([]);
	});
});
