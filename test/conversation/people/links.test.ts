// What a link allows the people who come by it: questions and money that they share, and nothing from before they came.

import { describe, expect, it } from "vitest";
import { renumbered } from "../../../src/conversation/archive/part.ts";
import { Erasure } from "../../../src/conversation/people/erasure.ts";
import { continued } from "../../../src/conversation/replies/retry.ts";
import { priceOf } from "../../../src/money/prices.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Allows } from "../../../src/protocol/people/link.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { ann, bob, inConversation, settled, type TestClient, TestConversation } from "../../support/conversation.ts";

const owner = { ...ann, role: "owner" as const };
const eve: Person = { userId: "eve", username: "Eve" };

/** Makes an invite and lets a person in by it. */
function enterBy(conversation: TestConversation, person: Person, id: string, allows: Allows, role: "member" | "reader" = "member") {
	conversation.invitations.invite(owner, { id, role, expiresAt: conversation.now + 60_000, maxUses: null, allows });
	return conversation.invitations.accept(person, id);
}

function metered(conversation: TestConversation): void {
	conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = { conversation: 50_000_000 };
}

const mayOf = (conversation: TestConversation, { userId }: Person) =>
	conversation.roster.describe().members.find((member) => member.userId === userId)?.may;
const usedOf = (conversation: TestConversation) => {
	const known = conversation.invitations.invites(owner);
	return "invites" in known ? known.invites.map(({ used }) => used) : [];
};
const send = (conversation: TestConversation, client: TestClient, event: object) =>
	conversation.rules.receive(client, { conversationId: conversation.store.info.id, ...event } as never);

const erasureIn = (conversation: TestConversation, { storage }: DurableObjectState) =>
	new Erasure({
		sql: storage.sql,
		...conversation,
		lists: { changed: () => {} },
		files: { releaseEach: () => {} },
		queues: [],
		resync: () => {},
		now: () => conversation.now,
	});

describe("the questions of a link", () => {
	it("are shared by its people, and a question that is taken back is not used", () =>
		inConversation(async (conversation) => {
			enterBy(conversation, bob, "i", { questions: 2 });
			conversation.invitations.accept(eve, "i");
			const [bobs, eves] = [conversation.enter(bob), conversation.enter(eve)];
			expect(bobs.last("chat:joined").may).toEqual({ questionsLeft: 2 });
			conversation.say(bobs, "@claude one");
			conversation.say(eves, "@claude two");
			expect(eves.last("chat:may").may).toEqual({ questionsLeft: 0 });
			conversation.say(bobs, "@claude three");
			expect(bobs.last("chat:error")).toMatchObject({ code: "budget_exceeded", scope: "conversation" });
			send(conversation, eves, { type: "chat:withdraw", messageId: eves.last("chat:message").message.id });
			expect(eves.last("chat:error")).toMatchObject({ code: "forbidden" });
			const waiting = conversation.store.log.messageByClientId("eve", "") ?? conversation.store.reader.questionsAfter(1)[0];
			send(conversation, eves, { type: "chat:withdraw", messageId: waiting?.id });
			expect(bobs.last("chat:may").may).toEqual({ questionsLeft: 1 });
			await conversation.call.end();
			send(conversation, bobs, { type: "chat:regenerate", messageId: conversation.store.log.lastReply()?.id });
			expect(bobs.last("chat:may").may).toEqual({ questionsLeft: 0 });
			await settled();
			await conversation.call.end();
			send(conversation, bobs, { type: "chat:regenerate", messageId: conversation.store.log.lastReply()?.id });
			expect(bobs.last("chat:error")).toMatchObject({ code: "budget_exceeded", scope: "conversation" });
			expect(conversation.rules.asides.ask(bob, { content: "psst", clientId: "q" }, bob)).toMatchObject({ code: "budget_exceeded" });
			expect(await conversation.rules.catchUps.make(bob, bob)).toMatchObject({ code: "budget_exceeded" });
			expect(usedOf(conversation)).toEqual([{ people: 2, questions: 2, usd: 0 }]);
			// Ordinary members go on, and so does what asks nothing.
			conversation.say(conversation.enter(ann), "@claude hi");
			conversation.now += 60_000;
			conversation.say(bobs, "fine");
			expect(bobs.last("chat:message").message.content).toBe("fine");
		}));

	it("are none where a link lets people speak alone, and nothing asks by itself", () =>
		inConversation((conversation) => {
			conversation.membership.update(owner, { assistant: "always" });
			enterBy(conversation, bob, "i", { questions: 0 });
			const bobs = conversation.enter(bob);
			conversation.say(bobs, "just talk");
			expect(bobs.types()).not.toContain("chat:error");
			conversation.say(bobs, "@claude?");
			expect(bobs.last("chat:error")).toMatchObject({ code: "forbidden", error: expect.stringContaining("link") });
			expect(conversation.calls).toEqual([]);
		}));

	it("survive the end of the link", () =>
		inConversation((conversation) => {
			enterBy(conversation, bob, "i", { questions: 1 });
			conversation.invitations.revoke(owner, "i");
			expect(mayOf(conversation, bob)).toEqual({ questionsLeft: 1 });
			const known = conversation.invitations.invites(owner, { withEnded: true });
			expect(known).toMatchObject({ invites: [{ id: "i", isLive: false, used: { people: 1 } }] });
		}));
});

