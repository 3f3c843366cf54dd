// The work that one message and one piece of a reply cause in their conversation, counted at the storage. It must not grow with the
// members, the readers or the history. `npm run bench -- --only rows` prints the rows of many more actions.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, it } from "vitest";
import { Store } from "../../src/conversation/store/store.ts";
import { limits } from "../../src/protocol/limits.ts";
import { passTime, startClock } from "../support/clock.ts";
import { evict } from "../support/evict.ts";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

withSettings({ ...scripted, SEND_BURST: "1000", SEND_PER_SECOND: "1000" });

type Cost = { statements: number; rowsRead: number; rowsWritten: number; alarms: number };
type Cursor = Pick<SqlStorageCursor<never>, "rowsRead" | "rowsWritten">;

/** Cursors count while they are read, so they are kept and summed at the end. */
let cursors: { sql: SqlStorage; cursor: Cursor }[] = [];
let alarms: DurableObjectStorage[] = [];

/** All objects share the prototypes of their storage, so any object can provide them. */
beforeAll(() =>
	runInDurableObject(env.USERS.getByName("somebody"), (_, { storage }) => {
		const statements: SqlStorage = Object.getPrototypeOf(storage.sql);
		const { exec } = statements;
		statements.exec = function (this: SqlStorage, ...query: Parameters<typeof exec>) {
			const cursor = exec.apply(this, query);
			cursors.push({ sql: this, cursor });
			return cursor;
		} as typeof exec;
		const timers: DurableObjectStorage = Object.getPrototypeOf(storage);
		const { setAlarm } = timers;
		timers.setAlarm = function (this: DurableObjectStorage, ...at: Parameters<typeof setAlarm>) {
			alarms.push(this);
			return setAlarm.apply(this, at);
		};
	}),
);

/** What an action costs the conversation's object until `act` resolves. */
async function costOf(id: string, act: () => Promise<unknown>): Promise<Cost> {
	cursors = [];
	alarms = [];
	await act();
	return runInDurableObject(env.CONVERSATIONS.getByName(id), (_, { storage }) => {
		const ours = cursors.filter(({ sql }) => sql === storage.sql).map(({ cursor }) => cursor);
		return {
			statements: ours.length,
			rowsRead: ours.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
			rowsWritten: ours.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
			alarms: alarms.filter((where) => where === storage).length,
		};
	});
}

/** A conversation in which Ann is present, with so many members and messages, and the lists of all notified. */
async function conversationOf(
	size: { members: number; messages: number },
	settings: Record<string, string> = { assistant: "off" },
): Promise<{ id: string; ann: Client }> {
	const id = await newConversation("ann");
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), settings);
	const stub = env.CONVERSATIONS.getByName(id);
	await runInDurableObject(stub, (_, { storage }) => {
		for (let member = 1; member < size.members; member++)
			storage.sql.exec("INSERT INTO members (user_id, username, role, joined_at) VALUES (?, ?, 'member', 0)", `m${member}`, `Mo ${member}`);
		const { log } = new Store(storage);
		const author = { userId: "ann", username: "Ann" };
		for (let n = 1; n <= size.messages; n++) log.addMessage({ author, content: `Message ${n}`, asksClaude: false }, Date.now());
	});
	// An hour from now, so that no list is notified meanwhile, however slow the machine is.
	passTime(3_600_000);
	await runInDurableObject(stub, (_, { storage }) => {
		storage.sql.exec("UPDATE lists SET at = ?, revision = (SELECT max(revision) FROM messages)", Date.now());
	});
	await evict(stub);
	const ann = await Client.join("ann", id);
	startClock();
	// The first message after a wake reads what the object keeps from then on, such as the names of all members.
	await say(ann, "Hello @Ann");
	return { id, ann };
}

async function say(client: Client, content: string): Promise<void> {
	const clientId = crypto.randomUUID();
	client.say(content, clientId);
	await client.next("chat:message", ({ message }) => message.clientId === clientId);
}

