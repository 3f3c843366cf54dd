// Counts the rows that everyday actions write and read, on real storage, by watching every statement.
// Run by ../rows.ts, which takes the counts from each test's `meta`; not part of the test suite.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, type TestContext, test } from "vitest";
import { Store } from "../../../src/conversation/store/store.ts";
import type { UserObject } from "../../../src/user/object.ts";
import { evict } from "../../support/evict.ts";
import { MeClient } from "../../support/me.ts";
import { Client, call, newConversation, tokenOf } from "../../support/socket.ts";
import type { RowsOf } from "./counts.ts";

/** Setting an alarm is billed as one written row. */
type Alarm = { rowsWritten: 1; rowsRead: 0 };
type Seen = { storage: SqlStorage | DurableObjectStorage; cost: Pick<SqlStorageCursor<never>, "rowsWritten" | "rowsRead"> | Alarm };

/** A cursor counts while it is read, so cursors are kept and summed at the end. */
let seen: Seen[] = [];
/** The number of deliveries to lists. */
let calls = 0;

/** All objects' storage shares its prototypes, so any object can provide them. */
beforeAll(() =>
	runInDurableObject(env.USERS.getByName("somebody"), (object, { storage }) => {
		const lists: Pick<UserObject, "remember"> = Object.getPrototypeOf(object);
		const { remember } = lists;
		lists.remember = function (this: UserObject, standing) {
			calls += 1;
			return remember.call(this, standing);
		};

		const statements: SqlStorage = Object.getPrototypeOf(storage.sql);
		const { exec } = statements;
		statements.exec = function (this: SqlStorage, ...query: Parameters<typeof exec>) {
			const cursor = exec.apply(this, query);
			seen.push({ storage: this, cost: cursor });
			return cursor;
		} as typeof exec;

		const alarms: DurableObjectStorage = Object.getPrototypeOf(storage);
		const { setAlarm } = alarms;
		alarms.setAlarm = function (this: DurableObjectStorage, ...at: Parameters<typeof setAlarm>) {
			seen.push({ storage: this, cost: { rowsWritten: 1, rowsRead: 0 } });
			return setAlarm.apply(this, at);
		};
	}),
);

/** Longer than a small conversation waits before it notifies its members' lists again. */
function listsTold(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 1_500));
}

/** Checks that all lists have been notified of everything, and that this is stored. */
function isTold(conversationId: string): Promise<boolean> {
	return runInDurableObject(env.CONVERSATIONS.getByName(conversationId), (_, { storage }) => {
		const { head, told } = storage.sql
			.exec<{ head: number; told: number }>("SELECT (SELECT max(revision) FROM messages) AS head, (SELECT revision FROM lists) AS told")
			.one();
		return told === head;
	});
}

/** Performs an action `times` times in a quiet conversation and records the cost of one. `isOver` includes what follows later. */
async function count(
	{ task }: TestContext,
	conversationId: string,
	times: number,
	act: () => Promise<void>,
	isOver = async (_conversationId: string) => true,
): Promise<void> {
	await listsTold();
	seen = [];
	calls = 0;
	await act();
	do await listsTold();
	while (!(await isOver(conversationId)));
	task.meta.rows = await runInDurableObject(env.CONVERSATIONS.getByName(conversationId), (_, { storage }): RowsOf => {
		const isOurs = ({ storage: where }: Seen) => where === storage || where === storage.sql;
		return {
			conversation: sum(seen.filter(isOurs), times),
			members: sum(
				seen.filter((one) => !isOurs(one)),
				times,
			),
			calls: calls / times,
		};
	});
}

function sum(some: Seen[], times: number) {
	return {
		written: some.reduce((total, { cost }) => total + cost.rowsWritten, 0) / times,
		read: some.reduce((total, { cost }) => total + cost.rowsRead, 0) / times,
	};
}

async function quietConversation(others: string[]): Promise<string> {
	const id = await newConversation("ann", others);
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "off", title: "Quiet" });
	return id;
}

