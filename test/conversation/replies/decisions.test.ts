// The money of a reply that waits for people to decide about a call, on real object storage: nothing is reserved meanwhile.

import { describe, expect, it } from "vitest";
import { priceOf } from "../../../src/money/prices.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, settled, type TestClient, TestConversation, type TestPurses } from "../../support/conversation.ts";
import { fillUp } from "../../support/full.ts";
import { expectLog } from "../../support/log.ts";

const write = { id: "toolu_1", name: "docs__write", input: "{}" };
const turnOf = (calls: readonly (typeof write)[]) => calls.map((call) => ({ type: "tool_use", ...call, input: {} }));

/** Sonnet 5.5 is asked: $2 and $10 per million tokens. */
function metered(conversation: TestConversation): TestConversation {
	conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = { conversation: 1_000_000 };
	return conversation;
}

/** Ann's reply has cost 3,000 micro-dollars, and waits for these calls. */
function whileItWaits(
	test: (waiting: { conversation: TestConversation; client: TestClient; state: DurableObjectState }) => Promise<void>,
	calls = [write],
): Promise<void> {
	return inConversation(async (conversation, state) => {
		metered(conversation).store.changeSettings({ tools: { mcp: ["docs"] } });
		const client = conversation.enter(ann);
		conversation.say(client, "Hi");
		await settled();
		await conversation.call.usage(1_000, 100);
		await conversation.call.event({ type: "pause", turn: turnOf(calls), calls });
		await settled();
		await test({ conversation, client, state });
	});
}

function nextLife(state: DurableObjectState, before: TestConversation): TestConversation {
	const next = metered(new TestConversation(state, 60_000, undefined, before.purses));
	next.now = before.now;
	next.replies.recover();
	return next;
}

function decide({ store, rules }: TestConversation, client: TestClient, allow = true, toolId = write.id): void {
	const messageId = store.log.lastReply()?.id as string;
	rules.receive(client, { type: "chat:approve", conversationId: store.info.id, messageId, toolId, allow });
}

async function answer({ call }: TestConversation): Promise<void> {
	await call.usage(2_000, 100);
	await call.text("Done");
	await call.event({ type: "end", stopReason: "end_turn" });
}

const heldIn = ({ purses, store, now }: TestConversation) => [purses.reserved.size, store.payments.purse.sums("day", now).reserved];
const spent = ({ store, now }: TestConversation) => store.payments.purse.sums("day", now);
const chargedTo = ({ settled }: TestPurses, owner: string) =>
	settled.filter(([name]) => name === owner).reduce((sum, [, microUsd]) => sum + microUsd, 0);
const journal = ({ storage }: DurableObjectState) =>
	storage.sql.exec<{ payer: string; cost: number; outcome: string }>("SELECT payer, cost, outcome FROM journal ORDER BY n").toArray();

