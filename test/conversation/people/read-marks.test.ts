import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inRoom, type Room, type TestClient } from "../../support/conversation.ts";

const eve = { userId: "eve", username: "Eve" };

function read(room: Room, client: TestClient, upTo: number): void {
	room.conversation.receive(client, { type: "chat:read", conversationId: room.store.info.id, upTo });
}

const readsOf = (client: TestClient) =>
	client.received
		.filter((event) => event.type === "chat:read")
		.map(({ userId, upTo, unread }) => [userId, upTo, ...(unread ? ["unread"] : [])]);

function mark(room: Room, client: TestClient, upTo: number): void {
	room.conversation.receive(client, { type: "chat:read", conversationId: room.store.info.id, upTo, unread: true });
}

/** Ann and Bob have the conversation open. Claude is off. */
function inReadRoom(test: (room: Room, ann: TestClient, bob: TestClient) => void) {
	return inRoom((room) => {
		room.store.setAssistant("off");
		test(room, room.enter(ann), room.enter(bob));
	});
}

describe("a read mark", () => {
	it("only advances, never beyond the newest message, and is sent to everybody", () =>
		inReadRoom((room, ann, bob) => {
			for (const text of ["one", "two", "three"]) room.say(ann, text);
			for (const upTo of [2, 1, 2, 99, 99]) read(room, bob, upTo);
			expect(readsOf(ann)).toEqual([
				["bob", 2],
				["bob", 3],
			]);
			expect(readsOf(bob)).toEqual(readsOf(ann));
			expect(room.store.members.readUpTo("bob")).toBe(3);
		}));

	it("is sent to members who join later, readers included", () =>
		inReadRoom((room, ann, bob) => {
			room.say(ann, "one");
			read(room, bob, 1);
			room.store.members.setRole("bob", "reader");
			room.say(ann, "two");
			read(room, bob, 2);
			expect(room.enter(eve).last("chat:joined").reads).toEqual(
				expect.arrayContaining([
					{ userId: "bob", upTo: 2 },
					{ userId: "eve", upTo: 2 },
				]),
			);
		}));

	it("of a new member includes all earlier messages", () =>
		inReadRoom((room, ann) => {
			room.say(ann, "one");
			room.say(ann, "two");
			room.membership.join(eve, true);
			expect(room.store.members.readUpTo("eve")).toBe(2);
		}));

	it("includes everything before the member's own message, and is written only if that skips other messages", () =>
		inReadRoom((room, ann, bob) => {
			room.say(ann, "one");
			room.say(ann, "two");
			expect(room.store.members.readUpTo("ann")).toBe(0);
			room.say(bob, "three");
			expect(room.store.members.readUpTo("bob")).toBe(3);
			room.say(ann, "four");
			expect(room.store.members.readUpTo("ann")).toBe(4);
			read(room, ann, 3);
			expect(readsOf(bob)).toEqual([
				["bob", 3],
				["ann", 4],
			]);
		}));

	it("is not moved by a message that a program sends for the member", () =>
		inReadRoom((room, ann) => {
			room.say(ann, "one");
			room.conversation.say({ userId: "bob", username: "Bob (a program)" }, { content: "two" });
			expect(room.store.members.readUpTo("bob")).toBe(0);
		}));

	it("can be moved back, for the member alone and on all their devices, until they read on", () =>
		inReadRoom((room, ann, bob) => {
			for (const text of ["one", "two", "three"]) room.say(ann, text);
			read(room, bob, 3);
			const elsewhere = room.enter(bob.person);
			mark(room, bob, 1);
			expect(readsOf(elsewhere)).toEqual([["bob", 1, "unread"]]);
			expect(readsOf(bob).slice(1)).toEqual(readsOf(elsewhere));
			expect(readsOf(ann)).toEqual([["bob", 3]]);
			const upTo = (client: TestClient) => client.last("chat:joined").reads?.find(({ userId }) => userId === "bob")?.upTo;
			expect([upTo(room.enter(bob.person)), upTo(room.enter(eve)), room.store.members.readUpTo("bob")]).toEqual([1, 3, 1]);
			expect(room.listed).toContain("marked bob");

			read(room, bob, 2);
			expect([upTo(room.enter(bob.person)), upTo(room.enter(eve))]).toEqual([2, 3]);
			read(room, bob, 3);
			mark(room, bob, 2);
			room.now += 1_000;
			room.say(ann, "four");
			read(room, bob, 4);
			expect([upTo(room.enter(bob.person)), upTo(room.enter(eve))]).toEqual([4, 4]);
		}));

	it("that is moved back stands before the mark, even if that was unread, until the member sends a message", () =>
		inReadRoom((room, ann, bob) => {
			for (const text of ["one", "two"]) room.say(ann, text);
			mark(room, bob, 1);
			expect(room.store.members.readUpTo("bob")).toBe(1);
			room.say(bob, "three");
			mark(room, bob, 1);
			expect(room.store.members.readUpTo("bob")).toBe(1);
			room.say(bob, "four");
			expect(room.store.members.readUpTo("bob")).toBe(4);
			expect(readsOf(bob)).toEqual([
				["bob", 1],
				["bob", 1, "unread"],
				["bob", 3],
				["bob", 1, "unread"],
				["bob", 4],
			]);
		}));

	it("is sent to the member alone in a large conversation", () =>
		inReadRoom((room, ann, bob) => {
			for (let n = 0; n < limits.readers; n++) room.membership.join({ userId: `m${n}`, username: "m" }, true);
			const again = room.enter(ann.person);
			room.say(ann, "one");
			read(room, bob, 1);
			room.say(bob, "two");
			read(room, ann, 2);
			expect(readsOf(bob)).toEqual([["bob", 1]]);
			expect(readsOf(again)).toEqual([["ann", 2]]);
			expect(bob.last("chat:message").message.content).toBe("two");
		}));
});