async function say(client: Client, content: string): Promise<void> {
	const clientId = crypto.randomUUID();
	client.say(content, clientId);
	await client.next("chat:message", ({ message }) => message.clientId === clientId);
}

test("message, alone, of 2 members", async (context) => {
	const id = await quietConversation(["bob"]);
	const ann = await Client.join("ann", id);
	await count(context, id, 1, () => say(ann, "Hello"));
});

test("message, alone, of 20 members", async (context) => {
	const id = await quietConversation(Array.from({ length: 19 }, (_, person) => `person${person}`));
	const ann = await Client.join("ann", id);
	await count(context, id, 1, () => say(ann, "Hello"));
});

test("message, one of 50 in a row, of 20 members", async (context) => {
	const id = await quietConversation(Array.from({ length: 19 }, (_, person) => `person${person}`));
	const ann = await Client.join("ann", id);
	await count(context, id, 50, async () => {
		for (let message = 0; message < 50; message++) await say(ann, `Hello ${message}`);
	});
});

/** A message that names or quotes a member is indexed, so that unread mentions can be counted. */
test("mention, in a message to 2 members", async (context) => {
	const id = await quietConversation(["bob"]);
	const ann = await Client.join("ann", id);
	await count(context, id, 1, () => say(ann, "@Bob hello"));
});

const changes: [name: string, event: Parameters<Client["send"]>[0]][] = [
	["reaction", { type: "chat:react", emoji: "👍", on: true }],
	["edit", { type: "chat:edit", content: "Hello again" }],
	["deletion", { type: "chat:delete" }],
];
for (const [name, event] of changes) {
	test(`${name}, of 2 members`, async (context) => {
		const id = await quietConversation(["bob"]);
		const ann = await Client.join("ann", id);
		ann.say("Hello");
		const { message } = await ann.next("chat:message");
		await count(context, id, 1, async () => {
			ann.send({ ...event, messageId: message.id });
			await ann.next(event.type === "chat:react" ? "chat:reacted" : "chat:updated");
		});
	});
}

test("message, alone, of 20 members who all read it", async (context) => {
	const people = Array.from({ length: 19 }, (_, person) => `person${person}`);
	const id = await quietConversation(people);
	const ann = await Client.join("ann", id);
	const others = await Promise.all(people.map((person) => Client.join(person, id)));
	await count(context, id, 1, async () => {
		await say(ann, "Hello");
		for (const other of others) other.send({ type: "chat:read", upTo: 1 });
		for (const other of others) await ann.next("chat:read", ({ userId }) => userId === other.joined.you.userId);
	});
});

/** A conversation of Ann's, in which she is present. Members are inserted directly: inviting so many would take minutes. */
async function largeConversation(members: number): Promise<{ id: string; ann: Client }> {
	const id = await quietConversation([]);
	await listsTold();
	const stub = env.CONVERSATIONS.getByName(id);
	await runInDurableObject(stub, (_, { storage }) => {
		for (let member = 1; member < members; member++)
			storage.sql.exec("INSERT INTO members (user_id, username, role, joined_at) VALUES (?, 'M', 'member', 0)", `${id}-${member}`);
		// The last round of deliveries was long ago.
		storage.sql.exec("UPDATE lists SET at = 0");
	});
	await evict(stub);
	return { id, ann: await Client.join("ann", id) };
}

test("message, alone, of 1000 members who never were here", async (context) => {
	const { id, ann } = await largeConversation(1_000);
	await count(context, id, 1, () => say(ann, "Hello"), isTold);
});

test("message, one of 50 in a row, of 200 members who never were here", async (context) => {
	const { id, ann } = await largeConversation(200);
	const talking = async () => {
		for (let message = 0; message < 50; message++) await say(ann, `Hello ${message}`);
	};
	await count(context, id, 50, talking, isTold);
});

