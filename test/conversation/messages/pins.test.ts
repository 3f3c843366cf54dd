import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, type TestClient, type TestConversation } from "../../support/conversation.ts";

/** A conversation of Ann and Bob. */
const inPair = (test: (conversation: TestConversation, ann: TestClient, bob: TestClient) => Promise<void> | void) =>
	inConversation((conversation) => {
		conversation.store.members.add({ ...bob, role: "member" }, conversation.now);
		return test(conversation, conversation.enter(ann), conversation.enter(bob));
	});

function said(conversation: TestConversation, client: TestClient, content: string): string {
	conversation.now += 1_000;
	conversation.say(client, content);
	return client.last("chat:message").message.id;
}

const pin = (conversation: TestConversation, client: TestClient, messageId: string, on = true) => {
	conversation.now += 1_000;
	conversation.rules.receive(client, { type: "chat:pin", conversationId: conversation.store.info.id, messageId, on });
};

const pinned = (conversation: TestConversation) =>
	conversation.rules
		.history()
		.pins()
		.messages.map(({ content }) => content);

describe("a pin", () => {
	it("is set for everybody, listed with the latest first, and removed by anybody who may write", () =>
		inPair((conversation, ann, bob) => {
			const [one, two] = [said(conversation, ann, "One"), said(conversation, ann, "Two")];
			const { cursor } = bob.last("chat:message");
			pin(conversation, bob, two);
			const at = new Date(conversation.now).toISOString();
			expect(ann.last("chat:updated").message).toMatchObject({ id: two, content: "Two", pinned: { userId: "bob", at } });
			pin(conversation, bob, one);
			expect(pinned(conversation)).toEqual(["One", "Two"]);
			expect(conversation.enter(bob.person, cursor).last("chat:joined").messages).toHaveLength(2);
			pin(conversation, ann, two, false);
			expect(bob.last("chat:updated").message.pinned).toBeUndefined();
			expect(pinned(conversation)).toEqual(["One"]);
		}));

	it("that is there already, or is gone already, is answered to its sender alone", () =>
		inPair((conversation, ann, bob) => {
			const one = said(conversation, ann, "One");
			pin(conversation, bob, one);
			const count = bob.received.length;
			pin(conversation, ann, one);
			expect(ann.last("chat:updated").message.pinned?.userId).toBe("bob");
			expect(bob.received).toHaveLength(count);
			pin(conversation, ann, one, false);
			pin(conversation, ann, one, false);
			expect(bob.received).toHaveLength(count + 1);
		}));

	it("is refused to readers, on unknown and deleted messages, and beyond the limit", () =>
		inPair((conversation, ann, bob) => {
			const one = said(conversation, ann, "One");
			conversation.store.members.setRole("bob", "reader");
			pin(conversation, bob, one);
			expect(bob.last("chat:error")).toMatchObject({ code: "forbidden", messageId: one });
			pin(conversation, ann, "m99-00000000");
			expect(ann.last("chat:error").code).toBe("not_found");
			for (let n = 0; n < limits.pins; n++) pin(conversation, ann, said(conversation, ann, `${n}`));
			pin(conversation, ann, one);
			expect(ann.last("chat:error")).toMatchObject({ code: "too_many", messageId: one });
			expect(pinned(conversation)).toHaveLength(limits.pins);
		}));

	it("counts against the rate of sending, because everybody receives the whole message", () =>
		inPair((conversation, ann) => {
			const one = said(conversation, ann, "One");
			const { now } = conversation;
			for (let n = 0; n < 5; n++) {
				pin(conversation, ann, one, n % 2 === 0);
				conversation.now = now;
			}
			expect(ann.last("chat:error")).toMatchObject({ code: "rate_limited", messageId: one });
		}));

	it("goes with its message when that is deleted", () =>
		inPair((conversation, ann) => {
			const one = said(conversation, ann, "One");
			pin(conversation, ann, one);
			conversation.rules.receive(ann, { type: "chat:delete", conversationId: conversation.store.info.id, messageId: one });
			expect(ann.last("chat:updated").message.pinned).toBeUndefined();
			expect(pinned(conversation)).toEqual([]);
		}));

	it("shows a running reply with its text so far", () =>
		inPair(async (conversation, ann) => {
			said(conversation, ann, "@claude Hi");
			await conversation.call.text("So far");
			pin(conversation, ann, ann.last("chat:thinking").messageId);
			expect(ann.last("chat:updated").message).toMatchObject({ content: "So far", status: "streaming", pinned: { userId: "ann" } });
			await conversation.call.end();
			expect(ann.last("chat:message").message.pinned?.userId).toBe("ann");
		}));
});
