import { describe, expect, it } from "vitest";
import { buildPrompt, type Prompt } from "../../../src/claude/prompt.ts";
import { Erasure } from "../../../src/conversation/people/erasure.ts";
import { seenFor } from "../../../src/conversation/replies/seen.ts";
import { priceOf } from "../../../src/money/prices.ts";
import { ann, bob, inConversation, settled, type TestClient, TestConversation } from "../../support/conversation.ts";
import { long, reply, TestSummarizer, untilSummed } from "../../support/summarizer.ts";

type Test = (conversation: TestConversation, summarizer: TestSummarizer, state: DurableObjectState) => Promise<void>;

function withSummarizer(test: Test): Promise<void> {
	const summarizer = new TestSummarizer();
	return inConversation((conversation, state) => test(conversation, summarizer, state), 60_000, { summarizer });
}

const blocksOf = ({ messages }: Prompt) => messages.flatMap(({ content }) => content.map(({ text }) => text));
const promptOf = ({ call }: TestConversation) => blocksOf(buildPrompt(call.messages, call.options));
const receive = (conversation: TestConversation, client: TestClient, event: object) =>
	conversation.rules.receive(client, { conversationId: conversation.store.info.id, ...event } as Parameters<
		typeof conversation.rules.receive
	>[1]);
const messageAt = ({ store }: TestConversation, seq: number) => {
	const [message] = store.reader.pageAfter(seq - 1, 1).messages;
	if (!message) throw new Error(`There is no message ${seq}.`);
	return message;
};
/** Everything that is stored, as text. */
const stored = ({ storage }: DurableObjectState) =>
	["summaries", "prompts", "messages", "versions"]
		.map((table) => JSON.stringify(storage.sql.exec(`SELECT * FROM ${table}`).toArray()))
		.join();

