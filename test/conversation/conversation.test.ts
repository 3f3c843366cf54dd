import { describe, expect, it } from "vitest";
import { asksClaude } from "../../src/conversation/replies/trigger.ts";
import type { ClientEvent } from "../../src/protocol/events.ts";
import { limits } from "../../src/protocol/limits.ts";
import { ann, bob, inConversation, settled, TestClient, type TestConversation } from "../support/conversation.ts";

const event = <T extends ClientEvent["type"]>(conversation: TestConversation, type: T, fields: object = {}) =>
	({ type, conversationId: conversation.store.info.id, ...fields }) as Extract<ClientEvent, { type: T }>;

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
		["auto", 2, "＠claude 助けて", true],
		["auto", 2, "@ann/@claude, look", true],
		["auto", 2, "https://x.example @claude", true],
		["auto", 2, "`x` @claude `y`", true],
		["auto", 2, "> Hello\n@claude", true],
		["auto", 2, "npm i @claude/sdk", false],
		["auto", 2, "https://medium.com/@claude/post", false],
		["auto", 2, "https://medium.com/@claude", false],
		["auto", 2, "medium.com/@claude", false],
		["auto", 2, "https://x.example/?to=@claude", false],
		["auto", 2, "`@claude`", false],
		["auto", 2, "``a ` @claude``", false],
		["auto", 2, "```\n@claude\n```", false],
		["auto", 2, "~~~\n@claude", false],
		["auto", 2, "> @claude said", false],
		["auto", 2, "    @claude in code", false],
		["auto", 2, "Look:\n\n\t@claude in code\n\nThere", false],
		["auto", 2, "Look:\n    @claude goes on", true],
		["auto", 2, "- one\n\n    @claude in a list", true],
		["auto", 2, "- one\n\nThen:\n\n    @claude in code", false],
		["auto", 2, "    code\n@claude after it", true],
		["auto", 2, "@claude@mastodon.social wrote", false],
		["auto", 2, "@claude:matrix.org wrote", false],
		["auto", 2, "@claude:localhost:8448 wrote", false],
		["auto", 2, "@claude:look", true],
		["auto", 2, "@claude: matrix.org", true],
		["auto", 2, "@claude@ann, look", true],
		["mention", 1, "Hi", false],
		["mention", 1, "@claude", true],
		["always", 9, "Hi", true],
		["mention", 1, "`@claude`", false],
		["off", 1, "@claude", false],
	] as const)("%s, %i people: %s", (mode, people, content, asked) => {
		expect(asksClaude(content, mode, people === 1)).toBe(asked);
	});
});

