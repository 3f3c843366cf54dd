// Access to a conversation over time: expiry, removal, sign-out, and the limits on sockets, frames and requests.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { upgradeRequest } from "../../src/conversation/object.ts";
import { Audit, auditBounds } from "../../src/conversation/store/audit.ts";
import { migrations } from "../../src/conversation/store/migrations.ts";
import { wire } from "../../src/conversation/wiring.ts";
import { migrate } from "../../src/platform/migrate.ts";
import { limits } from "../../src/protocol/limits.ts";
import { randomId } from "../../src/protocol/random-id.ts";
import { readSettings } from "../../src/settings.ts";
import { passTime, startClock, stopClock } from "../support/clock.ts";
import { settled } from "../support/conversation.ts";
import { evict } from "../support/evict.ts";
import { release, scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

// Claude is asked where a test says how it answers.
withSettings(scripted);
afterEach(startClock);

const stubOf = (id: string) => env.CONVERSATIONS.getByName(id);
const alarmOf = (id: string) => runInDurableObject(stubOf(id), (_object, { storage }) => storage.getAlarm());
const messagesOf = async (id: string) => (await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"))).body.messages;
const auditOf = async (id: string): Promise<{ action: string; actor: string; subject?: string }[]> =>
	(await call("GET", `/conversations/${id}/audit`, await tokenOf("ann"))).body.entries;

async function upgrade(id: string, token: string): Promise<Response> {
	return exports.default.fetch(`${origin}/api/conversations/${id}/socket`, {
		headers: { upgrade: "websocket", authorization: `Bearer ${token}` },
	});
}

describe("a token that expires while its bearer is silent", () => {
	it("closes the socket by the alarm, also after a sleep, and no other socket", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		// Long enough for a slow machine to have it asleep by then.
		const bob = await Client.join("bob", id, { expiresIn: 12 });
		await evict(stubOf(id), { webSockets: "hibernate" });
		const due = (await alarmOf(id)) as number;
		expect(due - Date.now()).toBeLessThan(13_100);
		// The real alarm wakes the object; nothing else does.
		expect(await bob.closed).toBe(4401);
		expect(Date.now()).toBeGreaterThanOrEqual(due - 1_000);
		expect(bob.all("chat:error").map(({ code }) => code)).toEqual(["token_expired"]);
		expect(await ann.next("chat:user-left")).toMatchObject({ userId: "bob" });
		ann.say("still here");
		await ann.next("chat:message");
		// It rings again for Ann, and not before.
		expect((await alarmOf(id)) as number).toBeGreaterThan(Date.now() + 500_000);
	});

	it("sets no further alarm when nobody is left", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		ann.close();
		await ann.closed;
		expect(await runDurableObjectAlarm(stubOf(id))).toBe(true);
		expect(await alarmOf(id)).toBeNull();
	});

	it("is watched again after a reply's own alarm", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const forAnn = await alarmOf(id);
		ann.say(`!{"tokens":9,"hold":"${id}"}`);
		await ann.next("chat:streaming");
		expect((await alarmOf(id)) as number).toBeLessThan(Date.now() + 31_000);
		await release(id);
		await ann.next("chat:complete");
		await expect.poll(() => alarmOf(id)).toBe(forAnn);
	});

	it("receives nothing after its expiry, even before its socket is closed", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id, { expiresIn: 60 });
		// The alarm that would close it has not rung by then.
		passTime(120_000);
		ann.say("a secret");
		expect(await bob.closed).toBe(4401);
		expect(bob.all("chat:message")).toEqual([]);
	});
});

