// What is paid for in a storage that becomes full at any of its writes: nothing stays reserved, and no request goes unpaid.

import { describe, expect, it } from "vitest";
import type { ProposedTitle } from "../../../src/conversation/ports.ts";
import { priceOf } from "../../../src/money/prices.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { ann, bob, inConversation, settled, TestConversation, type TestPurses } from "../../support/conversation.ts";
import { fillUp } from "../../support/full.ts";
import { allowLog } from "../../support/log.ts";

// Each write that fails is logged.
allowLog(/SQLITE_FULL/);

const ended = { type: "end", stopReason: "end_turn" } as const;
const rows = [0, 1, 2, 3, 4, 5, 6, 7, 8];

function metered(conversation: TestConversation): TestConversation {
	conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = { conversation: 5_000_000 };
	return conversation;
}

function nextLife(state: DurableObjectState, purses: TestPurses): TestConversation {
	const next = metered(new TestConversation(state, 60_000, undefined, purses));
	next.replies.recover();
	return next;
}

const withMoney = (test: (conversation: TestConversation, state: DurableObjectState) => Promise<void>) =>
	inConversation((conversation, state) => test(metered(conversation), state));

/** Answers every request that Claude is asked from now on. */
async function answerAll(conversation: TestConversation): Promise<void> {
	for (let n = 0; n < conversation.calls.length; n++) {
		const call = conversation.calls[n];
		if (!call || call.signal.aborted) continue;
		await call.usage(1_000, 1_000);
		await call.event(ended);
		await settled();
	}
}

/** Makes the storage's room last for so many rows while something runs, and for everything afterwards. */
async function withRoom(state: DurableObjectState, after: number, work: () => Promise<void>): Promise<void> {
	const makeRoom = fillUp(state.storage.sql, { after });
	await work().finally(makeRoom);
}

/** Ann asks, Bob asks meanwhile, and the reply to Ann ends with so many rows of room. Returns the place of Bob's question. */
async function endWithRoomFor(after: number, conversation: TestConversation, state: DurableObjectState): Promise<number> {
	const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
	conversation.say(anns, "@claude Hi");
	await settled();
	await conversation.call.text("Answer");
	conversation.say(bobs, "@claude And me?");
	const { seq } = bobs.last("chat:message").message;
	await conversation.call.usage(1_000, 1_000);
	await withRoom(state, after, async () => {
		await conversation.call.event(ended);
		await settled();
	});
	return seq;
}

/** There is no room to store what purses are told. Returns what makes room again. */
function fillPurses({ purses }: TestConversation): () => void {
	const { settle } = purses;
	purses.settle = () => {
		throw new Error("database or disk is full: SQLITE_FULL, broken on purpose");
	};
	return () => {
		purses.settle = settle;
	};
}

/** Like the purses of other objects: what they are told stands in the place of the payment first. */
function settlesByRow({ purses, store }: TestConversation): void {
	const settle = purses.settle.bind(purses);
	purses.settle = (id, charges) => {
		store.payments.settle(id, charges);
		settle(id, charges);
	};
}

const entries = ({ storage }: DurableObjectState) =>
	storage.sql
		.exec<{ outcome: string }>("SELECT outcome FROM journal")
		.toArray()
		.map(({ outcome }) => outcome);

function expectAllSettled({ store, now, purses }: TestConversation): void {
	expect(store.payments.open()).toEqual([]);
	const { reserved, microUsd } = store.payments.purse.sums("day", now);
	expect(reserved).toBe(0);
	expect(microUsd).toBeGreaterThan(0);
	// Every purse that has granted something was told.
	expect([...purses.reserved.keys()]).toEqual([]);
}

