import { describe, expect, it } from "vitest";
import { asksClaude } from "../../src/conversation/conversation.ts";
import type { ClientEvent } from "../../src/protocol/events.ts";
import { limits } from "../../src/protocol/limits.ts";
import { ann, bob, inRoom, type Room, TestClient } from "../support/conversation.ts";

const event = <T extends ClientEvent["type"]>(room: Room, type: T, fields: object = {}) =>
	({ type, conversationId: room.store.created.id, ...fields }) as Extract<ClientEvent, { type: T }>;

describe("asksClaude", () => {
	it.each([
		["auto", 1, "Hi", true],
		["auto", 2, "Hi", false],
		["auto", 2, "@claude Hi", true],
		["auto", 2, "what do you think, @CLAUDE?", true],
		["auto", 2, "(@Claude)", true],
		["auto", 2, "请@claude帮忙", true],
		["auto", 2, "see @claude. Then go", true],
		["auto", 2, "me@claude.example", false],
		["auto", 2, "@claude.example", false],
		["auto", 2, "@claudette", false],
		["auto", 2, "claude", false],
		["mention", 1, "Hi", false],
		["mention", 1, "@claude", true],
		["always", 9, "Hi", true],
		["off", 1, "@claude", false],
	] as const)("%s, %i people: %s", (mode, people, content, asked) => {
		expect(asksClaude(content, mode, people)).toBe(asked);
	});
});

describe("joining", () => {
	it("gives the newest page and where there is more", () =>
		inRoom((room) => {
			for (let n = 1; n <= 60; n++) room.store.addMessage(ann, `${n}`, undefined, room.now);
			const { messages, hasMore, reset, you, participants } = room.enter(ann).last("chat:joined");
			expect(messages.map(({ content }) => content)).toEqual(Array.from({ length: limits.page.default }, (_, n) => `${n + 11}`));
			expect({ hasMore, reset, you, participants }).toEqual({ hasMore: true, reset: true, you: ann, participants: [ann] });
		}));

	it("with a cursor gives what came and what changed since, and nothing else", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			await room.say(client, "one");
			const { cursor } = client.last("chat:message");
			await room.call.text("Answer");
			await room.say(client, "two");
			await room.call.end();
			const joined = room.enter(ann, cursor).last("chat:joined");
			expect(joined).toMatchObject({ reset: false, hasMore: false });
			expect(joined.messages.map(({ seq, content, status }) => [seq, content, status])).toEqual([
				[2, "Answer", "complete"],
				[3, "two", "complete"],
				[4, "", "streaming"],
			]);
			expect(
				room
					.enter(ann, joined.cursor)
					.last("chat:joined")
					.messages.map(({ seq }) => seq),
			).toEqual([4]);
		}));

	it.each(["", "x", "other.0.0", "first.99.0", "first.0.99", "first.-1.0", "first.1e3.0", "first.0", "first.0.0.0", " first.0.0"])(
		"resets on the cursor %j, which cannot be proven",
		(cursor) => inRoom((room) => expect(room.enter(ann, cursor).last("chat:joined").reset).toBe(true)),
	);

	it("resets when too much has changed", () =>
		inRoom((room) => {
			const { cursor } = room.enter(ann).last("chat:joined");
			for (let n = 0; n < limits.changes; n++) room.store.addMessage(ann, "x", undefined, room.now);
			expect(room.enter(ann, cursor).last("chat:joined")).toMatchObject({ reset: false });
			room.store.addMessage(ann, "x", undefined, room.now);
			const joined = room.enter(ann, cursor).last("chat:joined");
			expect(joined).toMatchObject({ reset: true, hasMore: true });
			expect(joined.messages).toHaveLength(limits.page.default);
		}));

	it("in the middle of a reply gives its text so far, and the next part fits on", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			await room.say(client, "Hi");
			await room.call.text("One ");
			const late = room.enter(bob);
			expect(late.last("chat:joined").messages.at(-1)).toMatchObject({ status: "streaming", content: "One " });
			await room.call.text("two");
			expect(late.last("chat:streaming")).toMatchObject({ chunk: "two", offset: 4 });
		}));

	it("history shows the running reply as far as it is", () =>
		inRoom(async (room) => {
			await room.say(room.enter(ann), "Hi");
			await room.call.text("One");
			expect(room.conversation.history(3, 50).messages.at(-1)).toMatchObject({ content: "One", status: "streaming" });
		}));
});

