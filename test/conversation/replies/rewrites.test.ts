// Who changes a message that Claude has read lately pays for what the next prompt writes to the cache again.

import { expect, it } from "vitest";
import { priceOf } from "../../../src/money/prices.ts";
import { ann, bob, inConversation, settled, type TestClient, type TestConversation } from "../../support/conversation.ts";

/** Sonnet 5.5: $2.50 a million tokens are written to the cache for, and $0.10 read. */
function metered(conversation: TestConversation): TestConversation {
	conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = { conversation: 5_000_000 };
	return conversation;
}

/** About 2,000 tokens. */
const long = "word ".repeat(1_600);
/** Half of the cache that is written is new. */
const usage = { input: 10, output: 100, cacheRead: 0, cacheWrite: 4_000 };
const whole = 20 + 1_000 + 10_000;

type Scene = { conversation: TestConversation; anns: TestClient; bobs: TestClient; state: DurableObjectState };

function scene(test: (scene: Scene) => Promise<void>): Promise<void> {
	return inConversation(async (conversation, state) => {
		metered(conversation);
		conversation.membership.update({ ...ann, role: "owner" }, { assistant: "mention" });
		const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
		conversation.say(bobs, long);
		await reply(conversation, anns);
		conversation.purses.settled.length = 0;
		conversation.now += 60_000;
		await test({ conversation, anns, bobs, state });
	});
}

async function ask(conversation: TestConversation, client: TestClient): Promise<void> {
	conversation.now += 5_000;
	conversation.say(client, "@claude And?");
	await settled();
}

async function answer({ call }: TestConversation): Promise<void> {
	call.options.asked?.({ model: "m", maxTokens: 1, system: "s", places: call.messages.map(({ seq }) => seq), tools: [] });
	await call.event({ type: "usage", usage });
	await call.text("Yes");
	await call.event({ type: "usage", usage });
	await call.event({ type: "end", stopReason: "end_turn" });
}

async function reply(conversation: TestConversation, client: TestClient): Promise<void> {
	await ask(conversation, client);
	await answer(conversation);
}

const messageOf = ({ store }: TestConversation) => store.reader.page(2, 1).messages[0]?.id ?? "";

function edit({ conversation, bobs }: Scene, content = `${long}!`): void {
	const { id: conversationId } = conversation.store.info;
	conversation.rules.receive(bobs, { type: "chat:edit", conversationId, messageId: messageOf(conversation), content });
}

function remove({ conversation, anns }: Scene): void {
	const { id: conversationId } = conversation.store.info;
	conversation.rules.receive(anns, { type: "chat:delete", conversationId, messageId: messageOf(conversation) });
}

/** What somebody has paid for the other's answer; the rest is the asker's. */
const shareOf = (paid: number, cost = whole) => [["deployment", cost], ["ann", cost - paid], ...(paid > 0 ? [["bob", paid]] : [])];

it("whoever edits what Claude has read pays the difference, and the sums stay", () =>
	scene(async (all) => {
		const { conversation, anns, state } = all;
		edit(all);
		await reply(conversation, anns);
		const settledFor = conversation.purses.settled;
		const share = settledFor.find(([owner]) => owner === "bob")?.[1] ?? 0;
		// 2,000 tokens at $2.40 a million, and the few around them.
		expect(share).toBeGreaterThan(4_700);
		expect(share).toBeLessThan(5_200);
		expect(settledFor).toEqual(shareOf(share));
		expect(conversation.purses.reserved.size).toBe(0);
		const labels = conversation.store.payments.purse.byLabel("day", conversation.now, 9).map(({ label, microUsd }) => [label, microUsd]);
		expect(labels).toEqual([
			["ann", 2 * whole - share],
			["bob", share],
		]);
		const journal = state.storage.sql.exec("SELECT payer, cost, outcome FROM journal ORDER BY n").toArray().slice(1);
		expect(journal).toEqual([
			{ payer: "ann", cost: whole, outcome: "complete" },
			{ payer: "bob", cost: share, outcome: "rewritten" },
			{ payer: "ann", cost: -share, outcome: "rewritten" },
		]);
		// Once.
		await reply(conversation, anns);
		expect(conversation.purses.settled.slice(3)).toEqual(shareOf(0));
	}));

