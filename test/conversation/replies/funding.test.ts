import { describe, expect, it } from "vitest";
import { priceOf } from "../../../src/money/prices.ts";
import { tokensIn } from "../../../src/protocol/prompt-size.ts";
import { ann, bob, inConversation, settled, type TestClient, TestConversation, type TestPurses } from "../../support/conversation.ts";
import { expectLog } from "../../support/log.ts";

const ended = { type: "end", stopReason: "end_turn" } as const;
/** A reply of 16,000 tokens to a short prompt: its output, and 2,000 tokens of prompt that are written to the cache, with a margin. */
const wholeReply = 160_000 + 6_250;

/** Sonnet 5.5 is asked: $2 and $10 per million tokens. */
function metered(conversation: TestConversation): TestConversation {
	conversation.priceOf = (model, at) => priceOf(model === "qwen3" ? model : "claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = { conversation: 5_000_000 };
	return conversation;
}

function withMoney(test: (conversation: TestConversation, state: DurableObjectState) => Promise<void>): Promise<void> {
	return inConversation((conversation, state) => test(metered(conversation), state));
}

/** The object died, and comes back. */
function nextLife(state: DurableObjectState, purses: TestPurses): TestConversation {
	const next = metered(new TestConversation(state, 60_000, undefined, purses));
	next.replies.recover();
	return next;
}

async function ask(conversation: TestConversation, client: TestClient, content = "Hi"): Promise<void> {
	conversation.say(client, content);
	await settled();
}

const stop = (conversation: TestConversation, client: TestClient) =>
	conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
const spent = ({ store, now }: TestConversation) => store.payments.purse.sums("day", now);
const journal = ({ storage }: DurableObjectState) =>
	storage.sql.exec("SELECT kind, payer, payer_kind, model, cost, input, output, outcome FROM journal ORDER BY n").toArray();
const errors = (client: TestClient) => client.received.filter(({ type }) => type === "chat:error");

describe("a reply that is paid for", () => {
	it("is reserved with the files that Claude reads for it", () =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			const facts = { name: "a.png", type: "image/png", size: 50_000, width: 2_000, height: 2_000 };
			for (const id of ["one", "two"]) conversation.store.files.add({ id, ...facts }, ann.userId, conversation.now);
			const conversationId = conversation.store.info.id;
			conversation.rules.receive(client, { type: "chat:send", conversationId, content: "Look", role: "user", files: ["one", "two"] });
			await settled();
			// Twice the 4,800 tokens of a picture, with a margin.
			expect(spent(conversation).reserved).toBeCloseTo(wholeReply + 1.25 * 9_600 * 2.5, -3);
			await conversation.call.event(ended);
		}));

	it("is asked with as many files as a purse can pay, and is not refused for the others", () =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			const facts = { name: "a.png", type: "image/png", size: 50_000, width: 2_000, height: 2_000 };
			const conversationId = conversation.store.info.id;
			for (const id of ["one", "two", "three"]) conversation.store.files.add({ id, ...facts }, ann.userId, conversation.now);
			// A short prompt, 500 tokens of an answer and one picture of 4,800 tokens: 26,000.
			conversation.purses.left.ann = 30_000;
			conversation.rules.receive(client, {
				type: "chat:send",
				conversationId,
				content: "Look",
				role: "user",
				files: ["one", "two", "three"],
			});
			await settled();
			expect(client.types()).not.toContain("chat:error");
			const { fileTokens, maxTokens } = conversation.call.options;
			expect(fileTokens).toBeGreaterThan(4_800);
			expect(fileTokens).toBeLessThan(2 * 4_800);
			expect(maxTokens).toBeGreaterThanOrEqual(500);
			expect(spent(conversation).reserved).toBe(30_000);
			await conversation.call.usage(7_000, 500);
			await conversation.call.event(ended);
			// The next day pays for all.
			conversation.purses.left.ann = 1_000_000;
			await ask(conversation, client);
			expect(conversation.call.options.fileTokens).toBeUndefined();
			await conversation.call.event(ended);
		}));

	it("is asked without files by a purse that pays for none", () =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			const facts = { name: "a.png", type: "image/png", size: 50_000, width: 2_000, height: 2_000 };
			conversation.store.files.add({ id: "one", ...facts }, ann.userId, conversation.now);
			conversation.purses.left.ann = 15_000;
			const conversationId = conversation.store.info.id;
			conversation.rules.receive(client, { type: "chat:send", conversationId, content: "Look", role: "user", files: ["one"] });
			await settled();
			expect(conversation.call.options.fileTokens).toBeLessThan(4_800);
			// Nothing is known of its prompt, which had no picture.
			await conversation.call.text("Hello");
			stop(conversation, client);
			expect(spent(conversation).microUsd).toBeLessThan(15_000);
		}));

	it("is reserved before it begins, and charged what it has cost", () =>
		withMoney(async (conversation, state) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			// The question is stored and acknowledged; nothing is asked yet.
			expect(client.types()).not.toContain("chat:thinking");
			expect(conversation.alarms).toHaveLength(1);
			await settled();
			expect(client.last("chat:thinking").askedBy).toEqual([ann]);
			expect(spent(conversation)).toMatchObject({ microUsd: 0, reserved: expect.closeTo(wholeReply, -3) });
			expect(conversation.call.options.maxTokens).toBe(16_000);
			await conversation.call.usage(1_000, 1);
			await conversation.call.text("Hello");
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			expect(spent(conversation)).toMatchObject({ microUsd: 7_000, reserved: 0, replies: 1, input: 1_000, output: 500 });
			expect(conversation.purses.settled).toEqual([
				["deployment", 7_000],
				["ann", 7_000],
			]);
			expect(journal(state)).toEqual([
				{
					kind: "reply",
					payer: "ann",
					payer_kind: "person",
					model: "scripted",
					cost: 7_000,
					input: 1_000,
					output: 500,
					outcome: "complete",
				},
			]);
			expect(conversation.store.payments.open()).toEqual([]);
		}));

	it("is as long as the tightest purse can pay", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = 16_250;
			await ask(conversation, conversation.enter(ann));
			expect(conversation.call.options.maxTokens).toBeGreaterThan(980);
			expect(conversation.call.options.maxTokens).toBeLessThanOrEqual(1_000);
			expect(spent(conversation).reserved).toBe(16_250);
		}));

	it("says that the budget ended it, where Claude reached such a limit", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = 16_250;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.text("Hello");
			await conversation.call.end("max_tokens");
			expect(client.last("chat:message").message).toMatchObject({ status: "complete", reason: "budget" });
		}));

	it("ends where its prompt was longer than what was reserved for it", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = 16_250;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.usage(7_000, 1);
			for (let words = 0; words < 200 && !conversation.call.signal.aborted; words++) await conversation.call.text("a word or two ");
			expect(client.last("chat:message").message).toMatchObject({ status: "complete", reason: "budget", cost: { about: true } });
			expect(conversation.call.signal.aborted).toBe(true);
			expect(spent(conversation).microUsd).toBe(16_250);
		}));

	it("is estimated if it is stopped, and never charged more than was reserved", () =>
		withMoney(async (conversation, state) => {
			conversation.purses.left.ann = 16_250;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.usage(1_000, 1);
			await conversation.call.text("x".repeat(300));
			stop(conversation, client);
			expect(spent(conversation)).toMatchObject({ microUsd: 4_500, reserved: 0 });
			expect(journal(state)).toMatchObject([{ cost: 4_500, outcome: "stopped" }]);
			await ask(conversation, client);
			await conversation.call.usage(1_000, 1);
			await conversation.call.text("x".repeat(30_000));
			stop(conversation, client);
			expect(spent(conversation).microUsd).toBeLessThanOrEqual(4_500 + 16_250);
		}));

	it("is charged what the server reported, also beyond the reservation, if it is cut then", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = 16_250;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.usage(100_000, 100);
			await conversation.call.text("x".repeat(300));
			stop(conversation, client);
			expect(spent(conversation).microUsd).toBeGreaterThanOrEqual(201_000);
		}));

	it("reserves what Claude may look up", () =>
		withMoney(async (conversation) => {
			conversation.store.changeSettings({ tools: { webSearch: true, webFetch: true } });
			await ask(conversation, conversation.enter(ann));
			expect(conversation.call.options).toMatchObject({ tools: { webSearch: true, webFetch: true }, maxSearches: 5, maxPages: 5 });
			// 5 searches and 5 pages, whose text is written to the cache.
			expect(spent(conversation).reserved).toBeCloseTo(wholeReply + 5 * 10_000 + 150_000 * 2.5, -3);
		}));

	it.each([
		["searches and reads once", 200_000, { webSearch: true, webFetch: true }, [1, 1]],
		["only searches", 60_000, { webSearch: true, webFetch: false }, [1, 0]],
		["looks nothing up", 30_000, { webSearch: false, webFetch: false }, [0, 0]],
	])("%s where no more is paid for", (_name, left, tools, [maxSearches, maxPages]) =>
		withMoney(async (conversation) => {
			conversation.store.changeSettings({ tools: { webSearch: true, webFetch: true } });
			conversation.purses.left.ann = left;
			await ask(conversation, conversation.enter(ann));
			expect(conversation.call.options).toMatchObject({ tools, maxSearches, maxPages });
			expect(conversation.call.options.maxTokens).toBeGreaterThan(500);
		}),
	);

	it("goes on with a paused turn as long as its tools and its length are paid for", () =>
		withMoney(async (conversation) => {
			conversation.store.changeSettings({ tools: { webSearch: true, webFetch: true } });
			conversation.purses.left.ann = 200_000;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			const turn = [{ type: "server_tool_use", name: "web_fetch" }];
			await conversation.call.usage(8_000, 20);
			await conversation.call.event({ type: "pause", turn });
			expect(conversation.call.options).toMatchObject({ turn, maxPages: 1, maxSearches: 1 });
			await conversation.call.usage(60_000, 20);
			await conversation.call.event({ type: "pause", turn });
			expect(conversation.calls).toHaveLength(2);
			expect(client.last("chat:message").message).toMatchObject({ reason: "budget" });
			expect(spent(conversation).microUsd).toBeLessThanOrEqual(200_000);
		}));

	it.each([20_000, 100_000])("counts the definitions of tools, of %i tokens together, before they are sent", (tokens) =>
		withMoney(async (conversation) => {
			conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
			conversation.toolbox.description = "abc".repeat(tokens / 2);
			conversation.purses.left.ann = 300_000;
			await ask(conversation, conversation.enter(ann));
			const { clientTools = [], maxTokens = 0 } = conversation.call.options;
			const definitions = clientTools.length > 0 ? tokensIn(JSON.stringify(clientTools)) : 0;
			expect(definitions > 0).toBe(tokens === 20_000);
			await conversation.call.event({ type: "usage", usage: { input: 0, output: maxTokens, cacheRead: 0, cacheWrite: 100 + definitions } });
			await conversation.call.event(ended);
			expect(spent(conversation).microUsd).toBeLessThanOrEqual(300_000);
		}),
	);

	it("pays for all rounds of calls from the same reservation, and never more", () =>
		withMoney(async (conversation, state) => {
			conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
			conversation.purses.left.ann = 150_000;
			conversation.toolbox.answer = async () => ({ text: "word ".repeat(4_000) });
			const client = conversation.enter(ann);
			await ask(conversation, client);
			const lengths: number[] = [];
			// Claude is not left without an answer to what the calls have brought.
			while (conversation.call.options.mayCall) {
				const { maxTokens = 0, turn = [] } = conversation.call.options;
				lengths.push(maxTokens);
				expect(conversation.purses.settled).toEqual([]);
				const output = lengths.length === 1 ? Math.min(maxTokens, 600) : maxTokens;
				await conversation.call.usage(1_000 + tokensIn(JSON.stringify(turn)), output);
				const call = { id: `toolu_${lengths.length}`, name: "docs__read", input: "{}" };
				await conversation.call.event({ type: "pause", turn: [...turn, { type: "tool_use", ...call, input: {} }], calls: [call] });
				await settled();
			}
			expect(lengths.length).toBeGreaterThan(1);
			const { maxTokens = 0, turn = [] } = conversation.call.options;
			expect(maxTokens).toBeGreaterThanOrEqual(500);
			await conversation.call.usage(1_000 + tokensIn(JSON.stringify(turn)), maxTokens);
			await conversation.call.text("All is well.");
			await conversation.call.event(ended);
			expect(client.last("chat:message").message).toMatchObject({ content: "All is well.", status: "complete" });
			expect(client.last("chat:message").message).not.toHaveProperty("reason");
			const { microUsd } = spent(conversation);
			expect(microUsd).toBeLessThanOrEqual(150_000);
			expect(journal(state).reduce((sum, { cost }) => sum + Number(cost), 0)).toBe(microUsd);
			expect(conversation.purses.settled).toEqual([
				["deployment", microUsd],
				["ann", microUsd],
			]);
		}));

	it("costs nothing while a call waits for somebody, also if the object dies meanwhile", () =>
		withMoney(async (conversation, state) => {
			conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.usage(1_000, 100);
			const call = { id: "toolu_1", name: "docs__write", input: "{}" };
			await conversation.call.event({ type: "pause", turn: [{ type: "tool_use", ...call, input: {} }], calls: [call] });
			await settled();
			conversation.now += 1_800_000;
			const next = nextLife(state, conversation.purses);
			next.now = conversation.now;
			const { id: conversationId } = next.store.info;
			const messageId = next.store.log.lastReply()?.id as string;
			next.rules.receive(next.enter(ann), { type: "chat:approve", conversationId, messageId, toolId: call.id, allow: true });
			await settled();
			await next.call.usage(1_000, 100);
			await next.call.text("Done");
			await next.call.event(ended);
			expect(journal(state).map(({ cost, outcome }) => [cost, outcome])).toEqual([
				[3_000, "paused"],
				[3_000, "complete"],
			]);
			expect(spent(next)).toMatchObject({ microUsd: 6_000, reserved: 0, replies: 1 });
		}));

	it("draws further requests from the same reservation", () =>
		withMoney(async (conversation, state) => {
			conversation.purses.left.ann = 20_000;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			const first = conversation.call.options.maxTokens as number;
			await conversation.call.usage(1_000, 1);
			await conversation.call.text("Hello");
			await conversation.call.usage(1_000, 200);
			await conversation.call.cut();
			expect(conversation.call.options.maxTokens).toBeLessThan(first - 200);
			await conversation.call.usage(1_000, 100);
			await conversation.call.event(ended);
			expect(journal(state).map(({ cost, outcome }) => [cost, outcome])).toEqual([
				[4_000, "interrupted"],
				[3_000, "complete"],
			]);
			expect(spent(conversation)).toMatchObject({ microUsd: 7_000, replies: 1, input: 2_000, output: 300 });
			expect(conversation.purses.settled).toContainEqual(["ann", 7_000]);
		}));

	it("is not continued if too little is left for that", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = 12_000;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.usage(1_000, 1);
			await conversation.call.text("Hello");
			await conversation.call.usage(1_000, 400);
			await conversation.call.cut();
			expect(conversation.calls).toHaveLength(1);
			expect(client.last("chat:message").message).toMatchObject({ status: "complete", reason: "budget", content: "Hello" });
			expect(spent(conversation).microUsd).toBe(6_000);
		}));

	it("pays for an answer of no use, and for the request in its place from what is left", () =>
		withMoney(async (conversation, state) => {
			conversation.purses.left.ann = 20_000;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			const first = conversation.call.options.maxTokens as number;
			await conversation.call.usage(1_000, 200);
			await conversation.call.event({ type: "again" });
			expect(conversation.call.options.maxTokens).toBeLessThan(first - 200);
			await conversation.call.text("Hello");
			await conversation.call.usage(1_000, 100);
			await conversation.call.event(ended);
			expect(journal(state).map(({ cost, outcome }) => [cost, outcome])).toEqual([
				[4_000, "asked_again"],
				[3_000, "complete"],
			]);
			expect(client.last("chat:message").message).not.toHaveProperty("attempts");
			expect(conversation.purses.settled).toContainEqual(["ann", 7_000]);
		}));

	it("is not asked again after an answer of no use if too little is left for that", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = 12_000;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.usage(1_000, 500);
			await conversation.call.event({ type: "again" });
			expect(conversation.calls).toHaveLength(1);
			expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "budget" });
			expect(spent(conversation).microUsd).toBe(7_000);
		}));

	it("costs nothing if the server refuses it", () =>
		withMoney(async (conversation) => {
			await ask(conversation, conversation.enter(ann));
			await conversation.call.fail("bad_key");
			expect(spent(conversation)).toMatchObject({ microUsd: 0, reserved: 0, replies: 1 });
		}));

	it("is charged by the model that was asked, if the one that answered has no price", () =>
		withMoney(async (conversation) => {
			await ask(conversation, conversation.enter(ann));
			await conversation.call.event({ type: "start", model: "qwen3" });
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			expect(spent(conversation).microUsd).toBe(7_000);
		}));

	it("answers everybody who has asked by the time that it is paid for", () =>
		withMoney(async (conversation) => {
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(one, "@claude Hi");
			conversation.say(other, "@claude And me?");
			await settled();
			expect(one.last("chat:thinking").askedBy).toEqual([ann, bob]);
			expect(conversation.calls.map(({ messages }) => messages.map(({ content }) => content))).toEqual([["@claude Hi", "@claude And me?"]]);
		}));

	it("is paid by whoever regenerates it", () =>
		withMoney(async (conversation) => {
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, one, "@claude Hi");
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			const { id: messageId } = one.last("chat:message").message;
			conversation.rules.receive(other, { type: "chat:regenerate", conversationId: conversation.store.info.id, messageId });
			await settled();
			expect(conversation.calls).toHaveLength(2);
			await conversation.call.usage(1_000, 600);
			await conversation.call.event(ended);
			expect(conversation.purses.settled.slice(2)).toEqual([
				["deployment", 8_000],
				["bob", 8_000],
			]);
		}));

	it("is paid by whoever edits a question that is asked again, though others had asked as well", () =>
		withMoney(async (conversation) => {
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(one, "@claude Hi");
			conversation.say(other, "@claude And me?");
			const { conversationId, id: messageId } = other.last("chat:message").message;
			await settled();
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			expect(conversation.purses.settled.at(-1)).toEqual(["ann", 7_000]);
			conversation.now += 60_000;
			conversation.rules.receive(other, { type: "chat:edit", conversationId, messageId, content: "@claude And now?", asksAgain: true });
			await settled();
			await conversation.call.usage(1_000, 600);
			await conversation.call.event(ended);
			expect(conversation.purses.settled.at(-1)).toEqual(["bob", 8_000]);
		}));

	it("is reserved with all versions of the instructions, which the prompt holds", () =>
		withMoney(async (conversation) => {
			const by = { ...ann, at: new Date(conversation.now).toISOString() };
			for (const letter of ["a", "b"]) conversation.store.instructions.add({ text: letter.repeat(30_000), after: 0, ...by });
			await ask(conversation, conversation.enter(ann));
			// 10,000 tokens each, with the margin of an estimate, written to the cache.
			expect(spent(conversation).reserved).toBeCloseTo(wholeReply + 2 * 10_000 * 1.25 * 2.5, -3);
		}));

	it("is given back if the question was withdrawn meanwhile", () =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			const { id: messageId } = client.last("chat:message").message;
			conversation.rules.receive(client, { type: "chat:withdraw", conversationId: conversation.store.info.id, messageId });
			await settled();
			expect(conversation.calls).toEqual([]);
			expect(spent(conversation)).toMatchObject({ microUsd: 0, reserved: 0 });
			expect(conversation.purses.reserved.size).toBe(0);
			expect(conversation.alarms.at(-1)).toBe("cleared");
		}));

	it("pays for the title as well", () =>
		inConversation(
			async (conversation, state) => {
				metered(conversation);
				const client = conversation.enter(ann);
				await ask(conversation, client);
				await conversation.call.usage(1_000, 500);
				await conversation.call.event(ended);
				await settled();
				expect(client.last("chat:conversation").conversation.title).toBe("A title");
				expect(journal(state).map(({ kind, payer, cost }) => [kind, payer, cost])).toEqual([
					["reply", "ann", 7_000],
					["title", "ann", 300],
				]);
				expect(spent(conversation)).toMatchObject({ microUsd: 7_300, reserved: 0, replies: 1 });
			},
			60_000,
			{
				title: "",
				titler: { title: async () => ({ title: "A title", model: "m", usage: { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 } }) },
			},
		));
});

