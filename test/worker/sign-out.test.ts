// A person who lost access can neither receive nor send, even if their client ignores the close, and also after a sleep.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { passTime, startClock } from "../support/clock.ts";
import { evict } from "../support/evict.ts";
import { retryJobs } from "../support/jobs.ts";
import { expectLog } from "../support/log.ts";
import { rowsOf } from "../support/rows.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const ways: [how: string, code: number, expiresIn: number, put: (bob: Client) => unknown][] = [
	[
		"was removed",
		4403,
		600,
		async ({ conversationId }) => call("DELETE", `/conversations/${conversationId}/members/bob`, await tokenOf("ann")),
	],
	["left", 1000, 600, (bob) => bob.send({ type: "chat:leave" })],
	["signed out", 4401, 600, ({ conversationId }) => env.CONVERSATIONS.getByName(conversationId).signOut("bob")],
	[
		"has an expired token",
		4401,
		60,
		({ conversationId }) => {
			passTime(120_000);
			return runDurableObjectAlarm(env.CONVERSATIONS.getByName(conversationId));
		},
	],
	[
		"flooded",
		4429,
		600,
		(bob) => {
			for (let n = 0; n < limits.badFramesPerMinute; n++) bob.raw("{");
		},
	],
	["sent an oversize frame", 1009, 600, (bob) => bob.raw(" ".repeat(limits.frameBytes + 1))],
	[
		"opened too many others",
		4409,
		600,
		async ({ conversationId }) => {
			for (let n = 0; n < limits.socketsPerPerson; n++) await Client.join("bob", conversationId);
		},
	],
];

afterEach(startClock);

/** All rows but those that Ann's own message changes: the log, its index, the title, what Claude reads for it, and her read mark. */
async function rowsBesideAnns(id: string) {
	const rows = (await rowsOf(id)).filter(([table]) => !/^(messages|word|conversation|prompts|system_texts)/.test(table));
	return rows.map(([table, of]) => [table, of.filter(({ user_id }) => user_id !== "ann")]);
}