describe("a reply that waits for a decision", () => {
	it("is charged when it begins to wait, and all purses are free for others", () =>
		whileItWaits(async ({ conversation, state }) => {
			expect(heldIn(conversation)).toEqual([0, 0]);
			expect(spent(conversation)).toMatchObject({ microUsd: 3_000, replies: 1 });
			expect(conversation.store.payments.open()).toEqual([]);
			expect(journal(state)).toEqual([{ payer: "ann", cost: 3_000, outcome: "paused" }]);
			expect(conversation.alarms.at(-1)).toBe(conversation.now + limits.approval);
		}));

	it("is paid for with the files that Claude reads when it goes on", () =>
		inConversation(async (conversation) => {
			metered(conversation).store.changeSettings({ tools: { mcp: ["docs"] } });
			const client = conversation.enter(ann);
			const facts = { name: "a.png", type: "image/png", size: 50_000, width: 2_000, height: 2_000 };
			for (const id of ["one", "two"]) conversation.store.files.add({ id, ...facts }, ann.userId, conversation.now);
			const conversationId = conversation.store.info.id;
			const pause = async () => {
				await settled();
				await conversation.call.usage(1_000, 100);
				await conversation.call.event({ type: "pause", turn: turnOf([write]), calls: [write] });
				await settled();
			};
			const reserved: number[] = [];
			conversation.purses.reserve = async (_owner, { most }) => ({ granted: reserved.push(most) && most });
			conversation.say(client, "Hi");
			await pause();
			decide(conversation, client);
			await settled();
			const without = reserved.at(-1) as number;
			await answer(conversation);
			conversation.rules.receive(client, { type: "chat:send", conversationId, content: "Look", role: "user", files: ["one", "two"] });
			await pause();
			decide(conversation, client);
			await settled();
			// Twice the 4,800 tokens of a picture with a margin, in the request and once more after another call.
			expect((reserved.at(-1) as number) - without).toBeGreaterThan(2 * 1.25 * 9_600 * 2.5);
			await answer(conversation);
		}));

	it("leaves a budget that pays for one answer to an answer in private", () =>
		whileItWaits(async ({ conversation, client }) => {
			conversation.budgets = { conversation: 50_000 };
			const { id: conversationId } = conversation.store.info;
			conversation.rules.receive(client, { type: "chat:ask-privately", conversationId, content: "Why?", clientId: "q1" });
			await settled();
			expect(conversation.calls).toHaveLength(2);
			expect(client.types()).not.toContain("chat:error");
		}));

	it("is paid for anew by who asked once somebody decides, and only what it costs since is charged", () =>
		whileItWaits(async ({ conversation, client, state }) => {
			decide(conversation, conversation.enter(bob));
			expect(conversation.toolbox.called).toEqual([]);
			await settled();
			expect(conversation.toolbox.called).toHaveLength(1);
			expect(heldIn(conversation)).toEqual([2, expect.any(Number)]);
			expect(spent(conversation).reserved).toBeGreaterThan(100_000);
			await answer(conversation);
			const { message } = client.last("chat:message");
			expect(message).toMatchObject({ status: "complete", content: "Done", cost: { usd: 0.008 } });
			expect(spent(conversation)).toMatchObject({ microUsd: 8_000, reserved: 0, replies: 1 });
			expect([chargedTo(conversation.purses, "ann"), chargedTo(conversation.purses, "deployment")]).toEqual([8_000, 8_000]);
			expect(heldIn(conversation)).toEqual([0, 0]);
			expect(journal(state).map(({ payer, cost, outcome }) => [payer, cost, outcome])).toEqual([
				["ann", 3_000, "paused"],
				["ann", 5_000, "complete"],
			]);
		}));

	it("is paid for by who decides if who asked has left, or cannot pay", () =>
		whileItWaits(async ({ conversation, state }) => {
			const other = conversation.enter(bob);
			conversation.purses.left.ann = 100;
			decide(conversation, other);
			await settled();
			await answer(conversation);
			expect(journal(state).map(({ payer }) => payer)).toEqual(["ann", "bob"]);
		}));

	it.each([
		["spent", 100, { code: "budget_exceeded", scope: "person", resetsAt: "2026-11-25T00:00:00.000Z" }],
		["busy", "busy", { code: "rate_limited", scope: undefined, resetsAt: undefined }],
	] as const)("can be decided later if the purse is %s: who decides is told, and no call is made", (_name, left, refusal) =>
		whileItWaits(async ({ conversation, client }) => {
			const other = conversation.enter(bob);
			Object.assign(conversation.purses.left, { ann: left, bob: left });
			decide(conversation, other);
			await settled();
			const messageId = conversation.store.log.lastReply()?.id;
			const { error, code, scope, resetsAt, ...rest } = other.last("chat:error");
			expect({ code, scope, resetsAt }).toEqual(refusal);
			expect([error, rest]).toEqual([expect.stringContaining("The call still waits"), expect.objectContaining({ messageId })]);
			expect(client.types()).not.toContain("chat:error");
			expect([conversation.toolbox.called, heldIn(conversation)]).toEqual([[], [0, 0]]);
			expect(conversation.alarms.at(-1)).toBe(conversation.now + limits.approval);
			Object.assign(conversation.purses.left, { ann: 1_000_000, bob: 0 });
			decide(conversation, other);
			await settled();
			expect(conversation.toolbox.called).toHaveLength(1);
		}),
	);

	it("is decided once while purses are asked, and by nobody who leaves meanwhile", () =>
		whileItWaits(async ({ conversation, client }) => {
			const [asked, other] = [Promise.withResolvers<void>(), conversation.enter(bob)];
			conversation.purses.gate = asked.promise;
			decide(conversation, other);
			decide(conversation, client, false);
			decide(conversation, client, false);
			conversation.departures.end("bob", "bob");
			asked.resolve();
			await settled();
			expect(other.last("chat:error")).toMatchObject({ code: "forbidden" });
			expect(client.last("chat:error")).toMatchObject({ code: "decided" });
			expect(conversation.toolbox.called).toEqual([]);
			expect(client.last("chat:tool").tool).toMatchObject({ error: "declined", decidedBy: ann });
		}));

	it.each<[why: string, owners: boolean, change: (conversation: TestConversation) => void]>([
		["is no owner any more, where owners alone may allow calls", true, ({ store }) => store.members.setRole("bob", "member")],
		["may not ask Claude any more", false, ({ store }) => void store.changeSettings({ asks: "owners" })],
		["only reads by then", false, ({ store }) => store.members.setRole("bob", "reader")],
	])("is not decided by somebody who %s while purses are asked", (_why, owners, change) =>
		whileItWaits(async ({ conversation, client }) => {
			const bobs = conversation.enter(bob);
			conversation.toolbox.owners = owners;
			if (owners) conversation.store.members.setRole("bob", "owner");
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			decide(conversation, bobs);
			await settled();
			change(conversation);
			gate.resolve();
			await settled();
			await settled();
			expect(conversation.toolbox.called).toEqual([]);
			expect(bobs.last("chat:error")).toMatchObject({ code: "forbidden" });
			expect(heldIn(conversation)).toEqual([0, 0]);
			// The call goes on waiting for those who may decide.
			decide(conversation, client);
			await settled();
			expect(conversation.toolbox.called).toHaveLength(1);
		}),
	);

	it("can be decided again if the storage was full when purses were asked", () =>
		whileItWaits(async ({ conversation, client }) => {
			expectLog(/The storage is full/);
			const { settle } = conversation.purses;
			conversation.purses.settle = () => {
				throw new Error("database or disk is full: SQLITE_FULL, broken on purpose");
			};
			conversation.purses.left.ann = 0;
			decide(conversation, client);
			await settled();
			expect(client.last("chat:error")).toMatchObject({ code: "storage_full" });
			conversation.purses.settle = settle;
			conversation.purses.left.ann = 1_000_000;
			decide(conversation, client);
			await settled();
			expect(conversation.toolbox.called).toHaveLength(1);
		}));

	it("gives back what is granted after it was stopped", () =>
		whileItWaits(async ({ conversation, client }) => {
			const asked = Promise.withResolvers<void>();
			conversation.purses.gate = asked.promise;
			decide(conversation, client);
			conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
			asked.resolve();
			await settled();
			expect(spent(conversation)).toMatchObject({ microUsd: 3_000, reserved: 0, replies: 1 });
			expect(conversation.store.payments.open()).toEqual([]);
			expect([conversation.toolbox.called, conversation.calls.length]).toEqual([[], 1]);
			expect(client.last("chat:message").message).toMatchObject({ status: "stopped", cost: { usd: 0.003 } });
		}));

	it("sleeps without a reservation again while another call waits", () =>
		whileItWaits(
			async ({ conversation, client, state }) => {
				decide(conversation, client);
				await settled();
				expect([conversation.toolbox.called.length, heldIn(conversation)]).toEqual([1, [0, 0]]);
				decide(conversation, client, true, "toolu_2");
				await settled();
				await answer(conversation);
				expect(journal(state).map(({ cost }) => cost)).toEqual([3_000, 5_000]);
				expect([spent(conversation).microUsd, spent(conversation).replies]).toEqual([8_000, 1]);
			},
			[write, { ...write, id: "toolu_2" }],
		));

	it("goes on when nobody decides in time, if that can be paid for", () =>
		whileItWaits(async ({ conversation, client }) => {
			expectLog(/A purse could not be reached/);
			conversation.purses.isReachable = false;
			conversation.now += limits.approval;
			conversation.replies.recover();
			await settled();
			expect([conversation.calls.length, conversation.alarms.at(-1)]).toEqual([1, conversation.now + 60_000]);
			conversation.purses.isReachable = true;
			conversation.now += 60_000;
			conversation.replies.recover();
			await settled();
			await answer(conversation);
			expect(client.last("chat:message").message).toMatchObject({ content: "Done", tools: [{ error: "undecided" }] });
		}));

	it("is too late to be decided while it is paid for because nobody has, and whoever tries pays for nothing later", () =>
		whileItWaits(async ({ conversation, client, state }) => {
			const [other, second] = [conversation.enter(bob), { ...write, id: "toolu_9" }];
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.now += limits.approval;
			conversation.replies.recover();
			await settled();
			decide(conversation, client);
			expect(client.last("chat:error")).toMatchObject({ code: "decided" });
			gate.resolve();
			await settled();
			await answer(conversation);
			// Bob asks, and cannot pay for what follows his decision. Ann decides nothing about it.
			conversation.say(other, "@claude And me?");
			await settled();
			await conversation.call.usage(1_000, 100);
			await conversation.call.event({ type: "pause", turn: turnOf([second]), calls: [second] });
			await settled();
			const before = journal(state).length;
			conversation.purses.left.bob = 0;
			decide(conversation, other, true, second.id);
			await settled();
			expect(other.last("chat:error")).toMatchObject({ code: "budget_exceeded" });
			expect(journal(state)).toHaveLength(before);
		}));

	it("goes on once there is room again when nobody decides in time and the storage is full", () =>
		whileItWaits(async ({ conversation, client, state }) => {
			expectLog(/A reply waits for room/);
			const makeRoom = fillUp(state.storage.sql);
			conversation.now += limits.approval;
			conversation.replies.recover();
			await settled();
			makeRoom();
			expect([conversation.calls.length, conversation.alarms.at(-1)]).toEqual([1, conversation.now + 60_000]);
			conversation.now += 60_000;
			conversation.replies.recover();
			await settled();
			await answer(conversation);
			expect(client.last("chat:message").message).toMatchObject({ content: "Done", tools: [{ error: "undecided" }] });
			expect(heldIn(conversation)).toEqual([0, 0]);
		}));

	it.each([
		["nobody can pay", 0, (conversation: TestConversation) => (conversation.purses.left.ann = 0)],
		["purses cannot be reached for long", 900_000, ({ purses }: TestConversation) => (purses.isReachable = false)],
		["who asked has left", 0, ({ departures }: TestConversation) => departures.end("ann", "ann")],
	])("ends if nobody decides in time and %s", (_name, later, happen) =>
		whileItWaits(async ({ conversation }) => {
			if (later > 0) expectLog(/A purse could not be reached/);
			conversation.enter(bob);
			happen(conversation);
			conversation.now += limits.approval + later;
			conversation.replies.recover();
			await settled();
			expect(conversation.store.log.lastReply()).toMatchObject({ status: "failed", reason: "budget" });
			expect(heldIn(conversation)).toEqual([0, 0]);
		}),
	);
});