describe("a question that nobody can pay for", () => {
	it("stays as a message, and whoever asked is told on all their sockets", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = 0;
			const [one, second, other] = [conversation.enter(ann), conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, one, "@claude Hi");
			const { id: messageId } = one.last("chat:message").message;
			for (const client of [one, second])
				expect(errors(client)).toEqual([
					{
						type: "chat:error",
						conversationId: conversation.store.info.id,
						code: "budget_exceeded",
						scope: "person",
						error: expect.stringContaining("You have used up your budget for Claude."),
						messageId,
						resetsAt: "2026-11-25T00:00:00.000Z",
					},
				]);
			expect(errors(other)).toEqual([]);
			expect(other.last("chat:updated").message).toMatchObject({ id: messageId, content: "@claude Hi" });
			expect(other.last("chat:updated").message).not.toHaveProperty("asksClaude");
			expect(conversation.calls).toEqual([]);
			expect(conversation.purses.reserved.size).toBe(0);
			expect(spent(conversation).reserved).toBe(0);
			expect(conversation.alarms.at(-1)).toBe("cleared");
		}));

	it("is paid by another who asks", () =>
		withMoney(async (conversation) => {
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, one, "@claude Hi");
			conversation.say(one, "@claude And more?");
			conversation.say(other, "@claude Please!");
			conversation.purses.left.ann = 0;
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			await settled();
			expect(conversation.calls).toHaveLength(2);
			expect(errors(one)).toEqual([]);
			stop(conversation, one);
			expect(conversation.purses.settled.at(-1)?.[0]).toBe("bob");
		}));

	it("does not keep others from asking", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = 0;
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(one, "@claude Hi");
			conversation.say(other, "@claude Please!");
			await settled();
			await settled();
			expect(errors(one)).toHaveLength(1);
			expect(other.last("chat:thinking").askedBy).toEqual([bob]);
		}));

	it.each([
		["the conversation", "conversation"],
		["the deployment", "deployment"],
	] as const)("is refused by %s", (_name, scope) =>
		withMoney(async (conversation) => {
			if (scope === "conversation") conversation.budgets = { conversation: 8_000 };
			else conversation.purses.left.deployment = 0;
			const client = conversation.enter(ann);
			await ask(conversation, client);
			expect(errors(client)).toMatchObject([{ code: "budget_exceeded", scope, resetsAt: "2026-11-25T00:00:00.000Z" }]);
			expect(conversation.purses.reserved.size).toBe(0);
			expect(spent(conversation).reserved).toBe(0);
		}),
	);

	it("is refused by the conversation's own budget, which has its own period", () =>
		withMoney(async (conversation) => {
			conversation.budgets = {};
			conversation.store.changeSettings({ budget: { usd: 0.008, period: "total" } });
			const client = conversation.enter(ann);
			await ask(conversation, client);
			expect(errors(client)).toMatchObject([{ code: "budget_exceeded", scope: "conversation" }]);
			expect(errors(client)[0]).not.toHaveProperty("resetsAt");
		}));

	it("answers whoever regenerates or continues a reply while another ask is being paid for", () =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.text("Hello");
			await conversation.call.event(ended);
			const { message } = client.last("chat:message");
			const { conversationId, id: messageId } = message;
			conversation.now += 60_000;
			conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId });
			for (const type of ["chat:regenerate", "chat:continue"] as const) {
				conversation.rules.receive(client, { type, conversationId, messageId });
				expect(client.received.at(-1)).toMatchObject({ type: "chat:error", code: "being_answered", messageId });
			}
			await settled();
			expect(client.last("chat:thinking").messageId).toBe(messageId);
		}));

	it("asks the model that was paid for, also if owners choose another one while purses are asked or Claude is waited for", () =>
		withMoney(async (conversation) => {
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.store.changeSettings({ model: "cheap" });
			await ask(conversation, conversation.enter(ann));
			conversation.store.changeSettings({ model: "dear" });
			gate.resolve();
			await settled();
			expect(conversation.call.options.model).toBe("cheap");
			await conversation.call.text("Hello");
			await conversation.call.fail("interrupted");
			expect(conversation.calls.map(({ options }) => options.model)).toEqual(["cheap", "cheap"]);
			await conversation.call.event(ended);
			await settled();
			await ask(conversation, conversation.enter(bob), "@claude Hi");
			expect(conversation.call.options.model).toBe("dear");
			await conversation.call.event(ended);
		}));

	it.each([
		["a shorter answer", 400_000],
		["none", 20_000],
	])("pays also for what was said while purses were asked: %s", (answer, left) =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.purses.left.ann = left;
			await ask(conversation, client);
			// 20,000 tokens: 62,500 micro-dollars, with the margin.
			conversation.say(client, "word ".repeat(16_000));
			gate.resolve();
			await settled();
			if (answer === "none") {
				expect(conversation.calls).toHaveLength(0);
				expect(client.last("chat:message").message).toMatchObject({ status: "failed", reason: "budget" });
			} else {
				const { maxTokens = 0 } = conversation.call.options;
				expect(maxTokens).toBeGreaterThan(500);
				expect(maxTokens * 10 + 62_500).toBeLessThanOrEqual(wholeReply);
				await conversation.call.event(ended);
			}
			await settled();
			expect(spent(conversation).reserved).toBe(0);
		}),
	);

	it("says that a reply is gone which was to be regenerated, and answers those who asked meanwhile", () =>
		withMoney(async (conversation) => {
			const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, client, "@claude Hi");
			await conversation.call.event(ended);
			await settled();
			const { id: messageId, conversationId } = client.last("chat:message").message;
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.rules.receive(other, { type: "chat:regenerate", conversationId, messageId });
			await settled();
			conversation.rules.receive(client, { type: "chat:delete", conversationId, messageId });
			conversation.say(client, "@claude And now?");
			gate.resolve();
			await settled();
			expect(errors(other)).toMatchObject([{ code: "not_found", messageId }]);
			expect(errors(client)).toEqual([]);
			expect(conversation.calls).toHaveLength(2);
			expect(conversation.call.messages.at(-1)?.content).toBe("@claude And now?");
			await conversation.call.event(ended);
			await settled();
			expect(spent(conversation).reserved).toBe(0);
		}));

	it("leaves a reply that was to be regenerated as it was", () =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.text("Hello");
			await conversation.call.event(ended);
			const { message } = client.last("chat:message");
			conversation.purses.left.ann = 0;
			conversation.rules.receive(client, { type: "chat:regenerate", conversationId: message.conversationId, messageId: message.id });
			await settled();
			expect(errors(client)).toMatchObject([{ code: "budget_exceeded", messageId: message.id }]);
			expect(conversation.store.log.lastReply()).toEqual(message);
		}));

	it("waits where too many replies run at once, or a purse cannot be reached", () =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.purses.left.ann = "busy";
			await ask(conversation, client);
			expect(errors(client)).toMatchObject([{ code: "rate_limited", retryAfterMs: 5_000 }]);
			expectLog(/A purse could not be reached/);
			conversation.purses.isReachable = false;
			await ask(conversation, client, "Still there?");
			expect(errors(client).at(-1)).toMatchObject({ code: "unavailable", messageId: client.last("chat:message").message.id });
			expect(client.last("chat:message").message.asksClaude).toBe(true);
			expect(conversation.calls).toEqual([]);
			// A reservation whose answer did not arrive is released.
			expect(conversation.purses.settled).toContainEqual(["ann", 0]);
			expect(spent(conversation).reserved).toBe(0);
			conversation.purses.isReachable = true;
			delete conversation.purses.left.ann;
			await ask(conversation, client, "Again");
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["Hi", "Still there?", "Again"]);
		}));
});

