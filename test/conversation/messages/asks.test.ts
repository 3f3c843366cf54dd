import { describe, expect, it } from "vitest";
import { ownersAsk } from "../../../src/protocol/errors.ts";
import { ann, bob, inConversation, settled, type TestClient, type TestConversation } from "../../support/conversation.ts";

/** A conversation of Ann, its owner, and Bob, in which only owners may ask Claude. */
const whereOwnersAsk = (test: (conversation: TestConversation, ann: TestClient, bob: TestClient) => Promise<void> | void) =>
	inConversation((conversation) => {
		conversation.store.members.add({ ...bob, role: "member" }, conversation.now);
		conversation.store.changeSettings({ asks: "owners" });
		return test(conversation, conversation.enter(ann), conversation.enter(bob));
	});

const send = (conversation: TestConversation, client: TestClient, content: string, fields: object = {}) =>
	conversation.rules.receive(client, {
		type: "chat:send",
		conversationId: conversation.store.info.id,
		content,
		role: "user",
		clientId: content,
		...fields,
	});

const errorsOf = (client: TestClient) => client.received.filter(({ type }) => type === "chat:error");

describe("where only owners may ask Claude", () => {
	it("a member's mention is sent and asks nobody, which the member alone is told once on every device", () =>
		whereOwnersAsk(async (conversation, ann, bob) => {
			const phone = conversation.enter(bob.person);
			send(conversation, bob, "@claude hello");
			await settled();
			const { message } = ann.last("chat:message");
			expect(message).toMatchObject({ content: "@claude hello", author: bob.person });
			expect(message.asksClaude).toBeUndefined();
			expect(conversation.calls).toHaveLength(0);
			for (const device of [bob, phone]) {
				expect(errorsOf(device)).toEqual([
					{ type: "chat:error", conversationId: message.conversationId, code: "forbidden", error: ownersAsk(), messageId: message.id },
				]);
				expect(device.types().indexOf("chat:message")).toBeLessThan(device.types().indexOf("chat:error"));
			}
			expect(errorsOf(ann)).toEqual([]);
			send(conversation, bob, "@claude hello");
			expect(errorsOf(bob)).toHaveLength(1);
		}));

	it("a member who says something to everybody is told nothing, also where Claude answers every message", () =>
		whereOwnersAsk(async (conversation, _ann, bob) => {
			conversation.store.setAssistant("always");
			send(conversation, bob, "Good morning");
			await settled();
			expect([conversation.calls.length, errorsOf(bob)]).toEqual([0, []]);
		}));

	it("an owner asks as ever, and a member's steering does not stop the reply", () =>
		whereOwnersAsk(async (conversation, ann, bob) => {
			send(conversation, ann, "@claude hello");
			await settled();
			await conversation.call.text("Hello");
			send(conversation, bob, "Stop that", { steer: true });
			await settled();
			expect(conversation.calls).toHaveLength(1);
			expect(errorsOf(bob)).toMatchObject([{ code: "forbidden" }]);
			await conversation.call.end();
			await settled();
			expect(conversation.calls).toHaveLength(1);
		}));

	it("a member neither regenerates a reply nor asks again by an edit", () =>
		inConversation(async (conversation) => {
			conversation.store.members.add({ ...bob, role: "member" }, conversation.now);
			const anns = conversation.enter(ann);
			const bobs = conversation.enter(bob);
			send(conversation, bobs, "@claude hello");
			await settled();
			await conversation.call.text("Hello");
			await conversation.call.end();
			await settled();
			const { id: messageId, conversationId } = anns.last("chat:message").message;
			conversation.store.changeSettings({ asks: "owners" });
			const { cursor } = conversation.store.log;
			conversation.rules.receive(bobs, { type: "chat:regenerate", conversationId, messageId });
			expect(bobs.last("chat:error")).toMatchObject({ code: "forbidden", messageId });
			const question = conversation.store.reader.questionOf(anns.last("chat:message").message);
			const edit = {
				type: "chat:edit",
				conversationId,
				messageId: question?.id as string,
				content: "@claude hi",
				asksAgain: true,
			} as const;
			conversation.rules.receive(bobs, edit);
			expect(bobs.last("chat:error")).toMatchObject({ code: "forbidden", messageId: question?.id });
			expect(conversation.store.log.cursor).toBe(cursor);
			conversation.rules.receive(anns, { type: "chat:regenerate", conversationId, messageId });
			await settled();
			expect(conversation.calls).toHaveLength(2);
		}));
});
