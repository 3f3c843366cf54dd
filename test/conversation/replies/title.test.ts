import { describe, expect, it } from "vitest";
import type { ProposedTitle, Titler } from "../../../src/conversation/ports.ts";
import { priceOf } from "../../../src/money/prices.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { firstWords } from "../../../src/protocol/text/first-words.ts";
import { truncateLine } from "../../../src/protocol/text/sanitize.ts";
import { ann, bob, inConversation, settled, TestConversation } from "../../support/conversation.ts";
import { fillUp } from "../../support/full.ts";
import { expectLog } from "../../support/log.ts";

const owner = { ...ann, role: "owner" as const };

describe("first words", () => {
	it.each([
		["Where shall we eat?", "Where shall we eat?"],
		["To buy:\n- milk\n- eggs\n\n1. today", "To buy: milk, eggs, today"],
		["@claude, what is an edge?", "what is an edge?"],
		["请@claude帮忙", "请 帮忙"],
		["mail me@claude.example", "mail me@claude.example"],
		["# Plan\n\n- [ ] first\n- second", "Plan, [ ] first, second"],
		["> quoted\n> **bold** and _it_ ~~gone~~ `code`", "quoted bold and it gone code"],
		["see [the page](https://a.example/x) ![a cat](cat.png)", "see the page a cat"],
		["1. one\n2) two", "one, two"],
		["```ts\nlet snake_case = 2 * 3;\n```", "let snake_case = 2 * 3;"],
		["## Plan\n\n| Drink | Price |\n|---|:-:|\n| Tea | 2 |", "Plan Drink, Price Tea, 2"],
		["@claude", ""],
		["***", ""],
		["```\n```", ""],
		["…\u202eabc", "…abc"],
		["a\u0000b\tc", "ab c"],
	])("of %j are %j", (content, expected) => expect(firstWords(content)).toBe(expected));

	it("are one line, cut between words and never within a character", () => {
		const words = firstWords("This is a rather long question about the weather in the north of the country");
		expect(words).toBe("This is a rather long question about the weather in the…");
		for (const text of [
			"x".repeat(500),
			"漢字".repeat(99),
			"👩‍👩‍👧‍👦".repeat(40),
			"e\u0301".repeat(80),
			`${"a ".repeat(10)}${"b".repeat(99)}`,
		]) {
			const title = firstWords(text);
			expect(title.length).toBeLessThanOrEqual(limits.generatedTitle);
			expect(title.length).toBeGreaterThan(limits.generatedTitle / 2 - 1);
			expect(title.isWellFormed()).toBe(true);
			expect(text.startsWith(title.slice(0, -1))).toBe(true);
			expect(title).toMatch(/(x|漢|字|\u{1f466}|\u0301|b)…$/u);
		}
		expect(truncateLine("exactly", 7)).toBe("exactly");
	});

	// Work that grows with the square of a text would exceed the time of a test many times over.
	it("are found in hostile texts", () => {
		for (const text of [
			"[".repeat(100_000),
			"> ".repeat(50_000),
			"*_".repeat(50_000),
			`${"#".repeat(99)} `.repeat(1_000),
			"![](".repeat(25_000),
		])
			expect(firstWords(text)?.length ?? 0).toBeLessThanOrEqual(100);
	});
});

const titleUsage = { input: 90, output: 6, cacheRead: 0, cacheWrite: 0 };

/** A titler whose proposals the test makes. */
function manualTitler() {
	const asked: { question: Message; answer: Message; propose: (title?: string) => Promise<void>; fail: () => Promise<void> }[] = [];
	const titler: Titler = {
		title: (question, answer) => {
			const proposed = Promise.withResolvers<ProposedTitle>();
			const propose = (title?: string) => {
				proposed.resolve({ title, model: "m-1", usage: titleUsage });
				return settled();
			};
			const fail = () => {
				proposed.reject(new Error("no"));
				return settled();
			};
			asked.push({ question, answer, propose, fail });
			return proposed.promise;
		},
	};
	return { titler, asked };
}