describe("a question for which too much runs at once", () => {
	/** The alarm fires at the time for which it was set last. */
	const alarm = async (conversation: TestConversation) => {
		conversation.now = conversation.alarms.at(-1) as number;
		conversation.replies.recover();
		await settled();
	};

	it("waits, and is asked by itself", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.deployment = "busy";
			const client = conversation.enter(ann);
			const began = conversation.now;
			await ask(conversation, client);
			const notice = { code: "rate_limited", retryAfterMs: 5_000, messageId: client.last("chat:message").message.id };
			expect(errors(client)).toMatchObject([notice]);
			expect(await conversation.replies.noticeOf(notice.messageId)).toBeUndefined();
			conversation.replies.recover();
			expect([conversation.replies.dueAt, conversation.alarms.at(-1)]).toEqual([began + 5_000, began + 5_000]);
			await alarm(conversation);
			expect(conversation.alarms.at(-1)).toBe(began + 5_000 + 10_000);
			expect(conversation.purses.reserved.size).toBe(0);
			delete conversation.purses.left.deployment;
			await alarm(conversation);
			expect(conversation.call.messages.map(({ content }) => content)).toEqual(["Hi"]);
			// They were told once.
			expect(errors(client)).toHaveLength(1);
		}));

	it("leaves nothing in purses if the object dies while they are asked for it and another one's", () =>
		withMoney(async (conversation, state) => {
			conversation.purses.left.ann = "busy";
			const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, anns, "@claude Hi");
			conversation.purses.gate = new Promise(() => {});
			await ask(conversation, bobs, "@claude And me?");
			// The purses have granted something, and the object dies before it knows.
			const [{ id } = { id: "" }] = conversation.store.payments.open();
			conversation.purses.reserved.set(`deployment ${id}`, 1).set(`bob ${id}`, 1);
			conversation.purses.gate = undefined;
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.now = conversation.now;
			next.replies.recover();
			await ask(next, next.enter(bob), "@claude Hello?");
			for (let n = 0; n < next.calls.length; n++) {
				await next.calls[n]?.event(ended);
				await settled();
			}
			expect([...next.purses.reserved.keys()]).toEqual([]);
		}));

	it("waits without whoever has left while purses were asked", () =>
		withMoney(async (conversation) => {
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.purses.left.deployment = "busy";
			const bobs = conversation.enter(bob);
			await ask(conversation, conversation.enter(ann), "@claude Hi");
			await ask(conversation, bobs, "@claude And I?");
			conversation.departures.end("ann", "ann");
			gate.resolve();
			await settled();
			await alarm(conversation);
			expect(conversation.store.payments.open()).toMatchObject([{ type: "ask", payers: [{ userId: "bob" }], waiting: { tries: 2 } }]);
		}));

	it("is told of by everybody who asked meanwhile where a purse cannot be reached", () =>
		withMoney(async (conversation) => {
			expectLog(/A purse could not be reached/);
			const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
			const gate = Promise.withResolvers<void>();
			Object.assign(conversation.purses, { gate: gate.promise, isReachable: false });
			await ask(conversation, anns, "@claude Hi");
			await ask(conversation, bobs, "@claude And me?");
			gate.resolve();
			await settled();
			await settled();
			expect([anns, bobs].map((client) => errors(client))).toEqual([
				[expect.objectContaining({ code: "unavailable" })],
				[expect.objectContaining({ code: "unavailable" })],
			]);
		}));

	it("is not forgotten where a reply is regenerated meanwhile whose purse cannot be reached", () =>
		withMoney(async (conversation) => {
			const client = conversation.enter(ann);
			await ask(conversation, client);
			await conversation.call.event(ended);
			await settled();
			const { id: messageId, conversationId } = client.last("chat:message").message;
			conversation.purses.left.deployment = "busy";
			await ask(conversation, client, "And now?");
			const { id: question } = client.last("chat:message").message;
			expectLog(/A purse could not be reached/);
			expectLog(/A purse could not be reached/);
			conversation.purses.isReachable = false;
			conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId });
			await settled();
			const told = errors(client).map((event) => event.type === "chat:error" && [event.code, event.messageId]);
			expect(told.slice(1)).toEqual([
				["unavailable", messageId],
				["unavailable", question],
			]);
		}));

	it("goes on waiting if its object dies", () =>
		withMoney(async (conversation, state) => {
			conversation.purses.left.ann = "busy";
			await ask(conversation, conversation.enter(ann));
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.replies.recover();
			await settled();
			expect(next.alarms).toEqual([next.now + 5_000]);
			delete next.purses.left.ann;
			await alarm(next);
			expect(next.calls).toHaveLength(1);
		}));

	it.each(["off", "guests"])("is taken back if its author may not ask any more by the time: %s", (choice) =>
		withMoney(async (conversation, state) => {
			const guest = { userId: `guest-${"x".repeat(22)}`, username: "Guest" };
			conversation.purses.left.deployment = "busy";
			await ask(conversation, conversation.enter(guest), "@claude Hi");
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses, choice !== "guests"));
			if (choice === "off") next.store.setAssistant("off");
			delete next.purses.left.deployment;
			next.replies.recover();
			await alarm(next);
			expect([next.calls, next.purses.reserved.size, next.store.reader.questionsAfter(0)]).toEqual([[], 0, []]);
		}),
	);

	it("is asked with the next question, for which another can pay", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = "busy";
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, one, "@claude Hi");
			await ask(conversation, other, "@claude And me?");
			expect(one.last("chat:thinking").askedBy).toEqual([ann, bob]);
			expect(conversation.store.payments.open()).toMatchObject([{ type: "paid", payer: bob }]);
		}));

	it("is paid for by nobody who has taken their question back", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = "busy";
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, one, "@claude Hi");
			const { id: messageId, conversationId } = one.last("chat:message").message;
			conversation.rules.receive(one, { type: "chat:withdraw", conversationId, messageId });
			delete conversation.purses.left.ann;
			await ask(conversation, other, "@claude And me?");
			expect(one.last("chat:thinking").askedBy).toEqual([bob]);
			expect(conversation.store.payments.open()).toMatchObject([{ type: "paid", payer: bob }]);
		}));

	it("is paid for by nobody who takes their question back while purses are asked", () =>
		withMoney(async (conversation) => {
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			await ask(conversation, one, "@claude Hi");
			const { id: messageId, conversationId } = one.last("chat:message").message;
			conversation.rules.receive(one, { type: "chat:delete", conversationId, messageId });
			await ask(conversation, other, "@claude And me?");
			gate.resolve();
			await settled();
			expect(conversation.store.payments.open()).toMatchObject([{ type: "paid", payer: bob }]);
			expect([...conversation.purses.reserved.keys()].map((key) => key.split(" ")[0])).toEqual(["deployment", "bob"]);
			await conversation.call.event(ended);
			await settled();
			expect(spent(conversation).reserved).toBe(0);
		}));

	it("is not asked for who has left or was erased meanwhile, and nothing is stored of them", () =>
		withMoney(async (conversation) => {
			Object.assign(conversation.purses.left, { ann: "busy", bob: "busy" });
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, one, "@claude Hi");
			await ask(conversation, other, "@claude And me?");
			conversation.store.payments.erase("bob", "erased-1", "Deleted person");
			expect(conversation.store.payments.open()).toMatchObject([{ type: "ask", payers: [ann] }]);
			conversation.store.members.remove("ann", false);
			conversation.store.members.remove("bob", false);
			conversation.purses.left.ann = 1_000_000;
			await alarm(conversation);
			expect(conversation.calls).toEqual([]);
			expect(conversation.store.payments.open()).toEqual([]);
			expect(conversation.replies.dueAt).toBeUndefined();
		}));

	it("is not answered once its author has left", () =>
		withMoney(async (conversation) => {
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, one, "@claude Hi");
			conversation.say(other, "@claude And me?");
			conversation.store.members.remove("bob", false);
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			await settled();
			expect(conversation.calls).toHaveLength(1);
		}));

	it("is kept for somebody who can pay later, though another cannot", () =>
		withMoney(async (conversation) => {
			const [one, other] = [conversation.enter(ann), conversation.enter(bob)];
			await ask(conversation, one, "@claude Hi");
			conversation.say(one, "@claude More");
			conversation.say(other, "@claude And me?");
			Object.assign(conversation.purses.left, { ann: "busy", bob: 0 });
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			await settled();
			expect(errors(one)).toMatchObject([{ code: "rate_limited" }]);
			delete conversation.purses.left.ann;
			await alarm(conversation);
			expect(conversation.calls).toHaveLength(2);
		}));

	it("is given up after a quarter of an hour", () =>
		withMoney(async (conversation) => {
			conversation.purses.left.ann = "busy";
			const client = conversation.enter(ann);
			const began = conversation.now;
			await ask(conversation, client);
			for (let tries = 1; tries < 18; tries++) await alarm(conversation);
			expect(conversation.now - began).toBe(5_000 + 10_000 + 20_000 + 40_000 + 13 * 60_000);
			expect(conversation.alarms.at(-1)).toBe("cleared");
			expect(errors(client)).toHaveLength(2);
			expect(client.last("chat:updated").message).not.toHaveProperty("asksClaude");
			expect(conversation.store.payments.open()).toEqual([]);
		}));
});