describe("the audit", () => {
	it("keeps the newest of acts that one person repeats, and everything that happened once", async () => {
		const id = await newConversation("ann", ["bob"]);
		const stub = env.CONVERSATIONS.getByName(id) as DurableObjectStub<undefined>;
		const kept = await runInDurableObject(stub, (_object, { storage }) => {
			const audit = new Audit(storage.sql);
			for (let n = 0; n < 20 * limits.auditRepeats; n++) {
				audit.add(n % 2 ? "model_changed" : "left", "ann", undefined, n);
				if (n % 20 === 0) audit.add("removed", "ann", `someone-${n}`, n);
			}
			return audit.before(Number.MAX_SAFE_INTEGER, 10_000);
		});
		const count = (action: string) => kept.filter((entry) => entry.action === action).length;
		for (const action of ["model_changed", "left"]) expect(count(action)).toBe(limits.auditRepeats);
		expect([count("removed"), count("created"), count("joined")]).toEqual([limits.auditRepeats, 1, 1]);
		expect(kept.map((entry) => entry.id)).toEqual(kept.map((entry) => entry.id).sort((one, other) => other - one));
	});

	const inStorage = <T>(id: string, run: (sql: SqlStorage) => T) =>
		runInDurableObject(stubOf(id) as unknown as DurableObjectStub<undefined>, (_object, { storage }) => run(storage.sql));
	const entriesOf = (audit: Audit) => audit.before(Number.MAX_SAFE_INTEGER, 100_000);
	const many = 3 * limits.auditEvents;

	it("is bounded however many ids its acts name, and keeps the latest joining, leaving and removal of everybody", async () => {
		await inStorage(await newConversation("ann"), (sql) => {
			const audit = new Audit(sql);
			const everybody = Array.from({ length: many }, (_, n) => `person-${n}`);
			for (const id of everybody) audit.add("banned", "ann", id, 0);
			for (let round = 0; round < 3; round++)
				for (const id of everybody) {
					audit.add("joined", id, undefined, round);
					audit.add("removed", "ann", id, round);
				}
			const kept = entriesOf(audit);
			const of = (action: string) => kept.filter((entry) => entry.action === action);
			expect(of("banned").map(({ subject }) => subject)).toEqual(everybody.slice(-limits.auditEvents).reverse());
			for (const action of ["joined", "removed"]) {
				const latest = of(action).filter(({ actor, subject = actor }) => subject !== "ann");
				expect(latest.map(({ actor, subject = actor }) => subject)).toEqual(everybody.toReversed());
				expect(latest.every(({ at }) => at === new Date(2).toISOString())).toBe(true);
			}
			// Ann joined before everybody else.
			expect(of("created")).toHaveLength(1);
		});
	});

	it("takes the same work for every entry, however long it is", async () => {
		await inStorage(await newConversation("ann"), (sql) => {
			const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
			const counting = {
				exec: (...query: Parameters<SqlStorage["exec"]>) => {
					const cursor = sql.exec(...query);
					cursors.push(cursor);
					return cursor;
				},
			} as SqlStorage;
			const rowsOfNext = (add: () => void) => {
				cursors.length = 0;
				add();
				const sum = (count: "rowsRead" | "rowsWritten") => cursors.reduce((total, cursor) => total + cursor[count], 0);
				return { read: sum("rowsRead"), written: sum("rowsWritten") };
			};
			const audit = new Audit(counting);
			const measured = [];
			for (let n = 0; n < 3 * many; n++) {
				const add = () => {
					audit.add("banned", "ann", `person-${n}`, n);
					audit.add("joined", `person-${n}`, undefined, n);
				};
				const rows = rowsOfNext(add);
				if (n === many || n === 3 * many - 1) measured.push(rows);
			}
			const [first, last] = measured;
			expect(last).toEqual(first);
			expect(first?.read).toBeLessThan(2 * (limits.auditEvents + 20));
			expect(first?.written).toBeLessThan(12);
		});
	});

	it("of an earlier version is bounded at once", async () => {
		await inStorage(randomId(), (sql) => {
			migrate(sql, migrations.slice(0, migrations.indexOf(auditBounds)));
			const add = (action: string, actor: string, subject: string | null) =>
				sql.exec("INSERT INTO audit (at, action, actor, subject) VALUES (0, ?, ?, ?)", action, actor, subject);
			for (let n = 0; n < many; n++) {
				add("banned", "ann", `person-${n}`);
				add("joined", `person-${n}`, null);
				if (n < 2 * limits.auditRepeats) add("invited", "ann", null);
			}
			add("joined", "person-0", null);
			migrate(sql, migrations);
			const kept = entriesOf(new Audit(sql));
			const count = (action: string) => kept.filter((entry) => entry.action === action).length;
			expect([count("banned"), count("joined"), count("invited")]).toEqual([limits.auditEvents, many, limits.auditRepeats]);
			expect(kept.filter(({ actor }) => actor === "person-0")).toHaveLength(1);
		});
	});
});

