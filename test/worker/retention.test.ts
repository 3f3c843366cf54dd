// Messages that expire, and conversations in which a legal hold keeps everything, over real routes and sockets.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import "../../src/worker.ts";
import { directoryName } from "../../src/protocol/admin/records.ts";
import { evict } from "../support/evict.ts";
import { withSettings } from "../support/settings.ts";
import { Client, call, newConversation, origin, tokenOf } from "../support/socket.ts";

withSettings({ ADMIN_USERS: "root, second", RETENTION_DAYS: "30" });

const day = 24 * 3600_000;
const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);
const someone = () => `p-${crypto.randomUUID()}`;
const codeOf = ({ status, body }: Awaited<ReturnType<typeof call>>) => body?.error?.code ?? status;
const stubOf = (id: string) => env.CONVERSATIONS.getByName(id) as unknown as DurableObjectStub<undefined>;
const say = async (who: string, id: string, content: string) =>
	(await as(who, "POST", `/conversations/${id}/messages`, { content })).body.message;
const contentsOf = async (who: string, id: string) =>
	((await as(who, "GET", `/conversations/${id}/messages`)).body.messages as { content: string }[]).map(({ content }) => content);
const stored = (id: string, query: string) => runInDurableObject(stubOf(id), (_object, { storage }) => storage.sql.exec(query).toArray());

/** A conversation in which Claude is not asked, and whose messages were sent so many days ago. */
async function conversation(owner: string, others: string[] = []): Promise<string> {
	const id = await newConversation(owner, others);
	await as(owner, "PATCH", `/conversations/${id}`, { assistant: "off" });
	return id;
}

/** Makes the messages of a conversation older, and its object begin anew. */
async function age(id: string, days: number): Promise<void> {
	await stored(id, `UPDATE messages SET created_at = created_at - ${days * day}`);
	await evict(stubOf(id), { webSockets: "hibernate" });
	await as("root", "GET", `/conversations/${id}`);
}

async function legal(id: string, kind: string): Promise<string> {
	const { requestId } = (await as("root", "POST", `/admin/conversations/${id}/requests`, { kind, reason: "Order 12" })).body.request;
	return codeOf(await as("second", "POST", `/admin/requests/${requestId}/confirm`));
}