describe("an object that dies", () => {
	it("asks again while it reserves, and reserves once", () =>
		withMoney(async (conversation, state) => {
			const answer = Promise.withResolvers<void>();
			conversation.say(conversation.enter(ann), "Hi");
			conversation.purses.gate = answer.promise;
			await settled();
			const next = nextLife(state, conversation.purses);
			const client = next.enter(ann);
			next.purses.gate = undefined;
			await settled();
			expect(client.last("chat:thinking").askedBy).toEqual([ann]);
			expect(next.purses.reserved.size).toBe(2);
			await next.call.usage(1_000, 500);
			await next.call.event(ended);
			expect(next.purses.reserved.size).toBe(0);
			expect(spent(next)).toMatchObject({ microUsd: 7_000, reserved: 0 });
		}));

	it("goes on with the reservation of the reply that ran, and charges it once", () =>
		withMoney(async (conversation, state) => {
			await ask(conversation, conversation.enter(ann));
			await conversation.call.usage(1_000, 1);
			const next = nextLife(state, conversation.purses);
			await settled();
			expect(next.purses.reserved.size).toBe(2);
			await next.call.text("Hello");
			await next.call.usage(1_000, 500);
			await next.call.event(ended);
			// The first request was answered, and its output is not known.
			expect(spent(next)).toMatchObject({ microUsd: 2_010 + 7_000, reserved: 0, replies: 1 });
			expect(next.purses.settled).toEqual([
				["deployment", 9_010],
				["ann", 9_010],
			]);
			expect(journal(state).map(({ cost, outcome }) => [cost, outcome])).toEqual([
				[2_010, "interrupted"],
				[7_000, "complete"],
			]);
		}));

	it("is charged the most that a request can have cost of which nothing is known", () =>
		withMoney(async (conversation, state) => {
			await ask(conversation, conversation.enter(ann));
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.now = conversation.now + 20_000;
			next.replies.recover();
			await settled();
			await next.call.usage(1_000, 500);
			await next.call.event(ended);
			// About 20 tokens of prompt with what is in every prompt, and 150 tokens a second for 10 seconds.
			expect(journal(state)).toMatchObject([{ cost: 6_323 + 15_000, outcome: "interrupted" }, { cost: 7_000 }]);
			expect(next.store.log.lastReply()?.cost?.about).toBe(true);
		}));

	it("is charged what had come by the last checkpoint, and what may have come until the next", () =>
		withMoney(async (conversation, state) => {
			await ask(conversation, conversation.enter(ann));
			await conversation.call.usage(1_000, 1);
			await conversation.call.text("x".repeat(3_000));
			await conversation.call.text("x".repeat(300));
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.now = conversation.now + 600_000;
			next.replies.recover();
			await settled();
			expect(journal(state)).toMatchObject([{ cost: 2_000 + 10_000 + 15_000, outcome: "interrupted" }]);
		}));

	it("is charged as long as it may have stood still, at the pace of its text", () =>
		withMoney(async (conversation, state) => {
			await ask(conversation, conversation.enter(ann));
			await conversation.call.usage(1_000, 1);
			for (let second = 0; second <= 4; second++) {
				await conversation.call.text("x".repeat(120));
				conversation.now += 1_000;
			}
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.now = conversation.now + 7_000;
			next.replies.recover();
			await settled();
			// 200 tokens of text; then 1.25 x 60 tokens a second, because the first piece counts as written in no time, for 8 seconds.
			expect(journal(state)).toMatchObject([{ cost: 2_000 + 2_000 + 6_000, outcome: "interrupted" }]);
			expect(next.store.log.lastReply()).not.toHaveProperty("written");
		}));

	it("is charged what it may have written since, also where too little is left for another request", () =>
		withMoney(async (conversation, state) => {
			conversation.purses.left.ann = 12_000;
			await ask(conversation, conversation.enter(ann));
			await conversation.call.usage(1_000, 1);
			conversation.now += 1_000;
			await conversation.call.text("x".repeat(900));
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.now = conversation.now + 2_000;
			next.replies.recover();
			await settled();
			// 300 tokens of text, and 150 a second before and after it.
			expect(journal(state)).toMatchObject([
				{ cost: 2_000 + 3_000 + 4_500, outcome: "interrupted" },
				{ cost: 0, outcome: "budget" },
			]);
		}));

	it("is charged as many pages as it may have read since", () =>
		withMoney(async (conversation, state) => {
			conversation.store.changeSettings({ tools: { webFetch: true } });
			await ask(conversation, conversation.enter(ann));
			await conversation.call.usage(1_000, 1);
			await conversation.call.event({ type: "tool", id: "1", name: "web_fetch", status: "running" });
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.now = conversation.now + 6_000;
			next.replies.recover();
			await settled();
			// The one that had begun and three more, and 150 tokens a second.
			expect(journal(state)).toMatchObject([{ cost: 2_010 + 4 * 50_000 + 9_000, outcome: "interrupted" }]);
		}));

	it("is never charged more than was reserved", () =>
		withMoney(async (conversation, state) => {
			conversation.purses.left.ann = 12_000;
			await ask(conversation, conversation.enter(ann));
			await conversation.call.usage(1_000, 1);
			await conversation.call.text("x".repeat(3_000));
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.now = conversation.now + 600_000;
			next.replies.recover();
			await settled();
			expect(journal(state)).toMatchObject([{ cost: 12_000 }, { cost: 0, outcome: "budget" }]);
			expect(next.calls).toHaveLength(0);
			expect(next.purses.reserved.size).toBe(0);
		}));

	it("is charged what Claude may have thought unseen, which checkpoints count", () =>
		withMoney(async (conversation, state) => {
			await ask(conversation, conversation.enter(ann));
			await conversation.call.usage(1_000, 1);
			conversation.now += 20_000;
			const costInRow = () => conversation.store.log.lastReply()?.cost?.usd;
			await expect.poll(costInRow).toBe(0.002 + 0.03);
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.now = conversation.now + 600_000;
			next.replies.recover();
			await settled();
			expect(journal(state)).toMatchObject([{ cost: 2_000 + 30_000 + 15_000, outcome: "interrupted" }]);
		}));

	it.each([
		["that had begun", "x".repeat(3_000), 10_000 + 50_000],
		["that had begun, and of one more before the first words", "", 10 + 50_000 + 50_000],
	])("is charged the most of each tool %s", (_name, text, cost) =>
		withMoney(async (conversation, state) => {
			conversation.store.changeSettings({ tools: { webSearch: true, webFetch: true } });
			await ask(conversation, conversation.enter(ann));
			await conversation.call.usage(1_000, 1);
			await conversation.call.text(text);
			await conversation.call.event({ type: "tool", id: "1", name: "web_fetch", status: "running" });
			nextLife(state, conversation.purses);
			await settled();
			expect(journal(state)).toMatchObject([{ cost: 2_000 + cost, outcome: "interrupted" }]);
		}),
	);

	it("is charged nothing for a request that it had not sent yet, as it waited", () =>
		withMoney(async (conversation, state) => {
			await ask(conversation, conversation.enter(ann));
			await conversation.call.fail("overloaded", 10_000);
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.now = conversation.now + 11_000;
			next.replies.recover();
			await settled();
			await next.call.usage(1_000, 500);
			await next.call.event(ended);
			expect(spent(next)).toMatchObject({ microUsd: 7_000, reserved: 0 });
		}));

	it("charges a title that it had asked for with all that was reserved", () =>
		inConversation(
			async (conversation, state) => {
				metered(conversation);
				await ask(conversation, conversation.enter(ann));
				await conversation.call.usage(1_000, 500);
				await conversation.call.event(ended);
				await settled();
				const { reserved } = spent(conversation);
				expect(reserved).toBeGreaterThan(20_000);
				const next = nextLife(state, conversation.purses);
				expect(spent(next)).toMatchObject({ microUsd: 7_000 + reserved, reserved: 0 });
				expect(next.store.payments.open()).toEqual([]);
			},
			60_000,
			{ title: "", titler: { title: () => new Promise(() => {}) } },
		));
});