describe("a payment in a storage that becomes full", () => {
	it.each(rows)("at the end of its reply, with room for %s rows, is settled with it", (after) =>
		withMoney(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			await settled();
			await conversation.call.text("Answer");
			await conversation.call.usage(1_000, 1_000);
			await withRoom(state, after, async () => {
				await conversation.call.event(ended);
				await settled();
			});
			const { log, payments } = conversation.store;
			expect([log.lastReply()?.status, payments.open().length]).toEqual(after > 3 ? ["complete", 0] : ["streaming", 1]);
			conversation.replies.recover();
			await settled();
			await answerAll(conversation);
			const next = nextLife(state, conversation.purses);
			await settled();
			expect(next.store.log.lastReply()?.status).toBe("complete");
			expectAllSettled(next);
		}),
	);

	it.each(rows)("at the beginning of its reply, with room for %s rows, is stored with it", (after) =>
		withMoney(async (conversation, state) => {
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.say(conversation.enter(ann), "Hi");
			await settled();
			await withRoom(state, after, async () => {
				gate.resolve();
				await settled();
				await settled();
			});
			const reply = conversation.store.log.lastReply();
			if (reply) expect(conversation.store.payments.paidFor(reply.id)).toBeDefined();
			conversation.replies.recover();
			await settled();
			const next = nextLife(state, conversation.purses);
			await settled();
			await answerAll(next);
			expect(next.store.log.lastReply()?.status).toBe("complete");
			expectAllSettled(next);
		}),
	);

	it("of a reply that an earlier release has ended without it is settled by what the reply has used", () =>
		withMoney(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			await settled();
			const [paid] = conversation.store.payments.open();
			await answerAll(conversation);
			const { microUsd } = conversation.store.payments.purse.sums("day", conversation.now);
			if (paid) conversation.store.payments.put(paid);
			const next = nextLife(state, conversation.purses);
			await settled();
			expectAllSettled(next);
			expect(next.store.payments.purse.sums("day", next.now).microUsd).toBe(2 * microUsd);
		}));

	it("of a private question is released where there is no room to begin, and its person may ask again", () =>
		withMoney(async (conversation, state) => {
			const client = conversation.enter(ann);
			const conversationId = conversation.store.info.id;
			const ask = (clientId: string) =>
				conversation.rules.receive(client, { type: "chat:ask-privately", conversationId, content: "What does Bob want?", clientId });
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			ask("q-1");
			await settled();
			await withRoom(state, 0, async () => {
				gate.resolve();
				await settled();
				await settled();
			});
			conversation.replies.recover();
			await settled();
			expect(client.last("chat:aside").aside.status).toBe("failed");
			expect([...conversation.purses.reserved.keys()]).toEqual([]);
			ask("q-2");
			await settled();
			await answerAll(conversation);
			expect(client.last("chat:aside").aside.status).toBe("complete");
			expectAllSettled(conversation);
		}));

	it("while purses are asked leaves Claude free for others, and is taken up again", () =>
		withMoney(async (conversation, state) => {
			const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.purses.left.ann = 0;
			conversation.say(anns, "@claude Hi");
			await settled();
			const makeRoom = fillPurses(conversation);
			await withRoom(state, 0, async () => {
				gate.resolve();
				await settled();
				await settled();
			});
			makeRoom();
			expect(conversation.replies.isBusy).toBe(false);
			conversation.say(bobs, "@claude And me?");
			await settled();
			expect(conversation.calls).toHaveLength(1);
			await answerAll(conversation);
			expectAllSettled(conversation);
		}));

	it("of a reply that could not be ended and was then deleted holds up no later question", () =>
		withMoney(async (conversation, state) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await settled();
			await conversation.call.text("Answer");
			await conversation.call.usage(1_000, 1_000);
			const { id: messageId, conversationId } = conversation.store.log.lastReply() as Message;
			// More text needs room, and a deletion makes some.
			const makeRoom = fillUp(state.storage.sql, { refuses: /^update messages set content = \?, (status = \?, reason = \?, )?reply/i });
			await conversation.call.event(ended);
			await settled();
			conversation.rules.receive(client, { type: "chat:delete", conversationId, messageId });
			makeRoom();
			expect(conversation.store.log.message(messageId)?.deletedAt).toBeDefined();
			conversation.say(client, "And now?");
			conversation.replies.recover();
			await settled();
			await answerAll(conversation);
			expect(conversation.store.log.lastReply()).toMatchObject({ status: "complete", seq: 4 });
			expectAllSettled(conversation);
		}));

	it.each(Array.from({ length: 17 }, (_, n) => n))(
		"at the end of a reply, with room for %s rows, leaves no question behind it waiting",
		(after) =>
			withMoney(async (conversation, state) => {
				const seq = await endWithRoomFor(after, conversation, state);
				for (let n = 0; n < 4; n++) {
					conversation.now += 61_000;
					conversation.replies.recover();
					await settled();
					await answerAll(conversation);
					await settled();
				}
				expect(conversation.store.log.lastReply()).toMatchObject({ seq: seq + 1, status: "complete" });
				expect([conversation.replies.dueAt, conversation.alarms.at(-1)]).toEqual([undefined, "cleared"]);
				expectAllSettled(conversation);
			}),
	);

	it.each([
		...Array.from({ length: 14 }, (_, after) => ({ after, isPaid: true })),
		...Array.from({ length: 6 }, (_, after) => ({ after, isPaid: false })),
	])(
		"at the end of a reply whose object dies before its alarm leaves no question waiting: $after rows, paid: $isPaid",
		({ after, isPaid }) =>
			inConversation(async (conversation, state) => {
				if (isPaid) metered(conversation);
				const seq = await endWithRoomFor(after, conversation, state);
				const next = new TestConversation(state, 60_000, undefined, conversation.purses);
				if (isPaid) metered(next);
				next.replies.recover();
				for (let n = 0; n < 4; n++) {
					await settled();
					await answerAll(next);
					next.now += 61_000;
					next.replies.recover();
				}
				await settled();
				expect(next.store.log.lastReply()).toMatchObject({ seq: seq + 1, status: "complete" });
				if (isPaid) expectAllSettled(next);
			}),
	);

	it.each(["busy", 0] as const)("is asked for again where purses refuse it (%s) and there is no room for what follows", (left) =>
		withMoney(async (conversation, state) => {
			settlesByRow(conversation);
			const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.purses.left.ann = left;
			conversation.purses.left.deployment = left;
			conversation.say(anns, "@claude Hi");
			conversation.say(bobs, "@claude And me?");
			await settled();
			await withRoom(state, 0, async () => {
				gate.resolve();
				await settled();
				await settled();
			});
			const asking = () => conversation.store.log.waiting.askersAfter(0).map(({ userId }) => userId);
			expect([asking(), conversation.store.payments.open()]).toEqual([["ann", "bob"], []]);
			expect(conversation.replies.dueAt).toBe(conversation.now + 60_000);
			if (left === "busy") for (const owner of ["ann", "deployment"]) delete conversation.purses.left[owner];
			conversation.now += 60_000;
			conversation.replies.recover();
			await settled();
			await answerAll(conversation);
			await settled();
			// They are answered, or taken back from those who cannot pay, who are told.
			if (left === "busy") expect(conversation.store.log.lastReply()).toMatchObject({ status: "complete", askedBy: [ann, bob] });
			else
				expect([asking(), anns.last("chat:error").code, bobs.last("chat:error").code]).toEqual([[], "budget_exceeded", "budget_exceeded"]);
			expect(conversation.store.payments.open()).toEqual([]);
		}),
	);

	it.each([4, 5, 6, 7])("of a running reply whose deletion has no room (%s rows) leaves no question behind it waiting", (after) =>
		withMoney(async (conversation, state) => {
			const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(anns, "@claude Hi");
			await settled();
			await conversation.call.text("Answer");
			await conversation.call.usage(1_000, 1_000);
			conversation.say(bobs, "@claude And me?");
			const { seq } = bobs.last("chat:message").message;
			const { id: messageId, conversationId } = conversation.store.log.lastReply() as Message;
			await withRoom(state, after, async () => {
				conversation.rules.receive(anns, { type: "chat:delete", conversationId, messageId });
				await settled();
			});
			for (let n = 0; n < 4; n++) {
				await settled();
				await answerAll(conversation);
				const alarm = conversation.alarms.at(-1);
				if (typeof alarm !== "number") continue;
				conversation.now = Math.max(conversation.now, alarm);
				conversation.replies.recover();
			}
			expect(conversation.store.log.message(messageId)?.status).not.toBe("streaming");
			expect(conversation.store.log.lastReply()).toMatchObject({ seq: seq + 1, status: "complete" });
			expectAllSettled(conversation);
		}),
	);

	it("of a title is released, and wakes the object no more often than every two minutes", () =>
		inConversation(
			async (conversation, state) => {
				metered(conversation);
				conversation.say(conversation.enter(ann), "Hi");
				await settled();
				await conversation.call.usage(1_000, 500);
				const gate = Promise.withResolvers<void>();
				conversation.purses.gate = gate.promise;
				await conversation.call.event(ended);
				await settled();
				const makeRoom = fillPurses(conversation);
				await withRoom(state, 0, async () => {
					gate.resolve();
					await settled();
					await settled();
					conversation.now += 120_000;
					conversation.replies.recover();
					expect(conversation.replies.dueAt).toBe(conversation.now + 120_000);
				});
				makeRoom();
				conversation.now += 120_000;
				conversation.replies.recover();
				await settled();
				expect(conversation.replies.dueAt).toBeUndefined();
				expectAllSettled(conversation);
			},
			60_000,
			{
				title: "",
				titler: { title: async () => ({ title: "A title", model: "m", usage: { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 } }) },
			},
		));

	it("of a private question that cannot be given back ends it, and its person may ask again", () =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			const conversationId = conversation.store.info.id;
			const ask = (clientId: string) =>
				conversation.rules.receive(client, { type: "chat:ask-privately", conversationId, content: "Why?", clientId });
			const gate = Promise.withResolvers<void>();
			Object.assign(conversation.purses, { gate: gate.promise });
			conversation.purses.left.ann = 0;
			ask("q-1");
			await settled();
			const makeRoom = fillPurses(conversation);
			gate.resolve();
			await settled();
			await settled();
			makeRoom();
			conversation.purses.left.ann = 1_000_000;
			expect(client.last("chat:error")).toMatchObject({ code: "unavailable", clientId: "q-1" });
			ask("q-2");
			await settled();
			expect(conversation.calls).toHaveLength(1);
			await answerAll(conversation);
			conversation.now = conversation.replies.dueAt as number;
			conversation.replies.recover();
			expectAllSettled(conversation);
		}));
});