test("reading what a list shows as unread", async (context) => {
	const id = await quietConversation(["bob"]);
	const ann = await Client.join("ann", id);
	await say(ann, "Hello");
	await listsTold();
	const bob = await Client.join("bob", id);
	await count(context, id, 1, async () => {
		bob.send({ type: "chat:read", upTo: 1 });
		await ann.next("chat:read");
	});
});

/** The cost for one person who is notified by `conversations` conversations. */
async function longList(conversations: number): Promise<string> {
	const userId = crypto.randomUUID();
	const stub = env.USERS.getByName(userId);
	await runInDurableObject(stub, async (list) => {
		for (let n = 0; n < conversations; n++) {
			const at = new Date(Date.parse("2026-11-24T12:00:00Z") + n * 1000).toISOString();
			const counts = { unread: 0, mentions: 0, readUpTo: 0, revision: 0 };
			await list.remember({ id: `c${n}`, title: "", createdAt: at, assistant: "auto", role: "owner", lastActivityAt: at, ...counts });
		}
	});
	return userId;
}

test("list of 2000 conversations, opened", async (context) => {
	const userId = await longList(2_000);
	await count(context, "nowhere", 1, async () => {
		await MeClient.open(userId);
	});
});

test("list of 2000 conversations, the page after the 50th", async (context) => {
	const userId = await longList(2_000);
	const { first } = await MeClient.open(userId);
	const before = encodeURIComponent(`${first.conversations.at(-1)?.lastActivityAt},${first.conversations.at(-1)?.id}`);
	await count(context, "nowhere", 1, async () => {
		await call("GET", `/conversations?before=${before}`, await tokenOf(userId));
	});
});

for (const tokens of [50, 1000]) {
	test(`reply of ${tokens} tokens at 100 a second`, async (context) => {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const asking = async () => {
			ann.say(`!${JSON.stringify({ tokens, perSecond: 100 })}`);
			await ann.next("chat:complete");
		};
		await count(context, id, 1, asking);
	});
}

test("join, first of a new member", async (context) => {
	const id = await quietConversation([]);
	await Client.join("ann", id);
	await count(context, id, 1, async () => {
		await Client.join("bob", id, { claims: { conversations: [id] } });
	});
});

test("join, without a cursor, 200 messages there", async (context) => {
	const id = await quietConversation(["bob"]);
	await speakOften(await Client.join("ann", id));
	await count(context, id, 1, async () => {
		await Client.join("bob", id);
	});
});

test("join, with the newest cursor, 200 messages there", async (context) => {
	const id = await quietConversation(["bob"]);
	await speakOften(await Client.join("ann", id));
	const { joined } = await Client.join("bob", id);
	await count(context, id, 1, async () => {
		await Client.join("bob", id, { cursor: joined.cursor });
	});
});

async function speakOften(client: Client): Promise<void> {
	for (let message = 0; message < 200; message++) await say(client, `Message ${message}`);
}

for (const messages of [1_000, 100_000]) {
	test(`search, 20 results, ${messages} messages there`, async (context) => {
		const id = await quietConversation([]);
		await fill(id, messages);
		const token = await tokenOf("ann");
		await count(context, id, 1, async () => {
			await call("GET", `/conversations/${id}/search?q=message`, token);
		});
	});

	test(`history around a place, 50 messages, ${messages} there`, async (context) => {
		const id = await quietConversation([]);
		await fill(id, messages);
		const token = await tokenOf("ann");
		await count(context, id, 1, async () => {
			await call("GET", `/conversations/${id}/messages?around=${messages / 2}`, token);
		});
	});
}

/** More messages than a benchmark could send. */
async function fill(id: string, messages: number): Promise<void> {
	const stub = env.CONVERSATIONS.getByName(id);
	await runInDurableObject(stub, (_, { storage }) => {
		const { log } = new Store(storage);
		const author = { userId: "ann", username: "Ann" };
		for (let n = 1; n <= messages; n++) log.addMessage({ author, content: `Message ${n}`, asksClaude: false }, Date.now());
	});
	// The object must read its log anew.
	await evict(stub);
	seen = [];
}