it("a conversation that is deleted settles a title that is asked for", () =>
	inConversation(
		async (conversation) => {
			metered(conversation);
			await ask(conversation, conversation.enter(ann));
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			await settled();
			const { reserved } = spent(conversation);
			expect(reserved).toBeGreaterThan(20_000);
			conversation.replies.abandon();
			expect(conversation.store.payments.open()).toEqual([]);
			expect(conversation.purses.settled.slice(-2)).toEqual([
				["deployment", reserved],
				["ann", reserved],
			]);
		},
		60_000,
		{ title: "", titler: { title: () => new Promise(() => {}) } },
	));

it("a conversation that is deleted settles the reply that runs", () =>
	withMoney(async (conversation) => {
		await ask(conversation, conversation.enter(ann));
		await conversation.call.usage(1_000, 1);
		conversation.replies.abandon();
		expect(conversation.purses.settled).toEqual([
			["deployment", 3_500],
			["ann", 3_500],
		]);
		expect(spent(conversation)).toMatchObject({ microUsd: 3_500, reserved: 0 });
	}));

it("a conversation that is deleted while it reserves releases everything", () =>
	withMoney(async (conversation) => {
		conversation.say(conversation.enter(ann), "Hi");
		conversation.purses.gate = Promise.resolve();
		await Promise.resolve();
		conversation.replies.abandon();
		await settled();
		expect(conversation.calls).toEqual([]);
		expect(conversation.purses.settled).toEqual([
			["deployment", 0],
			["ann", 0],
		]);
	}));

