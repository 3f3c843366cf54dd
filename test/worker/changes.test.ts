// Changes of messages over real sockets: two people, one of whom is away for a while.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/message.ts";
import { evict } from "../support/evict.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const history = async (id: string, who = "ann") =>
	(await call("GET", `/conversations/${id}/messages`, await tokenOf(who))).body.messages as Message[];

async function said(client: Client, content: string, fields: object = {}): Promise<Message> {
	const clientId = crypto.randomUUID();
	client.send({ type: "chat:send", content, role: "user", clientId, ...fields });
	return (await client.next("chat:message", ({ message }) => message.clientId === clientId)).message;
}

const changed = async (client: Client, { id }: Message) => (await client.next("chat:updated", ({ message }) => message.id === id)).message;

describe("two people", () => {
	it("receive changes of messages live, after being away, and after the conversation slept", async () => {
		const id = await newConversation("ann", ["bob"]);
		const stub = env.CONVERSATIONS.getByName(id);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		const first = await said(ann, "Lunch?");
		const second = await said(bob, "@Ann noon", { replyTo: first.id });
		const third = await said(bob, "or one");
		expect(second).toMatchObject({
			replyTo: first.id,
			quoted: { author: { userId: "ann", username: "Ann" }, content: "Lunch?", seq: 1 },
			mentions: [{ userId: "ann", offset: 0, length: 4 }],
		});

		// Without the variation selector, as some keyboards write it.
		bob.send({ type: "chat:react", messageId: first.id, emoji: "❤", on: true });
		const reactions = [{ emoji: "❤️", userIds: ["bob"] }];
		expect(await ann.next("chat:reacted")).toMatchObject({ messageId: first.id, reactions });
		const { cursor } = await bob.next("chat:reacted");
		bob.send({ type: "chat:leave" });
		expect(await bob.closed).toBe(1000);

		await evict(stub, { webSockets: "hibernate" });
		ann.send({ type: "chat:edit", messageId: first.id, content: "Dinner?" });
		expect(await changed(ann, first)).toMatchObject({ content: "Dinner?", reactions, editedAt: expect.any(String) });
		ann.send({ type: "chat:delete", messageId: third.id });
		expect(await changed(ann, third)).toMatchObject({ content: "", deletedAt: expect.any(String) });
		await evict(stub, { webSockets: "hibernate" });
		const fourth = await said(ann, "Say", { replyTo: second.id });

		const back = await Client.join("bob", id, { cursor });
		expect(back.joined.reset).toBe(false);
		// The message that quotes the edited one has not changed itself: clients update its quote from the edit.
		expect(back.joined.messages.map(({ seq, content, reactions, deletedAt }) => [seq, content, reactions, typeof deletedAt])).toEqual([
			[1, "Dinner?", reactions, "undefined"],
			[3, "", undefined, "string"],
			[4, "Say", undefined, "undefined"],
		]);
		const all = await history(id, "bob");
		expect(all.map(({ content, quoted }) => [content, quoted?.content])).toEqual([
			["Dinner?", undefined],
			["@Ann noon", "Dinner?"],
			["", undefined],
			["Say", "@Ann noon"],
		]);
		expect(all.filter(({ seq }) => seq !== 2)).toEqual(back.joined.messages);
		expect(all.at(-1)).toEqual(fourth);
	});

	it("get a reaction to the longest message in a frame of a few hundred bytes", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		const message = await said(ann, "x".repeat(limits.content));
		await bob.next("chat:message");
		const before = [ann, bob].map(({ frames }) => frames.length);
		bob.send({ type: "chat:react", messageId: message.id, emoji: "👍", on: true });
		for (const client of [ann, bob])
			expect(await client.next("chat:reacted")).toMatchObject({ messageId: message.id, reactions: [{ emoji: "👍", userIds: ["bob"] }] });
		for (const [index, { frames }] of [ann, bob].entries()) expect(frames.slice(before[index]).join("").length).toBeLessThan(500);
	});

	it("can regenerate a reply and read its former versions, and strangers cannot", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const bob = await Client.join("bob", id);
		ann.say("@claude code");
		const { messageId } = await bob.next("chat:complete");
		const { content } = (await history(id)).at(-1) as Message;
		bob.send({ type: "chat:regenerate", messageId });
		expect((await ann.next("chat:updated")).message).toMatchObject({ id: messageId, content: "", status: "streaming", versions: 1 });
		bob.send({ type: "chat:react", messageId, emoji: "👍", on: true });
		expect(await ann.next("chat:reacted")).toMatchObject({ messageId, reactions: [{ emoji: "👍", userIds: ["bob"] }] });
		// The new reply may have ended before the reaction.
		await expect.poll(() => ann.all("chat:complete")).toHaveLength(2);
		expect((await history(id)).at(-1)).toMatchObject({ content, versions: 1, reactions: [{ emoji: "👍" }], status: "complete" });

		const path = `/conversations/${id}/messages/${messageId}/versions`;
		const { status, body } = await call("GET", path, await tokenOf("bob"));
		expect([status, body]).toEqual([200, { versions: [expect.objectContaining({ version: 1, content, status: "complete" })] }]);
		const nowhere = await call("GET", `/conversations/${id}/messages/m9-00000000/versions`, await tokenOf("bob"));
		expect(nowhere.status).toBe(404);
		const strange = await call("GET", path, await tokenOf("stranger"));
		expect([strange.status, strange.body]).toEqual([404, nowhere.body]);
	});
});

