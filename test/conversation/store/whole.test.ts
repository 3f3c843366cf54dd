// What is stored of a message, or of a change of one, where the storage has no room for one of its rows: nothing.

import { describe, expect, it } from "vitest";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import { ann, bob, inConversation, settled, type TestConversation } from "../../support/conversation.ts";
import { fillUp } from "../../support/full.ts";
import { expectLog } from "../../support/log.ts";

/** Every row of every table, and which messages have which words. */
function everythingIn(sql: SqlStorage): unknown {
	const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'");
	const names = [...tables].map(({ name }) => name).filter((name) => !/^(words|word_terms)/.test(name));
	const words = ["first", "second", "third"].map((word) => sql.exec("SELECT rowid FROM words WHERE words MATCH ?", word).toArray());
	return { ...Object.fromEntries(names.map((name) => [name, sql.exec(`SELECT * FROM ${name}`).toArray()])), words };
}

const file = (id: string): MessageFile => ({ id, name: `${id}.txt`, type: "text/plain", size: 3, sha256: "0" });

/** A message of Ann with all that one may have, a reply with a former version, and two files that wait. */
function furnish({ store }: TestConversation, now: number) {
	const { log, files } = store;
	for (const id of ["one", "two", "three"]) files.add(file(id), ann.userId, now);
	const mentions = [{ userId: bob.userId, offset: 0, length: 4 }];
	const message = log.addMessage({ author: ann, content: "@Bob first", asksClaude: true, mentions, files: [file("three")] }, now);
	const reply = log.finishReply(log.addReply(now, [ann]), "first answer", { status: "complete" }, {});
	const again = log.finishReply(log.reopenReply(reply), "second answer", { status: "complete" }, {});
	return { message, reply: again };
}

type Furnished = ReturnType<typeof furnish>;

const changes: Record<string, (conversation: TestConversation, there: Furnished) => unknown> = {
	"a message": ({ store }, { message, reply }) =>
		store.log.addMessage(
			{
				author: bob,
				content: "@Ann second",
				asksClaude: true,
				replyTo: reply,
				mentions: [{ userId: ann.userId, offset: 0, length: 4 }],
				files: [file("one"), file("two")],
			},
			Date.parse(message.createdAt),
		),
	"a reply": ({ store, now }) => store.log.addReply(now, [ann]),
	"a shared answer": ({ store, now }) => store.log.addShared({ content: "second", status: "complete", sharedBy: ann }, now),
	"an edit": ({ store, now }, { message }) => store.log.editMessage(message, "second", [{ userId: "carl", offset: 0, length: 4 }], now),
	"a deletion": ({ store, now }, { message }) => store.log.deleteMessage(message, now),
	"a regeneration": ({ store }, { reply }) => store.log.reopenReply(reply),
	"words of a voice message": ({ store }, { message }) => store.log.setFiles(message, [{ ...file("three"), transcript: "third" }]),
};

const owner = { ...ann, role: "owner" } as const;
const [carl, dan] = [
	{ userId: "carl", username: "Carl" },
	{ userId: "dan", username: "Dan" },
];

/** Decisions about people and settings, each of which has an entry in the audit. */
const decisions: Record<string, (conversation: TestConversation) => unknown> = {
	"a removal": ({ membership }) => membership.remove(owner, "bob", { revokesUsedInvites: true }),
	"a ban": ({ bannings }) => bannings.ban(owner, "bob"),
	"a departure": ({ departures }) => departures.end("bob", "bob"),
	"a departure that leaves an heir": ({ departures }) => departures.end("ann", "ann"),
	"a role": ({ membership }) => membership.change(owner, "bob", { role: "reader" }),
	"a lifted limit": ({ membership }) => membership.change(owner, "dan", { role: "reader", may: null }),
	"a member who comes by an invite": ({ invitations }) => invitations.accept(carl, "other"),
	"a member to whom the conversation is granted": ({ membership }) => membership.join(carl, true),
	"a private question of somebody who came by a link": ({ rules }) => rules.asides.ask(dan, { content: "Why?", clientId: "why" }, dan),
	"an invite": ({ invitations }) =>
		invitations.invite(owner, { id: "new", role: "member", expiresAt: Number.MAX_SAFE_INTEGER, maxUses: null }),
	"a revoked invite, with its people": ({ invitations }) => invitations.revoke(owner, "open", { withPeople: true }),
	"a change of settings": ({ membership }) =>
		membership.update(owner, {
			asks: "owners",
			effort: "low",
			instructions: "Be brief.",
			assistant: "off",
			retentionDays: 7,
			title: "Plans",
		}),
};

