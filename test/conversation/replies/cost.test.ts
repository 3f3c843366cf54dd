import { describe, expect, it } from "vitest";
import { priceOf } from "../../../src/money/prices.ts";
import { ann, inConversation, settled, type TestClient, TestConversation } from "../../support/conversation.ts";
import { expectLog } from "../../support/log.ts";

const ended = { type: "end", stopReason: "end_turn" } as const;
const stop = (conversation: TestConversation, client: TestClient) =>
	conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
const costOf = (client: TestClient) => client.last("chat:message").message.cost;
const answered = (conversation: TestConversation, model: string) => conversation.call.event({ type: "start", model });

/** Sonnet 5.5 is asked: $2 and $10 per million tokens. */
function price(conversation: TestConversation): TestConversation {
	conversation.priceOf = (model = "claude-sonnet-5-5", at) => priceOf(model, at, { prices: new Map() });
	return conversation;
}

function asked(test: (conversation: TestConversation, client: TestClient, state: DurableObjectState) => Promise<void>): Promise<void> {
	return inConversation((conversation, state) => {
		const client = price(conversation).enter(ann);
		conversation.say(client, "Hi");
		return test(conversation, client, state);
	});
}

describe("the cost of a reply", () => {
	it("is that of its usage, in its row and for everybody", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(1_000, 1);
			await conversation.call.text("Hello");
			await conversation.call.event({ type: "usage", usage: { input: 1_000, output: 500, cacheRead: 20_000, cacheWrite: 400 } });
			await conversation.call.event(ended);
			expect(costOf(client)).toEqual({ usd: 0.01 });
			expect(conversation.store.log.lastReply()?.cost).toEqual({ usd: 0.01 });
		}));

	it("follows the model that answered, at the day's price", () =>
		asked(async (conversation, client) => {
			conversation.now = Date.parse("2026-10-01T00:00:00Z");
			await answered(conversation, "claude-sonnet-5-5-20260901");
			await conversation.call.event({ type: "usage", usage: { input: 0, output: 0, cacheRead: 1_000_000, cacheWrite: 0 } });
			await conversation.call.event(ended);
			expect(costOf(client)).toEqual({ usd: 0.2 });
		}));

	it("is absent where the model that answered has no price", () =>
		asked(async (conversation, client) => {
			await answered(conversation, "qwen3");
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			expect(client.last("chat:message").message).not.toHaveProperty("cost");
		}));

	it("is absent if only one of its requests has no price", () =>
		asked(async (conversation, client) => {
			await answered(conversation, "qwen3");
			await conversation.call.usage(1_000, 500);
			await conversation.call.cut();
			await answered(conversation, "claude-opus-5-5");
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			expect(client.last("chat:message").message).not.toHaveProperty("cost");
		}));

	it("is absent if Claude's side refused every request", () =>
		asked(async (conversation, client) => {
			await conversation.call.fail("bad_key");
			expect(client.last("chat:message").message).not.toHaveProperty("cost");
		}));

	it("prices each request by itself: the tier of one is not that of all", () =>
		asked(async (conversation, client) => {
			await answered(conversation, "claude-haiku-5-5");
			await conversation.call.usage(60_000, 1);
			await conversation.call.text("One");
			await conversation.call.cut();
			await answered(conversation, "claude-haiku-5-5");
			await conversation.call.text(" two");
			await conversation.call.usage(60_000, 4);
			await conversation.call.event(ended);
			// 60,000 x 0.10 + (1 + 150 that may have been on their way) x 0.50, rounded up, and 60,000 x 0.10 + 4 x 0.50 micro-dollars
			expect(costOf(client)).toEqual({ usd: 0.012078, about: true });
		}));
});