describe("the money of a link", () => {
	it("is never exceeded by its people together, whatever else runs", () =>
		inConversation(async (conversation) => {
			metered(conversation);
			enterBy(conversation, bob, "i", { usd: 0.03 });
			conversation.invitations.accept(eve, "i");
			const [bobs, eves] = [conversation.enter(bob), conversation.enter(eve)];
			conversation.say(bobs, "@claude one");
			await settled();
			// All of it is reserved for the longest answer that it pays for.
			expect(conversation.store.payments.links.reserved("i")).toBe(30_000);
			expect(conversation.call.options.maxTokens).toBeLessThan(3_000);
			const aside = conversation.rules.asides.ask(eve, { content: "psst", clientId: "q" }, eve);
			expect("notice" in aside && (await aside.notice)).toMatchObject({ code: "rate_limited" });
			await conversation.call.usage(1_000, 2_000);
			await conversation.call.event({ type: "end", stopReason: "end_turn" });
			expect(mayOf(conversation, eve)).toEqual({ usdLeft: 0.008 });
			expect(usedOf(conversation)).toEqual([{ people: 2, questions: 1, usd: 0.022 }]);
			expect(conversation.store.payments.links.reserved("i")).toBe(0);
			conversation.say(eves, "@claude two");
			await settled();
			expect(eves.last("chat:error")).toMatchObject({
				code: "budget_exceeded",
				scope: "conversation",
				error: expect.stringContaining("link"),
			});
			expect(conversation.store.reader.questionsAfter(0).map(({ content }) => content)).toEqual(["@claude one"]);
			expect(conversation.calls).toHaveLength(1);
			expect(usedOf(conversation)).toMatchObject([{ questions: 1, usd: 0.022 }]);
		}));

	it("does not pay for a title, once it is too little", () =>
		inConversation(
			async (conversation) => {
				metered(conversation);
				enterBy(conversation, bob, "i", { usd: 0.02 });
				conversation.say(conversation.enter(bob), "@claude hello");
				await settled();
				await conversation.call.usage(1_000, 1_700);
				await conversation.call.text("Hi");
				await conversation.call.event({ type: "end", stopReason: "end_turn" });
				await settled();
				expect(asked).toEqual([]);
				expect(mayOf(conversation, bob)).toEqual({ usdLeft: expect.closeTo(0.001, 3) });
			},
			60_000,
			{ title: "", titler: { title: ({ content }) => Promise.reject(new Error(`${asked.push(content)}`)) } },
		));
	const asked: string[] = [];
});