describe("joining", () => {
	it("sends the newest page and says whether there is more", () =>
		inConversation((conversation) => {
			for (let n = 1; n <= 60; n++)
				conversation.store.log.addMessage({ author: ann, content: `${n}`, asksClaude: false }, conversation.now);
			const { messages, hasMore, reset, you, participants } = conversation.enter(ann).last("chat:joined");
			expect(messages.map(({ content }) => content)).toEqual(Array.from({ length: limits.page.default }, (_, n) => `${n + 11}`));
			expect({ hasMore, reset, you, participants }).toEqual({ hasMore: true, reset: true, you: ann, participants: [ann] });
		}));

	it("sends exactly what came or changed since the cursor", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "one");
			const { cursor } = client.last("chat:message");
			await conversation.call.text("Answer");
			conversation.say(client, "two");
			const later = client.last("chat:message").cursor;
			await conversation.call.end();
			const seqsSince = (cursor: string) =>
				conversation
					.enter(ann, cursor)
					.last("chat:joined")
					.messages.map(({ seq }) => seq);
			// The answer began before this cursor and ended after it.
			expect(seqsSince(later)).toEqual([2, 4]);
			const joined = conversation.enter(ann, cursor).last("chat:joined");
			expect(joined).toMatchObject({ reset: false, hasMore: false });
			expect(joined.messages.map(({ seq, content, status }) => [seq, content, status])).toEqual([
				[2, "Answer", "complete"],
				[3, "two", "complete"],
				[4, "", "streaming"],
			]);
			expect(seqsSince(joined.cursor)).toEqual([4]);
		}));

	it.each(["", "x", "other.0.0", "first.99.0", "first.0.99", "first.-1.0", "first.1e3.0", "first.0", "first.0.0.0", " first.0.0"])(
		"resets on the cursor %j, which cannot be proven",
		(cursor) => inConversation((conversation) => expect(conversation.enter(ann, cursor).last("chat:joined").reset).toBe(true)),
	);

	it("limits the text of a page and says that there is more", () =>
		inConversation((conversation) => {
			const { cursor } = conversation.enter(ann).last("chat:joined");
			const add = () =>
				conversation.store.log.addMessage({ author: ann, content: "漢".repeat(100_000), asksClaude: false }, conversation.now);
			const fitting = limits.pageLength / 100_000;
			for (let n = 0; n < fitting; n++) add();
			expect(conversation.enter(ann, cursor).last("chat:joined")).toMatchObject({ reset: false, hasMore: false });
			expect(conversation.rules.history().page({ before: 99 }, 200)).toMatchObject({ hasMore: false });
			add();
			const joined = conversation.enter(ann, cursor).last("chat:joined");
			expect([joined.reset, joined.hasMore, joined.messages.length, joined.messages[0]?.seq]).toEqual([true, true, fitting, 2]);
			const { messages, hasMore } = conversation.rules.history().page({ before: 99 }, 200);
			expect([hasMore, messages.length]).toEqual([true, fitting]);
		}));

	it("resets when too much has changed", () =>
		inConversation((conversation) => {
			const { cursor } = conversation.enter(ann).last("chat:joined");
			for (let n = 0; n < limits.changes; n++)
				conversation.store.log.addMessage({ author: ann, content: "x", asksClaude: false }, conversation.now);
			expect(conversation.enter(ann, cursor).last("chat:joined")).toMatchObject({ reset: false });
			conversation.store.log.addMessage({ author: ann, content: "x", asksClaude: false }, conversation.now);
			const joined = conversation.enter(ann, cursor).last("chat:joined");
			expect(joined).toMatchObject({ reset: true, hasMore: true });
			expect(joined.messages).toHaveLength(limits.page.default);
		}));

	it("sends a running reply's text so far, and the next chunk continues it", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("One ");
			const late = conversation.enter(bob);
			expect(late.last("chat:joined").messages.at(-1)).toMatchObject({ status: "streaming", content: "One " });
			await conversation.call.text("two");
			expect(late.last("chat:streaming")).toMatchObject({ chunk: "two", offset: 4 });
		}));

	it("shows the running reply in history as far as it has come", () =>
		inConversation(async (conversation) => {
			conversation.say(conversation.enter(ann), "Hi");
			await conversation.call.text("One");
			expect(conversation.rules.history().page({ before: 3 }, 50).messages.at(-1)).toMatchObject({ content: "One", status: "streaming" });
		}));
});

describe("presence", () => {
	it("announces a person's first socket and their last, not each one", () =>
		inConversation((conversation) => {
			const watcher = conversation.enter(ann);
			const first = conversation.enter(bob);
			const second = conversation.enter(bob);
			conversation.rules.leave(first);
			expect(watcher.types()).toEqual(["chat:joined", "chat:member", "chat:notice", "chat:user-joined"]);
			conversation.rules.leave(second);
			conversation.rules.leave(second);
			expect(watcher.types()).toEqual(["chat:joined", "chat:member", "chat:notice", "chat:user-joined", "chat:user-left"]);
			expect(watcher.last("chat:user-left")).toMatchObject(bob);
			expect(second.types()).toEqual(["chat:joined"]);
			expect(second.last("chat:joined").participants).toEqual([ann, bob]);
		}));
});