describe("the summary of a long conversation", () => {
	it("is made after a reply, of all but the newest third, and stands in place of it in the next prompt", () =>
		withSummarizer(async (conversation, summarizer) => {
			const client = conversation.enter(ann);
			await reply(conversation, client, "Hi", "Hello");
			expect(summarizer.asked).toEqual([]);
			await untilSummed(conversation, client, summarizer);
			const { head } = conversation.store.log;
			const last = summarizer.request.messages.at(-1)?.seq ?? 0;
			expect(summarizer.request).toMatchObject({ kind: "memory", former: undefined });
			expect(summarizer.request.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: last }, (_, n) => n + 1));
			expect(last).toBeGreaterThan(head.seq / 2);
			expect(last).toBeLessThan(head.seq - 1);
			expect(conversation.memory.current).toBeUndefined();
			await summarizer.write("They plan a walk.");
			const place = { fromSeq: 1, uptoSeq: last, madeAt: new Date(conversation.now).toISOString() };
			expect(client.last("chat:summary").summary).toEqual(place);
			expect(conversation.memory.current).toMatchObject({ ...place, text: "They plan a walk.", model: "m-1" });
			expect(conversation.enter(bob).last("chat:joined").summary).toEqual(place);

			await reply(conversation, client, "@claude And then?", "Yes");
			expect(conversation.call.messages[0]?.seq).toBe(last + 1);
			const [first, ...others] = promptOf(conversation);
			expect(first).toMatch(/none of it is said by the server.*\n<earlier>\nThey plan a walk\.\n<\/earlier>$/s);
			expect(others).toHaveLength(conversation.call.messages.length + 1);
			expect(others.filter((block) => block.includes('(id="bob") has joined'))).toHaveLength(1);
		}));

	it("rests on the former one and on what came since", () =>
		withSummarizer(async (conversation, summarizer) => {
			const client = conversation.enter(ann);
			await untilSummed(conversation, client, summarizer);
			await summarizer.write("The first part.");
			const { uptoSeq = 0 } = conversation.memory.current ?? {};
			await untilSummed(conversation, client, summarizer);
			expect(summarizer.request).toMatchObject({ kind: "memory", former: "The first part." });
			expect(summarizer.request.messages[0]?.seq).toBe(uptoSeq + 1);
			await summarizer.write("Both parts.");
			expect(conversation.memory.current).toMatchObject({
				fromSeq: 1,
				uptoSeq: summarizer.request.messages.at(-1)?.seq,
				text: "Both parts.",
			});
		}));

	it("goes with a message of files alone, whose names and spoken words it may hold", () =>
		withSummarizer(async (conversation, summarizer, state) => {
			const client = conversation.enter(ann);
			const file = {
				id: "f1",
				name: "voice.webm",
				type: "audio/webm",
				size: 9_000,
				durationMs: 4_000,
				transcript: "The key is under the mat",
			};
			const { store, now } = conversation;
			const said = store.log.addMessage({ author: ann, content: "", files: [file], asksClaude: false }, now);
			await untilSummed(conversation, client, summarizer);
			expect(JSON.stringify(summarizer.request.messages)).toContain("under the mat");
			await summarizer.write("Ann says that the key is under the mat.");
			expect(conversation.memory.current).toBeDefined();
			receive(conversation, client, { type: "chat:delete", messageId: said.id });
			expect(conversation.memory.current).toBeUndefined();
			expect(stored(state)).not.toContain("under the mat");
		}));

	it("leaves no gap after a long time without a reply, and no request is longer than the model can read", () =>
		withSummarizer(async (conversation, summarizer) => {
			summarizer.sizes.prompt = 4_000;
			const client = conversation.enter(ann);
			await untilSummed(conversation, client, summarizer);
			await summarizer.write("The first part.");
			conversation.enter(bob);
			let covered = conversation.memory.current?.uptoSeq ?? 0;
			for (let n = 0; n < 30; n++) {
				conversation.now += 60_000;
				conversation.say(client, long(n));
			}
			for (let n = 0; n < 3; n++) {
				await reply(conversation, client, "@claude What now?", "Nothing");
				expect(summarizer.request.messages[0]?.seq).toBe(covered + 1);
				expect(summarizer.request.messages.length).toBeLessThan(15);
				await summarizer.write(`Part ${n}`);
				covered = conversation.memory.current?.uptoSeq ?? 0;
			}
		}));

	it("does not change the prompt of a reply that has begun, nor of one that is written again", () =>
		withSummarizer(async (conversation, summarizer) => {
			const client = conversation.enter(ann);
			await untilSummed(conversation, client, summarizer);
			const before = promptOf(conversation);
			const { messageId } = client.last("chat:complete");
			conversation.now += 60_000;
			conversation.say(client, "@claude Meanwhile?");
			await summarizer.write("A summary.");
			await conversation.call.text("Some");
			await conversation.call.cut();
			expect(promptOf(conversation).slice(0, before.length)).toEqual(before);
			await conversation.call.end();
			await reply(conversation, client, "@claude And now?", "Now");
			expect(promptOf(conversation)[0]).toContain("A summary.");
			expect(messageId).not.toBe(client.last("chat:complete").messageId);
		}));

	it("reads the question of the last reply as it is, if that is written again", () =>
		withSummarizer(async (conversation, summarizer) => {
			const client = conversation.enter(ann);
			await untilSummed(conversation, client, summarizer);
			const before = promptOf(conversation);
			await summarizer.write("A summary.");
			receive(conversation, client, { type: "chat:regenerate", messageId: client.last("chat:complete").messageId });
			await settled();
			expect(promptOf(conversation)).toEqual(before);
		}));

	it("is said to be what Claude saw, and is gone there with it", () =>
		withSummarizer(async (conversation, summarizer) => {
			const client = conversation.enter(ann);
			await untilSummed(conversation, client, summarizer);
			await summarizer.write("A summary.");
			const { uptoSeq = 0 } = conversation.memory.current ?? {};
			conversation.now += 60_000;
			conversation.say(client, "@claude And now?");
			conversation.call.options.asked?.({ model: "m-1", maxTokens: 100, system: "S", places: [uptoSeq + 1, uptoSeq + 2], tools: [] });
			await conversation.call.text("Now");
			await conversation.call.end();
			const { seq } = client.last("chat:message").message;
			expect(seenFor(conversation.store, seq, conversation.store.reader)).toMatchObject({
				summary: { uptoSeq, text: "A summary." },
				fromSeq: uptoSeq + 1,
				omitted: [{ fromSeq: 1, toSeq: uptoSeq, reason: "summarized" }],
				gone: [],
			});
			receive(conversation, client, { type: "chat:delete", messageId: messageAt(conversation, 2).id });
			const seen = seenFor(conversation.store, seq, conversation.store.reader);
			expect(seen).toMatchObject({ omitted: [{ fromSeq: 1, toSeq: uptoSeq, reason: "summarized" }], gone: ["summary"] });
			expect(seen).not.toHaveProperty("summary");
		}));

	it("is not shown to somebody who may not read a message that it quotes", () =>
		withSummarizer(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.store.setAssistant("mention");
			for (const content of ["Old", "Quoting", "More"]) conversation.say(client, content);
			const { summaries, reader } = conversation.store;
			const id = summaries.begin("memory", { fromSeq: 2, uptoSeq: 2, restsFrom: 1 }, conversation.now);
			summaries.finish(id, { text: "Old words.", model: "m-1", usage: {} as never, cost: undefined }, 2, conversation.now);
			conversation.now += 60_000;
			conversation.say(client, "@claude And now?");
			conversation.call.options.asked?.({ model: "m-1", maxTokens: 100, system: "S", places: [3, 4], tools: [] });
			await conversation.call.end();
			const { seq } = client.last("chat:message").message;
			expect(seenFor(conversation.store, seq, reader)?.summary?.text).toBe("Old words.");
			expect(seenFor(conversation.store, seq, reader.startingAt(2))).not.toHaveProperty("summary");
		}));

	it("is never asked for twice at once, and comes to nothing if the object dies", () =>
		withSummarizer(async (conversation, summarizer, state) => {
			const client = conversation.enter(ann);
			await untilSummed(conversation, client, summarizer);
			await reply(conversation, client, "@claude More", long(1));
			expect(summarizer.asked).toHaveLength(1);
			const next = new TestConversation(state, 60_000, undefined, undefined, true, summarizer);
			next.now = conversation.now;
			next.replies.recover();
			expect(next.memory.current).toBeUndefined();
			const again = next.enter(ann);
			await reply(next, again, "@claude More", long(1));
			expect(summarizer.asked).toHaveLength(2);
			await summarizer.write("A summary.");
			expect(next.memory.current?.text).toBe("A summary.");
		}));

	it.each<[string, (summarizer: TestSummarizer) => Promise<void>, number]>([
		["fails", (summarizer) => summarizer.fail(), 5],
		["has no words", (summarizer) => summarizer.write(undefined), 5],
		["is refused", (summarizer) => summarizer.fail("bad_request"), 5],
		["waits for a busy Claude", (summarizer) => summarizer.fail("overloaded"), 9],
	])("that %s is asked for again after later replies, a bounded number of times a day", (_how, end, times) =>
		withSummarizer(async (conversation, summarizer) => {
			const client = conversation.enter(ann);
			await untilSummed(conversation, client, summarizer);
			for (let n = 0; n < 8; n++) {
				await end(summarizer);
				await reply(conversation, client, "@claude More?", "No");
			}
			expect(summarizer.asked).toHaveLength(times);
			expect(client.types()).not.toContain("chat:summary");
			if (times > 8) return;
			conversation.now += 24 * 3600_000;
			await reply(conversation, client, "@claude More?", "No");
			expect(summarizer.asked).toHaveLength(times + 1);
		}),
	);

	it("is not made where that is off", () =>
		withSummarizer(async (conversation, summarizer) => {
			summarizer.sizes.after = undefined;
			const client = conversation.enter(ann);
			for (let n = 0; n < 8; n++) await reply(conversation, client, `@claude ${long(n)}`, long(n));
			expect(summarizer.asked).toEqual([]);
		}));
});

