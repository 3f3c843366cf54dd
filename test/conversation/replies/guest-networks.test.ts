// The purse that the guests of one network share, beside their own.

import { describe, expect, it } from "vitest";
import { priceOf } from "../../../src/money/prices.ts";
import { ann, inConversation, settled, TestConversation } from "../../support/conversation.ts";
import { allowLog } from "../../support/log.ts";

const ended = { type: "end", stopReason: "end_turn" } as const;
const guest = (letter: string) => ({ userId: `guest-${letter.repeat(22)}`, username: `Guest ${letter}` });
const [gus, gil] = [guest("g"), guest("h")];
const address = "192.0.2.1";

function metered(conversation: TestConversation): TestConversation {
	conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
	conversation.budgets = { guest: 1_000_000, network: 1_000_000 };
	return conversation;
}

const withMoney = (test: (conversation: TestConversation, state: DurableObjectState) => Promise<void>) =>
	inConversation((conversation, state) => test(metered(conversation), state));

const holders = ({ purses }: TestConversation) => [...purses.reserved.keys()].map((key) => key.replace(/ [^ ]*$/, "")).sort();
const errorTo = (client: ReturnType<TestConversation["enter"]>) => client.received.filter(({ type }) => type === "chat:error").at(-1);

describe("the guests of one network", () => {
	it("pay from the network's purse, too, and members do not", () =>
		withMoney(async (conversation) => {
			const [client, member] = [conversation.enter(gus, undefined, address), conversation.enter(ann)];
			conversation.say(client, "@claude Hi");
			await settled();
			expect(holders(conversation)).toEqual(["deployment", gus.userId, `network ${address}`]);
			await conversation.call.usage(1_000, 500);
			await conversation.call.event(ended);
			expect(conversation.purses.settled).toEqual([
				["deployment", 7_000],
				[gus.userId, 7_000],
				[`network ${address}`, 7_000],
			]);
			conversation.say(member, "@claude Hi");
			await settled();
			expect(holders(conversation)).toEqual(["ann", "deployment"]);
		}));

	it("pay from the purse of its IPv6 site as well", () =>
		withMoney(async (conversation) => {
			conversation.say(conversation.enter(gus, undefined, "2001:db8:1:2::/64"), "@claude Hi");
			await settled();
			expect(holders(conversation)).toContain("network 2001:db8:1:2::/64");
			expect(holders(conversation)).toContain("network 2001:db8:1::/48");
		}));

	it("hold no more of it than each may spend, so that others can ask as well", () =>
		withMoney(async (conversation) => {
			conversation.budgets = { guest: 30_000, network: 1_000_000 };
			conversation.say(conversation.enter(gus, undefined, address), "@claude Hi");
			await settled();
			expect([...conversation.purses.reserved.entries()].filter(([key]) => key.startsWith("network")).map(([, held]) => held)).toEqual([
				30_000,
			]);
		}));

	it("are told that it is empty, and nothing of theirs stays reserved", () =>
		withMoney(async (conversation, state) => {
			conversation.purses.left[`network ${address}`] = 0;
			const client = conversation.enter(gus, undefined, address);
			conversation.say(client, "@claude Hi");
			await settled();
			const error =
				"The guests of your network have used up their budget for Claude. Your message was sent, but Claude does not answer it.";
			expect(errorTo(client)).toMatchObject({ code: "budget_exceeded", scope: "person", error: expect.stringContaining(error) });
			expect([holders(conversation), conversation.calls]).toEqual([[], []]);
			expect(conversation.purses.settled).toEqual([
				["deployment", 0],
				[gus.userId, 0],
			]);
			expect(state.storage.sql.exec("SELECT id FROM payments").toArray()).toEqual([]);
		}));

	it("wait where too many of their replies run", () =>
		withMoney(async (conversation) => {
			conversation.purses.left[`network ${address}`] = "busy";
			const client = conversation.enter(gus, undefined, address);
			conversation.say(client, "@claude Hi");
			await settled();
			expect(errorTo(client)).toMatchObject({ code: "rate_limited", error: expect.stringContaining("Your question waits for them") });
			delete conversation.purses.left[`network ${address}`];
			conversation.now += 5_000;
			conversation.replies.recover();
			await settled();
			expect(holders(conversation)).toContain(`network ${address}`);
		}));

	it("leave a question to somebody else who can pay, and hold nothing meanwhile", () =>
		withMoney(async (conversation, state) => {
			conversation.purses.left[`network ${address}`] = "busy";
			const [client, other] = [conversation.enter(gus, undefined, address), conversation.enter(gil, undefined, "192.0.2.2")];
			conversation.say(client, "@claude Hi");
			await settled();
			conversation.say(other, "@claude Hi from me");
			await settled();
			expect(holders(conversation)).toEqual(["deployment", gil.userId, "network 192.0.2.2"].sort());
			expect(state.storage.sql.exec("SELECT count(*) AS n FROM payments").one().n).toBe(1);
		}));

	it("still pay from it after the death of the object, and are counted with others where it is not known", () =>
		withMoney(async (conversation, state) => {
			const gate = Promise.withResolvers<void>();
			conversation.purses.gate = gate.promise;
			conversation.say(conversation.enter(gus, undefined, address), "@claude Hi");
			await settled();
			const next = metered(new TestConversation(state, 60_000, undefined, conversation.purses));
			next.replies.recover();
			await settled();
			expect(holders(next)).toContain(`network ${address}`);
			await next.call.event(ended);
			await settled();
			// Asked without a connection, and answered by a life of the object that has not seen them.
			next.store.log.addMessage({ author: gus, content: "@claude And now?", asksClaude: true, mentions: [] }, next.now);
			next.replies.askNext();
			await settled();
			expect(holders(next)).toContain("network unknown");
			gate.resolve();
		}));

	it("are not asked for where the deployment does not know networks", () =>
		withMoney(async (conversation) => {
			conversation.say(conversation.enter(gus), "@claude Hi");
			await settled();
			expect(holders(conversation)).toEqual(["deployment", gus.userId]);
		}));

	it("are not paid for while the purse cannot be reached", () => {
		allowLog(/A purse could not be reached/);
		return withMoney(async (conversation) => {
			conversation.purses.isReachable = false;
			const client = conversation.enter(gus, undefined, address);
			conversation.say(client, "@claude Hi");
			await settled();
			expect(errorTo(client)).toMatchObject({ code: "unavailable" });
			expect(conversation.purses.settled.map(([owner]) => owner)).toEqual(["deployment", gus.userId, `network ${address}`]);
		});
	});
});