describe("without a price or a budget", () => {
	it.each(["price", "budget"])("nothing is reserved and nothing is written: no %s", (missing) =>
		withMoney(async (conversation, state) => {
			if (missing === "price") conversation.priceOf = () => undefined;
			else conversation.budgets = {};
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			expect(client.types()).toContain("chat:thinking");
			expect(conversation.calls).toHaveLength(1);
			expect(conversation.call.options.maxTokens).toBeUndefined();
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			for (const table of ["payments", "journal", "spending", "reservations"])
				expect(state.storage.sql.exec(`SELECT * FROM ${table}`).toArray()).toEqual([]);
		}),
	);
});

/** Claude proposes a title after the first reply. */
const titled = {
	title: "",
	titler: { title: async () => ({ title: "A title", model: "m", usage: { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 } }) },
};

it("nobody who leaves while purses are asked for a title pays for it", () =>
	inConversation(
		async (conversation, state) => {
			metered(conversation);
			conversation.enter(ann);
			await ask(conversation, conversation.enter(bob), "@claude Hi");
			await conversation.call.usage(1_000, 500);
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			await conversation.call.event(ended);
			expect(conversation.store.payments.open()).toMatchObject([{ kind: "title" }]);
			conversation.departures.end("bob", "bob");
			gate.resolve();
			await settled();
			expect(journal(state).map(({ kind }) => kind)).toEqual(["reply"]);
			expect([conversation.store.info.title, conversation.store.payments.open()]).toEqual(["Hi", []]);
			expect([conversation.purses.reserved.size, conversation.store.payments.purse.sums("day", conversation.now).reserved]).toEqual([0, 0]);
		},
		60_000,
		titled,
	));

