// Messages and files where an object's storage has no room left.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { directoryName } from "../../src/protocol/admin/records.ts";
import { evict } from "../support/evict.ts";
import { download, noise, png, upload } from "../support/files.ts";
import { fillUp } from "../support/full.ts";
import { allowLog, expectLog } from "../support/log.ts";
import { withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

withSettings({ RETENTION_DAYS: "30", ADMIN_USERS: "root, second" });

/** Fills the storage of an object, `after` so many further rows. Returns what makes room again. */
const fill = (stub: DurableObjectStub<undefined>, after = 0) =>
	runInDurableObject(stub, (_object, { storage: { sql } }) => fillUp(sql, { after }));

const bytesIn = (id: string) =>
	runInDurableObject(
		env.CONVERSATION_FILES.getByName(id),
		(_object, { storage: { sql } }) => sql.exec("SELECT key FROM parts").toArray().length,
	);

it("an upload is refused whole, in its first or a later row, and files are read and deleted as before", async () => {
	const id = await newConversation("ann");
	expectLog(/The storage is full/);
	const kept = await upload("ann", id, png(), { type: "image/png" });
	for (const rows of [0, 1, 3]) {
		const empty = await fill(env.CONVERSATION_FILES.getByName(id), rows);
		expect(await upload("ann", id, noise(3_500_000))).toMatchObject({ status: 507, code: "storage_full" });
		expect(await bytesIn(id)).toBe(1);
		empty();
	}
	const empty = await fill(env.CONVERSATION_FILES.getByName(id));
	const headers = { authorization: `Bearer ${await tokenOf("ann")}`, "content-type": "image/png" };
	const path = `${origin}/api/conversations/${id}/files/${kept.file.id}`;
	const thumbnail = await exports.default.fetch(`${path}/thumbnail`, { method: "PUT", headers, body: png() });
	expect(thumbnail.status).toBe(507);
	expect((await download("ann", id, kept.file.id)).status).toBe(200);
	expect((await exports.default.fetch(path, { method: "DELETE", headers })).status).toBe(204);
	empty();
	const next = await upload("ann", id, png(), { type: "image/png" });
	expect(next.status).toBe(201);
	// The bytes of a thumbnail have room, and what is known about it has none.
	const emptyAgain = await fill(env.CONVERSATION_FILES.getByName(id), 1);
	const put = { method: "PUT", headers, body: png() };
	expect((await exports.default.fetch(path.replace(kept.file.id, `${next.file.id}/thumbnail`), put)).status).toBe(507);
	expect(await bytesIn(id)).toBe(1);
	emptyAgain();
});

it("a message is refused with a sentence of its own, what is there is read, and the next one comes once there is room", async () => {
	const id = await newConversation("ann");
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "off", title: "Full" });
	const ann = await Client.join("ann", id);
	ann.say("Before");
	await ann.next("chat:message");
	const empty = await fill(env.CONVERSATIONS.getByName(id));
	expectLog(/The storage is full/);
	// Each message of a frame is refused by its own id.
	const while1 = { type: "chat:send", conversationId: id, role: "user", content: "While", clientId: "while-1" };
	ann.raw(JSON.stringify([while1, { ...while1, clientId: "while-2" }]));
	for (const clientId of ["while-1", "while-2"])
		expect(await ann.next("chat:error")).toMatchObject({ code: "storage_full", clientId, error: expect.stringContaining("is full") });
	const over = await call("POST", `/conversations/${id}/messages`, await tokenOf("ann"), { content: "By HTTP", clientId: "while-3" });
	expect(over).toMatchObject({ status: 507, body: { error: { code: "storage_full", message: expect.stringContaining("is full") } } });
	expectLog(/A request failed/);
	const titled = await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { title: "No room" });
	expect(titled).toMatchObject({ status: 507, body: { error: { code: "storage_full" } } });
	const { body } = await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"));
	expect(body.messages.map(({ content }: { content: string }) => content)).toEqual(["Before"]);
	empty();
	ann.send({ type: "chat:send", conversationId: id, role: "user", content: "After", clientId: "after-1" });
	expect((await ann.next("chat:message", ({ message }) => message.role === "user")).message).toMatchObject({ content: "After", seq: 2 });
});