describe("after the object died", () => {
	it("a reply that waits holds nothing, and is paid for anew by the same person", () =>
		whileItWaits(async ({ conversation, state }) => {
			const next = nextLife(state, conversation);
			decide(next, next.enter(ann));
			await settled();
			expect(spent(next).reserved).toBeGreaterThan(100_000);
			await answer(next);
			expect(journal(state).map(({ payer, cost }) => [payer, cost])).toEqual([
				["ann", 3_000],
				["ann", 5_000],
			]);
			expect([spent(next).microUsd, heldIn(next)]).toEqual([8_000, [0, 0]]);
		}));

	it("while purses were asked, what they granted is released, and the call still waits", () =>
		whileItWaits(async ({ conversation, client, state }) => {
			decide(conversation, client);
			expect(conversation.store.payments.open()).toMatchObject([{ kind: "decision" }]);
			const next = nextLife(state, conversation);
			expect([next.store.payments.open(), heldIn(next)]).toEqual([[], [0, 0]]);
			decide(next, next.enter(ann));
			await settled();
			expect(next.toolbox.called).toHaveLength(1);
		}));

	it("while it held a reservation as it began to wait, that is charged and released", () =>
		whileItWaits(
			async ({ conversation, client, state }) => {
				conversation.toolbox.answer = () => new Promise(() => {});
				decide(conversation, client);
				await settled();
				expect(conversation.purses.reserved.size).toBe(2);
				// One of its calls was under way, the other one waits.
				const next = nextLife(state, conversation);
				await settled();
				expect(heldIn(next)).toEqual([0, 0]);
				expect(spent(next).microUsd).toBe(3_000);
			},
			[write, { ...write, id: "toolu_2" }],
		));
});