it.each(["was erased", "has left"])("nobody who %s while their reply ran pays for the title after it", (how) =>
	inConversation(
		async (conversation, state) => {
			metered(conversation);
			conversation.enter(ann);
			await ask(conversation, conversation.enter(bob), "@claude Hi");
			await conversation.call.usage(1_000, 500);
			conversation.departures.end("bob", "bob");
			if (how === "was erased") conversation.store.payments.erase("bob", "erased-1", "Deleted person");
			await conversation.call.event(ended);
			await settled();
			expect(journal(state).map(({ kind }) => kind)).toEqual(["reply"]);
			expect(conversation.store.info.title).toBe("Hi");
		},
		60_000,
		titled,
	),
);

it("a person who is erased is not named by what they have paid", () =>
	withMoney(async (conversation, state) => {
		await ask(conversation, conversation.enter(ann));
		await conversation.call.usage(1_000, 500);
		await conversation.call.event(ended);
		await ask(conversation, conversation.enter(ann));
		await conversation.call.usage(1_000, 1);
		conversation.store.payments.erase("ann", "erased-1", "Deleted person");
		await conversation.call.usage(1_000, 500);
		await conversation.call.event(ended);
		for (const table of ["journal", "spending", "reservations"])
			expect(JSON.stringify(state.storage.sql.exec(`SELECT * FROM ${table}`).toArray())).not.toMatch(/"ann"|"Ann"/);
		expect(conversation.store.payments.purse.byLabel("day", conversation.now, 10)).toMatchObject([{ label: "erased-1", microUsd: 14_000 }]);
		// Their own purse pays for what they have asked.
		expect(conversation.purses.settled.at(-1)).toEqual(["ann", 7_000]);
	}));