afterEach(startClock);

const sizes = { small: { members: 2, messages: 10 }, large: { members: 1_000, messages: 1_000 } };
type Act = (of: { id: string; ann: Client }) => Promise<unknown>;

const acts: Record<string, Act> = {
	"a message": ({ ann }) => say(ann, "Hello everybody"),
	"a reaction": async ({ ann }) => {
		ann.send({ type: "chat:react", messageId: idOf(ann), emoji: "👍", on: true });
		await ann.next("chat:reacted");
	},
	"an edit": async ({ ann }) => {
		ann.send({ type: "chat:edit", messageId: idOf(ann), content: "Hello again" });
		await ann.next("chat:updated");
	},
};

/** The newest message that the client has heard. */
function idOf({ events }: Client): string {
	const heard = events.findLast((event) => event.type === "chat:message");
	if (heard?.type !== "chat:message") throw new Error("No message was heard.");
	return heard.message.id;
}

it("is the same with 2 members and 10 messages as with 1,000 of both", async () => {
	const costs: Record<string, Record<string, Cost>> = { small: {}, large: {} };
	for (const [size, of] of Object.entries(sizes)) {
		const conversation = await conversationOf(of);
		for (const [name, act] of Object.entries(acts))
			Object.assign(costs[size] ?? {}, { [name]: await costOf(conversation.id, () => act(conversation)) });
	}
	expect(costs.large).toEqual(costs.small);
	expect(costs.small?.["a message"]).toMatchObject({ rowsWritten: 3, statements: 3 });
});

const crowds = [2, limits.namedMembers, 2_000];
/** What is read besides: in a large conversation, a few owners and those whom a text names. */
const besides = [0, 0, 12];

const reads: Record<string, Act> = {
	"another connection": ({ id }) => Client.join("ann", id),
	"a page of messages": async ({ id }) => call("GET", `/conversations/${id}/messages?limit=10`, await tokenOf("ann")),
	"a message that mentions somebody": ({ ann }) => say(ann, "Hello @Ann and everybody else"),
	"a change of the settings": async ({ id }) => call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { assistant: "off" }),
};

it("reads no more for whoever joins with 2,000 members than with 2", async () => {
	const costs: Record<string, Cost>[] = [];
	for (const members of crowds) {
		const of = await conversationOf({ members, messages: 60 });
		const cost: Record<string, Cost> = {};
		for (const [name, act] of Object.entries(reads)) cost[name] = await costOf(of.id, () => act(of));
		// The first connection after a wake reads what the object keeps.
		const stub = env.CONVERSATIONS.getByName(of.id);
		await evict(stub);
		startClock();
		cost["a connection that wakes the object"] = await costOf(of.id, () => Client.join("ann", of.id));
		costs.push(cost);
	}
	for (const [nth, most] of besides.entries())
		for (const [name, { rowsRead }] of Object.entries(costs[nth] ?? {}))
			expect([crowds[nth], name, rowsRead - (costs[0]?.[name]?.rowsRead ?? 0) <= most]).toEqual([crowds[nth], name, true]);
});

it("is the same for a reply after 10 messages as after 1,000", async () => {
	const costs: Record<string, Omit<Cost, "alarms">> = {};
	for (const [size, of] of Object.entries(sizes)) {
		// It has a title, so that Claude is asked for none meanwhile.
		const { id, ann } = await conversationOf(of, { assistant: "always", title: "Counted" });
		const answered = async (tokens: number) => {
			// In one piece: whether the first checkpoint holds words, which costs a row, would depend on the time.
			ann.say(`!{"tokens":${tokens},"burst":true}`);
			await ann.next("chat:complete");
		};
		// The first prompt after a wake is read, and the object keeps it.
		await ann.next("chat:complete");
		await answered(3);
		// Whether the alarm is moved depends on the time.
		const { alarms: _, ...cost } = await costOf(id, () => answered(3));
		costs[size] = cost;
	}
	expect(costs.large).toEqual(costs.small);
});
