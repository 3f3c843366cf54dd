// Erasing a person from all their conversations, over real routes and sockets.

import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/message.ts";
import { erasedName } from "../../src/protocol/person.ts";
import { startClock, stopClock } from "../support/clock.ts";
import { retryJobs } from "../support/jobs.ts";
import { expectLog } from "../support/log.ts";
import { countRows } from "../support/rows.ts";
import { release, scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const codeOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => body?.error?.code ?? status;
const messagesOf = async (who: string, id: string): Promise<Message[]> =>
	(await as(who, "GET", `/conversations/${id}/messages`)).body.messages;
const none = { conversations: 0, messages: 0, reactions: 0, deletedConversations: 0, failed: 0, remaining: 0 };

afterEach(startClock);

/** A person who is in no other test. */
const newPerson = () => `p${crypto.randomUUID()}`;

const inStorage = <T>(namespace: "CONVERSATIONS" | "USERS", id: string, work: (storage: DurableObjectStorage) => T | Promise<T>) =>
	runInDurableObject(env[namespace].getByName(id) as DurableObjectStub<undefined>, (_object, { storage }) => work(storage));

/** Everything that an object has stored, as text. Of the full-text index only the indexed words can be read. */
const storedIn = (namespace: "CONVERSATIONS" | "USERS", id: string) =>
	inStorage(namespace, id, (storage) => {
		const tables = storage.sql
			.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'")
			.toArray();
		return JSON.stringify(tables.map(({ name }) => [name, storage.sql.exec(`SELECT * FROM "${name}"`).toArray()]));
	});

const found = (id: string, word: string) =>
	inStorage("CONVERSATIONS", id, ({ sql }) => sql.exec("SELECT rowid FROM words WHERE words MATCH ?", word).toArray().length);

/** A conversation of Ann's in which this person has left every kind of trace. */
async function traced(person: string) {
	const id = await newConversation("ann", [person, "bob"]);
	const [ann, theirs] = [await Client.join("ann", id), await Client.join(person, id)];
	for (const role of ["reader", "member"]) await as("ann", "PATCH", `/conversations/${id}/members/${person}`, { role });
	theirs.say("my secret", "their-client-id");
	await ann.next("chat:message");
	ann.say("I heard you");
	await ann.next("chat:message");
	ann.say("nothing to do with it");
	await ann.next("chat:message", ({ message }) => message.seq === 3);
	await inStorage("CONVERSATIONS", id, ({ sql }) => {
		const reactions = JSON.stringify([
			{ emoji: "👍", userIds: [person, "bob"] },
			{ emoji: "🎉", userIds: [person] },
		]);
		const mentions = JSON.stringify([
			{ userId: person, offset: 0, length: 4 },
			{ userId: "bob", offset: 5, length: 4 },
		]);
		sql.exec("UPDATE messages SET reply_to = 1, reactions = ?, mentions = ? WHERE seq = 2", reactions, mentions);
		sql.exec("UPDATE messages SET reactions = ? WHERE seq = 1", JSON.stringify([{ emoji: "👍", userIds: ["bob"] }]));
		const asker = { userId: person, username: theirs.joined.you.username };
		const tool = { name: "docs__write", input: "{}", status: "done", id: "toolu_1", decidedBy: asker };
		const reply = JSON.stringify({ model: "m", stoppedBy: asker, tools: [tool] });
		sql.exec(
			"UPDATE messages SET asked_by = ?, reply = ? WHERE seq = 2",
			JSON.stringify([asker, { userId: "bob", username: "Bob" }]),
			reply,
		);
		sql.exec("UPDATE messages SET versions = 1, pinned_by = ?, pinned_at = 0 WHERE seq = 2", person);
		sql.exec("INSERT INTO versions VALUES (2, 1, 'former', 'stopped', NULL, ?)", reply);
		for (const [userId, seq] of [
			[person, 2],
			["bob", 1],
			["bob", 2],
		] as const)
			sql.exec("INSERT INTO mentions VALUES (?, ?)", userId, seq);
		for (const [seq, text] of [
			[1, "my secret"],
			[2, "I heard you"],
		] as const)
			sql.exec("INSERT INTO words (rowid, text) VALUES (?, ?)", seq, text);
		sql.exec("INSERT INTO shut_out VALUES (?, 0)", person);
		sql.exec("UPDATE members SET read_up_to = 2 WHERE user_id = ?", person);
	});
	return { id, ann, theirs };
}

describe("erasing oneself", () => {
	it("leaves places without text, name or id, and nothing else in any table", async () => {
		const person = newPerson();
		const { id, ann, theirs } = await traced(person);
		const name = theirs.joined.you.username;
		expect(await storedIn("CONVERSATIONS", id)).toContain(person);
		const erased = await as(person, "DELETE", "/me");
		expect([erased.status, erased.body]).toEqual([200, { erased: { ...none, conversations: 1, messages: 1, reactions: 2 } }]);
		expect(await theirs.closed).toBe(4401);
		expect(await ann.next("chat:member-left")).toMatchObject({ userId: person });

		const stored = await storedIn("CONVERSATIONS", id);
		for (const trace of [person, name, "my secret", "their-client-id"]) expect(stored).not.toContain(trace);
		expect([await found(id, "secret"), await found(id, "heard")]).toEqual([0, 1]);
		const [first, second, third] = await messagesOf("ann", id);
		expect(first).toMatchObject({ seq: 1, content: "", author: { username: erasedName }, deletedAt: expect.any(String) });
		expect(first?.author.userId).toMatch(/^erased-[0-9a-f-]{36}$/);
		expect(first).not.toHaveProperty("reactions");
		expect(second).toMatchObject({
			content: "I heard you",
			quoted: { author: { username: erasedName }, content: "" },
			mentions: [{ userId: "bob", offset: 5, length: 4 }],
			reactions: [{ emoji: "👍", userIds: ["bob"] }],
			askedBy: [{ userId: "bob", username: "Bob" }],
			model: "m",
			pinned: { userId: first?.author.userId, at: "1970-01-01T00:00:00.000Z" },
		});
		expect(third?.revision).toBe(3);
		expect((await as("ann", "GET", `/conversations/${id}/members`)).body.members.map(({ userId }: { userId: string }) => userId)).toEqual([
			"ann",
			"bob",
		]);
		expect(JSON.parse(await storedIn("USERS", person))).toEqual([]);
	});

	it("is visible at once to others, connected or returning", async () => {
		const person = newPerson();
		const { id, ann, theirs } = await traced(person);
		const before = ann.joined.cursor;
		const { cursor } = ann.all("chat:message").at(-1) as { cursor: string };
		theirs.close();
		await as(person, "DELETE", "/me");
		const updated = [await ann.next("chat:updated"), await ann.next("chat:updated")].map(({ message }) => message);
		expect(updated.map(({ seq, content }) => [seq, content])).toEqual([
			[1, ""],
			[2, "I heard you"],
		]);
		expect(JSON.stringify(updated)).not.toContain(person);
		const back = await Client.join("bob", id, { cursor });
		expect([back.joined.reset, back.joined.messages.map(({ seq }) => seq)]).toEqual([false, [1, 2]]);
		expect((await Client.join("bob", id, { cursor: before })).joined.messages.map(({ content }) => content)).toEqual([
			"",
			"I heard you",
			"nothing to do with it",
		]);
		// After a restart, the newest revision is still known.
		await abortAllDurableObjects();
		expect((await Client.join("bob", id, { cursor: back.joined.cursor })).joined).toMatchObject({ reset: false, messages: [] });
	});

	it("lifts no removal, no ban, no role and no block that was decided against the person", async () => {
		const [removed, granted, banned, demoted, flooding] = [newPerson(), newPerson(), newPerson(), newPerson(), newPerson()];
		const people = [removed, granted, banned, demoted, flooding];
		const id = await newConversation("ann");
		const { invite } = (await as("ann", "POST", `/conversations/${id}/invites`, {})).body;
		const accept = async (who: string) => codeOf(await as(who, "POST", "/invites/accept", { token: invite.token }));
		for (const who of people) expect(await accept(who)).toBe(200);
		for (const who of [removed, granted]) await as("ann", "DELETE", `/conversations/${id}/members/${who}`);
		await as("ann", "PUT", `/conversations/${id}/bans/${banned}`);
		await as("ann", "PATCH", `/conversations/${id}/members/${demoted}`, { role: "reader" });
		await inStorage("CONVERSATIONS", id, ({ sql }) => sql.exec("INSERT INTO shut_out VALUES (?, ?)", flooding, Date.now() + 60_000));
		for (const who of people) expect(codeOf(await as(who, "DELETE", "/me"))).toBe(200);
		const say = async (who: string, claims = {}) =>
			codeOf(await call("POST", `/conversations/${id}/messages`, await tokenOf(who, claims), { content: "x" }));
		expect([await accept(removed), await say(removed)]).toEqual(["invite_expired", "not_found"]);
		expect(await say(granted, { conversations: [id] })).toBe("not_found");
		expect(await accept(banned)).toBe("forbidden");
		expect(await accept(demoted)).toBe("invite_expired");
		expect(await say(demoted, { conversations: [id] })).toBe("forbidden");
		expect(await accept(flooding)).toBe(200);
		expect(await say(flooding)).toBe("rate_limited");
		// A newer invite lifts what an owner decided before.
		const newer = (await as("ann", "POST", `/conversations/${id}/invites`, {})).body.invite;
		for (const who of [removed, granted, demoted])
			expect(codeOf(await as(who, "POST", "/invites/accept", { token: newer.token }))).toBe(200);
		expect([await say(removed), await say(demoted)]).toEqual([201, 201]);
	});

	it("keeps no id of a guest, who cannot come back", async () => {
		const guest = (await call("POST", "/auth/guest", undefined, { name: "Gus" })).body;
		const id = await newConversation("ann");
		const { invite } = (await as("ann", "POST", `/conversations/${id}/invites`, {})).body;
		await call("POST", "/invites/accept", guest.token, { token: invite.token });
		await as("ann", "DELETE", `/conversations/${id}/members/${guest.user.id}`);
		expect(await storedIn("CONVERSATIONS", id)).toContain(guest.user.id);
		await call("DELETE", "/me", guest.token);
		expect(await storedIn("CONVERSATIONS", id)).not.toContain(guest.user.id);
	});

	describe("while Claude replies", () => {
		withSettings(scripted);

		it("withdraws a question that Claude was too busy to answer", async () => {
			const person = newPerson();
			const id = await newConversation("ann", [person, "bob"]);
			const [ann, theirs] = [await Client.join("ann", id), await Client.join(person, id)];
			ann.say(`@claude !{"tokens":9,"hold":"${id}"}`);
			await ann.next("chat:streaming");
			theirs.say("@claude a secret");
			await ann.next("chat:message", ({ message }) => message.content === "@claude a secret");
			await as(person, "DELETE", "/me");
			await release(id);
			await ann.next("chat:complete");
			ann.say("Is it quiet now?");
			await ann.next("chat:message", ({ message }) => message.content === "Is it quiet now?");
			expect(ann.all("chat:thinking")).toHaveLength(1);
		});
	});

	it("removes a title made from one's own message, and keeps others", async () => {
		const person = newPerson();
		const { id, ann } = await traced(person);
		expect(ann.all("chat:conversation").at(-1)?.conversation.title).toBe("my secret");
		await as(person, "DELETE", "/me");
		expect((await ann.next("chat:conversation", ({ conversation }) => conversation.title !== "my secret")).conversation.title).toBe(
			"I heard you",
		);
		const other = newPerson();
		await as("ann", "PATCH", `/conversations/${id}`, { title: "Ann's own" });
		await as(other, "DELETE", "/me");
		expect((await as("ann", "GET", `/conversations/${id}`)).body.conversation.title).toBe("Ann's own");
	});

	it("removes a title that the person gave, at once, also after they left, and keeps others'", async () => {
		const person = newPerson();
		const { id, ann } = await traced(person);
		const titleOf = async (of: string) => (await as("ann", "GET", `/conversations/${of}`)).body.conversation.title;
		await as("ann", "PATCH", `/conversations/${id}/members/${person}`, { role: "owner" });
		expect(codeOf(await as(person, "PATCH", `/conversations/${id}`, { title: "My title" }))).toBe(200);
		const created = (await as(person, "POST", "/conversations", { title: "Created by me" })).body.conversation.id;
		const kept = (await as(person, "POST", "/conversations", { title: "Created by me" })).body.conversation.id;
		for (const each of [created, kept]) {
			const { invite } = (await as(person, "POST", `/conversations/${each}/invites`, {})).body;
			await as("ann", "POST", "/invites/accept", { token: invite.token });
			await as(person, "PATCH", `/conversations/${each}/members/ann`, { role: "owner" });
			expect(codeOf(await as(person, "DELETE", `/conversations/${each}/members/${person}`))).toBe(204);
		}
		await as("ann", "PATCH", `/conversations/${kept}`, { title: "Ann's own" });
		await as(person, "DELETE", "/me");
		expect([await titleOf(id), await titleOf(created), await titleOf(kept)]).toEqual(["I heard you", "", "Ann's own"]);
		expect((await ann.next("chat:conversation", ({ conversation }) => conversation.title === "I heard you")).conversation.id).toBe(id);
		for (const each of [id, created, kept]) expect(await storedIn("CONVERSATIONS", each)).not.toContain(person);
		const listed = async () => JSON.stringify((await as("ann", "GET", "/conversations")).body);
		await expect.poll(listed).not.toMatch(/My title|Created by me/);
	});

	it("hands conversations to the longest member, and deletes those without other members", async () => {
		const person = newPerson();
		const shared = await newConversation(person, ["bob", "eve"]);
		const alone = await newConversation(person);
		const bob = await Client.join("bob", shared);
		const { erased } = (await as(person, "DELETE", "/me")).body;
		expect(erased).toEqual({ ...none, conversations: 2, deletedConversations: 1 });
		expect((await bob.next("chat:member")).member).toEqual({ userId: "bob", username: "Bob", role: "owner" });
		expect(codeOf(await as("bob", "PATCH", `/conversations/${shared}`, { title: "Ours" }))).toBe(200);
		const { entries } = (await as("bob", "GET", `/conversations/${shared}/audit`)).body;
		expect(JSON.stringify(entries)).not.toContain(person);
		expect(entries.map(({ action }: { action: string }) => action)).toEqual(expect.arrayContaining(["left", "role_changed", "created"]));
		await expect.poll(async () => JSON.parse(await storedIn("CONVERSATIONS", alone))).toEqual([["deleted", [{ at: expect.any(Number) }]]]);
		expect(codeOf(await call("GET", `/conversations/${alone}`, await tokenOf(person, { conversations: ["*"] })))).toBe("not_found");
	});

	it("lets the bearer of an issuer's token begin again with nothing", async () => {
		const person = newPerson();
		const { id } = await traced(person);
		await as(person, "DELETE", "/me");
		expect((await as(person, "GET", "/conversations")).body.conversations).toEqual([]);
		expect(codeOf(await as(person, "GET", `/conversations/${id}`))).toBe("not_found");
		const fresh = (await as(person, "POST", "/conversations", {})).body.conversation.id;
		expect((await as(person, "GET", "/conversations")).body.conversations.map((one: { id: string }) => one.id)).toEqual([fresh]);
		const back = await Client.join(person, id, { claims: { conversations: [id] } });
		back.say("Hello again");
		await back.next("chat:message");
		expect((await messagesOf("ann", id)).map(({ author }) => author.userId === person)).toEqual([false, false, false, true]);
	});

	it("ends personal tokens, and leaves new ones alone while it continues", async () => {
		const person = newPerson();
		const { id } = await traced(person);
		const make = async (name: string) => (await as(person, "POST", "/me/tokens", { name })).body.token.secret;
		const namesOf = async () => (await as(person, "GET", "/me/tokens")).body.tokens.map(({ name }: { name: string }) => name);
		const former = await make("former");
		await as(person, "DELETE", "/me");
		expect(codeOf(await call("GET", "/me", former))).toBe("unauthorized");
		expect(await namesOf()).toEqual([]);

		await Client.join(person, id, { claims: { conversations: [id] } });
		const inRoom = (statement: string) => inStorage("CONVERSATIONS", id, ({ sql }) => void sql.exec(statement));
		await inRoom("CREATE TRIGGER broken BEFORE DELETE ON members BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END");
		expectLog(/broken on purpose/);
		expect((await as(person, "DELETE", "/me")).body.erased).toMatchObject({ failed: 1, remaining: 1 });
		await make("since");
		await inRoom("DROP TRIGGER broken");
		await retryJobs(env.USERS.getByName(person));
		expect(await storedIn("CONVERSATIONS", id)).not.toContain(person);
		expect(await namesOf()).toEqual(["since"]);
	});

	it("signs a guest out for good and keeps nothing else about them", async () => {
		const signIn = await call("POST", "/auth/guest", undefined, { name: "Gus" });
		const { token, user } = signIn.body;
		const { id } = (await call("POST", "/conversations", token, {})).body.conversation;
		const gus = await Client.join(user.id, id);
		const erased = await call("DELETE", "/me", token);
		expect([erased.status, erased.headers.get("set-cookie")]).toEqual([200, expect.stringContaining("Max-Age=0")]);
		expect(await gus.closed).toBe(4401);
		expect(codeOf(await call("GET", "/me", token))).toBe("unauthorized");
		const cookie = signIn.headers.get("set-cookie")?.split(";")[0] as string;
		expect((await call("POST", "/auth/refresh", undefined, undefined, { cookie })).status).toBe(401);
		expect(JSON.parse(await storedIn("USERS", user.id))).toEqual([
			["migrations", expect.any(Array)],
			["conversations", []],
			["settings", []],
			["signed_out", [{ one: 1, at: expect.any(Number), keeps: 0 }]],
			["jobs", []],
			["entered", []],
			["known_since", []],
		]);
	});

	it.each(["left", "was removed from"])("reaches a conversation that the person %s", async (way) => {
		const person = newPerson();
		const { id, theirs } = await traced(person);
		const remover = way === "left" ? person : "ann";
		expect(codeOf(await as(remover, "DELETE", `/conversations/${id}/members/${person}`))).toBe(204);
		expect((await as(person, "GET", "/conversations")).body.conversations).toEqual([]);
		const { erased } = (await as(person, "DELETE", "/me")).body;
		expect(erased).toEqual({ ...none, conversations: 1, messages: 1, reactions: 2 });
		const stored = await storedIn("CONVERSATIONS", id);
		for (const trace of [theirs.joined.you.username, "my secret"]) expect(stored).not.toContain(trace);
		expect((await messagesOf("ann", id)).map(({ author }) => author.userId)).not.toContain(person);
		expect(JSON.parse(await storedIn("USERS", person))).toEqual([]);
	});

	it("does not count a conversation that was deleted before", async () => {
		const person = newPerson();
		const { id } = await traced(person);
		await as(person, "DELETE", `/conversations/${id}/members/${person}`);
		expect(codeOf(await as("ann", "DELETE", `/conversations/${id}`))).toBe(204);
		expect((await as(person, "DELETE", "/me")).body.erased).toEqual(none);
	});

	it("erases nothing for a person without conversations", async () => {
		const person = newPerson();
		expect((await as(person, "DELETE", "/me")).body).toEqual({ erased: none });
		expect(JSON.parse(await storedIn("USERS", person))).toEqual([]);
	});
});

describe("an interrupted erasure", () => {
	it("continues by itself where it was, and reports what is still to be done", async () => {
		const person = newPerson();
		const [first, second] = [await traced(person), await traced(person)];
		const third = await newConversation("ann", [person]);
		const inSecond = (statement: string) => inStorage("CONVERSATIONS", second.id, ({ sql }) => void sql.exec(statement));
		const inThird = (statement: string) => inStorage("CONVERSATIONS", third, ({ sql }) => void sql.exec(statement));
		await inThird("CREATE TRIGGER broken BEFORE DELETE ON members BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END");
		await inSecond("CREATE TRIGGER broken BEFORE UPDATE ON messages WHEN OLD.seq = 2 BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END");
		expectLog(/broken on purpose/);
		const { erased } = (await as(person, "DELETE", "/me")).body;
		expect(erased).toEqual({ ...none, conversations: 1, messages: 1, reactions: 2, failed: 2, remaining: 2 });
		expect(await storedIn("CONVERSATIONS", first.id)).not.toContain(person);
		// A step is done completely or not at all.
		expect((await messagesOf("ann", second.id)).map(({ revision }) => revision)).toEqual([1, 2, 3]);
		await abortAllDurableObjects();
		await inSecond("DROP TRIGGER broken");
		await inThird("DROP TRIGGER broken");
		// Changes that the erasure still makes do not bring the conversation back into their list.
		(await Client.join("ann", third)).say("news");
		const titleOf = async () =>
			(await as("ann", "GET", "/conversations")).body.conversations.find((one: { id: string }) => one.id === third).title;
		await expect.poll(titleOf).toBe("news");
		expect((await as(person, "GET", "/conversations")).body.conversations).toEqual([]);
		await retryJobs(env.USERS.getByName(person));
		for (const id of [second.id, third]) expect(await storedIn("CONVERSATIONS", id)).not.toContain(person);
		await expect.poll(async () => JSON.parse(await storedIn("USERS", person))).toEqual([]);
		await expect.poll(() => inStorage("USERS", person, (storage) => storage.getAlarm())).toBeNull();
	});

	it("reads no more rows if others have mentioned each other often", async () => {
		const person = newPerson();
		const id = await newConversation("ann", [person, "bob"]);
		const places = 2_000;
		await inStorage("CONVERSATIONS", id, ({ sql }) => {
			sql.exec(
				`WITH RECURSIVE place (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM place WHERE seq < ?)
				INSERT INTO messages (seq, id, role, author_id, author_name, content, status, asks, born, revision, created_at, reply_to, mentions)
				SELECT seq, 'm' || seq || '-00000000', 'user', iif(seq % 10 = 0, ?, 'ann'), 'A name', 'a secret', 'complete', 0, seq, seq, 0,
				iif(seq % 20 = 0, seq - 1, NULL), '[{"userId":"bob","offset":0,"length":4}]' FROM place`,
				places,
				person,
			);
			sql.exec("INSERT INTO mentions SELECT 'bob', seq FROM messages");
			sql.exec("INSERT INTO mentions SELECT 'ann', seq FROM messages WHERE reply_to IS NOT NULL");
			// Lists may be notified meanwhile: what is unread would be counted for them.
			sql.exec("UPDATE members SET read_up_to = ?", places);
		});
		await abortAllDurableObjects();
		const rowsOfIts = await countRows();
		expect((await as(person, "DELETE", "/me")).body.erased).toMatchObject({ messages: places / 10 });
		expect((await rowsOfIts(id)).read).toBeLessThan(places * 3);
		const named = await inStorage("CONVERSATIONS", id, ({ sql }) =>
			sql.exec("SELECT user_id, count(*) AS times, max(seq % 10 = 0) AS theirs FROM mentions GROUP BY user_id").toArray(),
		);
		expect(named).toEqual([{ user_id: "bob", times: places * 0.9, theirs: 0 }]);
	});

	it("works in steps in a large conversation, and makes clients reconnect", async () => {
		const person = newPerson();
		const id = await newConversation("ann", [person]);
		const ann = await Client.join("ann", id);
		const places = 45_000;
		await inStorage(
			"CONVERSATIONS",
			id,
			({ sql }) =>
				void sql.exec(
					`WITH RECURSIVE place (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM place WHERE seq < ?)
				INSERT INTO messages (seq, id, role, author_id, author_name, content, status, asks, born, revision, created_at)
				SELECT seq, 'm' || seq || '-00000000', 'user', iif(seq % 100 = 0 OR seq < 300, ?, 'ann'), 'A name', 'a secret', 'complete', 0, seq, seq, 0 FROM place`,
					places,
					person,
				),
		);
		await abortAllDurableObjects();
		await ann.closed;
		const again = await Client.join("ann", id);
		const { erased } = (await as(person, "DELETE", "/me")).body;
		const theirs = 299 + places / 100 - 2;
		expect(erased).toEqual({ ...none, conversations: 1, messages: theirs });
		expect(await again.closed).toBe(1012);
		const left = await inStorage("CONVERSATIONS", id, ({ sql }) =>
			sql
				.exec<{ count: number }>(
					"SELECT count(*) AS count FROM messages WHERE author_id = ? OR (deleted_at IS NULL AND author_id <> 'ann')",
					person,
				)
				.one(),
		);
		expect(left.count).toBe(0);
		expect(theirs).toBeGreaterThan(limits.changes);
		const back = await Client.join("ann", id, { cursor: again.joined.cursor });
		expect(back.joined).toMatchObject({ reset: true, hasMore: true });
	});

	it("counts as work of a person who may enter again, and of all erasures together", async () => {
		const person = newPerson();
		const id = await newConversation("ann", [person]);
		(await Client.join("ann", id)).say("First");
		await expect.poll(async () => (await messagesOf("ann", id)).length).toBe(1);
		// As long as a step, so that each of them looks through all of it.
		await inStorage("CONVERSATIONS", id, ({ sql }) => void sql.exec("UPDATE messages SET seq = 2000"));
		await abortAllDurableObjects();
		const conversation = env.CONVERSATIONS.getByName(id);
		stopClock();
		for (let n = 0; n < 40; n++) await conversation.erase(person, "erased-1", 0);
		const again = await tokenOf(person, { conversations: [id] });
		expect(codeOf(await call("GET", `/conversations/${id}/messages`, again))).toBe("rate_limited");
		expect(codeOf(await as("ann", "GET", `/conversations/${id}/messages`))).toBe(200);
	});

	it("leaves alone what the person says as a new member while it is still in progress", async () => {
		const person = newPerson();
		const id = await newConversation("ann", [person]);
		(await Client.join(person, id)).say("OLD");
		await expect.poll(async () => (await messagesOf("ann", id)).length).toBe(1);
		// More places than one step goes through.
		await inStorage("CONVERSATIONS", id, ({ sql }) => void sql.exec("UPDATE messages SET seq = 2001"));
		await abortAllDurableObjects();
		const conversation = env.CONVERSATIONS.getByName(id);
		const first = await conversation.erase(person, "erased-1", 0);
		expect(first).toMatchObject({ messages: 0, after: 2_000, upTo: 2_001 });
		const back = await Client.join(person, id, { claims: { conversations: [id] } });
		back.say("NEW");
		await back.next("chat:message");
		expect(await conversation.erase(person, "erased-1", first.after as number, first.upTo)).toMatchObject({ messages: 1 });
		expect((await messagesOf("ann", id)).map(({ content, author }) => [content, author.userId])).toEqual([
			["", "erased-1"],
			["NEW", person],
		]);
		back.say("STILL HERE");
		expect((await back.next("chat:message", ({ message }) => message.content === "STILL HERE")).message.author.userId).toBe(person);
	});

	it("puts the conversation into the list of whoever comes back during its first step", async () => {
		const person = newPerson();
		const id = await newConversation("ann", [person]);
		(await Client.join(person, id)).say("OLD");
		await expect.poll(async () => (await messagesOf("ann", id)).length).toBe(1);
		// The membership ends, and the person's object does not learn of it.
		await inStorage("CONVERSATIONS", id, ({ sql }) => {
			sql.exec("CREATE TRIGGER broken BEFORE UPDATE ON messages BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END");
		});
		expectLog(/broken on purpose/);
		expect((await as(person, "DELETE", "/me")).body.erased).toMatchObject({ failed: 1, remaining: 1 });
		await Client.join(person, id, { claims: { conversations: [id] } });
		const jobs = (name: "CONVERSATIONS" | "USERS", of: string, queue: string) =>
			inStorage(name, of, ({ sql }) => sql.exec("SELECT key, data FROM jobs WHERE queue = ?", queue).toArray());
		await expect.poll(() => jobs("CONVERSATIONS", id, "lists")).toEqual([{ key: person, data: null }]);
		const listed = async () => (await as(person, "GET", "/conversations")).body.conversations.map((one: { id: string }) => one.id);
		expect(await listed()).toEqual([]);
		// Now it does.
		await inStorage("USERS", person, ({ sql }) => void sql.exec("UPDATE jobs SET data = json_set(data, '$.after', 2000)"));
		await retryJobs(env.CONVERSATIONS.getByName(id) as DurableObjectStub<undefined>);
		await expect.poll(listed).toEqual([id]);
		await expect.poll(() => jobs("CONVERSATIONS", id, "lists")).toEqual([]);
	});

	it("reaches whoever has come back when they are suspended or erased once more", async () => {
		const person = newPerson();
		const id = await newConversation("ann", [person]);
		(await Client.join(person, id)).say("OLD");
		await expect.poll(async () => (await messagesOf("ann", id)).length).toBe(1);
		// More places than one step goes through. The second step fails.
		await inStorage("CONVERSATIONS", id, ({ sql }) => {
			sql.exec("UPDATE messages SET seq = 2001");
			sql.exec("CREATE TRIGGER broken BEFORE UPDATE ON messages WHEN OLD.seq = 2001 BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END");
		});
		expectLog(/broken on purpose/);
		await abortAllDurableObjects();
		expect((await as(person, "DELETE", "/me")).body.erased).toMatchObject({ failed: 1, remaining: 1 });
		const come = () => Client.join(person, id, { claims: { conversations: [id] } });
		const first = await come();
		first.say("NEW");
		await first.next("chat:message");
		const listed = async () => (await as(person, "GET", "/conversations")).body.conversations.map((one: { id: string }) => one.id);
		await expect.poll(listed).toEqual([id]);
		const object = env.USERS.getByName(person);
		await object.suspend(true);
		expect(await first.closed).toBe(4401);
		await object.suspend(false);
		const second = await come();
		await inStorage("CONVERSATIONS", id, ({ sql }) => void sql.exec("DROP TRIGGER broken"));
		expect((await as(person, "DELETE", "/me")).body.erased).toMatchObject({ messages: 2, failed: 0, remaining: 0 });
		expect(await second.closed).toBe(4401);
		expect((await messagesOf("ann", id)).map(({ content }) => content)).toEqual(["", ""]);
		expect(await storedIn("CONVERSATIONS", id)).not.toContain(person);
		expect(JSON.parse(await storedIn("USERS", person))).toEqual([]);
	});
});
