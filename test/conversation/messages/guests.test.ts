// Where GUEST_CLAUDE is off, guests talk without Claude.

import { describe, expect, it } from "vitest";
import { ann, inConversation } from "../../support/conversation.ts";

const guest = { userId: `guest-${"x".repeat(22)}`, username: "Guest" };

describe("where guests may not ask Claude", () => {
	it("their messages are sent, do not ask it, and they are told", () =>
		inConversation(
			async (conversation) => {
				const [client, other] = [conversation.enter(guest), conversation.enter(ann)];
				conversation.say(client, "@claude Hi");
				expect(other.last("chat:message").message).toMatchObject({ content: "@claude Hi" });
				expect(other.last("chat:message").message).not.toHaveProperty("asksClaude");
				const { id: messageId } = client.last("chat:message").message;
				expect(client.last("chat:error")).toMatchObject({ code: "forbidden", error: expect.stringContaining("guests"), messageId });
				expect(other.types()).not.toContain("chat:error");
				conversation.say(client, "Lunch?");
				expect(client.types().filter((type) => type === "chat:error")).toHaveLength(1);
				expect(conversation.calls).toEqual([]);
				conversation.say(other, "@claude Hi");
				expect(conversation.calls).toHaveLength(1);
			},
			60_000,
			{ guestsAsk: false },
		));

	it("they cannot have a reply written again", () =>
		inConversation(
			async (conversation) => {
				const [client, other] = [conversation.enter(guest), conversation.enter(ann)];
				conversation.say(other, "@claude Hi");
				await conversation.call.text("Hello");
				await conversation.call.end();
				const { id: messageId, conversationId } = client.last("chat:message").message;
				conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId });
				expect(client.last("chat:error")).toMatchObject({ code: "forbidden", messageId });
				expect(conversation.calls).toHaveLength(1);
			},
			60_000,
			{ guestsAsk: false },
		));
});