describe("presence is of people, not of sockets", () => {
	it("tells the first socket and the last", () =>
		inRoom((room) => {
			const watcher = room.enter(ann);
			const first = room.enter(bob);
			const second = room.enter(bob);
			room.conversation.leave(first);
			expect(watcher.types()).toEqual(["chat:joined", "chat:user-joined"]);
			room.conversation.leave(second);
			room.conversation.leave(second);
			expect(watcher.types()).toEqual(["chat:joined", "chat:user-joined", "chat:user-left"]);
			expect(watcher.last("chat:user-left")).toMatchObject(bob);
			expect(second.types()).toEqual(["chat:joined"]);
			expect(second.last("chat:joined").participants).toEqual([ann, bob]);
		}));

	it("who leaves while typing types no more", () =>
		inRoom(async (room) => {
			const watcher = room.enter(ann);
			const typist = room.enter(bob);
			await room.conversation.receive(typist, event(room, "chat:typing", { isTyping: true }));
			room.conversation.leave(typist);
			expect(watcher.types().slice(-3)).toEqual(["chat:user-typing", "chat:user-typing", "chat:user-left"]);
			expect(watcher.last("chat:user-typing").isTyping).toBe(false);
		}));
});

describe("typing", () => {
	it("is told to the others when it changes, and now and then while it lasts", () =>
		inRoom(async (room) => {
			const watcher = room.enter(ann);
			const typist = room.enter(bob);
			const type = (isTyping: boolean) => room.conversation.receive(typist, event(room, "chat:typing", { isTyping }));
			const heard = () => watcher.heard.filter((e) => e.type === "chat:user-typing").map((e) => e.isTyping);
			await type(true);
			await type(true);
			expect(heard()).toEqual([true]);
			room.now += limits.typingInterval;
			await type(true);
			expect(heard()).toEqual([true, true]);
			await type(false);
			await type(false);
			expect(heard()).toEqual([true, true, false]);
			expect(typist.types()).toEqual(["chat:joined"]);
		}));

	it("that ends after the object slept is told all the same", () =>
		inRoom(async (room) => {
			const watcher = room.enter(ann);
			const typist = room.enter(bob);
			for (const isTyping of [false, false]) await room.conversation.receive(typist, event(room, "chat:typing", { isTyping }));
			await room.say(typist, "Hi");
			expect(watcher.types().slice(1)).toEqual(["chat:user-joined", "chat:user-typing", "chat:message"]);
		}));

	it("ends with the message", () =>
		inRoom(async (room) => {
			const watcher = room.enter(ann);
			const typist = room.enter(bob);
			await room.conversation.receive(typist, event(room, "chat:typing", { isTyping: true }));
			await room.say(typist, "Hi");
			expect(watcher.types().slice(-2)).toEqual(["chat:user-typing", "chat:message"]);
		}));
});

describe("sending", () => {
	it("gives everybody the stored message, each revision greater than the last", () =>
		inRoom(async (room) => {
			const [client, other] = [room.enter(ann), room.enter(bob)];
			await room.say(client, "one", "k1");
			await room.say(client, "two");
			expect(other.heard.filter((e) => e.type === "chat:message").map((e) => e.message)).toEqual(
				room.store.page(Number.MAX_SAFE_INTEGER, 9).messages,
			);
			expect(other.last("chat:message").message).toMatchObject({
				seq: 2,
				revision: 2,
				content: "two",
				author: ann,
				role: "user",
				status: "complete",
			});
			expect(client.heard[2]).toMatchObject({ type: "chat:message", message: { clientId: "k1" } });
			expect([room.listed, room.entered]).toEqual([2, ["ann", "bob"]]);
		}));

	it("a clientId makes it harmless to send again, for its sender alone", () =>
		inRoom(async (room) => {
			const [client, other] = [room.enter(ann), room.enter(bob)];
			await room.say(client, "one", "k");
			const before = other.heard.length;
			await room.say(client, "one", "k");
			expect(client.last("chat:message").message).toEqual(room.store.page(9, 9).messages[0]);
			expect(other.heard).toHaveLength(before);
			await room.say(other, "mine", "k");
			expect(room.contents()).toEqual(["one", "mine"]);
		}));

	it("the same clientId for another text changes nothing", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			await room.say(client, "one", "k");
			await room.say(client, "other", "k");
			expect(client.last("chat:error")).toMatchObject({ code: "conflict", clientId: "k" });
			expect(room.contents().slice(0, 1)).toEqual(["one"]);
		}));

	it("a resend is answered even when the sender is out of sends", () =>
		inRoom(async (room) => {
			room.enter(bob);
			const client = room.enter(ann);
			for (const n of [1, 2, 3]) await room.say(client, `${n}`, `k${n}`);
			await room.say(client, "1", "k1");
			expect(client.heard.at(-1)).toMatchObject({ type: "chat:message", message: { clientId: "k1" } });
		}));

	it("too fast is refused with the time to wait, over all sockets, after a wake, and stores nothing", () =>
		inRoom(async (room, state) => {
			room.enter(bob);
			const [one, two] = [room.enter(ann), room.enter(ann)];
			for (const client of [one, two, one]) await room.say(client, "x");
			await room.say(two, "y", "k");
			expect(two.last("chat:error")).toMatchObject({ code: "rate_limited", retryAfterMs: 1000, clientId: "k" });
			const { Room: Woken } = await import("../support/conversation.ts");
			const woken = new Woken(state, 60_000);
			const again = woken.enter(ann);
			await woken.say(again, "y", "k");
			expect(again.last("chat:error")).toMatchObject({ code: "rate_limited", retryAfterMs: 1000 });
			woken.now += 1000;
			await woken.say(again, "y", "k");
			expect(woken.contents()).toEqual(["x", "x", "x", "y"]);
		}));

	it("a reader reads", () =>
		inRoom(async (room) => {
			room.store.addMember({ userId: "eve", username: "Eve", role: "reader" }, room.now);
			const reader = room.enter({ userId: "eve", username: "Eve" });
			await room.say(reader, "Hi", "k");
			expect(reader.last("chat:error")).toMatchObject({ code: "forbidden", clientId: "k" });
			await room.conversation.receive(reader, event(room, "chat:stop"));
			expect(reader.last("chat:error").code).toBe("forbidden");
			expect(room.contents()).toEqual([]);
		}));

	it("another conversation's id is refused whatever the event", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			await room.conversation.receive(client, { type: "chat:send", conversationId: "other", content: "Hi", role: "user", clientId: "k" });
			expect(client.last("chat:error")).toMatchObject({
				code: "conversation_mismatch",
				clientId: "k",
				conversationId: room.store.created.id,
			});
			await room.conversation.receive(client, { type: "chat:leave", conversationId: "other" });
			expect(client.closedWith).toBeUndefined();
		}));
});

