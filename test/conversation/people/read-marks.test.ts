import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, type TestClient, type TestConversation } from "../../support/conversation.ts";

const eve = { userId: "eve", username: "Eve" };

function read(conversation: TestConversation, client: TestClient, upTo: number): void {
	conversation.rules.receive(client, { type: "chat:read", conversationId: conversation.store.info.id, upTo });
}

const readsOf = (client: TestClient) =>
	client.received
		.filter((event) => event.type === "chat:read")
		.map(({ userId, upTo, unread }) => [userId, upTo, ...(unread ? ["unread"] : [])]);

function mark(conversation: TestConversation, client: TestClient, upTo: number): void {
	conversation.rules.receive(client, { type: "chat:read", conversationId: conversation.store.info.id, upTo, unread: true });
}

/** Ann and Bob have the conversation open. Claude is off. */
function inReadRoom(test: (conversation: TestConversation, ann: TestClient, bob: TestClient) => void) {
	return inConversation((conversation) => {
		conversation.store.setAssistant("off");
		test(conversation, conversation.enter(ann), conversation.enter(bob));
	});
}

describe("a read mark", () => {
	it("only advances, never beyond the newest message, and is sent to everybody", () =>
		inReadRoom((conversation, ann, bob) => {
			for (const text of ["one", "two", "three"]) conversation.say(ann, text);
			for (const upTo of [2, 1, 2, 99, 99]) read(conversation, bob, upTo);
			expect(readsOf(ann)).toEqual([
				["bob", 2],
				["bob", 3],
			]);
			expect(readsOf(bob)).toEqual(readsOf(ann));
			expect(conversation.store.members.readUpTo("bob")).toBe(3);
		}));

	it("is sent to members who join later, readers included", () =>
		inReadRoom((conversation, ann, bob) => {
			conversation.say(ann, "one");
			read(conversation, bob, 1);
			conversation.store.members.setRole("bob", "reader");
			conversation.say(ann, "two");
			read(conversation, bob, 2);
			expect(conversation.enter(eve).last("chat:joined").reads).toEqual(
				expect.arrayContaining([
					{ userId: "bob", upTo: 2 },
					{ userId: "eve", upTo: 2 },
				]),
			);
		}));

	it("of a new member includes all earlier messages", () =>
		inReadRoom((conversation, ann) => {
			conversation.say(ann, "one");
			conversation.say(ann, "two");
			conversation.membership.join(eve, true);
			expect(conversation.store.members.readUpTo("eve")).toBe(2);
		}));

	it("moves once for everything that somebody says in frames that are handled together", () =>
		inReadRoom((conversation, ann, bob) => {
			conversation.clients.together(() => {
				for (const [client, text] of [
					[ann, "one"],
					[bob, "two"],
					[ann, "three"],
					[bob, "four"],
					[ann, "five"],
				] as const)
					conversation.say(client, text);
			});
			expect(readsOf(ann)).toEqual([
				["ann", 5],
				["bob", 4],
			]);
			expect(conversation.store.members.readUpTo("ann")).toBe(5);
			expect(conversation.store.members.readUpTo("bob")).toBe(4);
		}));

	it("that goes back is set by the frame that comes last", () =>
		inReadRoom((conversation, ann, bob) => {
			conversation.say(bob, "one");
			conversation.clients.together(() => {
				conversation.say(ann, "two");
				mark(conversation, ann, 0);
			});
			expect(conversation.store.members.readUpTo("ann")).toBe(0);
		}));

	it("includes everything before the member's own message, and is written only if that skips other messages", () =>
		inReadRoom((conversation, ann, bob) => {
			conversation.say(ann, "one");
			conversation.say(ann, "two");
			expect(conversation.store.members.readUpTo("ann")).toBe(0);
			conversation.say(bob, "three");
			expect(conversation.store.members.readUpTo("bob")).toBe(3);
			conversation.say(ann, "four");
			expect(conversation.store.members.readUpTo("ann")).toBe(4);
			read(conversation, ann, 3);
			expect(readsOf(bob)).toEqual([
				["bob", 3],
				["ann", 4],
			]);
		}));

	it("is not moved by a message that a program sends for the member", () =>
		inReadRoom((conversation, ann) => {
			conversation.say(ann, "one");
			conversation.rules.say({ userId: "bob", username: "Bob (a program)" }, { content: "two" }, { userId: "bob" });
			expect(conversation.store.members.readUpTo("bob")).toBe(0);
		}));

	it("can be moved back, for the member alone and on all their devices, until they read on", () =>
		inReadRoom((conversation, ann, bob) => {
			for (const text of ["one", "two", "three"]) conversation.say(ann, text);
			read(conversation, bob, 3);
			const elsewhere = conversation.enter(bob.person);
			mark(conversation, bob, 1);
			expect(readsOf(elsewhere)).toEqual([["bob", 1, "unread"]]);
			expect(readsOf(bob).slice(1)).toEqual(readsOf(elsewhere));
			expect(readsOf(ann)).toEqual([["bob", 3]]);
			const upTo = (client: TestClient) => client.last("chat:joined").reads?.find(({ userId }) => userId === "bob")?.upTo;
			expect([upTo(conversation.enter(bob.person)), upTo(conversation.enter(eve)), conversation.store.members.readUpTo("bob")]).toEqual([
				1, 3, 1,
			]);
			expect(conversation.listed).toContain("marked bob");

			read(conversation, bob, 2);
			expect([upTo(conversation.enter(bob.person)), upTo(conversation.enter(eve))]).toEqual([2, 3]);
			read(conversation, bob, 3);
			mark(conversation, bob, 2);
			conversation.now += 1_000;
			conversation.say(ann, "four");
			read(conversation, bob, 4);
			expect([upTo(conversation.enter(bob.person)), upTo(conversation.enter(eve))]).toEqual([4, 4]);
		}));

	it("that is moved back stands before the mark, even if that was unread, until the member sends a message", () =>
		inReadRoom((conversation, ann, bob) => {
			for (const text of ["one", "two"]) conversation.say(ann, text);
			mark(conversation, bob, 1);
			expect(conversation.store.members.readUpTo("bob")).toBe(1);
			conversation.say(bob, "three");
			mark(conversation, bob, 1);
			expect(conversation.store.members.readUpTo("bob")).toBe(1);
			conversation.say(bob, "four");
			expect(conversation.store.members.readUpTo("bob")).toBe(4);
			expect(readsOf(bob)).toEqual([
				["bob", 1],
				["bob", 1, "unread"],
				["bob", 3],
				["bob", 1, "unread"],
				["bob", 4],
			]);
		}));

	it("is sent to the member alone in a large conversation", () =>
		inReadRoom((conversation, ann, bob) => {
			for (let n = 0; n < limits.readers; n++) conversation.membership.join({ userId: `m${n}`, username: "m" }, true);
			const again = conversation.enter(ann.person);
			conversation.say(ann, "one");
			read(conversation, bob, 1);
			conversation.say(bob, "two");
			read(conversation, ann, 2);
			expect(readsOf(bob)).toEqual([["bob", 1]]);
			expect(readsOf(again)).toEqual([["ann", 2]]);
			expect(bob.last("chat:message").message.content).toBe("two");
		}));
});