it("a person who is erased while purses are asked pays nothing, and is not named", () =>
	withMoney(async (conversation, state) => {
		const gate = Promise.withResolvers<void>();
		conversation.purses.gate = gate.promise;
		conversation.say(conversation.enter(ann), "Hi");
		await settled();
		conversation.departures.end("ann", "ann");
		conversation.store.payments.erase("ann", "erased-1", "Deleted person");
		gate.resolve();
		await settled();
		expect(conversation.calls).toEqual([]);
		for (const table of ["payments", "journal", "spending", "reservations"])
			expect(JSON.stringify(state.storage.sql.exec(`SELECT * FROM ${table}`).toArray())).not.toMatch(/"ann"|"Ann"/);
		expect(conversation.purses.settled.at(-1)).toEqual(["ann", 0]);
	}));

it("a question of others is asked if its payer is erased while purses are asked, and nobody is told that purses cannot be reached", () =>
	withMoney(async (conversation) => {
		const gate = Promise.withResolvers<void>();
		conversation.purses.gate = gate.promise;
		const [, other] = [conversation.enter(ann), conversation.enter(bob)];
		conversation.say(conversation.enter(ann), "@claude Hi");
		await settled();
		conversation.say(other, "@claude And me?");
		conversation.departures.end("ann", "ann");
		conversation.store.payments.erase("ann", "erased-1", "Deleted person");
		gate.resolve();
		await settled();
		expect(errors(other)).toEqual([]);
		expect(other.last("chat:thinking").askedBy).toEqual([bob]);
		expect([...conversation.purses.reserved.keys()].map((key) => key.split(" ")[0])).toEqual(["deployment", "bob"]);
	}));

it("a reply that is continued is paid for again, and charged only for what came since", () =>
	withMoney(async (conversation) => {
		const client = conversation.enter(ann);
		await ask(conversation, client);
		await conversation.call.text("Hello");
		await conversation.call.usage(1_000, 500);
		await conversation.call.event({ type: "end", stopReason: "max_tokens", reason: "max_tokens" });
		const { id: messageId, conversationId } = client.last("chat:message").message;
		conversation.rules.receive(client, { type: "chat:continue", conversationId, messageId });
		await settled();
		expect(conversation.calls).toHaveLength(2);
		await conversation.call.text(" again, and so on");
		await conversation.call.usage(1_000, 600);
		await conversation.call.event(ended);
		expect(spent(conversation)).toMatchObject({ microUsd: 7_000 + 8_000, reserved: 0, output: 1_100 });
		expect(client.last("chat:message").message.cost).toEqual({ usd: 0.015 });
	}));
