// A conversation's members, invites, title and deletion, over real routes and sockets.

import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { evict } from "../support/evict.ts";
import { retryJobs } from "../support/jobs.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const stubOf = (id: string) => env.CONVERSATIONS.getByName(id);
const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const codeOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => body?.error?.code ?? status;
const listOf = async (who: string): Promise<string[]> =>
	(await as(who, "GET", "/conversations")).body.conversations.map(({ id }: { id: string }) => id);

/** Makes every removal from a person's list fail until the returned function is called. */
async function breakList(userId: string): Promise<() => Promise<void>> {
	const inList = (statement: string) =>
		runInDurableObject(env.USERS.getByName(userId), (_object, { storage }) => void storage.sql.exec(statement));
	await inList("CREATE TRIGGER broken BEFORE DELETE ON conversations BEGIN SELECT RAISE(FAIL, 'broken on purpose'); END");
	return () => inList("DROP TRIGGER broken");
}

/** Everything that an object has stored: its tables with their rows, and the time of its alarm. */
const storedIn = (id: string) =>
	runInDurableObject(stubOf(id), async (_object, { storage }) => {
		const tables = storage.sql
			.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'")
			.toArray();
		const rows = tables.map(({ name }) => [name, storage.sql.exec(`SELECT * FROM ${name}`).toArray()]);
		return { rows: Object.fromEntries(rows), alarm: await storage.getAlarm(), keys: (await storage.list()).size };
	});

describe("members", () => {
	it("are listed for members, and owners change their roles", async () => {
		const id = await newConversation("ann", ["bob", "eve"]);
		expect((await as("bob", "GET", `/conversations/${id}/members`)).body).toEqual({
			members: [
				{ userId: "ann", username: "Ann", role: "owner" },
				{ userId: "bob", username: "Bob", role: "member" },
				{ userId: "eve", username: "Eve", role: "member" },
			],
			memberCount: 3,
		});
		const bob = await Client.join("bob", id);
		const set = (by: string, who: string, body: unknown) => as(by, "PATCH", `/conversations/${id}/members/${who}`, body);
		const changed = await set("ann", "bob", { role: "reader" });
		expect([changed.status, changed.body]).toEqual([200, { member: { userId: "bob", username: "Bob", role: "reader" } }]);
		await bob.next("chat:member", ({ member }) => member.role === "reader");
		bob.say("Hi");
		expect((await bob.next("chat:error")).code).toBe("forbidden");
		expect(codeOf(await set("bob", "bob", { role: "owner" }))).toBe("forbidden");
		expect(codeOf(await set("stranger", "bob", { role: "owner" }))).toBe("not_found");
		expect(codeOf(await set("ann", "nobody", { role: "owner" }))).toBe("not_found");
		expect(codeOf(await set("ann", "ann", { role: "member" }))).toBe("last_owner");
		for (const body of [undefined, {}, { role: "king" }, { role: 1 }, "[]"])
			expect(codeOf(await set("ann", "bob", body))).toBe("bad_request");
	});

	it("hand over by making another one owner and leaving", async () => {
		const id = await newConversation("ann", ["bob"]);
		expect(codeOf(await as("ann", "PATCH", `/conversations/${id}/members/bob`, { role: "owner" }))).toBe(200);
		const bob = await Client.join("bob", id);
		expect(codeOf(await as("ann", "DELETE", `/conversations/${id}/members/ann`))).toBe(204);
		expect(await bob.next("chat:member-left")).toMatchObject({ userId: "ann" });
		expect(codeOf(await as("bob", "PATCH", `/conversations/${id}`, { title: "Mine now" }))).toBe(200);
		expect((await bob.next("chat:conversation")).conversation.title).toBe("Mine now");
	});

	it("lose everything when they are removed, also if their list cannot be reached at first", async () => {
		const id = await newConversation("ann", ["gone"]);
		const gone = await Client.join("gone", id);
		const mend = await breakList("gone");
		expect(codeOf(await as("ann", "DELETE", `/conversations/${id}/members/gone`))).toBe(204);
		expect(await gone.closed).toBe(4403);
		expect(await listOf("gone")).toContain(id);
		await mend();
		await retryJobs(stubOf(id));
		expect(await listOf("gone")).not.toContain(id);
	});
});

describe("invites", () => {
	it("are listed and revoked by owners", async () => {
		const id = await newConversation("ann", ["bob"]);
		const { invite } = (await as("ann", "POST", `/conversations/${id}/invites`, { role: "reader", maxUses: 3 })).body;
		const listed = async () => (await as("ann", "GET", `/conversations/${id}/invites`)).body.invites;
		const [theOne] = (await listed()).filter(({ role }: { role: string }) => role === "reader");
		expect(theOne).toEqual({
			id: expect.stringMatching(/^[0-9a-f]{64}$/),
			role: "reader",
			createdBy: "ann",
			createdAt: expect.any(String),
			expiresAt: invite.expiresAt,
			maxUses: 3,
			uses: 0,
			allows: {},
			used: { people: 0, questions: 0, usd: 0 },
			isLive: true,
		});
		expect(JSON.stringify(theOne)).not.toContain(invite.token.split(".")[1]);
		const path = `/conversations/${id}/invites`;
		expect(codeOf(await as("bob", "GET", path))).toBe("forbidden");
		expect(codeOf(await as("bob", "DELETE", `${path}/${theOne.id}`))).toBe("forbidden");
		expect(codeOf(await as("stranger", "DELETE", `${path}/${theOne.id}`))).toBe("not_found");
		expect(codeOf(await as("ann", "DELETE", `${path}/${theOne.id}`))).toBe(204);
		expect(codeOf(await as("ann", "DELETE", `${path}/${theOne.id}`))).toBe("not_found");
		expect(await listed()).toHaveLength(1);
		expect(codeOf(await as("eve", "POST", `/invites/${invite.token}/accept`))).toBe("invite_expired");
		expect((await as("ann", "GET", `/conversations/${id}/audit`)).body.entries[0]).toMatchObject({ action: "revoked", actor: "ann" });
	});
});

