import { describe, expect, it } from "vitest";
import { ann, bob, inConversation, type TestConversation } from "../../support/conversation.ts";

const far = 1e6;

function add({ store, now }: TestConversation, content: string, replyTo?: string) {
	const quoted = replyTo === undefined ? undefined : store.log.message(replyTo);
	return store.log.addMessage({ author: ann, content, asksClaude: false, ...(quoted && { replyTo: quoted }) }, now);
}

/** What a prompt reads now, and what one reads that has kept nothing. */
function read({ store }: TestConversation, { after = 0, before = far, size = far, from = 1 } = {}) {
	const { messages } = store.promptMessages.between(after, before, size, from);
	expect(messages).toEqual(store.reader.startingAt(from).messagesBefore(before, size, after));
	return messages.map(({ content }) => content);
}

describe("the messages of prompts", () => {
	it("are as they read now after every kind of change, and read from where others may not", () =>
		inConversation((conversation) => {
			const { store } = conversation;
			const first = add(conversation, "one");
			add(conversation, "two");
			expect(read(conversation, { before: 3 })).toEqual(["one", "two"]);
			add(conversation, "three", first.id);
			expect(read(conversation)).toEqual(["one", "two", "three"]);
			store.log.editMessage(first, "one, edited", [], conversation.now);
			expect(read(conversation)).toEqual(["one, edited", "two", "three"]);
			expect(store.promptMessages.between(0, far, far).messages.at(-1)?.quoted?.content).toBe("one, edited");
			expect(read(conversation, { from: 2 })).toEqual(["two", "three"]);
			expect(read(conversation, { after: 1 })).toEqual(["two", "three"]);
			store.log.deleteMessage(store.log.message(first.id) ?? first, conversation.now);
			expect(read(conversation)).toEqual(["", "two", "three"]);
			expect(read(conversation, { before: 3 })).toEqual(["", "two"]);
		}));

	it("read a running reply, and what follows it, anew", () =>
		inConversation((conversation) => {
			const { store } = conversation;
			add(conversation, "one");
			const reply = store.log.addReply(conversation.now, [bob]);
			add(conversation, "two");
			expect(read(conversation)).toEqual(["one", "", "two"]);
			store.log.checkpoint(reply, "It grows", {});
			expect(read(conversation)).toEqual(["one", "It grows", "two"]);
			store.log.finishReply(reply, "It has grown", { status: "complete" }, {});
			expect(read(conversation)).toEqual(["one", "It has grown", "two"]);
		}));

	it("are the newest as far as they fit", () =>
		inConversation((conversation) => {
			for (let n = 1; n <= 30; n++) {
				add(conversation, `message ${n} ${"x".repeat(50 * (n % 7))}`);
				for (const size of [50, 300, far]) read(conversation, { size });
			}
			expect(read(conversation, { size: 0 })).toHaveLength(1);
		}));
});