it.each(ways)("a person who %s can neither receive nor send", async (_how, code, expiresIn, put) => {
	const id = await newConversation("ann", ["bob"]);
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { title: "A room" });
	const ann = await Client.join("ann", id);
	const bob = await Client.join("bob", id, { ignoresClose: true, expiresIn });
	await put(bob);
	expect(await bob.closed).toBe(code);
	const told = bob.frames.length;
	const sleeps = [() => {}, () => evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" })];
	for (const [nth, sleep] of sleeps.entries()) {
		await sleep();
		const before = await rowsBesideAnns(id);
		bob.say("I am still here");
		bob.send({ type: "chat:typing", isTyping: true });
		bob.send({ type: "chat:auth", token: await tokenOf("bob") });
		bob.send({ type: "chat:join" });
		ann.say(`Number ${nth}`);
		await ann.next("chat:message", ({ message }) => message.content === `Number ${nth}`);
		expect(await rowsBesideAnns(id)).toEqual(before);
	}
	expect(bob.frames).toHaveLength(told);
	expect(ann.all("chat:user-typing")).toEqual([]);
	const said = (await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body.messages;
	expect(said.filter(({ role }: { role: string }) => role === "user")).toHaveLength(2);
});

type Answer = Awaited<ReturnType<typeof call>>;
const cookieOf = ({ headers }: Answer) => (headers.get("set-cookie") ?? "").split(";")[0] as string;
const refresh = (cookie: string) => call("POST", "/auth/refresh", undefined, undefined, { cookie });

async function signIn() {
	const answer = await call("POST", "/auth/guest", undefined, { name: "Gus" });
	const { token, user } = answer.body;
	return { token: token as string, userId: user.id as string, cookie: cookieOf(answer) };
}

/** A conversation of the guest's in which Bob and Eve are members. */
async function owned(token: string) {
	const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
	const { invite } = (await call("POST", `/conversations/${id}/invites`, token, {})).body;
	for (const who of ["bob", "eve"]) await call("POST", `/invites/${invite.token}/accept`, await tokenOf(who));
	return { id: id as string, link: invite.token as string };
}

const membersOf = async (id: string, who: string) => (await call("GET", `/conversations/${id}/members`, await tokenOf(who))).body.members;

describe("a guest who signs out for good", () => {
	it("leaves an heir, and the invites they made end", async () => {
		const { token } = await signIn();
		const { id, link } = await owned(token);
		const bob = await Client.join("bob", id);
		await call("POST", "/auth/sign-out", token);
		expect((await bob.next("chat:member")).member).toEqual({ userId: "bob", username: "Bob", role: "owner" });
		expect(await membersOf(id, "bob")).toEqual([
			{ userId: "bob", username: "Bob", role: "owner" },
			{ userId: "eve", username: "Eve", role: "member" },
		]);
		expect((await call("DELETE", `/conversations/${id}/members/eve`, await tokenOf("bob"))).status).toBe(204);
		expect((await call("POST", `/invites/${link}/accept`, await tokenOf("stranger"))).body.error.code).toBe("invite_expired");
	});

	it("takes along a conversation in which nobody else is, for ever", async () => {
		const { token } = await signIn();
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		await call("POST", `/conversations/${id}/messages`, token, { content: "for nobody" });
		const socket = await Client.openBy(token, id);
		await call("POST", "/auth/sign-out", token);
		expect(await socket.closed).toBe(4401);
		const granted = await tokenOf("bob", { conversations: ["*"] });
		for (const path of ["", "/messages"]) expect((await call("GET", `/conversations/${id}${path}`, granted)).status).toBe(404);
		await expect.poll(async () => JSON.stringify(await rowsOf(id))).not.toContain("for nobody");
	});

	it("is out of all other conversations if one fails, and of that one later", async () => {
		const { token, userId } = await signIn();
		const [broken, whole] = [await owned(token), await owned(token)];
		const inBroken = (statement: string) =>
			runInDurableObject(
				env.CONVERSATIONS.getByName(broken.id) as DurableObjectStub<undefined>,
				(_object, { storage }) => void storage.sql.exec(statement),
			);
		await inBroken("CREATE TRIGGER broken BEFORE DELETE ON members BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END");
		expectLog(/broken on purpose/);
		expect((await call("POST", "/auth/sign-out", token)).status).toBe(204);
		expect(await membersOf(whole.id, "bob")).toHaveLength(2);
		expect(await membersOf(broken.id, "bob")).toHaveLength(3);
		await inBroken("DROP TRIGGER broken");
		await retryJobs(env.USERS.getByName(userId));
		expect(await membersOf(broken.id, "bob")).toHaveLength(2);
	});
});

describe("a guest whose session ends without a sign-out", () => {
	const minute = 60_000;
	const lifetime = limits.sessionSeconds * 1000;
	const inStorage = <T>(userId: string, act: (storage: DurableObjectStorage) => T) =>
		runInDurableObject(env.USERS.getByName(userId) as DurableObjectStub<undefined>, (_object, { storage }) => act(storage));

	/** Lets time pass for the guest: what their object has stored of it becomes older, and its alarm fires. */
	async function pass(userId: string, ms: number): Promise<void> {
		await inStorage(userId, ({ sql }) => {
			sql.exec("UPDATE known_since SET at = at - ?", ms);
			const hasSessions = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'sessions'").toArray().length > 0;
			if (hasSessions) sql.exec("UPDATE sessions SET renewed_at = renewed_at - ?1, ended_at = ended_at - ?1", ms);
		});
		await evict(env.USERS.getByName(userId), { webSockets: "hibernate" });
		expect(await runDurableObjectAlarm(env.USERS.getByName(userId))).toBe(true);
	}

	const ends: [how: string, after: number, prepare: (cookie: string) => unknown][] = [
		["was never renewed", lifetime, () => {}],
		["was renewed, and then no more", lifetime, refresh],
	];

	it.each(ends)("leaves an heir, if the session %s", async (_how, after, prepare) => {
		const { token, userId, cookie } = await signIn();
		const { id, link } = await owned(token);
		const { secret } = (await call("POST", "/me/tokens", token, { name: "bot", scopes: ["read"] })).body.token;
		await prepare(cookie);
		await pass(userId, after);
		expect(await membersOf(id, "bob")).toHaveLength(3);
		await pass(userId, 60 * minute);
		expect(await membersOf(id, "bob")).toEqual([
			{ userId: "bob", username: "Bob", role: "owner" },
			{ userId: "eve", username: "Eve", role: "member" },
		]);
		expect((await call("POST", `/invites/${link}/accept`, await tokenOf("stranger"))).body.error.code).toBe("invite_expired");
		expect((await call("GET", `/conversations/${id}/messages`, secret)).status).toBe(401);
	});

	it("stays what they are if they come back in time, however often", async () => {
		const guest = await signIn();
		let { token, cookie } = guest;
		const { id } = await owned(token);
		for (let month = 0; month < 3; month++) {
			await pass(guest.userId, lifetime - minute);
			const renewed = await refresh(cookie);
			[token, cookie] = [renewed.body.token, cookieOf(renewed)];
		}
		expect(await membersOf(id, "bob")).toContainEqual({ userId: guest.userId, username: "Gus", role: "owner" });
		expect((await call("PATCH", `/conversations/${id}`, token, { title: "Still mine" })).status).toBe(200);
	});

	it("is called by an alarm that their first conversation sets", async () => {
		const { token, userId } = await signIn();
		await owned(token);
		const alarm = await inStorage(userId, (storage) => storage.getAlarm());
		expect(alarm).toBeGreaterThan(Date.now());
		expect(alarm).toBeLessThanOrEqual(Date.now() + lifetime + 1000);
	});

	it("stays a member who is no guest", async () => {
		const userId = `p${crypto.randomUUID()}`;
		await newConversation(userId);
		expect(await inStorage(userId, (storage) => storage.getAlarm())).toBeNull();
	});
});
