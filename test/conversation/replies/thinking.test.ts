import { describe, expect, it } from "vitest";
import { search } from "../../../src/conversation/messages/search.ts";
import { thinkingToAppend } from "../../../src/conversation/replies/thinking.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, type TestClient, TestConversation } from "../../support/conversation.ts";

const thinks = (conversation: TestConversation, text: string) => conversation.call.event({ type: "thinking", text });
const thoughts = (client: TestClient) => client.received.filter((event) => event.type === "chat:thought");
const idOf = (client: TestClient) => client.last("chat:thinking").messageId;
const does = (conversation: TestConversation, client: TestClient, type: "chat:delete" | "chat:regenerate", messageId: string) =>
	conversation.rules.receive(client, { type, conversationId: conversation.store.info.id, messageId });

describe("Claude's thinking", () => {
	it("streams to everybody before the text, and is stored with the reply", () =>
		inConversation(async (conversation) => {
			const [asker, other] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(asker, "@claude Hi");
			await thinks(conversation, "\n\n");
			await thinks(conversation, "A greeting. ");
			await thinks(conversation, "Easy.");
			await conversation.call.text("Hello");
			await conversation.call.end();
			for (const client of [asker, other]) {
				expect(thoughts(client).map(({ chunk, offset }) => [chunk, offset])).toEqual([
					["A greeting. ", 0],
					["Easy.", 12],
				]);
				expect(client.types().indexOf("chat:streaming")).toBeGreaterThan(client.types().lastIndexOf("chat:thought"));
				expect(client.last("chat:message").message).toMatchObject({ content: "Hello", thinking: "A greeting. Easy." });
			}
			expect(conversation.store.reader.page(9, 9).messages.at(-1)?.thinking).toBe("A greeting. Easy.");
		}));

	it("is complete for a client that joins in the middle", () =>
		inConversation(async (conversation) => {
			conversation.say(conversation.enter(ann), "Hi");
			await thinks(conversation, "A greeting. ");
			const late = conversation.enter(bob);
			expect(late.last("chat:joined").messages.at(-1)).toMatchObject({ status: "streaming", content: "", thinking: "A greeting. " });
			await thinks(conversation, "Easy.");
			expect(thoughts(late)).toMatchObject([{ chunk: "Easy.", offset: 12 }]);
		}));

	it("is checkpointed while it grows, and the next life of the object continues after it", () =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			await thinks(conversation, "A greeting.");
			expect(conversation.store.log.streaming()[0]?.thinking).toBeUndefined();
			conversation.now += 1000;
			await thinks(conversation, " Easy.");
			const next = new TestConversation(state, 60_000);
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
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await thinks(conversation, "xylophone");
			await conversation.call.text("Hello");
			await conversation.call.end();
			conversation.say(client, "And?");
			expect(search(conversation.store.reader, "xylophone", 9, 9).results).toEqual([]);
			expect(JSON.stringify(conversation.store.reader.last())).not.toContain("xylophone");
			const { buildPrompt } = await import("../../../src/claude/prompt.ts");
			expect(JSON.stringify(buildPrompt(conversation.call.messages))).toMatch(/^(?!.*xylophone).*Hello/s);
		}));

	it("is deleted with the reply, also while the reply runs", () =>
		inConversation(async (conversation, { storage }) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			conversation.now += 1000;
			await thinks(conversation, "xylophone");
			does(conversation, client, "chat:delete", idOf(client));
			expect(client.last("chat:updated").message).toMatchObject({ content: "", deletedAt: expect.any(String) });
			expect(client.last("chat:updated").message).not.toHaveProperty("thinking");
			expect(JSON.stringify(storage.sql.exec("SELECT * FROM messages").toArray())).not.toContain("xylophone");
		}));

	it("stays with its version when the reply is regenerated", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await thinks(conversation, "First thought");
			await conversation.call.text("First");
			await conversation.call.end();
			does(conversation, client, "chat:regenerate", idOf(client));
			expect(client.last("chat:updated").message).toMatchObject({ content: "", askedBy: [ann] });
			expect(client.last("chat:updated").message).not.toHaveProperty("thinking");
			await thinks(conversation, "Second thought");
			await conversation.call.text("Second");
			await conversation.call.end();
			expect(client.last("chat:message").message).toMatchObject({ content: "Second", thinking: "Second thought" });
			expect(conversation.rules.history().versions(idOf(client))).toMatchObject({
				versions: [{ content: "First", thinking: "First thought" }],
			});
		}));

	it("is cut at its limit, and the reply goes on", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			for (let piece = 0; piece < 3; piece++) await thinks(conversation, "x".repeat(limits.thinking / 2 - 1));
			await thinks(conversation, "😀");
			await conversation.call.text("Hello");
			await conversation.call.end();
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