describe("a conversation's title", () => {
	it("is made from its first words until a person gives one", async () => {
		const id = await newConversation("ann", ["bob"]);
		const bob = await Client.join("bob", id);
		bob.say("**Where** shall we eat?");
		expect((await bob.next("chat:conversation")).conversation.title).toBe("Where shall we eat?");
		const titled = async () =>
			(await as("ann", "GET", "/conversations")).body.conversations.find((one: { id: string }) => one.id === id).title;
		await expect.poll(titled).toBe("Where shall we eat?");
		await as("ann", "PATCH", `/conversations/${id}`, { title: "Food" });
		expect((await bob.next("chat:conversation")).conversation.title).toBe("Food");
		expect((await as("ann", "PATCH", `/conversations/${id}`, { title: " " })).body.conversation.title).toBe("Where shall we eat?");
	});
});

describe("a conversation that its owner deletes", () => {
	it("is deleted for everybody at once: sockets, routes, invites, lists, storage, alarm", async () => {
		const id = await newConversation("ann", ["bob"]);
		const { invite } = (await as("ann", "POST", `/conversations/${id}/invites`, {})).body;
		const [ann, bob, deaf] = [
			await Client.join("ann", id),
			await Client.join("bob", id),
			await Client.join("bob", id, { ignoresClose: true }),
		];
		ann.say("@claude table");
		await bob.next("chat:streaming");
		expect(codeOf(await as("bob", "DELETE", `/conversations/${id}`))).toBe("forbidden");
		expect(codeOf(await as("stranger", "DELETE", `/conversations/${id}`))).toBe("not_found");
		const deleted = await as("ann", "DELETE", `/conversations/${id}`);
		expect([deleted.status, deleted.body]).toEqual([204, undefined]);
		expect(await Promise.all([ann, bob, deaf].map(({ closed }) => closed))).toEqual([4404, 4404, 4404]);
		expect([ann, bob].flatMap((client) => client.all("chat:user-left"))).toEqual([]);
		const count = deaf.events.length;
		deaf.say("Is anybody there?");

		for (const who of ["ann", "bob"]) {
			expect(await listOf(who)).not.toContain(id);
			for (const claims of [{}, { conversations: ["*"] }, { conversations: [id] }]) {
				const token = await tokenOf(who, claims);
				for (const [method, path] of [
					["GET", ""],
					["PATCH", ""],
					["DELETE", ""],
					["GET", "/messages"],
					["GET", "/members"],
					["GET", "/invites"],
					["GET", "/audit"],
				] as const)
					expect([path, codeOf(await call(method, `/conversations/${id}${path}`, token))]).toEqual([path, "not_found"]);
				expect(codeOf(await call("GET", `/conversations/${id}/socket`, token, undefined, { upgrade: "websocket" }))).toBe("not_found");
				expect(codeOf(await call("POST", `/invites/${invite.token}/accept`, token))).toBe("not_found");
			}
		}
		const left = { rows: { deleted: [{ at: expect.any(Number) }] }, alarm: null, keys: 0 };
		await expect.poll(() => storedIn(id)).toEqual(left);
		await evict(stubOf(id), { webSockets: "hibernate" });
		deaf.say("Nobody?");
		expect(codeOf(await call("GET", `/conversations/${id}`, await tokenOf("ann", { conversations: ["*"] })))).toBe("not_found");
		expect(await storedIn(id)).toEqual(left);
		expect(deaf.events).toHaveLength(count);
	});

	it("disappears from every list, also if one cannot be reached at first and the object restarts", async () => {
		const id = await newConversation("ann", ["deaf", "hears"]);
		const mend = await breakList("deaf");
		expect(codeOf(await as("ann", "DELETE", `/conversations/${id}`))).toBe(204);
		expect([await listOf("deaf"), await listOf("hears")].map((list) => list.includes(id))).toEqual([true, false]);
		expect(codeOf(await as("ann", "GET", `/conversations/${id}`))).toBe("not_found");
		await abortAllDurableObjects();
		expect(codeOf(await call("GET", `/conversations/${id}`, await tokenOf("ann", { conversations: ["*"] })))).toBe("not_found");
		// There is none while it rings.
		await expect.poll(async () => (await storedIn(id)).alarm).toEqual(expect.any(Number));
		await mend();
		await retryJobs(stubOf(id));
		expect(await listOf("deaf")).not.toContain(id);
		await expect.poll(() => storedIn(id)).toEqual({ rows: { deleted: [{ at: expect.any(Number) }] }, alarm: null, keys: 0 });
	});
});
