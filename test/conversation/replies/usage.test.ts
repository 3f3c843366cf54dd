import { describe, expect, it } from "vitest";
import { ann, bob, inConversation, type TestClient, TestConversation } from "../../support/conversation.ts";

const tokens = (input: number, output: number) => ({ input, output, cacheRead: 0, cacheWrite: 0 });
const stop = (conversation: TestConversation, client: TestClient) =>
	conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
const usageOf = (client: TestClient) => client.last("chat:message").message.usage;
const storedUsage = (conversation: TestConversation) => conversation.store.log.lastReply()?.usage;

describe("the usage of a reply", () => {
	it("is the latest report of a request, not the sum of its reports", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.usage(100, 1);
			await conversation.call.text("Hello");
			await conversation.call.usage(100, 20);
			await conversation.call.usage(100, 30);
			await conversation.call.event({ type: "end", stopReason: "end_turn" });
			expect([usageOf(client), storedUsage(conversation)]).toEqual([tokens(100, 30), tokens(100, 30)]);
		}));

	it("stays with a reply that is stopped, and reports that come later change nothing", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.usage(100, 1);
			await conversation.call.text("Hel");
			stop(conversation, client);
			expect(client.last("chat:message").message).toMatchObject({ status: "stopped", usage: tokens(100, 1) });
			await conversation.call.usage(100, 20);
			expect(storedUsage(conversation)).toEqual(tokens(100, 1));
		}));

	it("stays with a reply that fails or that Claude declines", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.usage(100, 1);
			await conversation.call.fail("bad_key");
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", usage: tokens(100, 1) });
			conversation.say(client, "And now?");
			await conversation.call.usage(200, 7);
			await conversation.call.event({ type: "end", stopReason: "refusal", reason: "refusal" });
			expect(client.last("chat:message").message).toMatchObject({ reason: "refusal", usage: tokens(200, 7) });
		}));

	it("is absent if no request was accepted", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.fail("bad_key");
			expect(client.last("chat:message").message).not.toHaveProperty("usage");
		}));

	it("is summed over all attempts of a reply that broke off and went on", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.usage(100, 1);
			await conversation.call.text("One");
			await conversation.call.usage(100, 10);
			await conversation.call.cut();
			// This attempt is not accepted and uses nothing.
			await conversation.call.fail("overloaded", 0);
			await conversation.call.usage(110, 1);
			await conversation.call.text(" two");
			await conversation.call.usage(110, 5);
			await conversation.call.event({ type: "end", stopReason: "end_turn" });
			expect(conversation.calls).toHaveLength(3);
			expect([usageOf(client), storedUsage(conversation)]).toEqual([tokens(210, 15), tokens(210, 15)]);
		}));

	it("is summed also if the reply is stopped in its second attempt or while Claude is busy", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.usage(100, 10);
			await conversation.call.cut();
			await conversation.call.usage(110, 1);
			stop(conversation, client);
			expect(usageOf(client)).toEqual(tokens(210, 11));
			conversation.say(client, "And now?");
			await conversation.call.usage(200, 2);
			await conversation.call.fail("overloaded", 10_000);
			stop(conversation, client);
			expect(usageOf(client)).toEqual(tokens(200, 2));
		}));

	it("survives the death of the object in every attempt, and nothing is counted twice", () =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			await conversation.call.event({ type: "start", model: "m-1" });
			await conversation.call.usage(100, 1);
			const second = new TestConversation(state, 60_000);
			second.replies.recover();
			await second.call.usage(110, 1);
			await second.call.text("So far");
			await second.call.usage(110, 8);
			const third = new TestConversation(state, 60_000);
			const watcher = third.enter(ann);
			third.replies.recover();
			await third.call.usage(120, 1);
			await third.call.usage(120, 9);
			await third.call.event({ type: "end", stopReason: "end_turn" });
			// The report of 8 was not written yet: what is written is the first report of an attempt.
			expect(watcher.last("chat:message").message).toMatchObject({ model: "m-1", usage: tokens(330, 11) });
		}));

	it("stays with a reply that is given up after its object died", () =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			await conversation.call.usage(100, 1);
			for (let life = 2; life <= 3; life++) {
				const next = new TestConversation(state, 60_000);
				next.replies.recover();
				await next.call.usage(100, 1);
			}
			const last = new TestConversation(state, 60_000);
			last.replies.recover();
			expect(last.store.log.lastReply()).toMatchObject({ status: "failed", usage: tokens(300, 3) });
		}));

	it("starts anew when the reply is regenerated, and the former version keeps its own", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const conversationId = conversation.store.info.id;
			conversation.say(client, "Hi");
			await conversation.call.usage(100, 1);
			await conversation.call.text("Hel");
			stop(conversation, client);
			const { id: messageId } = client.last("chat:message").message;
			conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId });
			expect(client.last("chat:updated").message).not.toHaveProperty("usage");
			await conversation.call.usage(100, 1);
			await conversation.call.cut();
			await conversation.call.usage(100, 4);
			await conversation.call.event({ type: "end", stopReason: "end_turn" });
			expect(usageOf(client)).toEqual(tokens(200, 5));
			expect(conversation.rules.history().versions(messageId)).toMatchObject({ versions: [{ status: "stopped", usage: tokens(100, 1) }] });
		}));

	it("does not hold up words that come with it: its row is written after they were sent", () =>
		inConversation(async (conversation, { storage }) => {
			conversation.say(conversation.enter(bob), "@claude Hi");
			const written = countWrites(storage.sql);
			let before: number | undefined;
			conversation.clients.observe = ({ type }) => {
				if (type === "chat:streaming") before = written();
			};
			await conversation.call.together(
				{ type: "usage", usage: { input: 100, output: 1, cacheRead: 0, cacheWrite: 0 } },
				{ type: "alive" },
				{ type: "text", text: "Hello" },
			);
			expect([before, written()]).toEqual([0, 1]);
		}));

	it("writes one row per attempt, however often it is reported", () =>
		inConversation(async (conversation, { storage }) => {
			conversation.say(conversation.enter(bob), "@claude Hi");
			const written = countWrites(storage.sql);
			await conversation.call.usage(100, 1);
			expect(written()).toBe(1);
			for (let output = 2; output < 20; output++) {
				await conversation.call.text("word ");
				await conversation.call.usage(100, output);
			}
			expect(written()).toBe(1);
		}));
});

/** Counts the rows that are written from now on. */
function countWrites(sql: SqlStorage): () => number {
	const statements: SqlStorage = Object.getPrototypeOf(sql);
	const { exec } = statements;
	const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
	statements.exec = function (this: SqlStorage, ...query: Parameters<typeof exec>) {
		const cursor = exec.apply(this, query);
		if (this === sql) cursors.push(cursor);
		return cursor;
	} as typeof exec;
	return () => cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
}