describe("what was not reported", () => {
	it("is estimated from the text and thinking of a stopped reply, and marked", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 1);
			await conversation.call.event({ type: "thinking", text: "ä".repeat(150) });
			await conversation.call.text("x".repeat(300));
			stop(conversation, client);
			// 100 x 2 + (100 + 150 that may be on their way) x 10
			expect(costOf(client)).toEqual({ usd: 0.0027, about: true });
			expect(client.last("chat:message").message.usage).toEqual({ input: 100, output: 1, cacheRead: 0, cacheWrite: 0 });
		}));

	it("counts thinking that is too long to be kept", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 1);
			await conversation.call.event({ type: "thinking", text: "x".repeat(90_000) });
			stop(conversation, client);
			expect(costOf(client)).toEqual({ usd: 0.3002, about: true });
		}));

	it("is what Claude may have thought in the time in which it showed nothing", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 1);
			conversation.now += 10_000;
			await conversation.call.event({ type: "alive" });
			await conversation.call.event({ type: "thinking", text: "Hm." });
			conversation.now += 4_000;
			await conversation.call.text("x".repeat(300));
			// Text comes as it is written, and a ping says nothing.
			conversation.now += 3_000;
			await conversation.call.text("x".repeat(300));
			await conversation.call.event({ type: "alive" });
			conversation.now += 1_000;
			stop(conversation, client);
			// 100 x 2 + (200 of text + 150 a second for 10 + 4 seconds + 84, as fast as the text and a quarter more, for 1 + 1) x 10
			expect(costOf(client)).toEqual({ usd: 0.02488, about: true });
		}));

	it("is what its tools may have read", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 1);
			await conversation.call.event({ type: "tool", id: "1", name: "web_search", status: "running" });
			await conversation.call.event({ type: "usage", usage: { input: 100, output: 1, cacheRead: 0, cacheWrite: 0, searches: 1 } });
			await conversation.call.event({ type: "tool", id: "1", name: "web_search", status: "done" });
			await conversation.call.event({ type: "tool", id: "2", name: "web_fetch", status: "running" });
			await conversation.call.event({ type: "tool", id: "3", name: "web_fetch", status: "running" });
			await conversation.call.event({ type: "tool", id: "3", name: "web_fetch", status: "failed", error: "not_found" });
			stop(conversation, client);
			// 100 x 2 + 30,000 x 2.5 + 150 x 10, and a search
			expect(costOf(client)).toEqual({ usd: 0.0867, about: true });
		}));

	it("follows the pace of the text that came, and its fastest seconds", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 1);
			for (const bytes of [60, 60, 60, 120, 120, 60, 60, 60, 60]) {
				conversation.now += 1_000;
				await conversation.call.text("x".repeat(bytes));
			}
			stop(conversation, client);
			// 100 x 2 + (220 of text + 150 before it + 1.25 x 40 that may be on their way) x 10
			expect(costOf(client)).toEqual({ usd: 0.0044, about: true });
		}));

	it.each([
		["have come at once", { unshown: 3_000 }, 0, 1_000],
		["were held back by the server", { unshown: 300 }, 10_000, 1_500 + 150],
		["have not come", {}, 4_000, 600 + 150],
	])("is the arguments of a call that %s, between texts", (_what, sign, after, tokens) =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 1);
			await conversation.call.text("x".repeat(300));
			await conversation.call.event({ type: "alive", unshown: 0 });
			conversation.now += after;
			await conversation.call.event({ type: "alive", ...sign });
			await conversation.call.text("x".repeat(300));
			stop(conversation, client);
			// 100 x 2 + (200 of text, the arguments, and 150 that may be on their way where less has come) x 10
			expect(costOf(client)).toEqual({ usd: (200 + (200 + tokens) * 10) / 1e6, about: true });
		}),
	);

	it("is what a page has, where its text has come", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 1);
			await conversation.call.event({ type: "tool", id: "1", name: "web_fetch", status: "running" });
			await conversation.call.event({ type: "tool", id: "1", name: "web_fetch", status: "done", readTokens: 1_000 });
			await conversation.call.event({ type: "tool", id: "2", name: "web_fetch", status: "done", readTokens: 90_000 });
			stop(conversation, client);
			// 100 x 2 + (1,000 + 20,000, as the server cuts pages) x 2.5 + 150 x 10
			expect(costOf(client)).toEqual({ usd: 0.0542, about: true });
		}));

	it("is nothing for a call of ours that has not been made", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 1);
			await conversation.call.event({ type: "tool", id: "1", name: "files.put", input: "{}", status: "running", isCall: true });
			stop(conversation, client);
			expect(costOf(client)).toEqual({ usd: 0.0017, about: true });
		}));

	it("is nothing of that where the request came to its end", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 1);
			conversation.now += 10_000;
			await conversation.call.event({ type: "tool", id: "1", name: "web_fetch", status: "done" });
			await conversation.call.text("Hello");
			await conversation.call.usage(20_000, 1_000);
			await conversation.call.event(ended);
			expect(costOf(client)).toEqual({ usd: 0.05 });
		}));

	it("is never less than what was reported", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(100, 50);
			await conversation.call.text("Hello");
			stop(conversation, client);
			expect(costOf(client)).toEqual({ usd: 0.00172, about: true });
		}));

	it("is the most that the prompt can be if a reply is stopped before Claude's first sign of life", () =>
		asked(async (conversation, client) => {
			stop(conversation, client);
			const { cost, usage } = client.last("chat:message").message;
			expect([usage, cost]).toEqual([undefined, { usd: 0.006323, about: true }]);
		}));

	it("is the prompt if Claude gives no sign of life in any attempt", () =>
		inConversation(async (conversation) => {
			const client = price(conversation).enter(ann);
			expectLog(/Claude failed: no_response/);
			conversation.say(client, "Hi");
			for (const patience of [20, 40, 80]) {
				const { signal } = conversation.call;
				const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
				conversation.now += patience;
				await over;
				await settled();
			}
			expect(client.last("chat:message").message).toMatchObject({ reason: "no_response", cost: { usd: expect.any(Number), about: true } });
		}, 20));

	it("is nothing while a reply waits for a busy Claude", () =>
		asked(async (conversation, client) => {
			await conversation.call.fail("overloaded", 10_000);
			stop(conversation, client);
			expect(client.last("chat:message").message).not.toHaveProperty("cost");
		}));

	it("is estimated for a server that reports no tokens", () =>
		asked(async (conversation, client) => {
			await conversation.call.usage(0, 0);
			await conversation.call.text("x".repeat(3_000));
			await conversation.call.usage(0, 0);
			await conversation.call.event(ended);
			const { usd, about } = costOf(client) ?? { usd: 0 };
			expect([usd > 0.01, usd < 0.0102, about]).toEqual([true, true, true]);
		}));
});