describe("typing", () => {
	/** Ann watches while Bob types on one or more sockets; `signals` lists what Ann receives. */
	const inTypingRoom = (
		test: (
			conversation: TestConversation,
			type: (isTyping: boolean, at?: TestClient) => void,
			signals: () => boolean[],
			bob: TestClient,
		) => void,
	) =>
		inConversation((conversation) => {
			const watcher = conversation.enter(ann);
			const typist = conversation.enter(bob);
			const type = (isTyping: boolean, at = typist) => conversation.rules.receive(at, event(conversation, "chat:typing", { isTyping }));
			const signals = () => watcher.received.filter((e) => e.type === "chat:user-typing").map((e) => e.isTyping);
			test(conversation, type, signals, typist);
			expect(typist.types()).not.toContain("chat:user-typing");
		});

	it("is broadcast when it changes, and at intervals while it lasts", () =>
		inTypingRoom((conversation, type, signals) => {
			type(true);
			type(true);
			expect(signals()).toEqual([true]);
			conversation.now += limits.typingInterval;
			type(true);
			expect(signals()).toEqual([true, true]);
			type(false);
			type(false);
			expect(signals()).toEqual([true, true, false]);
		}));

	it("that starts and stops in quick succession is broadcast no more often than steady typing", () =>
		inTypingRoom((conversation, type, signals) => {
			for (let n = 0; n < 100; n++) type(n % 2 === 0);
			expect(signals()).toEqual(Array.from({ length: 10 }, (_, n) => n % 2 === 0));
			conversation.now += limits.typingInterval;
			for (let n = 0; n < 100; n++) type(n % 2 === 0);
			expect(signals()).toHaveLength(12);
		}));

	it("that ends after a sleep is still broadcast", () =>
		inTypingRoom((_room, type, signals) => {
			type(false);
			type(false);
			expect(signals()).toEqual([false]);
		}));

	it("ends when the message is sent", () =>
		inTypingRoom((conversation, type, signals, typist) => {
			type(true);
			conversation.say(typist, "Hi");
			conversation.say(typist, "Hi");
			expect(signals()).toEqual([true, false]);
		}));

	it("ends with the socket it came from, even if its person has another", () =>
		inTypingRoom((conversation, type, signals, typist) => {
			const other = conversation.enter(bob);
			type(true);
			conversation.rules.leave(other);
			expect(signals()).toEqual([true]);
			conversation.rules.leave(typist);
			expect(signals()).toEqual([true, false]);
		}));

	it("by a reader is not broadcast", () =>
		inTypingRoom((conversation, type, signals) => {
			const eve = { userId: "eve", username: "Eve" };
			conversation.store.members.add({ ...eve, role: "reader" }, conversation.now);
			type(true, conversation.enter(eve));
			expect(signals()).toEqual([]);
		}));
});

