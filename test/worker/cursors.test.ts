// A client that returns with a cursor, by the upgrade or by `chat:join`, gets everything that it missed, or a reset.

import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { ServerEvent } from "../../src/protocol/events.ts";
import { limits } from "../../src/protocol/limits.ts";
import { evict } from "../support/evict.ts";
import { allowLog, expectLog } from "../support/log.ts";
import { release, scripted, unlimitedSends, withSettings } from "../support/settings.ts";
import { Client, newConversation, origin, tokenOf } from "../support/socket.ts";

withSettings({ ...scripted, ...unlimitedSends });
// An update of a member's list may be under way when a test deletes the conversation's storage.
allowLog(/no such table/);

type Conversation = { id: string; lineage: string; cursor: string };
type Joined = Extract<ServerEvent, { type: "chat:joined" }>;

/** The ways in which Bob can return with a cursor: each gives his first answer and his socket. */
const ways: [string, (id: string, cursor?: string) => Promise<{ joined: Joined; bob: Client }>][] = [
	[
		"the upgrade",
		async (id, cursor) => {
			const bob = await Client.join("bob", id, { cursor });
			return { joined: bob.joined, bob };
		},
	],
	[
		"chat:join",
		async (id, cursor) => {
			const bob = await Client.join("bob", id);
			bob.send({ type: "chat:join", ...(cursor !== undefined && { cursor }) });
			return { joined: await bob.next("chat:joined"), bob };
		},
	],
];

const seqs = ({ messages }: Joined) => messages.map(({ seq }) => seq);
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** A conversation of Ann and Bob with these messages by Ann, without Claude: its id and its lineage. */
async function conversationOf(contents: string[]): Promise<Conversation> {
	const id = await newConversation("ann", ["bob"]);
	const ann = await Client.join("ann", id);
	for (const content of contents) ann.say(content);
	const { cursor } = await ann.next("chat:message", ({ message }) => message.seq === contents.length);
	return { id, lineage: cursor.split(".")[0] as string, cursor };
}

