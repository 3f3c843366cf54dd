// What counts to a link's questions: only what is answered, and never more than the link allows.

import { describe, expect, it } from "vitest";
import { Descriptions } from "../../../src/conversation/messages/descriptions.ts";
import { SendRate } from "../../../src/conversation/messages/send-rate.ts";
import { Erasure } from "../../../src/conversation/people/erasure.ts";
import { type Describer, ModelFailure, type ProposedDescription } from "../../../src/conversation/ports.ts";
import { priceOf } from "../../../src/money/prices.ts";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { ann, bob, inConversation, settled, type TestClient, TestConversation } from "../../support/conversation.ts";
import { TestSummarizer } from "../../support/summarizer.ts";

const owner = { ...ann, role: "owner" as const };
const eve: Person = { userId: "eve", username: "Eve" };
const cay: Person = { userId: "cay", username: "Cay" };

function enterBy(conversation: TestConversation, person: Person, id: string, questions: number): TestClient {
	const link = { id, role: "member" as const, expiresAt: conversation.now + 3600_000, maxUses: null, allows: { questions } };
	if (!conversation.store.invites.find(id)) conversation.invitations.invite(owner, link);
	conversation.invitations.accept(person, id);
	return conversation.enter(person);
}

function metered(conversation: TestConversation): TestConversation {
	conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = { conversation: 50_000_000 };
	return conversation;
}

const usedOf = ({ store }: TestConversation, id = "i") => store.invites.find(id)?.asked;
const left = ({ storage }: DurableObjectState) => storage.sql.exec("SELECT * FROM link_questions").toArray();
const send = (conversation: TestConversation, client: TestClient, event: object) =>
	conversation.rules.receive(client, { conversationId: conversation.store.info.id, ...event } as never);
const lastId = (client: TestClient) => client.last("chat:message").message.id;