/** Every way in which words change or go. `at`: a place that the summary covers; returns what is not to be found any more. */
const changes: {
	readonly [name: string]: (parts: { conversation: TestConversation; client: TestClient; at: number; state: DurableObjectState }) => void;
} = {
	"an edit": ({ conversation, client, at }) =>
		receive(conversation, client, { type: "chat:edit", messageId: messageAt(conversation, at).id, content: "Other words" }),
	"a deletion": ({ conversation, client, at }) =>
		receive(conversation, client, { type: "chat:delete", messageId: messageAt(conversation, at).id }),
	"the deletion of a message that another quotes": ({ conversation, client }) =>
		receive(conversation, client, { type: "chat:delete", messageId: messageAt(conversation, 1).id }),
	"the deletion of a reply": ({ conversation, client, at }) =>
		receive(conversation, client, { type: "chat:delete", messageId: messageAt(conversation, at + 1).id }),
	"an erasure": ({ conversation, state }) => erase(conversation, state, "bob"),
	"the erasure of whom another quotes": ({ conversation, state }) => erase(conversation, state, "cay"),
	"a release that knows no summaries": ({ state, at }) =>
		void state.storage.sql.exec("UPDATE messages SET content = 'Other words' WHERE seq = ?", at),
	"a new version of a reply": ({ conversation, at }) => void conversation.store.log.reopenReply(messageAt(conversation, at + 1)),
};