describe.each(ways)("a cursor by %s", (_way, come) => {
	const said = limits.page.default + 2;
	let turn = 0;
	let rooms: Conversation[];
	let room: Conversation;
	let another: Conversation;
	let many: Conversation;
	beforeAll(async () => {
		rooms = await Promise.all(range(1, 6).map(() => conversationOf(range(1, said).map((n) => `Number ${n}`))));
		room = rooms.pop() as Conversation;
		another = await conversationOf(range(1, said).map((n) => `Number ${n} elsewhere`));
		many = await conversationOf(range(0, limits.changes).map((n) => `Number ${n}`));
	});

	const invalid: [what: string, cursor: (lineage: string) => string | undefined][] = [
		["none", () => undefined],
		["an empty one", () => ""],
		["a blank", () => " "],
		["a word", () => "newest"],
		["other writing", () => "日本語"],
		["a picture", () => "🙂.🙂.🙂"],
		["nothing between dots", () => ".."],
		["a null", () => "\u0000"],
		["a line break", () => "\n"],
		["SQL", (lineage) => `${lineage}' OR 1=1 --.1.1`],
		["JSON", (lineage) => JSON.stringify({ lineage, revision: 1, seq: 1 })],
		["a prototype's name", () => "__proto__.1.1"],
		["a lineage alone", (lineage) => lineage],
		["no place", (lineage) => `${lineage}.1`],
		["no lineage", () => ".1.1"],
		["one number too many", (lineage) => `${lineage}.1.1.1`],
		["a blank before it", (lineage) => ` ${lineage}.1.1`],
		["a blank after it", (lineage) => `${lineage}.1.1 `],
		["a line break after it", (lineage) => `${lineage}.1.1\n`],
		["a negative revision", (lineage) => `${lineage}.-1.1`],
		["a negative place", (lineage) => `${lineage}.1.-1`],
		["a fraction", (lineage) => `${lineage}.1,5.1`],
		["an exponent", (lineage) => `${lineage}.1e0.1`],
		["a hexadecimal number", (lineage) => `${lineage}.0x1.1`],
		["a leading zero", (lineage) => `${lineage}.01.1`],
		["a plus", (lineage) => `${lineage}.+1.1`],
		["other digits", (lineage) => `${lineage}.١.١`],
		["no number", (lineage) => `${lineage}.NaN.1`],
		["infinity", (lineage) => `${lineage}.Infinity.1`],
		["a huge revision", (lineage) => `${lineage}.${"9".repeat(40)}.1`],
		["a huge place", (lineage) => `${lineage}.1.${"9".repeat(40)}`],
		["the largest revision there is", (lineage) => `${lineage}.${"9".repeat(15)}.1`],
		["the largest place there is", (lineage) => `${lineage}.1.${"9".repeat(15)}`],
		["the next revision", (lineage) => `${lineage}.${said + 1}.${said}`],
		["the next place", (lineage) => `${lineage}.${said}.${said + 1}`],
		["another lineage", () => "0.1.1"],
		["a longer lineage", (lineage) => `${lineage}0.1.1`],
		["a shorter lineage", (lineage) => `${lineage.slice(1)}.1.1`],
		["another conversation's", () => another.cursor],
	];

	it.each(invalid)("that is invalid (%s) brings the newest page with reset", async (_what, cursor) => {
		// One person may join one conversation only so often.
		const room = rooms[turn++ % rooms.length] as Conversation;
		const { joined } = await come(room.id, cursor(room.lineage));
		expect(joined).toMatchObject({ reset: true, hasMore: true, cursor: room.cursor });
		expect(seqs(joined)).toEqual(range(3, said));
	});

	it("that is up to date brings nothing", async () => {
		expect((await come(room.id, room.cursor)).joined).toMatchObject({ reset: false, messages: [], hasMore: false, cursor: room.cursor });
	});

	it.each([1, 2, said])("that is %i messages behind brings that many", async (missed) => {
		const { joined } = await come(room.id, `${room.lineage}.${said - missed}.${said - missed}`);
		expect(joined).toMatchObject({ reset: false, hasMore: false, cursor: room.cursor });
		expect(seqs(joined)).toEqual(range(said - missed + 1, said));
	});

	it("of another lineage is invalid, though its numbers fit", async () => {
		const id = `room-${crypto.randomUUID()}`;
		const live = async (content: string) => {
			const ann = await Client.join("ann", id, { claims: { conversations: [id] } });
			await Client.join("bob", id, { claims: { conversations: [id] } });
			ann.say(content);
			return (await ann.next("chat:message")).cursor;
		};
		const before = await live("In the first life");
		await runInDurableObject(env.CONVERSATIONS.getByName(id), (_object, { storage }) => storage.deleteAll());
		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "close" });
		const now = await live("In the second");
		expect(now.split(".").slice(1)).toEqual(before.split(".").slice(1));
		const { joined } = await come(id, before);
		expect(joined.reset).toBe(true);
		expect(joined.messages.map(({ content }) => content)).toEqual(["In the second"]);
	});

	it("brings a failed reply that was retried, and no unchanged messages", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		expectLog(/spend_limit/);
		ann.say(`@claude ${id} !{"fault":"spend","times":1}`);
		const failed = await ann.next("chat:message", ({ message }) => message.status === "failed");
		ann.say("What now?");
		const { cursor } = await ann.next("chat:message");
		ann.send({ type: "chat:regenerate", messageId: failed.message.id });
		await ann.next("chat:complete");
		ann.say("Good.");
		await ann.next("chat:message", ({ message }) => message.content === "Good.");
		const { joined } = await come(id, cursor);
		expect(joined.reset).toBe(false);
		expect(joined.messages.map(({ seq, status, content }) => [seq, status, content])).toEqual([
			[2, "complete", expect.stringContaining("You said")],
			[4, "complete", "Good."],
		]);
		expect((await come(id, joined.cursor)).joined).toMatchObject({ reset: false, messages: [] });
	});

	it("brings the whole of a reply that finished meanwhile", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		ann.say(`@claude !{"tokens":30,"hold":"${id}"}`);
		await ann.next("chat:streaming");
		const { joined: running } = await come(id);
		expect(running.messages.map(({ seq, status }) => [seq, status])).toEqual([
			[1, "complete"],
			[2, "streaming"],
		]);
		await release(id);
		const { message } = await ann.next("chat:message", (event) => event.message.role === "assistant");
		expect((await come(id, running.cursor)).joined).toMatchObject({ reset: false, messages: [message] });
	});

	it("brings the text of a running reply so far, and then its chunks from there", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		ann.say(`@claude !{"tokens":60,"perSecond":100,"hold":"${id}"}`);
		await ann.next("chat:streaming");
		const { cursor } = (await come(id)).joined;
		const { joined, bob } = await come(id, cursor);
		await release(id);
		const [reply, ...others] = joined.messages;
		expect([joined.reset, reply?.status, others]).toEqual([false, "streaming", []]);
		const { message } = await bob.next("chat:message", (event) => event.message.id === reply?.id);
		let text = reply?.content as string;
		expect(text).not.toBe("");
		for (const event of bob.events.slice(bob.events.indexOf(joined))) {
			if (event.type !== "chat:streaming") continue;
			expect(event.offset).toBe(text.length);
			text += event.chunk;
		}
		expect(text).toBe(message.content);
	});

	it.each([
		["exactly as many changes as fit", 1, false],
		["one change more", 0, true],
	])("brings %s only if they are not too many", async (_what, held, reset) => {
		const { id, lineage } = many;
		const { joined } = await come(id, `${lineage}.${held}.${held}`);
		expect([joined.reset, joined.hasMore, joined.messages.length]).toEqual(
			reset ? [true, true, limits.page.default] : [false, false, limits.changes],
		);
	});

	it.each([
		["exactly as much text as fits in a frame", 1, false],
		["one character more", 0, true],
	])("brings %s only if they are not too long", async (_what, held, reset) => {
		const { id, lineage } = await conversationOf(["x", ...Array(limits.pageLength / limits.content).fill("x".repeat(limits.content))]);
		const { joined } = await come(id, `${lineage}.${held}.${held}`);
		expect([joined.reset, joined.hasMore]).toEqual([reset, reset]);
		expect(seqs(joined)).toEqual(range(2, 1 + limits.pageLength / limits.content));
	});
});