describe("sending", () => {
	it("broadcasts the stored message, each with a higher revision", () =>
		inConversation(async (conversation) => {
			const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(client, "one", "k1");
			conversation.say(client, "two");
			expect(other.received.filter((e) => e.type === "chat:message").map((e) => e.message)).toEqual(
				conversation.store.reader.page(Number.MAX_SAFE_INTEGER, 9).messages,
			);
			expect(other.last("chat:message").message).toMatchObject({
				seq: 2,
				revision: 2,
				content: "two",
				author: ann,
				role: "user",
				status: "complete",
			});
			expect(client.received[4]).toMatchObject({ type: "chat:message", message: { clientId: "k1" } });
			conversation.rules.leave(other);
			expect(conversation.listed).toEqual(["changed", "changed", "left bob"]);
			expect(conversation.entered).toEqual(["ann", "bob"]);
		}));

	it("answers a resend with the same clientId to its sender alone", () =>
		inConversation(async (conversation) => {
			const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(client, "one", "k");
			const before = other.received.length;
			conversation.say(client, "one", "k");
			expect(client.last("chat:message").message).toEqual(conversation.store.reader.page(9, 9).messages[0]);
			expect(other.received).toHaveLength(before);
			conversation.say(other, "mine", "k");
			expect(conversation.contents()).toEqual(["one", "mine"]);
		}));

	it("refuses the same clientId with another text and changes nothing", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "one", "k");
			conversation.say(client, "other", "k");
			expect(client.last("chat:error")).toMatchObject({ code: "conflict", clientId: "k" });
			expect(conversation.contents().slice(0, 1)).toEqual(["one"]);
		}));

	it.each([
		["the same words again", { content: "x".repeat(100_000), clientId: "k" }],
		["other words under a known clientId", { content: "other", clientId: "k" }],
		["a quote of a long message", { content: "x", replyTo: "first" }],
	])("counts what it reads for %s", (_, event) =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "x".repeat(100_000), "k");
			const { id: conversationId } = conversation.store.info;
			const [first] = conversation.store.reader.page(9, 9).messages;
			for (let n = 0; n < 70; n++) {
				const replyTo = "replyTo" in event ? { replyTo: first?.id } : {};
				conversation.rules.receive(client, { type: "chat:send", role: "user", conversationId, ...event, ...replyTo });
			}
			conversation.rules.receive(client, { type: "chat:join", conversationId });
			expect(client.last("chat:error")).toMatchObject({ code: "rate_limited", retryAfterMs: expect.any(Number) });
			expect(client.last("chat:error")).not.toHaveProperty("clientId");
		}),
	);

	it("answers a resend even when the sender has no sends left", () =>
		inConversation(async (conversation) => {
			conversation.enter(bob);
			const client = conversation.enter(ann);
			for (const n of [1, 2, 3]) conversation.say(client, `${n}`, `k${n}`);
			conversation.say(client, "1", "k1");
			expect(client.received.at(-1)).toMatchObject({ type: "chat:message", message: { clientId: "k1" } });
		}));

	it("answers a resend even when the sender has become a reader", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(bob);
			conversation.say(client, "said", "k");
			conversation.store.members.setRole("bob", "reader");
			conversation.say(client, "said", "k");
			expect(client.received.at(-1)).toMatchObject({ type: "chat:message", message: { clientId: "k", seq: 1 } });
			conversation.say(client, "new", "k2");
			expect(client.last("chat:error")).toMatchObject({ code: "forbidden", clientId: "k2" });
			expect(conversation.contents()).toEqual(["said"]);
		}));

	it("refuses sends that are too fast, over all sockets and after a wake, and stores nothing", () =>
		inConversation(async (conversation, state) => {
			conversation.enter(bob);
			const [one, two] = [conversation.enter(ann), conversation.enter(ann)];
			for (const client of [one, two, one]) conversation.say(client, "x");
			conversation.say(two, "y", "k");
			expect(two.last("chat:error")).toMatchObject({ code: "rate_limited", retryAfterMs: 1000, clientId: "k" });
			const { TestConversation: Woken } = await import("../support/conversation.ts");
			const woken = new Woken(state, 60_000);
			const again = woken.enter(ann);
			woken.say(again, "y", "k");
			expect(again.last("chat:error")).toMatchObject({ code: "rate_limited", retryAfterMs: 1000 });
			woken.now += 1000;
			woken.say(again, "y", "k");
			expect(woken.contents()).toEqual(["x", "x", "x", "y"]);
		}));

	it("takes only so many sends and reactions of the guests of one network, and a message of each of thirty", () =>
		inConversation((conversation) => {
			// Not connected, so that nothing is sent to each of them.
			const guests = Array.from({ length: 40 }, (_, n) => {
				const person = { userId: `guest-${n}`, username: `G${n}` };
				conversation.membership.join(person, true);
				return new TestClient(person, "2001:db8:1:2::/64");
			});
			for (const guest of guests.slice(0, 30)) conversation.say(guest, "Yes");
			expect(conversation.contents()).toHaveLength(30);
			for (const guest of guests) conversation.say(guest, "No", "k");
			expect(conversation.contents()).toHaveLength(30);
			expect(guests[39]?.last("chat:error")).toMatchObject({ code: "rate_limited", retryAfterMs: 100, clientId: "k" });
			conversation.say(conversation.enter(bob), "And I");
			conversation.now += 10_000;
			for (const guest of guests) conversation.say(guest, "漢".repeat(limits.content));
			expect(conversation.contents()).toHaveLength(41);
			const messageId = conversation.store.reader.page(2, 1).messages[0]?.id as string;
			for (const emoji of ["👍", "👎", "🎉", "😄", "🙏", "👀", "🚀", "✅"])
				for (const guest of guests) conversation.rules.receive(guest, event(conversation, "chat:react", { messageId, emoji, on: true }));
			expect(conversation.store.log.message(messageId)?.reactions?.flatMap(({ userIds }) => userIds)).toHaveLength(300);
		}));

	it("lets a reader read but not send", () =>
		inConversation(async (conversation) => {
			conversation.store.members.add({ userId: "eve", username: "Eve", role: "reader" }, conversation.now);
			const reader = conversation.enter({ userId: "eve", username: "Eve" });
			conversation.say(reader, "Hi", "k");
			expect(reader.last("chat:error")).toMatchObject({ code: "forbidden", clientId: "k" });
			expect(conversation.contents()).toEqual([]);
		}));

	it("refuses any event that names another conversation", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.rules.receive(client, { type: "chat:send", conversationId: "other", content: "Hi", role: "user", clientId: "k" });
			expect(client.last("chat:error")).toMatchObject({
				code: "conversation_mismatch",
				clientId: "k",
				conversationId: conversation.store.info.id,
			});
			conversation.rules.receive(client, { type: "chat:leave", conversationId: "other" });
			expect(client.closedWith).toBeUndefined();
		}));
});