describe("a newer token", () => {
	it("of the same person moves the end", () =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			await room.conversation.receive(client, event(room, "chat:auth", { token: "ann" }));
			expect(client.expiresAt).toBe(room.now + 1);
		}));
	it.each(["bob", "!"])("%s is refused", (token) =>
		inRoom(async (room) => {
			const client = room.enter(ann);
			await room.conversation.receive(client, event(room, "chat:auth", { token }));
			expect([client.expiresAt, client.last("chat:error").code]).toEqual([0, "unauthorized"]);
		}),
	);
});

describe("membership", () => {
	it("strangers are strangers, members are let in, the granted become members", () =>
		inRoom((room) => {
			expect(room.membership.admit(bob, false)).toBeUndefined();
			expect(room.membership.admit(bob, true)).toEqual({ ...bob, role: "member" });
			expect(room.membership.admit(bob, false)).toEqual({ ...bob, role: "member" });
			expect(room.membership.describe().members).toEqual([
				{ ...ann, role: "owner" },
				{ ...bob, role: "member" },
			]);
		}));

	it("a new name in the token is the name", () =>
		inRoom((room) => {
			room.membership.admit({ userId: "ann", username: "Anna" }, false);
			expect(room.membership.describe().members).toEqual([{ userId: "ann", username: "Anna", role: "owner" }]);
		}));

	it("an invite lets in as often and as long as it says", () =>
		inRoom((room) => {
			const owner = { ...ann, role: "owner" as const };
			room.membership.invite(owner, { id: "i", role: "reader", expiresAt: room.now + 1000, maxUses: 2 });
			const accept = (userId: string, id = "i") => room.membership.accept({ userId, username: userId }, id);
			expect(accept("b", "unknown")).toEqual({ code: "not_found" });
			expect(accept("b")).toMatchObject({ role: "reader" });
			expect(accept("b")).toMatchObject({ role: "reader" });
			expect(accept("c")).toMatchObject({ role: "reader" });
			expect(accept("d")).toEqual({ code: "invite_expired" });
			room.membership.invite(owner, { id: "j", role: "member", expiresAt: room.now + 1000, maxUses: null });
			room.now += 1000;
			expect(accept("d", "j")).toEqual({ code: "invite_expired" });
			expect(accept("b", "j")).toMatchObject({ role: "reader" });
		}));

	it("only an owner invites and changes", () =>
		inRoom((room) => {
			const member = { ...bob, role: "member" as const };
			expect(room.membership.invite(member, { id: "i", role: "member", expiresAt: room.now + 1, maxUses: null })).toEqual({
				code: "forbidden",
			});
			expect(room.membership.update(member, { title: "Mine" })).toEqual({ code: "forbidden" });
			expect(room.store.created.title).toBe("");
		}));
});

it("a client that left hears nothing more", () =>
	inRoom(async (room) => {
		const [stays, goes] = [room.enter(ann), new TestClient(bob)];
		room.membership.admit(bob, true);
		room.conversation.join(goes, undefined);
		room.conversation.leave(goes);
		await room.say(stays, "secret");
		expect(goes.types()).toEqual(["chat:joined"]);
	}));