it.each([
	["a number", 7],
	["null", null],
	["a list", ["0.1.1"]],
	["half a character", "\ud83d"],
	["one that is too long", "x".repeat(limits.cursor + 1)],
	["10 kB of it", "0.1.1 ".repeat(1_700)],
])("a malformed cursor in chat:join (%s) is refused, and the socket stays open", async (_what, cursor) => {
	const { id } = await conversationOf(["Hello"]);
	const bob = await Client.join("bob", id);
	bob.send({ type: "chat:join", cursor });
	expect((await bob.next("chat:error")).code).toBe("bad_event");
	bob.send({ type: "chat:join" });
	expect((await bob.next("chat:joined")).reset).toBe(true);
});

it.each([
	["half a character", "%ED%A0%BD"],
	["10 kB of it", "0.1.1%20".repeat(1_300)],
	["an escape that is none", "%zz"],
])("a malformed cursor in the upgrade (%s) is ignored", async (_what, cursor) => {
	const { id } = await conversationOf(["Hello"]);
	const response = await exports.default.fetch(`${origin}/api/conversations/${id}/socket?cursor=${cursor}`, {
		headers: { upgrade: "websocket", authorization: `Bearer ${await tokenOf("bob")}` },
	});
	const bob = new Client(response.webSocket as WebSocket, id);
	expect(await bob.next("chat:joined")).toMatchObject({ reset: true, messages: [{ content: "Hello" }] });
});