describe("a newer token", () => {
	it.each([
		["ann", 1, []],
		["bob", 0, ["unauthorized"]],
		["!", 0, ["unauthorized"]],
	])("of %s renews the socket only for the same person", (token, moved, codes) =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.rules.receive(client, event(conversation, "chat:auth", { token }));
			await settled();
			expect(client.expiresAt).toBe(moved && conversation.now + moved);
			expect(client.received.filter((e) => e.type === "chat:error").map((e) => e.code)).toEqual(codes);
		}),
	);
});

describe("membership", () => {
	it("admits members, makes granted people members, and does not know strangers", () =>
		inConversation((conversation) => {
			expect(conversation.membership.join(bob, false)).toBeUndefined();
			expect(conversation.membership.find(bob, false)).toBeUndefined();
			expect(conversation.membership.find(bob, true)).toEqual({ ...bob, role: "member" });
			expect(conversation.roster.describe().members).toEqual([{ ...ann, role: "owner" }]);
			expect(conversation.membership.join(bob, true)).toEqual({ ...bob, role: "member" });
			expect(conversation.membership.join(bob, false)).toEqual({ ...bob, role: "member" });
			expect(conversation.roster.describe().members).toEqual([
				{ ...ann, role: "owner" },
				{ ...bob, role: "member" },
			]);
		}));

	it("takes a new name from the token at the next join", () =>
		inConversation((conversation) => {
			conversation.membership.find({ userId: "ann", username: "Anna" }, false);
			expect(conversation.roster.describe().members).toEqual([{ ...ann, role: "owner" }]);
			conversation.membership.join({ userId: "ann", username: "Anna", namedAt: 1 }, false);
			expect(conversation.roster.describe().members).toEqual([{ userId: "ann", username: "Anna", role: "owner" }]);
		}));

	it("admits by an invite until it is used up or expires", () =>
		inConversation((conversation) => {
			const owner = { ...ann, role: "owner" as const };
			conversation.invitations.invite(owner, { id: "i", role: "reader", expiresAt: conversation.now + 1000, maxUses: 2 });
			const accept = (userId: string, id = "i") => conversation.invitations.accept({ userId, username: userId }, id);
			expect(accept("b", "unknown")).toEqual({ code: "not_found" });
			expect(accept("b")).toMatchObject({ role: "reader" });
			expect(accept("b")).toMatchObject({ role: "reader" });
			expect(accept("c")).toMatchObject({ role: "reader" });
			expect(accept("d")).toEqual({ code: "invite_expired" });
			conversation.invitations.invite(owner, { id: "j", role: "member", expiresAt: conversation.now + 1000, maxUses: null });
			conversation.now += 1000;
			expect(accept("d", "j")).toEqual({ code: "invite_expired" });
			expect(accept("b", "j")).toMatchObject({ role: "reader" });
		}));

	it("makes a reader a member by an invite for members", () =>
		inConversation((conversation) => {
			conversation.store.members.add({ ...bob, role: "reader" }, conversation.now);
			conversation.invitations.invite({ ...ann, role: "owner" }, { id: "i", role: "member", expiresAt: conversation.now + 1, maxUses: 1 });
			expect(conversation.invitations.accept(bob, "i")).toEqual({ ...bob, role: "member" });
			expect(conversation.store.members.find("bob")?.role).toBe("member");
			expect(conversation.invitations.accept({ userId: "c", username: "C" }, "i")).toEqual({ code: "invite_expired" });
		}));

	it("lets only owners invite and change the conversation", () =>
		inConversation((conversation) => {
			const member = { ...bob, role: "member" as const };
			expect(conversation.invitations.invite(member, { id: "i", role: "member", expiresAt: conversation.now + 1, maxUses: null })).toEqual({
				code: "forbidden",
			});
			expect(conversation.membership.update(member, { title: "Mine" })).toEqual({ code: "forbidden" });
			expect(conversation.store.info.title).toBe("A conversation");
		}));
});

it("sends nothing more to a client that left", () =>
	inConversation(async (conversation) => {
		const [stays, goes] = [conversation.enter(ann), new TestClient(bob)];
		conversation.membership.join(bob, true);
		conversation.rules.join(goes, undefined);
		conversation.rules.leave(goes);
		conversation.say(stays, "secret");
		expect(goes.types()).toEqual(["chat:joined"]);
	}));