describe("somebody who came by a link from now on", () => {
	it("gets nothing older into Claude's prompt, in public or in private", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.say(anns, "old secret");
			await settled();
			await conversation.call.end();
			enterBy(conversation, bob, "i", { history: "new" });
			const bobs = conversation.enter(bob);
			const read = () => conversation.call.messages.map(({ content }) => content);
			conversation.say(anns, "new word");
			conversation.say(bobs, "@claude what was said?");
			await settled();
			expect(read()).toEqual(["new word", "@claude what was said?"]);
			await conversation.call.end();
			conversation.rules.asides.ask(bob, { content: "psst", clientId: "q" }, bob);
			await settled();
			expect(read().slice(0, 2)).toEqual(["new word", "@claude what was said?"]);
			await conversation.call.end();
			conversation.say(anns, "@claude and I?");
			await settled();
			expect(read()[0]).toBe("old secret");
			expect(mayOf(conversation, bob)).toEqual({ fromSeq: 3 });
		}));

	it("changes a message that quotes what is older, without harm to those who may read the quote", () =>
		inConversation((conversation, { storage }) => {
			const anns = conversation.enter(ann);
			const bobs = conversation.enter(bob);
			conversation.say(bobs, "old secret");
			const old = anns.last("chat:message").message.id;
			enterBy(conversation, eve, "i", { history: "new" });
			const eves = conversation.enter(eve);
			const mentionsOfBob = () => storage.sql.exec("SELECT count(*) AS count FROM mentions WHERE user_id = 'bob'").one().count;
			send(conversation, anns, { type: "chat:send", role: "user", content: "This!", replyTo: old });
			const messageId = anns.last("chat:message").message.id;
			expect(mentionsOfBob()).toBe(1);
			send(conversation, eves, { type: "chat:react", messageId, emoji: "👍", on: true });
			expect(bobs.last("chat:reacted")).toMatchObject({ messageId, reactions: [{ userIds: ["eve"] }] });
			send(conversation, eves, { type: "chat:pin", messageId, on: true });
			expect(anns.last("chat:updated").message).toMatchObject({ pinned: { userId: "eve" }, quoted: { content: "old secret" } });
			expect(mentionsOfBob()).toBe(1);
			conversation.store.members.setRole(eve.userId, "owner");
			send(conversation, eves, { type: "chat:delete", messageId });
			expect(mentionsOfBob()).toBe(0);
			expect(eves.types()).not.toContain("chat:error");
		}));

	it("cannot have a reply made anew, gone on with or asked again that read what is older", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.say(anns, "old secret");
			await settled();
			await conversation.call.end();
			enterBy(conversation, bob, "i", { history: "new" });
			const bobs = conversation.enter(bob);
			conversation.say(bobs, "@claude mine");
			await settled();
			await conversation.call.end();
			const mine = conversation.store.log.lastReply()?.id;
			conversation.say(anns, "@claude all of it?");
			await settled();
			await conversation.call.end(continued);
			const reply = conversation.store.log.lastReply()?.id;
			expect(reply).not.toBe(mine);
			for (const type of ["chat:regenerate", "chat:continue"]) {
				send(conversation, bobs, { type, messageId: reply });
				expect(bobs.last("chat:error")).toMatchObject({ code: "forbidden", messageId: reply });
			}
			const calls = conversation.calls.length;
			send(conversation, anns, { type: "chat:continue", messageId: reply });
			await settled();
			expect(conversation.calls).toHaveLength(calls + 1);
		}));

	it("gets nothing older either if more ask before them than a reply names", () =>
		inConversation(async (conversation) => {
			conversation.say(conversation.enter(ann), "@claude old secret");
			await settled();
			enterBy(conversation, bob, "i", { history: "new" });
			for (let n = 0; n < limits.askers; n++)
				conversation.say(conversation.enter({ userId: `u${n}`, username: `U${n}` }), "@claude me too");
			conversation.say(conversation.enter(bob), "@claude and me?");
			await conversation.call.end();
			const { askedBy } = conversation.store.log.lastReply() ?? {};
			expect([askedBy?.length, askedBy?.[0]?.userId, askedBy?.at(-1)]).toEqual([limits.askers, "u0", bob]);
			expect(conversation.call.messages.map(({ content }) => content)).not.toContain("@claude old secret");
		}));

	it("is not paid for with what is older, when a call of their reply is decided", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.store.setAssistant("mention");
			for (let n = 0; n < 3; n++) conversation.say(anns, "old ".repeat(5_000));
			const reserved = async (who: Person) => {
				conversation.now += 60_000;
				conversation.say(conversation.enter(who), "@claude hi");
				await settled();
				await conversation.call.event({ type: "pause", turn: [{ type: "tool_use", ...write, input: {} }], calls: [write] });
				await settled();
				const messageId = conversation.store.log.lastReply()?.id;
				send(conversation, conversation.enter(who), { type: "chat:approve", messageId, toolId: write.id, allow: true });
				await settled();
				const sum = conversation.store.payments.purse.sums("day", conversation.now).reserved;
				await conversation.call.end();
				return sum;
			};
			metered(conversation);
			conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
			enterBy(conversation, bob, "i", { history: "new" });
			const write = { id: "toolu_1", name: "docs__write", input: "{}" };
			expect(await reserved(bob)).toBeLessThan((await reserved(ann)) - 10_000);
		}));

	it("lifts no limit by leaving while the reply runs, or before it goes on in another life", () =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "old secret");
			await settled();
			await conversation.call.end();
			enterBy(conversation, bob, "i", { history: "new" });
			conversation.say(conversation.enter(bob), "@claude what was said?");
			await settled();
			conversation.call.options.asked?.({ model: "m-1", maxTokens: 100, system: "S", places: [3], tools: [] });
			conversation.departures.end("bob", "bob");
			await conversation.call.fail("interrupted");
			expect(conversation.calls).toHaveLength(3);
			const read = (call: { messages: readonly { content: string }[] }) => call.messages.map(({ content }) => content);
			expect(read(conversation.call)).toEqual(["@claude what was said?"]);
			// As an earlier release has left it.
			state.storage.sql.exec("DELETE FROM prompt_limits");
			const next = new TestConversation(state, 60_000);
			next.replies.recover();
			await settled();
			expect(read(next.call)).toEqual(["@claude what was said?"]);
		}));

	it.each(["leaving", "being erased"])("lifts no limit by %s before Claude was reached", (way) =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "old secret");
			await settled();
			await conversation.call.end();
			enterBy(conversation, bob, "i", { history: "new" });
			conversation.invitations.accept(eve, "i");
			conversation.say(conversation.enter(eve), "nothing to do with it");
			conversation.say(conversation.enter(bob), "@claude what was said?");
			await settled();
			await conversation.call.fail("overloaded", 60_000);
			if (way === "leaving") conversation.departures.end("bob", "bob");
			else {
				const erasure = erasureIn(conversation, state);
				erasure.removeMember("bob", "erased-1");
				erasure.step("bob", "erased-1", 0);
			}
			const next = new TestConversation(state, 60_000);
			next.now = conversation.now + 60_000;
			next.replies.recover();
			await settled();
			expect(next.call.messages.map(({ content }) => content)).not.toContain("old secret");
		}),
	);

	it("exports and forks what they may read, numbered from 1", () => {
		const message = (seq: number, more: object = {}) => ({ id: `m${seq}-abc`, seq, content: `${seq}`, ...more });
		const source = {
			describe: () => ({
				versions: [
					{ text: "first", after: 0 },
					{ text: "second", after: 2 },
					{ text: "third", after: 5 },
				],
			}),
			memberCount: 2,
			members: () => [
				{ ...bob, may: { link: "l", fromSeq: 4 } },
				{ ...eve, may: { link: "l", fromSeq: 6 } },
			],
			messages: (after: number) => ({
				messages: [message(after + 1), message(after + 2, { replyTo: `m${after + 1}-abc`, quoted: { seq: after + 1 } })],
				hasNewer: false,
			}),
			versionsOf: (seq: number) => [{ version: seq }],
		};
		const part = renumbered(source as never, 3);
		expect(part.describe()).toEqual({
			versions: [
				{ text: "second", after: 0 },
				{ text: "third", after: 2 },
			],
		});
		expect(part.members("", 9)).toEqual([
			{ ...bob, may: { link: "l" } },
			{ ...eve, may: { link: "l", fromSeq: 3 } },
		]);
		expect(part.messages(0).messages).toEqual([
			message(1, { content: "4" }),
			message(2, { content: "5", replyTo: "m1-abc", quoted: { seq: 1 } }),
		]);
		expect(part.versionsOf(1)).toEqual([{ version: 4 }]);
		expect(renumbered(source as never, 0)).toBe(source);
	});
});

