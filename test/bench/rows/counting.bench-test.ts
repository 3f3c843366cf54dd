// Counts the rows that everyday things write and read, on real storage inside the runtime, by watching every statement.
// Not one of the project's tests: run by ../rows.ts, which takes the counts from each test's `meta`.

import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, type TestContext, test } from "vitest";
import { Store } from "../../../src/conversation/store.ts";
import { Client, call, newConversation, tokenOf } from "../../support/socket.ts";
import type { RowsOf } from "./counts.ts";

/** An alarm set is one row written. */
type Alarm = { rowsWritten: 1; rowsRead: 0 };
type Seen = { storage: SqlStorage | DurableObjectStorage; cost: Pick<SqlStorageCursor<never>, "rowsWritten" | "rowsRead"> | Alarm };

/** Cursors go on counting while they are read, so they are kept and summed up at the end. */
let seen: Seen[] = [];

/** Every object's storage has the same prototypes; any object lends them. */
beforeAll(() =>
	runInDurableObject(env.USERS.getByName("somebody"), (_, { storage }) => {
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

/** Longer than a small conversation waits before it tells its members' lists of the next change. */
function listsTold(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 1_500));
}

/** Does something `times` over in a conversation where nothing else is going on, and keeps what one of them cost. */
async function count({ task }: TestContext, conversationId: string, times: number, act: () => Promise<void>): Promise<void> {
	await listsTold();
	seen = [];
	await act();
	await listsTold();
	task.meta.rows = await runInDurableObject(env.CONVERSATIONS.getByName(conversationId), (_, { storage }): RowsOf => {
		const isOurs = ({ storage: where }: Seen) => where === storage || where === storage.sql;
		return {
			conversation: sum(seen.filter(isOurs), times),
			members: sum(
				seen.filter((one) => !isOurs(one)),
				times,
			),
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
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "off" });
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

/** Which messages name a member or answer one is kept for counting what they have not read. */
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
			await ann.next("chat:updated");
		});
	});
}

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

/** Past what one could say in a benchmark. */
async function fill(id: string, messages: number): Promise<void> {
	const stub = env.CONVERSATIONS.getByName(id);
	await runInDurableObject(stub, (_, { storage }) => {
		const { log } = new Store(storage.sql);
		const author = { userId: "ann", username: "Ann" };
		for (let n = 1; n <= messages; n++) log.addMessage({ author, content: `Message ${n}`, asksClaude: false }, Date.now());
	});
	// What it knew of its log is another one.
	await evictDurableObject(stub);
	seen = [];
}
