// A release that finds what a newer one has left in its objects, as after a rollback, over real routes and sockets.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { migrations as conversationMigrations } from "../../src/conversation/store/migrations.ts";
import { type Migration, migrate } from "../../src/platform/migrate.ts";
import { migrations as userMigrations } from "../../src/user/migrations.ts";
import { evict } from "../support/evict.ts";
import { expectLog } from "../support/log.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const conversation = (id: string) => env.CONVERSATIONS.getByName(id);
const user = (id: string) => env.USERS.getByName(id);
type Stub = ReturnType<typeof conversation> | ReturnType<typeof user>;

/** Lets a newer release open the object, which then sleeps. */
async function upgrade(stub: Stub, known: readonly Migration[], ...added: Migration[]): Promise<void> {
	await runInDurableObject(stub as DurableObjectStub<undefined>, (_object, { storage: { sql } }) => migrate(sql, [...known, ...added]));
	await evict(stub);
}

const as = async (who: string, method: string, path: string, body?: unknown) => call(method, path, await tokenOf(who), body);

describe("tables that a newer release has added to", () => {
	it("are read and written by this one: messages, history, search, members and lists", async () => {
		const ann = `p${crypto.randomUUID()}`;
		const id = await newConversation(ann);
		await as(ann, "PATCH", `/conversations/${id}`, { assistant: "mention" });
		const before = await Client.join(ann, id);
		before.say("Before the deploy");
		await before.next("chat:message");
		before.close();
		await upgrade(
			conversation(id),
			conversationMigrations,
			"ALTER TABLE messages ADD COLUMN colour TEXT; ALTER TABLE members ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",
			"CREATE TABLE polls (id TEXT PRIMARY KEY) STRICT; INSERT INTO polls VALUES ('p1')",
		);
		await upgrade(user(ann), userMigrations, "ALTER TABLE conversations ADD COLUMN folder TEXT NOT NULL DEFAULT ''");

		const client = await Client.join(ann, id);
		expect(client.joined.messages.map(({ content }) => content)).toEqual(["Before the deploy"]);
		client.say("After the rollback");
		await client.next("chat:message");
		const { messages } = (await as(ann, "GET", `/conversations/${id}/messages`)).body;
		expect(messages.map(({ content }: { content: string }) => content)).toEqual(["Before the deploy", "After the rollback"]);
		expect((await as(ann, "GET", `/conversations/${id}/search?q=rollback`)).body.results).toHaveLength(1);
		expect((await as(ann, "GET", `/conversations/${id}`)).body.conversation.members).toHaveLength(1);
		expect((await as(ann, "PATCH", `/conversations/${id}`, { title: "Renamed" })).status).toBe(200);
		expect((await as(ann, "PATCH", `/me/conversations/${id}`, { pinned: true })).status).toBe(200);
		expect((await as(ann, "GET", "/conversations")).body.conversations).toMatchObject([{ id, pinned: true }]);
	});
});

describe("tables that a newer release has changed for good", () => {
	const breaking: Migration = { breaking: "ALTER TABLE messages RENAME COLUMN content TO text" };

	it("are refused with 503, a sentence for people and one for the deployer, until that release is back", async () => {
		const id = await newConversation("ann");
		await upgrade(conversation(id), conversationMigrations, breaking);
		expectLog(/These tables were changed by a newer release.*Deploy the newer release again/);
		const { status, headers, body } = await as("ann", "GET", `/conversations/${id}/messages`);
		expect([status, headers.get("retry-after"), body.error.code]).toEqual([503, "60", "unavailable"]);
		expect(body.error.message).toMatch(/newer version of the service\. Nothing is lost/);
		await expect(Client.open("ann", id)).rejects.toThrow(/503.*unavailable/);
	});

	it("leave every other conversation as it is", async () => {
		const [broken, other] = [await newConversation("ann"), await newConversation("ann")];
		await upgrade(conversation(broken), conversationMigrations, breaking);
		expect((await as("ann", "GET", `/conversations/${other}/messages`)).status).toBe(200);
	});
});

