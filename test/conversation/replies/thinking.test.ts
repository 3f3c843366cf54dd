import { describe, expect, it } from "vitest";
import { search } from "../../../src/conversation/messages/search.ts";
import { thinkingToAppend } from "../../../src/conversation/replies/thinking.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inRoom, Room, type TestClient } from "../../support/conversation.ts";

const thinks = (room: Room, text: string) => room.call.event({ type: "thinking", text });
const thoughts = (client: TestClient) => client.received.filter((event) => event.type === "chat:thought");
const idOf = (client: TestClient) => client.last("chat:thinking").messageId;
const does = (room: Room, client: TestClient, type: "chat:delete" | "chat:regenerate", messageId: string) =>
	room.conversation.receive(client, { type, conversationId: room.store.info.id, messageId });

describe("Claude's thinking", () => {
	it("streams to everybody before the text, and is stored with the reply", () =>
		inRoom(async (room) => {
			const [asker, other] = [room.enter(ann), room.enter(bob)];
			room.say(asker, "@claude Hi");
			await thinks(room, "\n\n");
			await thinks(room, "A greeting. ");
			await thinks(room, "Easy.");
			await room.call.text("Hello");
			await room.call.end();
			for (const client of [asker, other]) {
				expect(thoughts(client).map(({ chunk, offset }) => [chunk, offset])).toEqual([
					["A greeting. ", 0],
					["Easy.", 12],
				]);
				expect(client.types().indexOf("chat:streaming")).toBeGreaterThan(client.types().lastIndexOf("chat:thought"));
				expect(client.last("chat:message").message).toMatchObject({ content: "Hello", thinking: "A greeting. Easy." });
			}
			expect(room.store.reader.page(9, 9).messages.at(-1)?.thinking).toBe("A greeting. Easy.");
		}));

	it("is complete for a client that joins in the middle", () =>
		inRoom(async (room) => {
			room.say(room.enter(ann), "Hi");
			await thinks(room, "A greeting. ");
			const late = room.enter(bob);
			expect(late.last("chat:joined").messages.at(-1)).toMatchObject({ status: "streaming", content: "", thinking: "A greeting. " });
			await thinks(room, "Easy.");
			expect(thoughts(late)).toMatchObject([{ chunk: "Easy.", offset: 12 }]);
		}));

	it("is checkpointed while it grows, and the next life of the object continues after it", () =>
		inRoom(async (room, state) => {
			room.say(room.enter(ann), "Hi");
			await thinks(room, "A greeting.");
			expect(room.store.log.streaming()[0]?.thinking).toBeUndefined();
			room.now += 1000;
			await thinks(room, " Easy.");
			const next = new Room(state, 60_000);
			const watcher = next.enter(ann);
			expect(watcher.last("chat:joined").messages.at(-1)?.thinking).toBe("A greeting. Easy.");
			next.replies.recover();
			await thinks(next, "\n\nOnce more.");
			expect(thoughts(watcher)).toMatchObject([{ chunk: "\n\nOnce more.", offset: 17 }]);
			await next.call.text("Hello");
			await next.call.end();
			expect(watcher.last("chat:message").message).toMatchObject({
				thinking: "A greeting. Easy.\n\nOnce more.",
				askedBy: [ann],
				attempts: [{ offset: 0, reason: "interrupted" }],
			});
		}));

	it("is shown to people only: Claude, searches and lists do not read it", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await thinks(room, "xylophone");
			await room.call.text("Hello");
			await room.call.end();
			room.say(client, "And?");
			expect(search(room.store.reader, "xylophone", 9, 9).results).toEqual([]);
			expect(JSON.stringify(room.store.reader.last())).not.toContain("xylophone");
			const { buildPrompt } = await import("../../../src/claude/prompt.ts");
			expect(JSON.stringify(buildPrompt(room.call.messages))).toMatch(/^(?!.*xylophone).*Hello/s);
		}));

	it("is deleted with the reply, also while the reply runs", () =>
		inRoom(async (room, { storage }) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			room.now += 1000;
			await thinks(room, "xylophone");
			does(room, client, "chat:delete", idOf(client));
			expect(client.last("chat:updated").message).toMatchObject({ content: "", deletedAt: expect.any(String) });
			expect(client.last("chat:updated").message).not.toHaveProperty("thinking");
			expect(JSON.stringify(storage.sql.exec("SELECT * FROM messages").toArray())).not.toContain("xylophone");
		}));

	it("stays with its version when the reply is regenerated", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			await thinks(room, "First thought");
			await room.call.text("First");
			await room.call.end();
			does(room, client, "chat:regenerate", idOf(client));
			expect(client.last("chat:updated").message).toMatchObject({ content: "", askedBy: [ann] });
			expect(client.last("chat:updated").message).not.toHaveProperty("thinking");
			await thinks(room, "Second thought");
			await room.call.text("Second");
			await room.call.end();
			expect(client.last("chat:message").message).toMatchObject({ content: "Second", thinking: "Second thought" });
			expect(room.conversation.history.versions(idOf(client))).toMatchObject({
				versions: [{ content: "First", thinking: "First thought" }],
			});
		}));

	it("is cut at its limit, and the reply goes on", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			room.say(client, "Hi");
			for (let piece = 0; piece < 3; piece++) await thinks(room, "x".repeat(limits.thinking / 2 - 1));
			await thinks(room, "😀");
			await room.call.text("Hello");
			await room.call.end();
			const { message } = client.last("chat:message");
			expect([message.thinking?.length, message.content]).toEqual([limits.thinking, "Hello"]);
			expect(thoughts(client)).toHaveLength(3);
		}));
});

describe("further thinking", () => {
	it.each([
		["", " \n\nA", "A"],
		["", "\n\n", ""],
		["A", "\n\nB", "\n\nB"],
		["x".repeat(limits.thinking - 1), "😀", ""],
		["x".repeat(limits.thinking), "more", ""],
		["A", "\ude00", "\ufffd"],
	])("after %j: of %j it appends %j", (thinking, more, added) => {
		expect(thinkingToAppend(thinking, more)).toBe(added);
	});
});