describe("a question counts to a link", () => {
	it("if it is answered, and not if the reply fails before its first word", () =>
		inConversation(async (conversation, state) => {
			const client = enterBy(conversation, bob, "i", 5);
			conversation.say(client, "@claude one");
			await conversation.call.fail("bad_request");
			expect([usedOf(conversation), client.last("chat:may").may, left(state)]).toEqual([0, { questionsLeft: 5 }, []]);
			conversation.say(client, "@claude two");
			await conversation.call.text("Well");
			await conversation.call.fail("bad_request");
			expect([usedOf(conversation), left(state)]).toEqual([1, []]);
			send(conversation, client, { type: "chat:regenerate", messageId: conversation.store.log.lastReply()?.id });
			expect(usedOf(conversation)).toBe(2);
			await conversation.call.fail("bad_request");
			expect([usedOf(conversation), left(state)]).toEqual([1, []]);
			conversation.now += 60_000;
			send(conversation, client, { type: "chat:regenerate", messageId: conversation.store.log.lastReply()?.id });
			await conversation.call.text("Yes");
			await conversation.call.end();
			expect([usedOf(conversation), left(state)]).toEqual([2, []]);
		}));

	it("by which its asker came then, whatever became of them since", () =>
		inConversation(async (conversation) => {
			const [bobs, eves] = [enterBy(conversation, bob, "i", 1), enterBy(conversation, eve, "j", 5)];
			conversation.say(bobs, "@claude one");
			conversation.say(eves, "@claude two");
			// A wider link, and no membership.
			conversation.membership.remove(owner, eve.userId);
			enterBy(conversation, bob, "k", 9);
			await conversation.call.fail("bad_request");
			await settled();
			expect([usedOf(conversation, "i"), usedOf(conversation, "j"), usedOf(conversation, "k")]).toEqual([0, 1, 0]);
		}));

	it("unless it is deleted, erased or taken back before its reply begins", () =>
		inConversation(async (conversation, state) => {
			const [bobs, eves] = [enterBy(conversation, bob, "i", 5), enterBy(conversation, eve, "i", 5)];
			conversation.say(conversation.enter(ann), "@claude hi");
			conversation.say(bobs, "@claude waits");
			send(conversation, bobs, { type: "chat:delete", messageId: lastId(bobs) });
			expect(usedOf(conversation)).toBe(0);
			conversation.say(bobs, "@claude waits again");
			enterBy(conversation, bob, "k", 9);
			send(conversation, bobs, { type: "chat:withdraw", messageId: lastId(bobs) });
			expect([usedOf(conversation), usedOf(conversation, "k")]).toEqual([0, 0]);
			conversation.say(eves, "@claude and I");
			expect(usedOf(conversation)).toBe(1);
			const erasure = new Erasure({
				...{ sql: state.storage.sql, ...conversation, lists: { changed: () => {} }, files: { releaseEach: () => {} }, queues: [] },
				...{ resync: () => {}, now: () => conversation.now },
			});
			erasure.removeMember(eve.userId, "erased");
			erasure.step(eve.userId, "erased", 0);
			expect([usedOf(conversation), left(state)]).toEqual([0, []]);
			await conversation.call.end();
		}));

	it("even if it is deleted while it is answered", () =>
		inConversation(async (conversation, state) => {
			const client = enterBy(conversation, bob, "i", 5);
			conversation.say(client, "@claude one");
			send(conversation, client, { type: "chat:delete", messageId: lastId(client) });
			await conversation.call.text("Yes");
			await conversation.call.end();
			expect([usedOf(conversation), left(state)]).toEqual([1, []]);
		}));

	it("in private unless its answer fails, or is stopped before Claude is asked", () =>
		inConversation(async (conversation, state) => {
			const client = enterBy(conversation, bob, "i", 5);
			const ask = (clientId: string) => conversation.rules.asides.ask(bob, { content: "psst", clientId }, bob);
			ask("one");
			expect(usedOf(conversation)).toBe(1);
			await conversation.call.fail("bad_request");
			expect([usedOf(conversation), left(state)]).toEqual([0, []]);
			metered(conversation);
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			const asked = ask("two");
			await settled();
			expect(usedOf(conversation)).toBe(1);
			if ("aside" in asked) send(conversation, client, { type: "chat:stop-aside", asideId: asked.aside.id });
			gate.resolve();
			await settled();
			expect([usedOf(conversation), left(state)]).toEqual([0, []]);
			ask("three");
			await settled();
			await conversation.call.text("Psst");
			send(conversation, client, { type: "chat:stop-aside", asideId: client.last("chat:aside").aside.id });
			expect([usedOf(conversation), left(state)]).toEqual([1, []]);
		}));

	it("unless the object died before it was answered, and it is not answered any more", () =>
		inConversation(async (conversation, state) => {
			enterBy(conversation, bob, "i", 5);
			conversation.rules.asides.ask(bob, { content: "psst", clientId: "one" }, bob);
			const next = new TestConversation(state, 60_000);
			next.replies.recover();
			await settled();
			expect([usedOf(next), left(state)]).toEqual([0, []]);
		}));

	it("unless nobody can pay for it, or the reply is gone that was to be written again", () =>
		inConversation(async (conversation, state) => {
			const client = enterBy(conversation, bob, "i", 5);
			conversation.say(conversation.enter(ann), "@claude hi");
			await conversation.call.text("Hi");
			await conversation.call.end();
			metered(conversation);
			const messageId = conversation.store.log.lastReply()?.id;
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			send(conversation, client, { type: "chat:regenerate", messageId });
			await settled();
			expect(usedOf(conversation)).toBe(1);
			send(conversation, conversation.enter(ann), { type: "chat:delete", messageId });
			gate.resolve();
			await settled();
			expect([usedOf(conversation), left(state)]).toEqual([0, []]);
			conversation.purses.left.bob = 0;
			conversation.say(client, "@claude?");
			await settled();
			expect([usedOf(conversation), left(state)]).toEqual([0, []]);
		}));
});