const write = { id: "toolu_1", name: "docs__write", input: "{}" };
const pause = { type: "pause", turn: [{ type: "tool_use", ...write, input: {} }], calls: [write] } as const;

describe("what has been used, in a storage that becomes full", () => {
	it.each(Array.from({ length: 12 }, (_, n) => n))("before a reply waits for people, with room for %s rows, is charged once", (after) =>
		withMoney(async (conversation, state) => {
			settlesByRow(conversation);
			conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
			conversation.say(conversation.enter(ann), "Hi");
			await settled();
			await conversation.call.usage(1_000, 100);
			await withRoom(state, after, async () => {
				await conversation.call.event(pause);
				await settled();
			});
			for (let n = 0; n < 3; n++) {
				conversation.now += 31_000;
				conversation.replies.recover();
				await settled();
			}
			const { purse } = conversation.store.payments;
			const told = conversation.purses.settled.filter(([owner]) => owner === "ann").map(([, microUsd]) => microUsd);
			// A reply whose pause had no room is asked again, and goes on being paid for.
			const isOver = conversation.store.payments.open().length === 0;
			expect(purse.sums("day", conversation.now).microUsd).toBe(told.reduce((sum, one) => sum + one, 0));
			expect(told.length).toBe(isOver ? 1 : 0);
			expect(entries(state).filter((outcome) => outcome === "paused").length).toBeLessThanOrEqual(1);
		}),
	);

	it.each(Array.from({ length: 8 }, (_, n) => n))(
		"for a title whose object died, with room for %s rows at each try, is charged once",
		(after) =>
			inConversation(
				async (conversation, state) => {
					metered(conversation);
					settlesByRow(conversation);
					conversation.say(conversation.enter(ann), "Hi");
					await settled();
					await conversation.call.usage(1_000, 500);
					await conversation.call.event(ended);
					await settled();
					await settled();
					const reserved = conversation.store.payments.open().map((one) => (one.type === "paid" ? [one.kind, one.microUsd] : [one.kind]));
					const before = conversation.store.payments.purse.sums("day", conversation.now).microUsd;
					const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
					settlesByRow(next);
					for (let n = 0; n < 3; n++) {
						await withRoom(state, after, async () => {
							next.replies.recover();
							await settled();
						});
						next.now += 121_000;
					}
					next.replies.recover();
					await settled();
					expect(reserved).toEqual([["title", expect.any(Number)]]);
					expect(next.store.payments.purse.sums("day", next.now).microUsd - before).toBe(reserved[0]?.[1]);
					expect(entries(state)).toEqual(["empty", "interrupted"]);
					expect(next.purses.settled.filter(([owner]) => owner === "ann")).toEqual([["ann", reserved[0]?.[1]]]);
					expectAllSettled(next);
				},
				60_000,
				{ title: "", titler: { title: () => new Promise(() => {}) } },
			),
	);

	it("for a title that could not be settled is charged within two minutes, as it was reported", () =>
		inConversation(
			async (conversation, state) => {
				metered(conversation);
				settlesByRow(conversation);
				conversation.say(conversation.enter(ann), "Hi");
				await settled();
				await conversation.call.usage(1_000, 500);
				await conversation.call.event(ended);
				await settled();
				await settled();
				const before = conversation.store.payments.purse.sums("day", conversation.now).microUsd;
				await withRoom(state, 0, async () => {
					proposed.resolve({ title: "A title", model: "m", usage: { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 } });
					await settled();
					await settled();
				});
				expect(conversation.replies.dueAt).toBe(conversation.now + 120_000);
				conversation.now += 120_000;
				conversation.replies.recover();
				await settled();
				expect(conversation.replies.dueAt).toBeUndefined();
				expectAllSettled(conversation);
				expect(entries(state)).toEqual(["empty", "complete"]);
				expect(conversation.store.payments.purse.sums("day", conversation.now).microUsd - before).toBeLessThan(1_000);
			},
			60_000,
			{ title: "", titler: { title: () => proposed.promise } },
		));
	const proposed = Promise.withResolvers<ProposedTitle>();
});