describe("messages", () => {
	it("expire with everything that is stored of them, in steps, and younger ones stay", async () => {
		const ann = someone();
		const id = await conversation(ann);
		await stored(
			id,
			`WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 150)
			INSERT INTO messages (seq, id, role, author_id, author_name, content, status, born, revision, created_at, asks, versions, is_shared)
			SELECT seq, 'm' || seq || '-x', 'user', '${ann}', 'Ann', 'OLD', 'complete', seq, seq, ${Date.now()}, 0, 0, 0 FROM n`,
		);
		await evict(stubOf(id));
		await say(ann, id, "OLD-INDEXED findable");
		await age(id, 31);
		const client = await Client.join(ann, id);
		await say(ann, id, "YOUNG findable");
		expect((await as(ann, "GET", `/conversations/${id}`)).body.conversation).toMatchObject({ keptDays: 30 });
		await runDurableObjectAlarm(stubOf(id));
		expect(await stored(id, "SELECT count(*) AS n FROM messages WHERE deleted_at IS NOT NULL")).toEqual([{ n: 100 }]);
		await runDurableObjectAlarm(stubOf(id));
		await client.next("chat:updated", ({ message }) => message.seq === 151 && message.deletedAt !== undefined);
		expect((await contentsOf(ann, id)).filter((content) => content !== "")).toEqual(["YOUNG findable"]);
		const { results } = (await as(ann, "GET", `/conversations/${id}/search?q=findable`)).body;
		expect(results).toHaveLength(1);
		expect(await stored(id, "SELECT 1 FROM messages WHERE content LIKE 'OLD%'")).toEqual([]);
	});

	it("leave, and private questions that are younger expire in their time", async () => {
		const ann = someone();
		const id = await conversation(ann);
		await say(ann, id, "Old");
		await age(id, 31);
		const ask = (question: string) =>
			`INSERT INTO asides (id, user_id, after, question, content, status, created_at)
			VALUES ('a-${question}', '${ann}', 1, '${question}', '', 'complete', ${Date.now()})`;
		await stored(id, ask("five"));
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual([""]);
		const firesAt = await runInDurableObject(stubOf(id), (_object, { storage }) => storage.getAlarm());
		expect(Math.abs((firesAt ?? 0) - Date.now() - 30 * day)).toBeLessThan(day);
		await stored(id, `UPDATE asides SET created_at = created_at - ${31 * day}`);
		await age(id, 0);
		await runDurableObjectAlarm(stubOf(id));
		expect(await stored(id, "SELECT 1 FROM asides")).toEqual([]);
	});

	it("expire after the shorter of the two times, which owners set", async () => {
		const [ann, ben] = [someone(), someone()];
		const id = await conversation(ann, [ben]);
		await say(ann, id, "Nine days old");
		await age(id, 9);
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual(["Nine days old"]);
		expect(codeOf(await as(ben, "PATCH", `/conversations/${id}`, { retentionDays: 7 }))).toBe("forbidden");
		for (const retentionDays of [0, 1.5, 3651, "7"])
			expect(codeOf(await as(ann, "PATCH", `/conversations/${id}`, { retentionDays }))).toBe("bad_request");
		expect((await as(ann, "PATCH", `/conversations/${id}`, { retentionDays: 90 })).body.conversation).toMatchObject({
			retentionDays: 90,
			keptDays: 30,
		});
		expect((await as(ann, "PATCH", `/conversations/${id}`, { retentionDays: 7 })).body.conversation).toMatchObject({
			retentionDays: 7,
			keptDays: 7,
		});
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual([""]);
		const { conversation: kept } = (await as(ann, "PATCH", `/conversations/${id}`, { retentionDays: null })).body;
		expect(kept).toEqual(expect.not.objectContaining({ retentionDays: expect.anything() }));
	});
});