describe("a summary of what was missed counts to a link", () => {
	const inRoom = (test: (conversation: TestConversation, summarizer: TestSummarizer) => Promise<void>) => {
		const summarizer = new TestSummarizer();
		const inIt = async (conversation: TestConversation) => {
			enterBy(conversation, bob, "i", 1);
			enterBy(conversation, eve, "i", 1);
			conversation.membership.join(cay, true);
			const anns = conversation.enter(ann);
			for (let n = 0; n < 30; n++) {
				conversation.now += 60_000;
				conversation.say(anns, `Words ${n}`);
			}
			await test(conversation, summarizer);
		};
		return inConversation(inIt, 60_000, { summarizer });
	};

	it.each([
		["busy", (summarizer: TestSummarizer) => summarizer.fail("overloaded")],
		["unable", (summarizer: TestSummarizer) => summarizer.fail()],
	])("but not where Claude is %s", (_name, fail) =>
		inRoom(async (conversation, summarizer) => {
			const made = conversation.rules.catchUps.make(bob, bob);
			await settled();
			expect(usedOf(conversation)).toBe(1);
			await fail(summarizer);
			expect(await made).toHaveProperty("code");
			expect(usedOf(conversation)).toBe(0);
			const again = conversation.rules.catchUps.make(bob, bob);
			await settled();
			await summarizer.write("Ann counted.");
			expect(await again).toHaveProperty("summary");
			expect(usedOf(conversation)).toBe(1);
		}),
	);

	it("and is refused where the link was used up while somebody else's summary was awaited", () =>
		inRoom(async (conversation, summarizer) => {
			metered(conversation);
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.purses.left.cay = 0;
			const first = conversation.rules.catchUps.make(cay, cay);
			const second = conversation.rules.catchUps.make(eve, eve);
			conversation.store.invites.countAsked("i", 1);
			gate.resolve();
			expect(await first).toHaveProperty("notice");
			expect(await second).toMatchObject({ code: "budget_exceeded" });
			expect([usedOf(conversation), summarizer.asked]).toEqual([1, []]);
		}));
});

describe("a description counts to a link", () => {
	const picture: MessageFile = { id: "p", name: "a.png", type: "image/png", size: 1_000, width: 10, height: 10 };
	const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
	const described: ProposedDescription = { text: "Two boats.", usage };

	/** `sees`: what it waits for before it asks. */
	function describing({ store, now }: TestConversation, describe: () => Promise<ProposedDescription>, sees = Promise.resolve(true)) {
		const describer: Describer = { seesPictures: () => sees, describe };
		const funding = { isNeeded: false, forRequest: () => Promise.reject(new Error("unpaid")), endRequest: () => {} };
		const sendRate = new SendRate({ store, rate: { burst: 9, perSecond: 9 } });
		return new Descriptions({ store, describer, funding, sendRate, guestsAsk: true, now: () => now });
	}

	it.each([
		["busy", () => Promise.reject(new ModelFailure("overloaded"))],
		["unable", () => Promise.reject(new Error("no"))],
		["silent", () => Promise.resolve({ text: undefined, usage })],
	])("but not where Claude is %s", (_name, describe) =>
		inConversation(async (conversation) => {
			enterBy(conversation, bob, "i", 1);
			expect(await describing(conversation, describe).propose(bob, bob, picture, "en")).toHaveProperty("code");
			expect(usedOf(conversation)).toBe(0);
			const made = await describing(conversation, async () => described).propose(bob, bob, picture, "en");
			expect([made, usedOf(conversation)]).toEqual([{ text: "Two boats." }, 1]);
		}),
	);

	it("which two people do not pass together while the model is looked up", () =>
		inConversation(async (conversation) => {
			enterBy(conversation, bob, "i", 1);
			enterBy(conversation, eve, "i", 1);
			const sees = Promise.withResolvers<boolean>();
			const descriptions = describing(conversation, async () => described, sees.promise);
			const both = [bob, eve].map((person) => descriptions.propose(person, person, picture, "en"));
			sees.resolve(true);
			expect(await Promise.all(both)).toEqual([{ text: "Two boats." }, expect.objectContaining({ code: "budget_exceeded" })]);
			expect(usedOf(conversation)).toBe(1);
		}));
});