describe("a member", () => {
	it.each<[string, Allows, Allows, boolean]>([
		["more questions", { questions: 1 }, { questions: 2 }, true],
		["fewer questions", { questions: 2 }, { questions: 1 }, false],
		["more of one and less of another", { questions: 1, usd: 1 }, { questions: 2, usd: 0.5 }, false],
		["no limits", { questions: 1, history: "new" }, {}, true],
		["limits, to somebody without any", {}, { questions: 100 }, false],
		["the past", { history: "new" }, { history: "all" }, true],
		["a later end", { until: "2026-11-25T00:00:00.000Z" }, { until: "2026-11-26T00:00:00.000Z" }, true],
	])("gets what another link gives only if it gives more and nothing less: %s", (_, first, second, isTaken) =>
		inConversation((conversation) => {
			conversation.say(conversation.enter(ann), "old");
			enterBy(conversation, bob, "i", first);
			const before = mayOf(conversation, bob);
			enterBy(conversation, bob, "j", second);
			expect(conversation.store.invites.find("j")?.uses).toBe(isTaken ? 1 : 0);
			if (!isTaken) expect(mayOf(conversation, bob)).toEqual(before);
		}),
	);

	it("is promoted from reader by a link, but not past what an owner has decided", () =>
		inConversation((conversation) => {
			enterBy(conversation, bob, "i", {}, "reader");
			expect(enterBy(conversation, bob, "j", { questions: 1 })).toMatchObject({ role: "member", may: { questionsLeft: 1 } });
			conversation.now += 1;
			conversation.membership.change(owner, "bob", { role: "reader" });
			expect(conversation.invitations.accept(bob, "j")).toMatchObject({ role: "reader" });
		}));

	it("has no limits any more as an owner, or as the last one's heir", () =>
		inConversation((conversation) => {
			conversation.say(conversation.enter(ann), "old");
			enterBy(conversation, bob, "i", { history: "new", questions: 1 });
			conversation.invitations.accept(eve, "i");
			const eves = conversation.enter(eve);
			expect(eves.readsFrom).toBe(3);
			expect(conversation.membership.change(owner, "eve", { role: "owner" })).toEqual({ ...eve, role: "owner" });
			expect([eves.readsFrom, eves.last("chat:joined").messages.length]).toEqual([1, 2]);
			conversation.departures.end("ann", "ann");
			conversation.departures.end("eve", "eve");
			expect(mayOf(conversation, bob)).toBeUndefined();
			expect(conversation.store.members.find("bob")?.role).toBe("owner");
		}));

	it("keeps the name of their link in a file, however often it was imported", () =>
		inConversation((conversation) => {
			enterBy(conversation, bob, "imported-imported-abcdefghijkl", { questions: 1 });
			enterBy(conversation, eve, "imported-imported-abcdefghijzz", { questions: 2 });
			const links = conversation.roster.linked("", 100).flatMap(({ may }) => may?.link ?? []);
			expect(links).toEqual(["abcdefghijkl", "abcdefghijzz"]);
		}));

	it("is the heir before those whom a link limits", () =>
		inConversation((conversation) => {
			enterBy(conversation, bob, "i", { questions: 1 });
			conversation.now += 1;
			conversation.membership.join(eve, true);
			conversation.departures.end("ann", "ann");
			expect(conversation.store.members.find("eve")?.role).toBe("owner");
		}));
});