describe("a member who is removed", () => {
	it("loses the sockets of their programs, too, at once", async () => {
		const id = await newConversation("ann", ["bob"]);
		const { secret } = (await call("POST", "/me/tokens", await tokenOf("bob"), { name: "bot" })).body.token;
		const bot = await Client.openBy(secret, id);
		await bot.next("chat:joined");
		await call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"));
		expect(await bot.closed).toBe(4403);
		expect((await call("GET", `/conversations/${id}/messages`, secret)).status).toBe(404);
	});

	it("loses sockets, reading and return at once, also with a granting token", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		bob.say("Hello");
		await ann.next("chat:message");
		expect(await call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"))).toMatchObject({ status: 204, body: undefined });
		expect(await bob.closed).toBe(4403);
		expect(await ann.next("chat:user-left")).toMatchObject({ userId: "bob" });
		for (const token of [await tokenOf("bob"), await tokenOf("bob", { conversations: ["*"] })]) {
			expect((await call("GET", `/conversations/${id}/messages`, token)).status).toBe(404);
			expect((await upgrade(id, token)).status).toBe(404);
		}
		const { conversations } = (await call("GET", "/conversations", await tokenOf("bob"))).body;
		expect(conversations.map((listed: { id: string }) => listed.id)).not.toContain(id);
		expect((await messagesOf(id)).map(({ content }: { content: string }) => content)).toEqual(["Hello"]);
	});

	it("can neither send nor receive by ignoring the close, also after a sleep", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id, { ignoresClose: true });
		await call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"));
		await bob.closed;
		const count = bob.events.length;
		bob.say("I am still here");
		await evict(stubOf(id), { webSockets: "hibernate" });
		bob.say("And now?");
		ann.say("Is he gone?");
		expect((await ann.next("chat:message")).message).toMatchObject({ seq: 1, content: "Is he gone?" });
		expect(bob.events).toHaveLength(count);
		expect((await messagesOf(id)).filter(({ role }: { role: string }) => role === "user")).toHaveLength(1);
	});

	it("stays out with a newer token and after a sleep, also if their sockets were not closed", async () => {
		const id = await newConversation("ann", ["bob"]);
		const [ann, bob] = [await Client.join("ann", id), await Client.join("bob", id)];
		const person = { userId: "bob", username: "Bob" };
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		await runInDurableObject(stubOf(id), async (_object, state) => {
			const { admission, departures } = wire(state, env, read.settings);
			expect(await admission.authenticate(await tokenOf("bob"), person)).toMatchObject({ expiresAt: expect.any(Number) });
			departures.end("bob", "ann");
			expect(await admission.authenticate(await tokenOf("bob"), person)).toEqual({ code: "not_found" });
		});
		await evict(stubOf(id), { webSockets: "hibernate" });
		ann.say("Without Bob");
		expect(await bob.closed).toBe(4403);
		await ann.next("chat:message");
		expect(bob.all("chat:message")).toEqual([]);
	});

	it("comes back by a newer invite", async () => {
		const id = await newConversation("ann", ["bob"]);
		await call("DELETE", `/conversations/${id}/members/bob`, await tokenOf("ann"));
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body;
		expect((await call("POST", `/invites/${invite.token}/accept`, await tokenOf("bob"))).status).toBe(200);
		await Client.join("bob", id);
	});

	it("takes the invites by which they came with them if their remover asks for it", async () => {
		const id = await newConversation("ann");
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body;
		const accept = async (who: string) => (await call("POST", `/invites/${invite.token}/accept`, await tokenOf(who))).status;
		expect([await accept("bob"), await accept("eve")]).toEqual([200, 200]);
		const remove = async (who: string, query: string) =>
			(await call("DELETE", `/conversations/${id}/members/${who}${query}`, await tokenOf("ann"))).status;
		expect([await remove("bob", ""), await accept("dan")]).toEqual([204, 200]);
		expect([await remove("eve", "?revokeInvites=all"), await remove("eve", "?revokeInvites=used")]).toEqual([400, 204]);
		expect(await accept("guest-new")).toBe(410);
	});

	it("and banned comes back neither by a newer invite nor by a granting token", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		const ban = async (method: string, who = "/bob", by = "ann") => call(method, `/conversations/${id}/bans${who}`, await tokenOf(by));
		expect((await ban("GET")).status).toBe(404);
		const { status, body } = await ban("PUT");
		expect([status, body.ban]).toEqual([200, { userId: "bob", username: "Bob", bannedBy: "ann", bannedAt: expect.any(String) }]);
		expect(await bob.closed).toBe(4403);
		expect([(await ban("GET")).body, (await ban("GET", "")).body]).toEqual([body, { bans: [body.ban] }]);
		expect([(await ban("PUT", "/ann")).status, (await ban("PUT", "/ann", "stranger")).status]).toEqual([400, 404]);
		const { invite } = (await call("POST", `/conversations/${id}/invites`, await tokenOf("ann"), {})).body;
		const granted = await tokenOf("bob", { conversations: ["*"] });
		const accept = async () => (await call("POST", `/invites/${invite.token}/accept`, granted)).status;
		expect([await accept(), (await upgrade(id, granted)).status, (await call("GET", `/conversations/${id}`, granted)).status]).toEqual([
			403, 404, 404,
		]);
		expect([(await ban("DELETE")).status, (await ban("DELETE")).status, await accept()]).toEqual([204, 404, 200]);
	});

	it("is removed by owners only, may leave, and the last owner stays", async () => {
		const id = await newConversation("ann", ["bob", "eve"]);
		const remove = async (by: string, who: string) => {
			const { status, body } = await call("DELETE", `/conversations/${id}/members/${who}`, await tokenOf(by));
			return body?.error.code ?? status;
		};
		expect(await remove("bob", "eve")).toBe("forbidden");
		expect(await remove("stranger", "eve")).toBe("not_found");
		expect(await remove("ann", "stranger")).toBe("not_found");
		expect(await remove("ann", "ann")).toBe("last_owner");
		expect(await remove("bob", "bob")).toBe(204);
		expect(await remove("bob", "bob")).toBe("not_found");
		expect(await remove("ann", "eve")).toBe(204);
		expect((await auditOf(id)).map(({ action, actor, subject }) => [action, actor, subject])).toEqual([
			["removed", "ann", "eve"],
			["left", "bob", undefined],
			["joined", "eve", undefined],
			["joined", "bob", undefined],
			["invited", "ann", undefined],
			["created", "ann", undefined],
		]);
		expect((await call("GET", `/conversations/${id}/audit`, await tokenOf("bob"))).status).toBe(404);
	});
});