describe("an invalid change", () => {
	it("is refused with its code, for every event, and changes nothing", async () => {
		const id = await newConversation("ann", ["bob"]);
		const ann = await Client.join("ann", id);
		const { id: messageId } = await said(ann, "Lunch?");
		const before = await history(id);
		const react = { type: "chat:react", messageId, emoji: "👍", on: true } as const;
		const edit = { type: "chat:edit", messageId, content: "Dinner?" } as const;
		const mention = { userId: "bob", offset: 0, length: 4 };
		const tries: [event: Parameters<Client["send"]>[0], code: string][] = [
			[{ ...react, emoji: "" }, "bad_event"],
			[{ ...react, emoji: "a" }, "bad_event"],
			[{ ...react, emoji: "👍👍" }, "bad_event"],
			[{ ...react, emoji: "👍 " }, "bad_event"],
			[{ ...react, emoji: "<b>" }, "bad_event"],
			[{ ...react, emoji: 7 }, "bad_event"],
			[{ ...react, on: "yes" }, "bad_event"],
			[{ ...react, on: undefined }, "bad_event"],
			[{ ...react, messageId: undefined }, "bad_event"],
			[{ ...react, messageId: "m9-00000000" }, "not_found"],
			[{ ...react, messageId: "m1-00000000" }, "not_found"],
			[{ ...react, messageId: "' OR 1=1" }, "not_found"],
			[{ ...react, conversationId: "other" }, "conversation_mismatch"],
			[{ ...edit, content: " \n" }, "bad_event"],
			[{ ...edit, content: undefined }, "bad_event"],
			[{ ...edit, content: "x".repeat(limits.content + 1) }, "too_large"],
			[{ ...edit, mentions: "bob" }, "bad_event"],
			[{ ...edit, mentions: [{ ...mention, offset: -1 }] }, "bad_event"],
			[{ ...edit, mentions: Array(limits.mentions + 1).fill(mention) }, "bad_event"],
			[{ ...edit, asksAgain: "yes" }, "bad_event"],
			[{ ...edit, asksAgain: true }, "bad_event"],
			[{ ...edit, messageId: 1 }, "bad_event"],
			[{ ...edit, messageId: "m9-00000000" }, "not_found"],
			[{ ...edit, conversationId: "other" }, "conversation_mismatch"],
			[{ type: "chat:delete" }, "bad_event"],
			[{ type: "chat:delete", messageId: "" }, "bad_event"],
			[{ type: "chat:delete", messageId: "m9-00000000" }, "not_found"],
			[{ type: "chat:delete", messageId, conversationId: "other" }, "conversation_mismatch"],
			[{ type: "chat:regenerate", messageId }, "not_found"],
			[{ type: "chat:send", content: "Noon", role: "user", replyTo: 1 }, "bad_event"],
			[{ type: "chat:send", content: "Noon", role: "user", replyTo: "m9-00000000" }, "not_found"],
			[{ type: "chat:send", content: "Noon", role: "user", mentions: [null] }, "bad_event"],
		];
		for (const [event, code] of tries) {
			ann.send(event);
			expect([event, (await ann.next("chat:error")).code]).toEqual([event, code]);
		}
		expect([...ann.all("chat:updated"), ...ann.all("chat:reacted")]).toEqual([]);
		expect(await history(id)).toEqual(before);
	});
});