describe("access where there is no room left", () => {
	const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
	const someone = (name: string) => `${name}-${crypto.randomUUID()}`;
	const stubOf = (id: string) => env.CONVERSATIONS.getByName(id) as unknown as DurableObjectStub<undefined>;
	const change = (id: string, statement: string) =>
		runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => sql.exec(statement).toArray());
	const memberIds = async (owner: string, id: string) =>
		((await as(owner, "GET", `/conversations/${id}/members`)).body.members as { userId: string }[]).map(({ userId }) => userId);

	it.each([
		["DELETE", "members"],
		["PUT", "bans"],
	])("%s %s is refused whole, and ends the membership and its sockets when it is repeated", async (method, of) => {
		expectLog(/The storage is full|A request failed/);
		const [ann, bob] = [someone("ann"), someone("bob")];
		const id = await newConversation(ann, [bob]);
		const bobs = await Client.join(bob, id);
		const end = () => as(ann, method, `/conversations/${id}/${of}/${bob}`, method === "PUT" ? {} : undefined);
		const empty = await fill(stubOf(id), 1);
		expect(await end()).toMatchObject({ status: 507, body: { error: { code: "storage_full" } } });
		empty();
		expect(await memberIds(ann, id)).toContain(bob);
		expect((await end()).status).toBeLessThan(300);
		expect(await bobs.closed).toBe(4403);
		expect(await memberIds(ann, id)).not.toContain(bob);
	});

	it("a link that lets one person in lets in one", async () => {
		expectLog(/The storage is full|A request failed/);
		const [ann, bob, carl] = [someone("ann"), someone("bob"), someone("carl")];
		const id = await newConversation(ann);
		const { token } = (await as(ann, "POST", `/conversations/${id}/invites`, { maxUses: 1 })).body.invite;
		const empty = await fill(stubOf(id), 3);
		expect((await as(bob, "POST", "/invites/accept", { token })).status).toBe(507);
		empty();
		expect((await as(carl, "POST", "/invites/accept", { token })).status).toBe(200);
		expect((await as(bob, "POST", "/invites/accept", { token })).body).toMatchObject({ error: { code: "invite_expired" } });
		expect(await memberIds(ann, id)).toEqual(expect.not.arrayContaining([bob]));
	});

	it("a membership whose time is over ends, and others read on", async () => {
		expectLog(/The storage is full/);
		const [ann, bob] = [someone("ann"), someone("bob")];
		const id = await newConversation(ann);
		const until = new Date(Date.now() + 3600_000).toISOString();
		const { token } = (await as(ann, "POST", `/conversations/${id}/invites`, { allows: { until } })).body.invite;
		await as(bob, "POST", "/invites/accept", { token });
		const bobs = await Client.join(bob, id);
		await change(id, "UPDATE members SET ends_at = 1 WHERE ends_at IS NOT NULL");
		await evict(stubOf(id), { webSockets: "hibernate" });
		const empty = await fill(stubOf(id));
		expect((await as(ann, "GET", `/conversations/${id}/messages`)).status).toBe(200);
		expect(await bobs.closed).toBe(4403);
		expect((await as(bob, "GET", `/conversations/${id}/messages`)).status).toBe(404);
		empty();
		expect(await memberIds(ann, id)).toEqual([ann]);
	});

	it("somebody whose name is another one by now reads on", async () => {
		expectLog(/The storage is full/);
		const [ann, bob] = [someone("ann"), someone("bob")];
		const id = await newConversation(ann, [bob]);
		const empty = await fill(stubOf(id));
		const client = await Client.openBy(await tokenOf(bob, { name: "Robert", iat: Math.floor(Date.now() / 1000) + 20 }), id);
		await client.next("chat:joined");
		empty();
	});

	it("a guest who signs out hears nothing more, and is no member once there is room", async () => {
		expectLog(/A conversation could not be called/);
		const ann = someone("ann");
		const id = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off" });
		const { token } = (await as(ann, "POST", `/conversations/${id}/invites`, {})).body.invite;
		const { body: guest } = await call("POST", "/auth/guest", undefined, { name: "Guest" });
		await call("POST", "/invites/accept", guest.token, { token });
		const client = await Client.openBy(guest.token, id);
		const empty = await fill(stubOf(id));
		expect((await call("POST", "/auth/sign-out", guest.token)).status).toBe(204);
		expect(await client.closed).toBe(4401);
		empty();
		const user = env.USERS.getByName(guest.user.id) as unknown as DurableObjectStub<undefined>;
		await runInDurableObject(user, (_object, { storage: { sql } }) => sql.exec("UPDATE jobs SET due_at = 0").toArray());
		await evict(user);
		await runDurableObjectAlarm(user);
		expect(await memberIds(ann, id)).toEqual([ann]);
	});

	it.each([0, 1, 2, 3, 6, 7, 8])(
		"whoever could not be erased with room for %d rows can ask again, and nothing of theirs stays",
		async (rows) => {
			allowLog(/The storage is full|A request failed/);
			const ann = someone("ann");
			const id = await newConversation(ann);
			await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off" });
			const { token } = (await as(ann, "POST", `/conversations/${id}/invites`, {})).body.invite;
			const { body: guest } = await call("POST", "/auth/guest", undefined, { name: "Guest" });
			await call("POST", "/invites/accept", guest.token, { token });
			await call("POST", `/conversations/${id}/messages`, guest.token, { content: "WORDS" });
			const empty = await fill(env.USERS.getByName(guest.user.id) as unknown as DurableObjectStub<undefined>, rows);
			const erase = async () => (await call("DELETE", "/me", guest.token)).status;
			expect(await erase()).toBe(507);
			empty();
			expect(await erase()).toBe(200);
			expect(JSON.stringify((await as(ann, "GET", `/conversations/${id}/messages`)).body)).not.toContain("WORDS");
			expect(await memberIds(ann, id)).toEqual([ann]);
		},
	);

	it("a legal hold and a suspension that had no room are in force once they are repeated, also after a sleep", async () => {
		// What else is stored meanwhile, such as a list.
		allowLog(/SQLITE_FULL|The storage is full/);
		const [ann, bob] = [someone("ann"), someone("bob")];
		const id = await newConversation(ann);
		const users = env.USERS.getByName(bob);
		const user = users as unknown as DurableObjectStub<undefined>;
		const outcomeOf = (act: Promise<void>) => act.then(() => "done", String);
		const both = async () => [
			await runInDurableObject(env.CONVERSATIONS.getByName(id), (object) => outcomeOf(object.forDeployer().hold(true))),
			await runInDurableObject(users, (object) => outcomeOf(object.suspend(true))),
		];
		const empty = [await fill(stubOf(id)), await fill(user)];
		expect(await both()).toEqual([expect.stringContaining("full"), expect.stringContaining("full")]);
		for (const one of empty) one();
		expect(await both()).toEqual(["done", "done"]);
		await evict(stubOf(id));
		await evict(user);
		expect((await as(ann, "GET", `/conversations/${id}`)).body.conversation).toMatchObject({ held: true });
		expect((await as(bob, "GET", "/me")).body).toMatchObject({ error: { code: "suspended" } });
	});

	it("a program reads on by its token, and what it posts by a webhook is said to be posted", async () => {
		expectLog(/The storage is full/);
		const ann = someone("ann");
		const id = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off" });
		const { token } = (await as(ann, "POST", "/me/tokens", { name: "Reader", scopes: ["read"], expiresInSeconds: 3_600 })).body;
		const { url } = (await as(ann, "POST", `/conversations/${id}/incoming-webhooks`, { name: "Builds" })).body.webhook;
		const empty = [
			await fill(env.USERS.getByName(ann) as unknown as DurableObjectStub<undefined>),
			await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => fillUp(sql, { refuses: /used_at/ })),
		];
		const posted = await exports.default.fetch(url, { method: "POST", body: JSON.stringify({ text: "Built" }) });
		expect(posted.status).toBeLessThan(300);
		const { status, body } = await call("GET", `/conversations/${id}/messages`, token.secret);
		expect([status, body.messages.map(({ content }: { content: string }) => content)]).toEqual([200, ["Built"]]);
		for (const one of empty) one();
	});

	it("an import that had no room for its end can be repeated", async () => {
		// The list of whoever is in it is told later.
		allowLog(/The storage is full/);
		const ann = someone("ann");
		const id = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off", instructions: "Be brief.", title: "Plans" });
		await as(ann, "POST", `/conversations/${id}/messages`, { content: "Words" });
		const headers = { authorization: `Bearer ${await tokenOf(ann)}` };
		const lines = await (await exports.default.fetch(`${origin}/api/conversations/${id}/export`, { headers })).text();
		const outcomes = await runInDurableObject(env.CONVERSATIONS.getByName(someone("copy")), async (object, { storage: { sql } }) => {
			const all: unknown[] = [];
			while (!all.some((outcome) => typeof outcome === "object")) {
				const empty = fillUp(sql, { after: 3 * all.length });
				all.push(await object.importLines(lines, 0, { as: ann }).catch(String));
				empty();
			}
			return all;
		});
		expect(outcomes.length).toBeGreaterThan(3);
		expect(outcomes.slice(0, -1)).toEqual(outcomes.slice(1).map(() => expect.stringContaining("full")));
		expect(outcomes.at(-1)).toMatchObject({ conversation: { title: "Plans", instructions: "Be brief." } });
	});

	it("a legal request that had no room to be carried out can be confirmed again", async () => {
		expectLog(/The storage is full|A request failed/);
		const id = await newConversation(someone("ann"));
		const { requestId } = (await as("root", "POST", `/admin/conversations/${id}/requests`, { kind: "hold", reason: "Order 12" })).body
			.request;
		const directory = env.DIRECTORY.getByName(directoryName) as unknown as DurableObjectStub<undefined>;
		const confirm = async () => (await as("second", "POST", `/admin/requests/${requestId}/confirm`)).status;
		for (const rows of [0, 1, 2, 3]) {
			const empty = await fill(directory, rows);
			expect(await confirm()).toBe(507);
			empty();
		}
		expect(await confirm()).toBe(200);
		await expect.poll(() => change(id, "SELECT held_at > 0 AS isHeld FROM keeping")).toEqual([{ isHeld: 1 }]);
	});

	it("what expires while there is no room expires once there is", async () => {
		const ann = someone("ann");
		const id = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "off" });
		await as(ann, "POST", `/conversations/${id}/messages`, { content: "Old" });
		await change(id, `UPDATE messages SET created_at = created_at - ${40 * 24 * 3600_000}`);
		await evict(stubOf(id));
		// Of the step, only what it notes last has no room.
		const refuses = /INTO keeping/;
		const empty = await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => fillUp(sql, { refuses }));
		const { body } = await as(ann, "GET", `/conversations/${id}/messages`);
		expect(body.messages).toMatchObject([{ content: "Old" }]);
		await expect(runDurableObjectAlarm(stubOf(id))).rejects.toThrow(/full/);
		empty();
		// In the same life of the object.
		await as(ann, "PATCH", `/conversations/${id}`, { retentionDays: 20 });
		await runDurableObjectAlarm(stubOf(id));
		expect((await as(ann, "GET", `/conversations/${id}/messages`)).body.messages).toMatchObject([{ content: "" }]);
	});
});
