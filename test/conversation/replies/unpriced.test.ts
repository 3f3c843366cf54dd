import { describe, expect, it } from "vitest";
import { priceOf } from "../../../src/money/prices.ts";
import { ann, inConversation, settled, type TestClient, TestConversation } from "../../support/conversation.ts";

const ended = { type: "end", stopReason: "end_turn" } as const;
const priced = "claude-sonnet-5-5";
const unpriced = "qwen3";

/** Sonnet 5.5 is asked and paid for: $2 and $10 per million tokens. A server may name a model without a price. */
function metered(conversation: TestConversation): TestConversation {
	conversation.priceOf = (model, at) => priceOf(model === unpriced ? model : priced, at, { prices: new Map() });
	conversation.budgets = { conversation: 5_000_000 };
	return conversation;
}

type Life = { conversation: TestConversation; client: TestClient; state: DurableObjectState };

/** A reply by this model has begun. Returns what was charged in the course of it, and the cost that people see. */
async function charged(served: string, course: (life: Life) => Promise<TestConversation>) {
	let result: { journal: unknown[]; settled: unknown[]; microUsd: number; cost: unknown } | undefined;
	await inConversation(async (conversation, state) => {
		const client = metered(conversation).enter(ann);
		conversation.say(client, "Hi");
		await settled();
		await conversation.call.event({ type: "start", model: served });
		await conversation.call.usage(1_000, 1);
		const { store, purses, now } = await course({ conversation, client, state });
		result = {
			journal: state.storage.sql.exec("SELECT cost, outcome FROM journal ORDER BY n").toArray(),
			settled: purses.settled,
			microUsd: store.payments.purse.sums("day", now).microUsd,
			cost: store.log.lastReply()?.cost,
		};
	});
	if (!result) throw new Error("Nothing was charged");
	return result;
}

/** The object dies, and comes back after some time. */
async function nextLife({ conversation, state }: Life, ms = 0): Promise<TestConversation> {
	const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
	next.now = conversation.now + ms;
	next.replies.recover();
	await settled();
	return next;
}

function stop({ rules, store }: TestConversation, client: TestClient): void {
	rules.receive(client, { type: "chat:stop", conversationId: store.info.id });
}

async function end(conversation: TestConversation, served: string): Promise<TestConversation> {
	await conversation.call.event({ type: "start", model: served });
	await conversation.call.usage(1_000, 100);
	await conversation.call.text("Done");
	await conversation.call.usage(1_000, 100);
	await conversation.call.event(ended);
	return conversation;
}

const courses: { [title: string]: (life: Life, served: string) => Promise<TestConversation> } = {
	"that is stopped": async ({ conversation, client }) => {
		await conversation.call.text("word ".repeat(800));
		stop(conversation, client);
		return conversation;
	},
	"that breaks off and goes on": async ({ conversation }, served) => {
		await conversation.call.text("word ".repeat(800));
		await conversation.call.cut();
		return end(conversation, served);
	},
	"that uses up its reservation": async ({ conversation }) => {
		for (let n = 0; n < 100; n++) await conversation.call.text("word ".repeat(800));
		return conversation;
	},
	"whose object dies while Claude writes": async (life, served) => {
		await life.conversation.call.text("word ".repeat(800));
		return end(await nextLife(life, 20_000), served);
	},
	"whose object dies while Claude is busy": async (life, served) => {
		await life.conversation.call.text("word ".repeat(800));
		await life.conversation.call.fail("overloaded", 20_000);
		const next = await nextLife(life, 30_000);
		return end(next, served);
	},
	"that waits for somebody and whose object dies meanwhile": async (life, served) => {
		const { conversation } = life;
		await conversation.call.text("word ".repeat(800));
		await conversation.call.cut();
		conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
		await conversation.call.event({ type: "start", model: served });
		await conversation.call.usage(1_000, 100);
		const call = { id: "toolu_1", name: "docs__write", input: "{}" };
		await conversation.call.event({ type: "pause", turn: [{ type: "tool_use", ...call, input: {} }], calls: [call] });
		await settled();
		const next = await nextLife(life);
		const { id: conversationId } = next.store.info;
		const messageId = next.store.log.lastReply()?.id as string;
		next.rules.receive(next.enter(ann), { type: "chat:approve", conversationId, messageId, toolId: call.id, allow: true });
		await settled();
		return end(next, served);
	},
};

describe("a reply by a model without a price", () => {
	for (const [title, course] of Object.entries(courses))
		it(`${title} is charged at the price it was paid for, and its cost is unknown`, async () => {
			const known = await charged(priced, (life) => course(life, priced));
			const unknown = await charged(unpriced, (life) => course(life, unpriced));
			expect(known.cost).toBeDefined();
			expect(known.microUsd).toBeGreaterThan(2_010 + 3_000);
			expect(unknown).toEqual({ ...known, cost: undefined });
		});

	it("is not charged again for what it had used before it is continued", async () => {
		const { journal } = await charged(unpriced, async ({ conversation, client }) => {
			await conversation.call.text("word ".repeat(800));
			await conversation.call.event({ type: "end", stopReason: "max_tokens", reason: "max_tokens" });
			const { id: messageId, conversationId } = client.last("chat:message").message;
			conversation.rules.receive(client, { type: "chat:continue", conversationId, messageId });
			await settled();
			return end(conversation, unpriced);
		});
		expect(journal).toEqual([
			{ cost: 2_000 + 13_340, outcome: "max_tokens" },
			{ cost: 3_000, outcome: "complete" },
		]);
	});
});

describe("a reply whose server names no model", () => {
	/** Owners choose Haiku 4.5 ($1 and $5) while it runs. */
	function changing(conversation: TestConversation): TestConversation {
		const chosen = () => (conversation.store.info.model === null ? priced : "claude-haiku-4-5");
		conversation.priceOf = (model = chosen(), at) => priceOf(model === "scripted" ? priced : model, at, { prices: new Map() });
		conversation.budgets = { conversation: 5_000_000 };
		return conversation;
	}

	for (const how of ["ends", "loses its object"])
		it(`is charged for the model that was paid for when it ${how}`, () =>
			inConversation(async (conversation, state) => {
				const client = changing(conversation).enter(ann);
				conversation.say(client, "Hi");
				await settled();
				conversation.store.changeSettings({ model: "claude-haiku-4-5" });
				await conversation.call.usage(1_000, 500);
				if (how === "ends") await conversation.call.event(ended);
				else {
					await expect.poll(() => conversation.store.log.lastReply()?.usage).toBeDefined();
					const next = changing(new TestConversation(state, 60_000, undefined, conversation.purses));
					next.now = conversation.now + 20_000;
					next.replies.recover();
					await settled();
				}
				const [row] = state.storage.sql.exec("SELECT cost FROM journal").toArray();
				// 150 tokens a second are lost for 10 seconds.
				expect(row).toEqual({ cost: how === "ends" ? 7_000 : 7_000 + 15_000 });
			}));
});
