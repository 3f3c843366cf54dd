import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, type TestClient, TestConversation } from "../../support/conversation.ts";

const goOn = (conversation: TestConversation, client: TestClient, messageId: string) =>
	conversation.rules.receive(client, { type: "chat:continue", conversationId: conversation.store.info.id, messageId });

/** Claude's reply to a question of Ann's, which reached the length limit. */
async function cut(conversation: TestConversation, client: TestClient, text = "One two") {
	conversation.say(client, "Count");
	await conversation.call.text(text);
	conversation.now += 1_000;
	await conversation.call.end("max_tokens");
	return client.last("chat:message").message;
}

function refused(conversation: TestConversation, client: TestClient, messageId: string): string {
	const before = conversation.store.log.cursor;
	goOn(conversation, client, messageId);
	expect(conversation.store.log.cursor).toBe(before);
	expect(client.received.at(-1)).toMatchObject({ type: "chat:error", messageId });
	return client.last("chat:error").code;
}

describe("a reply that reached the length limit", () => {
	it("is continued in the same message, for any member; usage, attempts and time add up", () =>
		inConversation(async (conversation) => {
			conversation.store.members.add({ ...bob, role: "member" }, conversation.now);
			conversation.store.setAssistant("always");
			const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
			const { id, usage, elapsedMs, stopReason } = await cut(conversation, client);
			expect([elapsedMs, stopReason]).toEqual([1_000, "max_tokens"]);
			const from = client.received.length;
			goOn(conversation, other, id);
			expect(client.last("chat:updated").message).toMatchObject({ id, content: "One two", status: "streaming", usage });
			expect(client.last("chat:updated").message).not.toHaveProperty("stopReason");
			expect(conversation.call.partialReply).toBe("One two");
			conversation.now += 500;
			await conversation.call.text(" three");
			await conversation.call.end();
			expect(client.types().slice(from)).toEqual([
				"chat:updated",
				"chat:thinking",
				"chat:streaming",
				"chat:streaming",
				"chat:message",
				"chat:complete",
			]);
			expect(client.last("chat:message").message).toMatchObject({
				id,
				content: "One two three",
				status: "complete",
				stopReason: "end_turn",
				usage: { input: 2, output: 4, cacheRead: 6, cacheWrite: 8 },
				attempts: [{ offset: 7, reason: "max_tokens" }],
				elapsedMs: 1_500,
			});
			expect(client.last("chat:message").message.reason).toBeUndefined();
			expect(conversation.contents()).toEqual(["Count", "One two three"]);
		}));

	it("can be continued again, a bounded number of times", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { id } = await cut(conversation, client, "0");
			for (let n = 0; n < limits.continuations; n++) {
				conversation.now += 1_000;
				goOn(conversation, client, id);
				await conversation.call.text("1");
				await conversation.call.end("max_tokens");
			}
			conversation.now += 1_000;
			expect(refused(conversation, client, id)).toBe("too_many");
			expect(conversation.contents()[1]).toHaveLength(limits.continuations + 1);
		}));

	it("gets three attempts again once it is continued", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { id } = await cut(conversation, client);
			for (let n = 0; n < 3; n++) {
				conversation.now += 1_000;
				goOn(conversation, client, id);
				await conversation.call.end("max_tokens");
			}
			conversation.now += 1_000;
			goOn(conversation, client, id);
			for (let n = 1; n <= 3; n++) {
				expect(client.last("chat:updated").message.status).toBe("streaming");
				expect(conversation.calls).toHaveLength(4 + n);
				await conversation.call.cut();
			}
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "interrupted" });
		}));

	it("goes on after its object died, and keeps what it used and took before", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			const { id } = await cut(conversation, client);
			goOn(conversation, client, id);
			await conversation.call.text(" three");
			const next = new TestConversation(state, 60_000);
			const watcher = next.enter(ann);
			next.replies.recover();
			expect(next.call.partialReply).toBe("One two");
			next.replies.stop(ann, id);
			expect(watcher.last("chat:message").message).toMatchObject({
				status: "stopped",
				usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 },
				elapsedMs: 1_000,
			});
			expect(watcher.last("chat:message").message.attempts).toMatchObject([{ reason: "max_tokens" }, { reason: "interrupted" }]);
		}));

	it("cannot be continued by a reader, in another mode, beyond the rate, or if it is not at its limit", () =>
		inConversation(async (conversation) => {
			conversation.store.members.add({ ...bob, role: "reader" }, conversation.now);
			const client = conversation.enter(ann);
			conversation.store.setAssistant("always");
			const { id } = await cut(conversation, client);
			const question = conversation.store.reader.page(2, 1).messages[0]?.id as string;
			expect(refused(conversation, conversation.enter(bob), id)).toBe("forbidden");
			expect(refused(conversation, client, question)).toBe("not_found");
			conversation.store.setAssistant("off");
			expect(refused(conversation, client, id)).toBe("forbidden");
			conversation.store.setAssistant("always");
			for (const n of [1, 2, 3])
				conversation.rules.receive(client, {
					type: "chat:edit",
					conversationId: conversation.store.info.id,
					messageId: question,
					content: `${n}`,
				});
			expect(refused(conversation, client, id)).toBe("rate_limited");
			conversation.now += 9_000;
			goOn(conversation, client, id);
			await conversation.call.end();
			expect(refused(conversation, client, id)).toBe("bad_event");
		}));

	it("cannot be continued once it is deleted, or once a newer reply runs", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			const { id } = await cut(conversation, client);
			conversation.say(client, "And?");
			expect(refused(conversation, client, id)).toBe("bad_event");
			await conversation.call.end("max_tokens");
			expect(refused(conversation, client, id)).toBe("bad_event");
			const newer = client.last("chat:message").message.id;
			conversation.rules.receive(client, { type: "chat:delete", conversationId: conversation.store.info.id, messageId: newer });
			expect(refused(conversation, client, newer)).toBe("not_found");
			expect(conversation.calls).toHaveLength(2);
		}));
});