function erase(conversation: TestConversation, { storage }: DurableObjectState, userId: string): void {
	const erasure = new Erasure({
		sql: storage.sql,
		store: conversation.store,
		clients: conversation.clients,
		titles: conversation.titles,
		departures: conversation.departures,
		lists: { changed: () => {} },
		files: { releaseEach: () => {} },
		queues: [],
		replies: conversation.replies,
		resync: () => {},
		now: () => conversation.now,
	});
	erasure.removeMember(userId, "erased-1");
	erasure.step(userId, "erased-1", 0);
}

describe("a summary rests on its messages: it is gone after", () => {
	const cay = { userId: "cay", username: "Cay" };

	/** Bob says something that quotes Cay, of whom nothing else is read. Then a summary is asked for. */
	async function talk(conversation: TestConversation, summarizer: TestSummarizer): Promise<{ client: TestClient; at: number }> {
		summarizer.sizes = { after: 6_500, prompt: 3_000, answer: 100 };
		const [client, bobs, cays] = [conversation.enter(ann), conversation.enter(bob), conversation.enter(cay)];
		const longer = long(1).repeat(3);
		conversation.say(cays, "Cay's word");
		const { id: replyTo } = cays.last("chat:message").message;
		for (let n = 0; n < 3; n++) conversation.say(client, longer);
		receive(conversation, bobs, { type: "chat:send", content: "@claude Bob's secret", role: "user", replyTo });
		await settled();
		await conversation.call.text("Indeed");
		await conversation.call.end();
		for (let n = 0; n < 3; n++) await reply(conversation, client, `@claude ${longer}`, longer);
		expect(summarizer.request.messages.map(({ seq }) => seq)).toEqual([5, 6, 7, 8]);
		return { client, at: 5 };
	}

	it.each(Object.keys(changes))("%s", (name) =>
		withSummarizer(async (conversation, summarizer, state) => {
			const { client, at } = await talk(conversation, summarizer);
			await summarizer.write("It says Bob's secret and Cay's word.");
			expect(conversation.memory.current).toMatchObject({ fromSeq: 5, uptoSeq: 8 });
			expect(stored(state)).toContain("It says Bob's secret");
			// An owner deletes any message; the others are Bob's.
			changes[name]?.({ conversation, client: name === "an edit" ? conversation.enter(bob) : client, at, state });
			expect(conversation.memory.current).toBeUndefined();
			expect(stored(state)).not.toContain("It says");
			if (name !== "a release that knows no summaries") expect(client.last("chat:summary").summary).toBeNull();
			conversation.now += 60_000;
			conversation.say(client, "@claude And now?");
			await settled();
			expect(promptOf(conversation).join()).not.toMatch(/It says|<earlier>/);
		}),
	);

	it.each(Object.keys(changes))("%s that comes while it is written", (name) =>
		withSummarizer(async (conversation, summarizer, state) => {
			const { client, at } = await talk(conversation, summarizer);
			changes[name]?.({ conversation, client: name === "an edit" ? conversation.enter(bob) : client, at, state });
			await summarizer.write("It says Bob's secret and Cay's word.");
			expect(conversation.memory.current).toBeUndefined();
			expect(stored(state)).not.toContain("It says");
			expect(client.types()).not.toContain("chat:summary");
		}),
	);

	it("no change that leaves its words as they are, such as a reaction, a pin or a later message", () =>
		withSummarizer(async (conversation, summarizer) => {
			const client = conversation.enter(ann);
			await untilSummed(conversation, client, summarizer);
			await summarizer.write("A summary.");
			const { uptoSeq = 0 } = conversation.memory.current ?? {};
			const { id: messageId } = messageAt(conversation, 1);
			receive(conversation, client, { type: "chat:react", messageId, emoji: "👍", on: true });
			receive(conversation, client, { type: "chat:pin", messageId, on: true });
			await reply(conversation, client, "@claude More", "More");
			const later = messageAt(conversation, uptoSeq + 1);
			receive(conversation, client, { type: "chat:delete", messageId: later.id });
			expect(conversation.memory.current?.text).toBe("A summary.");
		}));

	it("what only the later one of two rests on: the earlier one counts again", () =>
		withSummarizer(async (conversation, summarizer) => {
			const client = conversation.enter(ann);
			await untilSummed(conversation, client, summarizer);
			await summarizer.write("The first part.");
			const first = client.last("chat:summary").summary;
			await untilSummed(conversation, client, summarizer);
			await summarizer.write("Both parts.");
			receive(conversation, client, { type: "chat:delete", messageId: messageAt(conversation, (first?.uptoSeq ?? 0) + 1).id });
			expect(client.last("chat:summary").summary).toEqual(first);
			expect(conversation.memory.current?.text).toBe("The first part.");
		}));
});