describe("an erasure that an earlier release began", () => {
	it("is continued and completed, and can be continued by that release until then", async () => {
		const person = `p${crypto.randomUUID()}`;
		const id = await newConversation("ann", [person]);
		const client = await Client.join(person, id);
		client.say("my secret");
		await client.next("chat:message");
		client.close();
		const inUser = <T>(act: (storage: DurableObjectStorage) => T | Promise<T>) =>
			runInDurableObject(user(person) as DurableObjectStub<undefined>, (_object, { storage }) => act(storage));
		// As that release had it: two migrations, a table of the conversations to erase from, and one of counts.
		await inUser(({ sql }) => {
			for (const table of ["jobs", "entered", "known_since"]) sql.exec(`DROP TABLE ${table}`);
			for (const column of ["addressed", "notifications"]) sql.exec(`ALTER TABLE conversations DROP COLUMN ${column}`);
			sql.exec("ALTER TABLE signed_out DROP COLUMN keeps");
			sql.exec("DELETE FROM migrations WHERE version > 2");
			sql.exec("DELETE FROM conversations");
			sql.exec(
				"CREATE TABLE erased (one INTEGER PRIMARY KEY, conversations INTEGER NOT NULL, messages INTEGER NOT NULL, reactions INTEGER NOT NULL, deleted_conversations INTEGER NOT NULL)",
			);
			sql.exec("INSERT INTO erased VALUES (1, 0, 0, 0, 0)");
			sql.exec("CREATE TABLE erasing (id TEXT PRIMARY KEY, alias TEXT NOT NULL, after INTEGER NOT NULL, tries INTEGER NOT NULL)");
			sql.exec("INSERT INTO erasing VALUES (?, 'erased-1', 0, 1)", id);
		});
		await evict(user(person));
		const { jobs, erasing, alarm } = await inUser(async (storage) => ({
			jobs: storage.sql.exec("SELECT queue, key, data FROM jobs").toArray(),
			erasing: storage.sql.exec("SELECT id, alias FROM erasing").toArray(),
			alarm: await storage.getAlarm(),
		}));
		expect(jobs).toEqual([{ queue: "erasure", key: id, data: JSON.stringify({ alias: "erased-1", after: 0 }) }]);
		expect(erasing).toEqual([{ id, alias: "erased-1" }]);
		expect(alarm).not.toBeNull();
		await runDurableObjectAlarm(user(person));
		const tables = () => inUser(({ sql }) => sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '%_cf_%'").toArray());
		await expect.poll(tables).toEqual([]);
		const { messages } = (await as("ann", "GET", `/conversations/${id}/messages`)).body;
		expect(messages).toMatchObject([{ content: "", author: { userId: "erased-1" } }]);
	});
});

describe("the list of the first build", () => {
	const first = `CREATE TABLE conversations (id TEXT PRIMARY KEY, title TEXT NOT NULL, assistant TEXT NOT NULL,
		created_at TEXT NOT NULL, last_activity_at INTEGER NOT NULL) STRICT, WITHOUT ROWID`;

	it("keeps its conversations, and takes in new ones", async () => {
		const ann = `p${crypto.randomUUID()}`;
		await runInDurableObject(user(ann), (_object, { storage: { sql } }) => {
			sql.exec(first);
			sql.exec("INSERT INTO conversations VALUES ('c1', 'From the first build', 'auto', '2026-11-24T12:00:00.000Z', 1764000000000)");
		});
		await evict(user(ann));
		const list = async () => (await as(ann, "GET", "/conversations")).body.conversations;
		expect(await list()).toMatchObject([{ id: "c1", title: "From the first build" }]);
		const id = await newConversation(ann);
		expect((await list()).map((entry: { id: string }) => entry.id).sort()).toEqual(["c1", id].sort());
	});
});