it("they pay no more than they have, and a purse that cannot be reached pays nothing", () =>
	scene(async (all) => {
		const { conversation, anns } = all;
		edit(all);
		conversation.purses.left.bob = 1_000;
		await reply(conversation, anns);
		expect(conversation.purses.settled).toEqual(shareOf(1_000));
		edit(all, `${long}?`);
		conversation.purses.left.bob = 0;
		await reply(conversation, anns);
		expect(conversation.purses.settled.slice(3)).toEqual(shareOf(0));
	}));

it.each<[string, (all: Scene) => Promise<void> | void]>([
	[
		"the cache was over anyway",
		({ conversation }) => {
			conversation.now += 300_000;
		},
	],
	["they have left", ({ conversation }) => void conversation.departures.end("bob", "bob")],
	["they were erased", ({ conversation }) => conversation.store.payments.erase("bob", "erased-1", "Deleted person")],
])("they pay nothing if %s", (_why, act) =>
	scene(async (all) => {
		edit(all);
		await act(all);
		await reply(all.conversation, all.anns);
		expect(all.conversation.purses.settled).toEqual(shareOf(0));
	}),
);

it("only what is left is written again, and whoever asks pays for their own changes", () =>
	scene(async (all) => {
		all.conversation.say(all.bobs, long);
		await reply(all.conversation, all.anns);
		all.conversation.purses.settled.length = 0;
		remove(all);
		await reply(all.conversation, all.anns);
		expect(all.conversation.purses.settled).toEqual(shareOf(0));
	}));

it("is settled once if they are erased during the reply, and under their alias", () =>
	scene(async (all) => {
		const { conversation, anns } = all;
		edit(all);
		await ask(conversation, anns);
		conversation.store.payments.erase("bob", "erased-1", "Deleted person");
		await answer(conversation);
		const labels = conversation.store.payments.purse.byLabel("day", conversation.now, 9).map(({ label }) => label);
		expect(labels).toEqual(["ann", "erased-1"]);
		expect(conversation.purses.reserved.size).toBe(0);
	}));

it("holds nothing after the question was taken back while purses were asked", () =>
	scene(async (all) => {
		const { conversation, anns } = all;
		edit(all);
		const gate = Promise.withResolvers<void>();
		conversation.purses.gate = gate.promise;
		await ask(conversation, anns);
		const { id: conversationId } = conversation.store.info;
		const messageId = anns.last("chat:message").message.id;
		conversation.rules.receive(anns, { type: "chat:withdraw", conversationId, messageId });
		gate.resolve();
		await settled();
		expect(conversation.purses.settled).toEqual([
			["deployment", 0],
			["ann", 0],
			["bob", 0],
		]);
		expect(conversation.purses.reserved.size).toBe(0);
		await reply(conversation, anns);
		expect(conversation.purses.settled.slice(3).map(([owner]) => owner)).toEqual(["deployment", "ann", "bob"]);
	}));

it("what links let their people spend is held also where one of them has changed what Claude has read", () =>
	inConversation(async (conversation) => {
		metered(conversation);
		const owner = { ...ann, role: "owner" as const };
		conversation.membership.update(owner, { assistant: "mention" });
		const allows = { usd: 1 };
		conversation.invitations.invite(owner, { id: "i", role: "member", expiresAt: conversation.now + 6_000_000, maxUses: null, allows });
		const eve = { userId: "eve", username: "Eve" };
		for (const person of [bob, eve]) conversation.invitations.accept(person, "i");
		const [bobs, eves] = [conversation.enter(bob), conversation.enter(eve)];
		conversation.say(bobs, long);
		const { messages } = conversation.store.reader.page(99, 99);
		const edit = (content: string) => {
			const { id: conversationId } = conversation.store.info;
			conversation.rules.receive(bobs, { type: "chat:edit", conversationId, messageId: messages[0]?.id ?? "", content });
		};
		await reply(conversation, eves);
		conversation.now += 10_000;
		edit(`${long}!`);
		await reply(conversation, eves);
		const spent = conversation.store.payments.purse.byLabel("day", conversation.now, 9);
		expect(spent.map(({ label }) => label).sort()).toEqual(["bob", "eve"]);
		const link = () => conversation.store.invites.find("i");
		expect(link()?.microUsd).toBe(spent.reduce((sum, { microUsd }) => sum + microUsd, 0));
		// Nothing is left for another change: whoever asks pays for it all, as far as their own link lets them.
		conversation.now += 10_000;
		edit(`${long}?`);
		await ask(conversation, eves);
		expect(conversation.store.payments.links.reserved("i")).toBeLessThanOrEqual(1_000_000 - (link()?.microUsd ?? 0));
		await answer(conversation);
	}));