describe("a summary that is paid for", () => {
	const spent = ({ store, now }: TestConversation) => store.payments.purse.sums("day", now);
	const journal = ({ storage }: DurableObjectState) =>
		storage.sql.exec("SELECT kind, payer, cost, input, output, outcome FROM journal WHERE kind = 'summary' ORDER BY n").toArray();

	function metered(conversation: TestConversation): void {
		conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
		conversation.budgets = { conversation: 5_000_000 };
	}

	it("is reserved in whole and settled from its usage, for whoever paid for the reply", () =>
		withSummarizer(async (conversation, summarizer, state) => {
			metered(conversation);
			await untilSummed(conversation, conversation.enter(ann), summarizer);
			const before = spent(conversation);
			// 3,900 tokens of answer, and the prompt with its margin.
			expect(before.reserved).toBeGreaterThan(39_000 + 2_500 * 2.5);
			await summarizer.write("A summary.");
			expect(journal(state)).toEqual([{ kind: "summary", payer: "ann", cost: 2_400, input: 900, output: 60, outcome: "complete" }]);
			expect(spent(conversation)).toMatchObject({ reserved: 0, microUsd: before.microUsd + 2_400, replies: before.replies });
			expect(conversation.memory.current?.cost).toEqual({ usd: 0.0024 });
		}));

	it("is not made where a purse is short", () =>
		withSummarizer(async (conversation, summarizer) => {
			metered(conversation);
			const client = conversation.enter(ann);
			for (let n = 1; n < 3; n++) await reply(conversation, client, `@claude ${long(n)}`, long(n));
			conversation.purses.left.ann = 30_000;
			for (let n = 3; n < 6; n++) await reply(conversation, client, `@claude ${long(n)}`, long(n));
			expect(client.types()).not.toContain("chat:error");
			expect(summarizer.asked).toEqual([]);
			conversation.purses.left.ann = 1_000_000;
			await reply(conversation, client, "@claude More", "More");
			expect(summarizer.asked).toHaveLength(1);
		}));

	it("is not asked for by somebody who has left meanwhile, and costs nothing", () =>
		withSummarizer(async (conversation, summarizer, state) => {
			metered(conversation);
			conversation.enter(bob);
			const client = conversation.enter(ann);
			const open = Promise.withResolvers<void>();
			for (let n = 1; n < 20 && journal(state).length === 0; n++) {
				conversation.now += 60_000;
				conversation.say(client, `@claude ${long(n)}`);
				await settled();
				await conversation.call.text(long(n));
				conversation.purses.gate = open.promise;
				await conversation.call.end();
				if (conversation.store.payments.open().some(({ kind }) => kind === "summary")) break;
				conversation.purses.gate = undefined;
			}
			expect(conversation.store.payments.open()).toMatchObject([{ kind: "summary" }]);
			conversation.departures.end("ann", "ann");
			open.resolve();
			await settled();
			expect([summarizer.asked, journal(state), conversation.store.payments.open()]).toEqual([[], [], []]);
			expect(spent(conversation).reserved).toBe(0);
		}));

	it("is charged what was reserved if the object dies meanwhile", () =>
		withSummarizer(async (conversation, summarizer, state) => {
			metered(conversation);
			await untilSummed(conversation, conversation.enter(ann), summarizer);
			const { reserved } = spent(conversation);
			const next = new TestConversation(state, 60_000, undefined, conversation.purses, true, summarizer);
			metered(next);
			next.now = conversation.now;
			next.replies.recover();
			expect(journal(state)).toMatchObject([{ kind: "summary", cost: reserved, outcome: "interrupted" }]);
			expect(spent(next).reserved).toBe(0);
		}));
});

it("until the next summary, the prompt only grows", () =>
	withSummarizer(async (conversation, summarizer) => {
		summarizer.sizes.after = 8_000;
		const client = conversation.enter(ann);
		let before: string[] = [];
		let changed = 0;
		for (let n = 1; n <= 60; n++) {
			await reply(conversation, client, `@claude ${long(n)}`, long(n));
			const now = promptOf(conversation);
			if (before.some((block, index) => now[index] !== block)) {
				expect(now[0]).toContain(`Summary ${summarizer.asked.length}`);
				changed++;
			}
			before = now;
			await summarizer.write(`Summary ${summarizer.asked.length}`);
		}
		expect(changed).toBeGreaterThanOrEqual(summarizer.asked.length - 1);
		expect(changed).toBeGreaterThan(2);
		expect(changed).toBeLessThan(10);
	}));