describe("an administrator", () => {
	it("sets a shorter or a longer time for one conversation, which its members see; owners may set a shorter one, and a hold wins", async () => {
		const [ann, ben] = [someone(), someone()];
		const id = await conversation(ann, [ben]);
		const path = `/admin/conversations/${id}/retention`;
		const client = await Client.join(ben, id);
		expect(codeOf(await as(ann, "PUT", path, { retentionDays: 90 }))).toBe("forbidden");
		for (const retentionDays of [0, 3651, "7", undefined])
			expect(codeOf(await as("root", "PUT", path, { retentionDays }))).toBe("bad_request");
		for (const [method, body] of [["GET"], ["PUT", { retentionDays: 9 }]] as [string, object?][])
			expect(codeOf(await as("root", method, "/admin/conversations/nowhere/retention", body))).toBe("not_found");
		const record = { conversationId: id, retentionDays: 90, keptDays: 90, held: false };
		expect((await as("root", "PUT", path, { retentionDays: 90 })).body).toEqual(record);
		await client.next("chat:conversation", ({ conversation }) => conversation.keptDays === 90);
		await say(ann, id, "Forty days old");
		await age(id, 40);
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual(["Forty days old"]);
		expect((await as("root", "GET", path)).body).toEqual(record);
		expect((await as(ann, "PATCH", `/conversations/${id}`, { retentionDays: 60 })).body.conversation).toMatchObject({ keptDays: 60 });

		expect(await legal(id, "hold")).toBe(200);
		const pending = { retentionDays: 7, by: "root", until: expect.any(String) };
		expect((await as("root", "PUT", path, { retentionDays: 7 })).body).toEqual({ ...record, keptDays: 60, held: true, pending });
		expect((await as("second", "PUT", path, { retentionDays: 7 })).body).toEqual({ ...record, retentionDays: 7, keptDays: 7, held: true });
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual(["Forty days old"]);
		expect(await legal(id, "release")).toBe(200);
		await client.next("chat:conversation", ({ conversation }) => conversation.held === undefined && conversation.keptDays === 7);
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual([""]);

		expect((await as("root", "PUT", path, { retentionDays: null })).body).toEqual({ ...record, retentionDays: null, keptDays: 30 });
		const { acts } = (await as("second", "GET", `/admin/audit?action=retained&subject=${id}`)).body;
		expect(acts).toHaveLength(3);
		expect(acts[0]).toMatchObject({ actor: "root", subject: id });
	});

	it("needs another one for a shorter time, because it deletes messages", async () => {
		const ann = someone();
		const id = await conversation(ann);
		const path = `/admin/conversations/${id}/retention`;
		const set = async (who: string, retentionDays: number | null) => (await as(who, "PUT", path, { retentionDays })).body;
		await say(ann, id, "Nine days old");
		await age(id, 9);
		const record = { conversationId: id, retentionDays: null, keptDays: 30, held: false };
		const pending = (retentionDays: number | null, by: string) => ({ retentionDays, by, until: expect.any(String) });
		for (const _again of [1, 2]) expect(await set("root", 7)).toEqual({ ...record, pending: pending(7, "root") });
		// Another time is another wish, and the time in force takes it back.
		expect(await set("second", 8)).toEqual({ ...record, pending: pending(8, "second") });
		expect(await set("root", 7)).toEqual({ ...record, pending: pending(7, "root") });
		expect((await as("second", "GET", path)).body).toEqual({ ...record, pending: pending(7, "root") });
		expect(await set("second", null)).toEqual(record);
		expect(await set("second", 7)).toEqual({ ...record, pending: pending(7, "second") });
		// Its day is over, and a suspended administrator's wish counts for nothing.
		const inDirectory = (statement: string) =>
			runInDurableObject(env.DIRECTORY.getByName(directoryName) as unknown as DurableObjectStub<undefined>, (_object, { storage }) =>
				storage.sql.exec(statement).toArray(),
			);
		await inDirectory(`UPDATE shortenings SET at = at - ${day}`);
		expect(await set("root", 7)).toEqual({ ...record, pending: pending(7, "root") });
		await as("second", "POST", "/admin/people/root/suspend");
		expect(await set("second", 7)).toEqual({ ...record, pending: pending(7, "second") });
		await as("second", "POST", "/admin/people/root/restore");
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual(["Nine days old"]);

		expect(await set("root", 7)).toEqual({ ...record, retentionDays: 7, keptDays: 7 });
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual([""]);
		// A longer time deletes nothing, and the deployment's is shorter than that.
		expect(await set("root", 365)).toEqual({ ...record, retentionDays: 365, keptDays: 365 });
		expect(await set("root", null)).toEqual({ ...record, retentionDays: 365, keptDays: 365, pending: pending(null, "root") });
		expect(await set("second", null)).toEqual(record);
		const { acts } = (await as("second", "GET", `/admin/audit?subject=${id}`)).body as { acts: { action: string }[] };
		expect(acts.slice(0, 3).map(({ action }) => action)).toEqual(["retained", "confirmed", "requested"]);
	});

	it("needs another one also for a time that owners have set already: they may take theirs back", async () => {
		const ann = someone();
		const id = await conversation(ann);
		const path = `/admin/conversations/${id}/retention`;
		const ownersSet = async (retentionDays: number | null) =>
			(await as(ann, "PATCH", `/conversations/${id}`, { retentionDays })).body.conversation.keptDays;
		expect(await ownersSet(7)).toBe(7);
		const pending = { retentionDays: 7, by: "root", until: expect.any(String) };
		const record = { conversationId: id, retentionDays: null, keptDays: 7, held: false, pending };
		expect((await as("root", "PUT", path, { retentionDays: 7 })).body).toEqual(record);
		expect(await ownersSet(null)).toBe(30);
	});
});