describe("a guest who signs out", () => {
	it("is disconnected everywhere at once, and none of their tokens is accepted", async () => {
		const signIn = await call("POST", "/auth/guest", undefined, { name: "Gus" });
		const { token, user } = signIn.body;
		const cookie = signIn.headers.get("set-cookie")?.split(";")[0] as string;
		const ids = await Promise.all([1, 2].map(async () => (await call("POST", "/conversations", token, {})).body.conversation.id));
		const sockets = await Promise.all(ids.map((id) => Client.join(user.id, id)));
		const out = await call("POST", "/auth/sign-out", token);
		expect([out.status, out.headers.get("set-cookie")]).toEqual([204, expect.stringContaining("Max-Age=0")]);
		expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4401, 4401]);
		expect((await upgrade(ids[0], token)).status).toBe(401);
		expect((await call("GET", "/conversations", token)).body.error.code).toBe("unauthorized");
		expect((await call("POST", "/auth/refresh", undefined, undefined, { cookie })).status).toBe(401);
	});

	it("cannot stay by renewing an open socket", async () => {
		const { token, user } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
		const room = await newConversation("ann");
		const gus = await Client.join(user.id, room, { claims: { conversations: [room] } });
		await env.USERS.getByName(user.id).signOut();
		expect(await gus.closed).toBe(4401);
		expect((await call("GET", "/me", token)).status).toBe(401);
	});

	it("can neither open a socket nor enter a conversation by a request that was just on its way", async () => {
		const { token, user } = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		await call("POST", "/auth/sign-out", token);
		// The Worker had admitted both requests a moment before.
		const identity = {
			kind: "guest" as const,
			session: "s",
			userId: user.id,
			username: "Gus",
			expiresAt: Date.now() + 600_000,
			grants: [],
		};
		expect((await stubOf(id).fetch(upgradeRequest({ identity, cursor: undefined, isChatProtocol: false }))).status).toBe(404);
		const late = crypto.randomUUID();
		await stubOf(late).create({ userId: user.id, username: "Gus" }, "");
		// Nobody else is in it, so it is deleted with them.
		const tables = () =>
			runInDurableObject(stubOf(late), (_object, { storage }) =>
				storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'members'").toArray(),
			);
		await expect.poll(tables).toEqual([]);
	});

	it("is the only kind of person who can: other tokens are their issuer's", async () => {
		expect((await call("POST", "/auth/sign-out", await tokenOf("ann"))).body.error.code).toBe("forbidden");
	});
});