describe("the cost of a reply whose object dies", () => {
	it("includes what each life has used, once", () =>
		asked(async (conversation, _client, state) => {
			await conversation.call.usage(100, 1);
			const second = price(new TestConversation(state, 60_000));
			second.replies.recover();
			await second.call.usage(110, 1);
			const third = price(new TestConversation(state, 60_000));
			const watcher = third.enter(ann);
			third.replies.recover();
			await third.call.usage(120, 9);
			await third.call.event(ended);
			// 330 x 2 + 11 x 10
			expect(costOf(watcher)).toEqual({ usd: 0.00077, about: true });
		}));

	it("stays unknown if an earlier release wrote what was used before", () =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			await conversation.call.usage(100, 1);
			const second = price(new TestConversation(state, 60_000));
			const watcher = second.enter(ann);
			second.replies.recover();
			await second.call.usage(110, 5);
			await second.call.event(ended);
			expect(watcher.last("chat:message").message).not.toHaveProperty("cost");
		}));
});

it("a regenerated reply begins with no cost, and its former version keeps its own", () =>
	asked(async (conversation, client) => {
		await conversation.call.text("Hello");
		await conversation.call.usage(100, 10);
		await conversation.call.event(ended);
		const { id: messageId, conversationId } = client.last("chat:message").message;
		conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId });
		expect(client.last("chat:updated").message).not.toHaveProperty("cost");
		await conversation.call.usage(200, 10);
		await conversation.call.event(ended);
		expect(costOf(client)).toEqual({ usd: 0.0005 });
		expect(conversation.rules.history().versions(messageId)).toMatchObject({ versions: [{ cost: { usd: 0.0003 } }] });
	}));