describe("a legal hold", () => {
	it("keeps everything until two administrators end it, and members are told", async () => {
		const [ann, ben] = [someone(), someone()];
		const id = await conversation(ann, [ben]);
		const client = await Client.join(ann, id);
		const { id: messageId } = await say(ben, id, "EVIDENCE");
		expect(await legal(id, "hold")).toBe(200);
		await client.next("chat:conversation", ({ conversation }) => conversation.held === true);
		expect((await as("root", "GET", "/admin/holds")).body.holds).toContainEqual({
			conversationId: id,
			at: expect.any(String),
			by: "second",
		});
		const bens = await Client.join(ben, id);
		for (const event of [
			{ type: "chat:delete", messageId },
			{ type: "chat:edit", messageId, content: "Nothing" },
		] as const) {
			bens.send({ ...event, conversationId: id });
			expect((await bens.next("chat:error")).code).toBe("held");
		}
		expect(codeOf(await as(ann, "DELETE", `/conversations/${id}`))).toBe("held");
		expect(await legal(id, "delete")).toBe("held");
		await age(id, 40);
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual(["EVIDENCE"]);
		expect(await legal(id, "release")).toBe(200);
		expect((await as(ann, "GET", `/conversations/${id}`)).body.conversation.held).toBeUndefined();
		await runDurableObjectAlarm(stubOf(id));
		expect(await contentsOf(ann, id)).toEqual([""]);
		expect((await as(ann, "DELETE", `/conversations/${id}`)).status).toBe(204);
	});

	it("puts off erasures: who erases themselves is out at once, and what they said goes when it ends", async () => {
		const [ann, ben] = [someone(), someone()];
		const id = await conversation(ann, [ben]);
		await say(ben, id, "SAID-BY-BEN");
		await legal(id, "hold");
		expect((await as(ben, "DELETE", "/me")).status).toBe(200);
		expect((await as(ben, "GET", `/conversations/${id}`)).status).toBe(404);
		expect(await contentsOf(ann, id)).toEqual(["SAID-BY-BEN"]);
		await legal(id, "release");
		expect(await contentsOf(ann, id)).toEqual([""]);
		expect(await stored(id, `SELECT 1 FROM messages WHERE author_id = '${ben}'`)).toEqual([]);
	});

	it("keeps the private questions and unsent files of people who leave, until it ends", async () => {
		const people = [someone(), someone(), someone()] as const;
		const [ann, ben, cat] = people;
		const id = await conversation(ann, [ben, cat]);
		await stored(
			id,
			people
				.map(
					(who) => `INSERT INTO asides (id, user_id, after, question, content, status, created_at)
						VALUES ('a-${who}', '${who}', 0, 'ASKED', 'ANSWERED', 'complete', ${Date.now()});`,
				)
				.join("\n"),
		);
		const headers = { authorization: `Bearer ${await tokenOf(ben)}`, "content-type": "text/plain" };
		const upload = await exports.default.fetch(`${origin}/api/conversations/${id}/files?name=a.txt`, {
			method: "POST",
			headers,
			body: "A",
		});
		const { file } = (await upload.json()) as { file: { id: string } };
		await legal(id, "hold");
		expect(codeOf(await as(ben, "DELETE", `/conversations/${id}/files/${file.id}`))).toBe("held");
		expect((await as(ben, "DELETE", `/conversations/${id}/members/${ben}`)).status).toBe(204);
		await as(cat, "DELETE", "/me");
		const asides = "SELECT user_id FROM asides ORDER BY n";
		expect(await stored(id, asides)).toEqual(people.map((user_id) => ({ user_id })));
		// The object with the bytes asks, as it does a day later.
		const keepFiles = async () => {
			using calls = await env.CONVERSATIONS.getByName(id).forDeployer();
			return await calls.keepFiles([file.id]);
		};
		expect([await keepFiles(), await stored(id, "SELECT id FROM files")]).toEqual([undefined, [{ id: file.id }]]);
		await legal(id, "release");
		expect([await keepFiles(), await stored(id, asides)]).toEqual([[], [{ user_id: ann }]]);
	});

	it("keeps a conversation that nobody is left in, until it ends", async () => {
		const ann = someone();
		const id = await conversation(ann);
		await say(ann, id, "SAID-BY-ANN");
		await legal(id, "hold");
		await as(ann, "DELETE", "/me");
		expect(await stored(id, "SELECT content FROM messages")).toEqual([{ content: "SAID-BY-ANN" }]);
		await legal(id, "release");
		await expect.poll(() => stored(id, "SELECT name FROM sqlite_master WHERE name = 'messages'")).toEqual([]);
	});
});