describe("sockets of one person", () => {
	it("are limited to eight: one more closes the oldest, also after a sleep", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		const sockets: Client[] = [];
		for (let n = 0; n < limits.socketsPerPerson; n++) sockets.push(await Client.join("ann", id));
		await evict(stubOf(id), { webSockets: "hibernate" });
		const ninth = await Client.join("ann", id);
		expect(await sockets[0]?.closed).toBe(4409);
		ninth.say("one of eight");
		for (const socket of [...sockets.slice(1), ninth, bob]) await socket.next("chat:message");
		expect(bob.all("chat:user-left")).toEqual([]);
		expect(sockets[0]?.all("chat:message")).toEqual([]);
	});

	it("that linger after a close keep further ones out", async () => {
		const id = await newConversation("ann");
		for (let n = 0; n < limits.undisconnectedSockets; n++) await Client.join("ann", id, { ignoresClose: true });
		const refused = await upgrade(id, await tokenOf("ann"));
		expect([refused.status, ((await refused.json()) as { error: { code: string } }).error.code]).toEqual([409, "too_many"]);
	});
});

/** Sends a frame until its sender is disconnected: a slow machine reads more of them before there are too many. */
async function flood(client: Client, frame: string): Promise<number> {
	let isOut = false;
	const closed = client.closed.finally(() => {
		isOut = true;
	});
	while (!isOut) {
		for (let n = 0; n < 200; n++) client.raw(frame);
		await settled();
	}
	return closed;
}

describe("a granting token", () => {
	it.each(["", "/messages", "/search?q=x", "/members", "/export", "/events"])(
		"that reads GET /api/conversations/:id%s leaves a trace",
		async (path) => {
			const id = await newConversation("ann");
			const granted = await tokenOf("auditor", { conversations: ["*"] });
			const response = await exports.default.fetch(`${origin}/api/conversations/${id}${path}`, {
				headers: { authorization: `Bearer ${granted}` },
			});
			expect(response.status).toBe(200);
			await response.body?.cancel();
			expect((await auditOf(id)).map(({ action, actor }) => [action, actor])).toEqual([
				["joined", "auditor"],
				["created", "ann"],
			]);
			expect((await call("GET", `/conversations/${id}/members`, await tokenOf("ann"))).body.members).toContainEqual({
				userId: "auditor",
				username: "Auditor",
				role: "member",
			});
		},
	);
});

describe("a flood", () => {
	it("is not read, is answered once a second, and shuts its sender out for a minute", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		const other = await Client.join("bob", id);
		expect(await flood(bob, JSON.stringify([{ type: "chat:typing", conversationId: id, isTyping: false }]))).toBe(4429);
		expect(await other.closed).toBe(4429);
		expect(bob.all("chat:error").filter(({ code }) => code === "rate_limited").length).toBeLessThan(30);
		ann.say("calm");
		await ann.next("chat:message");
		await evict(stubOf(id), { webSockets: "hibernate" });
		const refused = await upgrade(id, await tokenOf("bob"));
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(30);
		expect((await auditOf(id))[0]).toMatchObject({ action: "flooded", actor: "bob" });
	});

	it("counts the events of a frame", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		const events = Array(limits.eventsPerFrame).fill({ type: "chat:delete", conversationId: id, messageId: "m1-none" });
		stopClock();
		for (let n = 0; n < 4; n++) bob.raw(JSON.stringify(events));
		await bob.next("chat:error", ({ code }) => code === "rate_limited");
		startClock();
		expect(bob.all("chat:error").filter(({ code }) => code === "not_found").length).toBeLessThan(450);
		expect(await flood(bob, JSON.stringify(events))).toBe(4429);
	});

	it("counts requests for a page as more", async () => {
		const bob = await Client.join("bob", await newConversation("ann", ["bob"]));
		stopClock();
		for (let n = 0; n < 40; n++) bob.send({ type: "chat:join" });
		await bob.next("chat:error", ({ code }) => code === "rate_limited");
		expect(bob.all("chat:joined").length).toBeLessThan(25);
	});

	it("of bad frames is counted over all sockets, new ones, and a sleep", async () => {
		const id = await newConversation("ann", ["bob"]);
		const first = await Client.join("bob", id);
		for (let n = 0; n < 20; n++) first.raw("{");
		first.close();
		await first.closed;
		const second = await Client.join("bob", id);
		for (let n = 0; n < 20; n++) second.raw("{");
		second.say("ready");
		await second.next("chat:message");
		await evict(stubOf(id), { webSockets: "hibernate" });
		const third = await Client.join("bob", id);
		for (let n = 0; n < 9; n++) third.raw("{");
		third.say("nearly");
		await third.next("chat:message", ({ message }) => message.content === "nearly");
		third.raw("{");
		expect(await third.closed).toBe(4429);
		expect((await upgrade(id, await tokenOf("bob"))).status).toBe(429);
	});

	it("of refused tokens counts as bad frames", async () => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		for (let n = 0; n < limits.badFramesPerMinute; n++) ann.send({ type: "chat:auth", token: `x${n}` });
		expect(await ann.closed).toBe(4429);
	});
});

