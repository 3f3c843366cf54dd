// From a conversation to its members' lists, through the whole server.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { ListEntry } from "../../src/protocol/conversation.ts";
import { evict } from "../support/evict.ts";
import { retryJobs } from "../support/jobs.ts";
import { expectLog } from "../support/log.ts";
import { MeClient } from "../support/me.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const newPerson = (name: string) => `${name}${crypto.randomUUID()}`;

/** A conversation of two people, of whom the first has it open. Claude is off. */
async function twoPeople() {
	const people = { ann: newPerson("ann"), bob: newPerson("bob") };
	const id = await newConversation(people.ann, [people.bob]);
	await call("PATCH", `/conversations/${id}`, await tokenOf(people.ann), { assistant: "off" });
	return { ...people, id, here: await Client.join(people.ann, id) };
}

async function listedFor(userId: string, id: string): Promise<ListEntry> {
	const { conversations } = (await call("GET", "/conversations", await tokenOf(userId))).body;
	return conversations.find((listed: ListEntry) => listed.id === id);
}

async function say(client: Client, content: string) {
	client.say(content, crypto.randomUUID());
	return (await client.next("chat:message", ({ message }) => message.content === content)).message;
}

describe("a list", () => {
	it("shows a new message at once to a member who is elsewhere", async () => {
		const { ann, bob, id, here } = await twoPeople();
		const list = await MeClient.open(bob);
		expect(list.first.conversations[0]).toMatchObject({ id, role: "member", unread: 0, mentions: 0 });
		const { createdAt, author } = await say(here, "Hello");
		const { title, createdAt: begunAt, assistant } = (await call("GET", `/conversations/${id}`, await tokenOf(ann))).body.conversation;
		expect(await list.listed(id, { unread: 1 })).toEqual({
			id,
			title,
			createdAt: begunAt,
			assistant,
			role: "member",
			lastActivityAt: createdAt,
			lastMessage: { seq: 1, author, content: "Hello", createdAt },
			unread: 1,
			mentions: 0,
			addressed: 1,
			readUpTo: 0,
			muted: false,
			pinned: false,
			archived: false,
		});
	});

	it("is up to date for a member who was away", async () => {
		const { bob, id, here } = await twoPeople();
		for (let n = 1; n <= 5; n++) await say(here, `Message ${n}`);
		await expect.poll(() => listedFor(bob, id)).toMatchObject({ unread: 5, lastMessage: { content: "Message 5" } });
		expect((await MeClient.open(bob)).first.conversations[0]).toMatchObject({ unread: 5 });
	});

	it("is updated at once on all devices when messages are read on one", async () => {
		const { bob, id, here } = await twoPeople();
		const [phone, laptop] = [await MeClient.open(bob), await MeClient.open(bob)];
		const first = await say(here, "one");
		await laptop.listed(id, { unread: 1 });
		const room = await Client.join(bob, id);
		room.send({ type: "chat:read", upTo: first.seq });
		expect(await here.next("chat:read")).toMatchObject({ userId: bob, upTo: 1 });
		for (const device of [phone, laptop]) expect(await device.listed(id, { unread: 0 })).toMatchObject({ readUpTo: 1 });
	});

	it("counts messages and mentions that are marked as unread, on all devices and after a sleep, while others see them as read", async () => {
		const { bob, id, here } = await twoPeople();
		const room = await Client.join(bob, id);
		const first = await say(here, "one");
		here.send({ type: "chat:send", content: "two", role: "user", mentions: [{ userId: bob, offset: 0, length: 3 }] });
		await here.next("chat:message", ({ message }) => message.content === "two");
		here.send({ type: "chat:send", content: "an answer", role: "user", replyTo: first.id });
		const { message: last } = await here.next("chat:message", ({ message }) => message.content === "an answer");
		room.send({ type: "chat:read", upTo: last.seq });
		await here.next("chat:read");
		const phone = await MeClient.open(bob);
		room.send({ type: "chat:read", upTo: first.seq, unread: true });
		expect(await room.next("chat:read", ({ unread }) => unread === true)).toMatchObject({ userId: bob, upTo: 1 });
		expect(await phone.listed(id, { unread: 2 })).toMatchObject({ readUpTo: 1 });

		await evict(env.CONVERSATIONS.getByName(id), { webSockets: "hibernate" });
		expect(await listedFor(bob, id)).toMatchObject({ unread: 2, readUpTo: 1 });
		const again = await Client.join(bob, id);
		const readBy = ({ joined }: Awaited<ReturnType<typeof Client.join>>, who: string) =>
			joined.reads?.find(({ userId }) => userId === who)?.upTo;
		expect(readBy(again, bob)).toBe(1);
		expect(readBy(await Client.join(here.joined.you.userId, id), bob)).toBe(3);
		again.send({ type: "chat:read", upTo: last.seq });
		expect(await phone.listed(id, { unread: 0 })).toMatchObject({ readUpTo: 3 });
	});

	it("notifies a member who has the conversation open and does not read", async () => {
		const { bob, id, here } = await twoPeople();
		const list = await MeClient.open(bob);
		await Client.join(bob, id);
		await say(here, "one");
		expect(await list.listed(id, { unread: 1 })).toMatchObject({ readUpTo: 0 });
	});

	it("shows a reply of Claude's once it is complete", async () => {
		const [ann, bob] = [newPerson("ann"), newPerson("bob")];
		const id = await newConversation(ann, [bob]);
		const list = await MeClient.open(bob);
		const here = await Client.join(ann, id);
		here.say("@claude help");
		const { message } = await here.next("chat:message", ({ message: { role } }) => role === "assistant");
		expect(await list.listed(id, { unread: 2 })).toMatchObject({ lastMessage: { seq: message.seq, author: { userId: "claude" } } });
	});

	it("shows a new title at once, also to members who have the conversation open", async () => {
		const { ann, bob, id } = await twoPeople();
		await Client.join(bob, id);
		const lists = [await MeClient.open(ann), await MeClient.open(bob)];
		await call("PATCH", `/conversations/${id}`, await tokenOf(ann), { title: "Tea" });
		for (const list of lists) await list.listed(id, { title: "Tea" });
	});

	it("loses a conversation that its person left or was removed from, on all devices", async () => {
		const { ann, bob, id } = await twoPeople();
		const list = await MeClient.open(bob);
		await call("DELETE", `/conversations/${id}/members/${bob}`, await tokenOf(ann));
		expect(await list.next("me:removed")).toMatchObject({ conversationId: id });
		expect(await listedFor(bob, id)).toBeUndefined();
	});
});