describe("in a full storage", () => {
	it.each(Object.keys(changes))("%s is stored whole or not at all", (name) =>
		inConversation((conversation, { storage }) => {
			const { sql } = storage;
			conversation.membership.join(bob, true);
			const there = furnish(conversation, conversation.now);
			const make = () => changes[name]?.(conversation, there);
			const before = everythingIn(sql);
			const { head, cursor } = conversation.store.log;
			const last = conversation.store.log.lastReply();
			for (let after = 0; ; after++) {
				const empty = fillUp(sql, { after });
				let refused: unknown;
				try {
					make();
				} catch (error) {
					refused = error;
				}
				empty();
				if (refused === undefined) {
					expect(after).toBeGreaterThan(0);
					break;
				}
				expect(String(refused)).toContain("full");
				expect(everythingIn(sql)).toEqual(before);
				expect([conversation.store.log.head, conversation.store.log.cursor, conversation.store.log.lastReply()]).toEqual([
					head,
					cursor,
					last,
				]);
			}
			expect(everythingIn(sql)).not.toEqual(before);
			expect(conversation.store.log.head.revision).toBe(head.revision + 1);
		}),
	);

	it.each(Object.keys(decisions))("%s is stored and told whole or not at all", (name) =>
		inConversation((conversation, { storage: { sql } }) => {
			const { invitations, store } = conversation;
			const clients = [conversation.enter(ann), conversation.enter(bob)];
			const invite = { role: "member", expiresAt: conversation.now + 3600_000, maxUses: 1 } as const;
			invitations.invite(owner, { ...invite, id: "open", allows: { questions: 3 } });
			invitations.accept(dan, "open");
			invitations.invite(owner, { ...invite, id: "other" });
			const known = () => [
				conversation.roster.describe(),
				store.info,
				store.members.count,
				store.members.access.isBarred("bob"),
				store.invites.find("other"),
			];
			const before = [everythingIn(sql), known()];
			for (const client of clients) client.received.length = 0;
			conversation.entered.length = 0;
			let after = 0;
			for (; ; after++) {
				conversation.now += 1_000;
				const empty = fillUp(sql, { after });
				let refused: unknown;
				try {
					decisions[name]?.(conversation);
				} catch (error) {
					refused = error;
				}
				empty();
				if (refused === undefined) break;
				expect(String(refused)).toContain("full");
				expect([everythingIn(sql), known()]).toEqual(before);
				expect([...clients.flatMap(({ received }) => received), ...conversation.entered]).toEqual([]);
			}
			expect(after).toBeGreaterThan(0);
			expect([everythingIn(sql), known()]).not.toEqual(before);
			if (!/^an invite|private/.test(name)) expect(clients.flatMap(({ received }) => received)).not.toEqual([]);
		}),
	);

	it("the end of a reply is stored whole or not at all", () =>
		inConversation(({ store, now }, { storage: { sql } }) => {
			const reply = store.log.addReply(now, [ann]);
			store.log.turns.save(reply.seq, { rounds: 1, length: 0, turn: [{ type: "text" }] });
			const before = everythingIn(sql);
			for (const after of [0, 1]) {
				const empty = fillUp(sql, { after });
				expect(() => store.log.finishReply(reply, "first", { status: "complete" }, {})).toThrow(/full/);
				empty();
				expect([everythingIn(sql), store.log.head.revision]).toEqual([before, reply.revision]);
			}
			expect(store.log.finishReply(reply, "first", { status: "complete" }, {})).toMatchObject({ revision: reply.revision + 1 });
			expect(store.log.turns.of(reply.seq)).toBeUndefined();
		}));

	it.each([
		["chat:edit", { content: "second" }],
		["chat:delete", {}],
	] as const)("%s changes nothing, and tells nobody but its sender", (type, fields) =>
		inConversation((conversation, { storage: { sql } }) => {
			expectLog(/The storage is full/);
			const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.store.setTitle("");
			conversation.say(anns, "first");
			const [message] = conversation.store.reader.page(2, 1).messages;
			const before = everythingIn(sql);
			const title = conversation.store.info.title;
			const event = { type, conversationId: conversation.store.info.id, messageId: message?.id ?? "", ...fields };
			let after = 0;
			for (; ; after++) {
				conversation.now += 1_000;
				bobs.received.length = 0;
				anns.received.length = 0;
				const empty = fillUp(sql, { after });
				conversation.rules.receive(anns, event as Parameters<typeof conversation.rules.receive>[1]);
				empty();
				if (anns.types().includes("chat:updated")) break;
				expect(anns.last("chat:error")).toMatchObject({ code: "storage_full", messageId: message?.id });
				expect([everythingIn(sql), bobs.received, conversation.store.info.title]).toEqual([before, [], title]);
			}
			// Its row, its words and the title that was made of it.
			expect(after).toBeGreaterThan(1);
			expect(conversation.store.info.title).not.toBe(title);
		}),
	);

	it("a message is sent although what follows from it has no room", () =>
		inConversation((conversation, { storage: { sql } }) => {
			expectLog(/The storage is full/);
			const client = conversation.enter(ann);
			conversation.store.setAssistant("off");
			conversation.store.setTitle("");
			const empty = fillUp(sql, { refuses: /^UPDATE conversation/ });
			conversation.say(client, "first");
			empty();
			expect([client.types().includes("chat:error"), conversation.contents(), conversation.store.info.title]).toEqual([
				false,
				["first"],
				"",
			]);
			conversation.say(client, "second");
			expect(conversation.store.info.title).toBe("second");
		}));

	it("an edit that asks again is made although there is no room for the answer, which is said and counts to no link", () =>
		inConversation(async (conversation, { storage: { sql } }) => {
			expectLog(/The storage is full/);
			const { invitations, store } = conversation;
			invitations.invite(owner, { id: "link", role: "member", expiresAt: conversation.now + 1_000, maxUses: 1, allows: { questions: 3 } });
			invitations.accept(dan, "link");
			const client = conversation.enter(dan);
			conversation.say(client, "@claude Why?");
			await settled();
			await conversation.call.text("So.");
			await conversation.call.end();
			const [question] = store.reader.page(2, 1).messages;
			const edit = {
				type: "chat:edit",
				conversationId: store.info.id,
				messageId: question?.id ?? "",
				content: "@claude How?",
				asksAgain: true,
			} as const;
			conversation.now += 60_000;
			// What the reply becomes again.
			const empty = fillUp(sql, { refuses: /INTO versions/ });
			conversation.rules.receive(client, edit);
			empty();
			expect(client.last("chat:updated").message).toMatchObject({ id: question?.id, content: "@claude How?" });
			expect(client.last("chat:error")).toMatchObject({
				code: "storage_full",
				error: expect.stringContaining("no room for Claude's answer"),
			});
			expect([store.invites.find("link")?.asked, conversation.replies.isBusy, conversation.calls.length]).toEqual([1, false, 1]);
		}));

	it("a question is sent although there is no room for its answer, which is said", () =>
		inConversation((conversation, { storage: { sql } }) => {
			expectLog(/The storage is full/);
			const client = conversation.enter(ann);
			// Its row and its words.
			const empty = fillUp(sql, { after: 2 });
			conversation.say(client, "first?", "q");
			empty();
			const { message } = client.last("chat:message");
			expect(client.last("chat:error")).toMatchObject({ code: "storage_full", messageId: message.id });
			expect([conversation.contents(), conversation.calls.length, conversation.replies.isBusy]).toEqual([["first?"], 0, false]);
			conversation.say(client, "second?");
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["first?", "second?"]);
		}));
});
