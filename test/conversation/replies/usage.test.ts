import { describe, expect, it } from "vitest";
import { ann, bob, inRoom, Room, type TestClient } from "../../support/conversation.ts";

const tokens = (input: number, output: number) => ({ input, output, cacheRead: 0, cacheWrite: 0 });
const stop = (room: Room, client: TestClient) =>
	room.conversation.receive(client, { type: "chat:stop", conversationId: room.store.info.id });
const usageOf = (client: TestClient) => client.last("chat:message").message.usage;
const storedUsage = (room: Room) => room.store.log.lastReply()?.usage;

describe("the usage of a reply", () => {
	it("is the latest report of a request, not the sum of its reports", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.usage(100, 1);
			await room.call.text("Hello");
			await room.call.usage(100, 20);
			await room.call.usage(100, 30);
			await room.call.event({ type: "end", stopReason: "end_turn" });
			expect([usageOf(client), storedUsage(room)]).toEqual([tokens(100, 30), tokens(100, 30)]);
		}));

	it("stays with a reply that is stopped, and reports that come later change nothing", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.usage(100, 1);
			await room.call.text("Hel");
			stop(room, client);
			expect(client.last("chat:message").message).toMatchObject({ status: "stopped", usage: tokens(100, 1) });
			await room.call.usage(100, 20);
			expect(storedUsage(room)).toEqual(tokens(100, 1));
		}));

	it("stays with a reply that fails or that Claude declines", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.usage(100, 1);
			await room.call.fail("bad_key");
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", usage: tokens(100, 1) });
			room.say(client, "And now?");
			await room.call.usage(200, 7);
			await room.call.event({ type: "end", stopReason: "refusal", reason: "refusal" });
			expect(client.last("chat:message").message).toMatchObject({ reason: "refusal", usage: tokens(200, 7) });
		}));

	it("is absent if no request was accepted", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.fail("bad_key");
			expect(client.last("chat:message").message).not.toHaveProperty("usage");
		}));

	it("is summed over all attempts of a reply that broke off and went on", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.usage(100, 1);
			await room.call.text("One");
			await room.call.usage(100, 10);
			await room.call.cut();
			// This attempt is not accepted and uses nothing.
			await room.call.fail("overloaded", 0);
			await room.call.usage(110, 1);
			await room.call.text(" two");
			await room.call.usage(110, 5);
			await room.call.event({ type: "end", stopReason: "end_turn" });
			expect(room.calls).toHaveLength(3);
			expect([usageOf(client), storedUsage(room)]).toEqual([tokens(210, 15), tokens(210, 15)]);
		}));

	it("is summed also if the reply is stopped in its second attempt or while Claude is busy", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await room.call.usage(100, 10);
			await room.call.cut();
			await room.call.usage(110, 1);
			stop(room, client);
			expect(usageOf(client)).toEqual(tokens(210, 11));
			room.say(client, "And now?");
			await room.call.usage(200, 2);
			await room.call.fail("overloaded", 10_000);
			stop(room, client);
			expect(usageOf(client)).toEqual(tokens(200, 2));
		}));

	it("survives the death of the object in every attempt, and nothing is counted twice", () =>
		inRoom(async (room, state) => {
			room.say(room.enter(ann), "Hi");
			await room.call.event({ type: "start", model: "m-1" });
			await room.call.usage(100, 1);
			const second = new Room(state, 60_000);
			second.replies.recover();
			await second.call.usage(110, 1);
			await second.call.text("So far");
			await second.call.usage(110, 8);
			const third = new Room(state, 60_000);
			const watcher = third.enter(ann);
			third.replies.recover();
			await third.call.usage(120, 1);
			await third.call.usage(120, 9);
			await third.call.event({ type: "end", stopReason: "end_turn" });
			// The report of 8 was not written yet: what is written is the first report of an attempt.
			expect(watcher.last("chat:message").message).toMatchObject({ model: "m-1", usage: tokens(330, 11) });
		}));

	it("stays with a reply that is given up after its object died", () =>
		inRoom(async (room, state) => {
			room.say(room.enter(ann), "Hi");
			await room.call.usage(100, 1);
			for (let life = 2; life <= 3; life++) {
				const next = new Room(state, 60_000);
				next.replies.recover();
				await next.call.usage(100, 1);
			}
			const last = new Room(state, 60_000);
			last.replies.recover();
			expect(last.store.log.lastReply()).toMatchObject({ status: "failed", usage: tokens(300, 3) });
		}));

	it("starts anew when the reply is regenerated, and the former version keeps its own", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			const conversationId = room.store.info.id;
			room.say(client, "Hi");
			await room.call.usage(100, 1);
			await room.call.text("Hel");
			stop(room, client);
			const { id: messageId } = client.last("chat:message").message;
			room.conversation.receive(client, { type: "chat:regenerate", conversationId, messageId });
			expect(client.last("chat:updated").message).not.toHaveProperty("usage");
			await room.call.usage(100, 1);
			await room.call.cut();
			await room.call.usage(100, 4);
			await room.call.event({ type: "end", stopReason: "end_turn" });
			expect(usageOf(client)).toEqual(tokens(200, 5));
			expect(room.conversation.history.versions(messageId)).toMatchObject({ versions: [{ status: "stopped", usage: tokens(100, 1) }] });
		}));

	it("writes one row per attempt, however often it is reported", () =>
		inRoom(async (room, { storage }) => {
			room.say(room.enter(bob), "@claude Hi");
			const written = countWrites(storage.sql);
			await room.call.usage(100, 1);
			expect(written()).toBe(1);
			for (let output = 2; output < 20; output++) {
				await room.call.text("word ");
				await room.call.usage(100, output);
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