describe("a list that fails", () => {
	/** Breaks and repairs a person's object for deliveries, by renaming its table. */
	const rename = (userId: string, from: string, to: string) =>
		runInDurableObject(env.USERS.getByName(userId), (_object, { storage }) => {
			storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`);
		});

	it("is updated by the conversation's alarm, even after a sleep, and counts nothing twice", async () => {
		const { bob, id, here } = await twoPeople();
		const stub = env.CONVERSATIONS.getByName(id);
		expectLog(/no such table/);
		await rename(bob, "conversations", "broken");
		await say(here, "one");
		const owed = () =>
			runInDurableObject(stub, (_object, { storage }) => storage.sql.exec("SELECT key AS userId, tries FROM jobs").toArray());
		await expect.poll(owed).toEqual([{ userId: bob, tries: expect.any(Number) }]);
		// There is none while it rings.
		const alarm = () => runInDurableObject(stub, (_object, { storage }) => storage.getAlarm());
		await expect.poll(alarm).toEqual(expect.any(Number));
		// It does not ring again before the test says so.
		await runInDurableObject(stub, (_object, { storage }) => void storage.sql.exec("UPDATE jobs SET due_at = due_at + 3600000"));
		await evict(stub, { webSockets: "hibernate" });
		await rename(bob, "broken", "conversations");
		const list = await MeClient.open(bob);
		expect(list.first.conversations[0]).toMatchObject({ unread: 0 });
		await retryJobs(stub);
		expect(await list.listed(id)).toMatchObject({ unread: 1 });
		expect(await owed()).toEqual([]);
		await say(here, "two");
		expect(await list.listed(id)).toMatchObject({ unread: 2 });
	});
});