describe("a reply that could not be ended for want of room", () => {
	it("while it waited for people is tried again after half a minute", () =>
		withMoney(async (conversation, state) => {
			conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await settled();
			await conversation.call.usage(1_000, 100);
			await conversation.call.event(pause);
			await settled();
			await withRoom(state, 0, async () => {
				conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
				await settled();
			});
			expect(client.last("chat:error")).toMatchObject({ code: "storage_full" });
			expect(conversation.alarms.at(-1)).toBe(conversation.now + 30_000);
			// Its call still waits, and can be decided.
			const { id: messageId, conversationId } = conversation.store.log.lastReply() as Message;
			conversation.rules.receive(client, { type: "chat:approve", conversationId, messageId, toolId: write.id, allow: true });
			await settled();
			expect(conversation.toolbox.called).toHaveLength(1);
		}));

	it("is stopped alone: the next one goes on", () =>
		inConversation(async (conversation, state) => {
			const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(anns, "@claude Hi");
			for (let n = 0; n < 2; n++) {
				await settled();
				await conversation.call.cut();
			}
			await settled();
			conversation.say(bobs, "@claude And me?");
			await withRoom(state, 0, async () => {
				await conversation.call.cut();
				await settled();
			});
			expect(conversation.store.log.lastReply()?.status).toBe("streaming");
			conversation.rules.receive(anns, { type: "chat:stop", conversationId: conversation.store.info.id });
			await settled();
			const { messages } = conversation.store.reader.page(Number.MAX_SAFE_INTEGER, 50);
			expect(messages.filter(({ role }) => role === "assistant").map(({ status }) => status)).toEqual(["failed", "streaming"]);
		}));
});