/** Runs a test in a conversation that nobody has given a title. */
function inUntitledRoom(
	test: (
		conversation: TestConversation,
		asked: ReturnType<typeof manualTitler>["asked"],
		state: DurableObjectState,
	) => Promise<void> | void,
) {
	const { titler, asked } = manualTitler();
	return inConversation((conversation, state) => test(conversation, asked, state), 60_000, { title: "", titler });
}

describe("a conversation without a given title", () => {
	it("takes the first words as its title, once, right after the message", () =>
		inUntitledRoom((conversation) => {
			const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(client, "@claude");
			expect(conversation.store.info.title).toBe("");
			conversation.say(client, "Where shall we **eat**?");
			conversation.say(client, "Or drink?");
			expect(other.last("chat:conversation").conversation.title).toBe("Where shall we eat?");
			const types = other.types().filter((type) => type === "chat:message" || type === "chat:conversation");
			expect(types.slice(1)).toEqual(["chat:message", "chat:conversation", "chat:message"]);
		}));

	it("gets a better title after Claude's first reply, and asks for it once", () =>
		inUntitledRoom(async (conversation, asked) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Where shall we eat?");
			await conversation.call.text("At home.");
			expect(asked).toEqual([]);
			await conversation.call.end();
			expect(asked.map(({ question, answer }) => [question.content, answer.content])).toEqual([["Where shall we eat?", "At home."]]);
			await asked[0]?.propose("Dinner at home");
			expect(client.last("chat:conversation").conversation.title).toBe("Dinner at home");
			expect(conversation.listed.at(-1)).toBe("changed for all");
			conversation.say(client, "And drink?");
			await conversation.call.end();
			expect(asked).toHaveLength(1);
		}));

	it("asks for no title that nobody has paid for, where budgets began while Claude wrote", () =>
		inUntitledRoom(async (conversation, asked) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Where shall we eat?");
			conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
			conversation.budgets = { conversation: 5_000_000 };
			await conversation.call.text("At home.");
			await conversation.call.end();
			expect(asked).toEqual([]);
			conversation.say(client, "And drink?");
			await settled();
			await conversation.call.end();
			await settled();
			expect(asked).toHaveLength(1);
			await asked[0]?.propose("Drinks");
			expect(conversation.purses.settled.filter(([owner]) => owner === "ann")).toHaveLength(2);
		}));

	it("keeps its first words if there is no room to remember that it asked", () =>
		inUntitledRoom(async (conversation, asked, { storage: { sql } }) => {
			expectLog(/A title could not be made/);
			const client = conversation.enter(ann);
			conversation.say(client, "Where shall we eat?");
			const empty = fillUp(sql, { refuses: /is_title_asked/ });
			await conversation.call.end();
			empty();
			expect([asked.length, conversation.store.info.title, client.last("chat:message").message.status]).toEqual([
				0,
				"Where shall we eat?",
				"complete",
			]);
		}));

	it.each([["no title"], ["a failure"]])(
		"keeps its first words if the request yields %s, and never asks again, also after a restart",
		(what) =>
			inUntitledRoom(async (conversation, asked, state) => {
				conversation.say(conversation.enter(ann), "Where shall we eat?");
				await conversation.call.end();
				expect(asked).toHaveLength(1);
				if (what === "no title") await asked[0]?.propose(undefined);
				if (what === "a failure") await asked[0]?.fail();
				expect(conversation.store.info.title).toBe("Where shall we eat?");
				const again = manualTitler();
				const woken = new TestConversation(state, 60_000, again.titler);
				woken.say(woken.enter(ann), "And then?");
				await woken.call.end();
				expect(again.asked).toEqual([]);
			}),
	);

	it.each([["a title"], ["no title"], ["a title that comes too late"]])("stores the usage of a request that yields %s", (what) =>
		inUntitledRoom(async (conversation, asked, state) => {
			conversation.say(conversation.enter(ann), "Where shall we eat?");
			await conversation.call.end();
			expect(conversation.store.titling.usage).toBeUndefined();
			if (what === "a title that comes too late") conversation.membership.update(owner, { title: "Food" });
			await asked[0]?.propose(what === "no title" ? undefined : "Dinner at home");
			const usage = { model: "m-1", ...titleUsage };
			expect([conversation.store.titling.usage, new TestConversation(state, 60_000).store.titling.usage]).toEqual([usage, usage]);
			conversation.membership.update(owner, { title: "" });
			expect(new TestConversation(state, 60_000).store.titling.usage).toEqual(usage);
		}),
	);

	it("stores no usage after the conversation was deleted", () =>
		inUntitledRoom(async (conversation, asked) => {
			conversation.say(conversation.enter(ann), "Where shall we eat?");
			await conversation.call.end();
			conversation.store.markDeleted(conversation.now);
			await asked[0]?.propose("Dinner at home");
			expect(conversation.store.titling.usage).toBeUndefined();
		}));

	it("asks for no title after a reply that failed or was stopped", () =>
		inUntitledRoom(async (conversation, asked) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.fail("bad_key");
			conversation.say(client, "Hello?");
			conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
			expect(asked).toEqual([]);
		}));

	it("keeps a person's title, whether it came before or after Claude's proposal", () =>
		inUntitledRoom(async (conversation, asked) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Where shall we eat?");
			await conversation.call.end();
			conversation.membership.update(owner, { title: "Food" });
			await asked[0]?.propose("Dinner at home");
			conversation.say(client, "Now?");
			expect(conversation.store.info.title).toBe("Food");
		}));

	it("goes back to its first words when its title is cleared", () =>
		inUntitledRoom(async (conversation, _asked, state) => {
			const client = conversation.enter(ann);
			conversation.membership.update(owner, { title: "Food" });
			conversation.say(client, "@claude");
			conversation.say(client, "Where shall we eat?");
			expect(conversation.store.info.title).toBe("Food");
			conversation.membership.update(owner, { title: "" });
			expect(client.last("chat:conversation").conversation.title).toBe("Where shall we eat?");
			expect(new TestConversation(state, 60_000).store.titling).toMatchObject({ isGiven: false, from: 3 });
		}));

	it("has no title from text that was edited out or deleted", () =>
		inUntitledRoom((conversation) => {
			const client = conversation.enter(bob);
			const change = (fields: { type: "chat:edit"; content: string; messageId: string } | { type: "chat:delete"; messageId: string }) =>
				conversation.rules.receive(client, { conversationId: conversation.store.info.id, ...fields });
			conversation.say(client, "A secret");
			const messageId = client.last("chat:message").message.id;
			conversation.say(client, "Nothing much");
			change({ type: "chat:delete", messageId: client.last("chat:message").message.id });
			expect(conversation.store.info.title).toBe("A secret");
			change({ type: "chat:edit", messageId, content: "A remark" });
			expect(client.last("chat:conversation").conversation.title).toBe("A remark");
			conversation.now += 10_000;
			conversation.say(client, "Nothing more");
			change({ type: "chat:delete", messageId });
			expect(client.last("chat:conversation").conversation.title).toBe("Nothing more");
		}));

	it("keeps Claude's title when its first message is edited, and drops it when that is deleted", () =>
		inUntitledRoom(async (conversation, asked) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Where shall we eat?");
			const messageId = client.last("chat:message").message.id;
			await conversation.call.end();
			await asked[0]?.propose("Dinner at home");
			const { id: conversationId } = conversation.store.info;
			conversation.rules.receive(client, { type: "chat:edit", conversationId, messageId, content: "Where shall we dine?" });
			expect(conversation.store.info.title).toBe("Dinner at home");
			conversation.rules.receive(client, { type: "chat:delete", conversationId, messageId });
			expect(conversation.store.info.title).toBe("");
		}));
});