describe("a client that does not read", () => {
	const large = "x".repeat(100_000);

	/** This many new people each send ten messages of the maximum length, which everybody receives. */
	async function fill(id: string, people: number) {
		for (let n = 0; n < people; n++) {
			const talker = await Client.join(crypto.randomUUID(), id, { claims: { conversations: ["*"] } });
			for (let said = 0; said < 10; said++) talker.say(large);
			for (let said = 0; said < 10; said++)
				await talker.next("chat:message", ({ message }) => message.author.userId === talker.joined.you.userId);
			talker.close();
		}
	}

	it("but acknowledged before is closed with 8 MiB queued, and comes back without loss", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		bob.send({ type: "chat:ack" });
		await fill(id, 9);
		expect(await bob.closed).toBe(4408);
		const back = await Client.join("bob", id, { cursor: bob.joined.cursor });
		expect(back.joined.messages.length).toBeGreaterThan(0);
	});

	it("stays connected when it reads and acknowledges", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		bob.send({ type: "chat:ack" });
		await fill(id, 6);
		bob.send({ type: "chat:ack" });
		bob.say("I have read that");
		await bob.next("chat:message", ({ message }) => message.content === "I have read that");
		await fill(id, 6);
		bob.say("And that");
		await bob.next("chat:message", ({ message }) => message.content === "And that");
	});
});

describe("rate limits", () => {
	const codeOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => body?.error?.code ?? status;

	/** Calls until it is refused, which may be in the window of time after this one; how often it was not. */
	async function callsUntilRefused(limit: number, make: () => ReturnType<typeof call>): Promise<number> {
		for (let passed = 0; passed <= 2 * limit; passed++) {
			const answer = await make();
			if (codeOf(answer) !== "rate_limited") continue;
			expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "60"]);
			return passed;
		}
		throw new Error("It was never refused.");
	}

	it("limit guest sign-ins from one address, not from others", async () => {
		const signIn = (address: string) => call("POST", "/auth/guest", undefined, { name: "Gus" }, { "cf-connecting-ip": address });
		expect(await callsUntilRefused(300, () => signIn("192.0.2.1"))).toBeGreaterThanOrEqual(300);
		expect(codeOf(await signIn("192.0.2.2"))).toBe(201);
	});

	it("limit invites that one person makes and accepts", async () => {
		const id = await newConversation("guesser");
		const token = await tokenOf("guesser");
		// Of other conversations, each of which would count the guesses too.
		const accept = (by: string) => call("POST", `/invites/${randomId()}.x/accept`, by);
		const make = () => call("POST", `/conversations/${id}/invites`, token, {});
		// One window of time may end in between, so that both are called by turns.
		let isAccepted = false;
		const either = () => {
			isAccepted = !isAccepted;
			return isAccepted ? accept(token) : make();
		};
		const passed = await callsUntilRefused(60, either);
		expect([passed >= 60, passed < 120]).toEqual([true, true]);
		expect(codeOf(await accept(await tokenOf("bob")))).toBe("not_found");
	});

	it("limit one person's searches, in one conversation and over all together", async () => {
		const id = await newConversation("seeker");
		const token = await tokenOf("seeker");
		let isEverywhere = false;
		const either = () => {
			isEverywhere = !isEverywhere;
			// So that the conversation has nothing against the work.
			passTime(500);
			return call("GET", isEverywhere ? "/search?q=x" : `/conversations/${id}/search?q=x`, token);
		};
		const passed = await callsUntilRefused(60, either);
		expect([passed >= 60, passed < 120]).toEqual([true, true]);
		expect(codeOf(await call("GET", "/search?q=x", await tokenOf("bob")))).toBe(200);
	});
});
