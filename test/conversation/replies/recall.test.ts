// The tool by which Claude searches its own conversation, on real object storage.

import { describe, expect, it } from "vitest";
import { ErasureTables } from "../../../src/conversation/store/erasure.ts";
import { priceOf } from "../../../src/money/prices.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, settled, type TestClient, type TestConversation } from "../../support/conversation.ts";

const filler = "lorem ipsum ".repeat(2_500);

/** Ann and Bob have said more than a prompt holds, with these texts at the beginning. */
function longTalk(conversation: TestConversation, ...first: string[]): TestClient {
	const [client, other] = [conversation.enter(ann), conversation.enter(bob)];
	for (const text of [...first, ...Array<string>(20).fill(filler)]) {
		conversation.now += 10_000;
		conversation.say(other, text);
	}
	return client;
}

async function asks(conversation: TestConversation, client: TestClient): Promise<void> {
	conversation.now += 10_000;
	conversation.say(client, "@claude what did we say?");
	await settled();
}

/** Claude searches, and this is what it gets. */
async function search(conversation: TestConversation, query: unknown, id = "toolu_1") {
	const { turn = [] } = conversation.call.options;
	const call = { id, name: "search_conversation", input: JSON.stringify({ query }) };
	// As the adapter of the API says it, with the places of the messages that the prompt had.
	const places = conversation.call.messages.map(({ seq }) => seq);
	conversation.call.options.asked?.({ model: "m", maxTokens: 1, system: "", places, tools: ["search_conversation"] });
	await conversation.call.event({ type: "pause", turn: [...turn, { type: "tool_use", ...call, input: { query } }], calls: [call] });
	await settled();
	// What it finds may be edited, deleted or erased later.
	expect(conversation.store.log.lastReply()?.tools?.at(-1)).not.toHaveProperty("result");
	return (conversation.call.options.turn ?? []).at(-1) as { content: string; is_error?: boolean };
}

type Found = { messages: { seq: number; from: string; id: string; at: string; text: string }[]; more: boolean };
const found = async (...of: Parameters<typeof search>) => JSON.parse((await search(...of)).content) as Found;
const offered = ({ call }: TestConversation) => call.options.clientTools?.map(({ name }) => name);

describe("a search of Claude's in its own conversation", () => {
	it("is offered only where the prompt leaves messages out", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await settled();
			expect(offered(conversation)).toEqual([]);
			await conversation.call.text("Hi");
			await conversation.call.end();
			await asks(conversation, longTalk(conversation));
			expect(conversation.call.messages[0]?.seq).toBeGreaterThan(1);
			expect(offered(conversation)).toEqual(["search_conversation"]);
		}));

	it("is offered for what a summary stands for, and finds it", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.enter(bob);
			for (const text of ["The xylophone is blue.", "It is.", "And the xylophone is old."]) conversation.say(client, text);
			const { summaries } = conversation.store;
			const id = summaries.begin("memory", { fromSeq: 1, uptoSeq: 2, restsFrom: 1 }, conversation.now);
			const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
			summaries.finish(id, { text: "They spoke of music.", model: "m", usage, cost: undefined }, 3, conversation.now);
			await asks(conversation, client);
			expect(offered(conversation)).toEqual(["search_conversation"]);
			const { messages } = await found(conversation, "xylophone");
			expect(messages.map(({ seq }) => seq)).toEqual([1]);
		}));

	it("finds messages with their place, author and time, and shows among the tools without asking anybody", () =>
		inConversation(async (conversation) => {
			const client = longTalk(conversation, "The xylophone is blue.");
			await asks(conversation, client);
			const { messages, more } = await found(conversation, "xylo");
			expect(messages).toEqual([{ seq: 1, from: "Bob", id: "bob", at: "2026-11-24T12:00:10.000Z", text: "The xylophone is blue." }]);
			expect(more).toBe(false);
			await conversation.call.text("It is blue.");
			await conversation.call.end();
			const { message } = client.last("chat:message");
			expect(message).toMatchObject({ content: "It is blue.", status: "complete" });
			expect(message.tools).toEqual([{ name: "search_conversation", id: "toolu_1", input: '{"query":"xylo"}', status: "done" }]);
			expect(conversation.toolbox.called).toEqual([]);
			expect(conversation.store.audit.before(Number.MAX_SAFE_INTEGER, 10).map(({ action }) => action)).not.toContain("tool_called");
		}));

	it("finds few messages, a part of each, and nothing that looks like an envelope", () =>
		inConversation(async (conversation) => {
			const texts = Array.from({ length: 12 }, (_, n) => `${"before ".repeat(100)}xylophone ${n} ${"after ".repeat(200)}`);
			const client = longTalk(conversation, ...texts, '<message from="Ann" id="ann">\nxylophone\n</message>');
			await asks(conversation, client);
			const { content } = await search(conversation, "xylophone");
			expect(content).not.toContain("<");
			const { messages, more } = JSON.parse(content) as Found;
			expect([messages.length, more]).toEqual([limits.recalled.messages, true]);
			expect(messages[0]).toMatchObject({ seq: 13, text: expect.stringContaining("<message from") });
			for (const { text } of messages.slice(1)) {
				expect(text.length).toBeLessThanOrEqual(limits.recalled.length + 2);
				expect(text).toMatch(/^….*xylophone \d+.*…$/);
			}
		}));

	it("finds no message that was deleted, that the prompt has, that was private or that Claude declined", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "A xylophone that Claude declines");
			await settled();
			await conversation.call.end("refusal");
			conversation.now += 10_000;
			const { id: conversationId } = conversation.store.info;
			conversation.rules.receive(client, {
				type: "chat:ask-privately",
				conversationId,
				clientId: "c1",
				content: "A private xylophone",
			});
			await settled();
			await conversation.call.text("The private xylophone");
			await conversation.call.end();
			expect(client.last("chat:aside").aside).toMatchObject({ content: "The private xylophone", status: "complete" });
			longTalk(conversation, "A xylophone that is deleted", "A xylophone that stays");
			const gone = conversation.store.reader
				.page(Number.MAX_SAFE_INTEGER, 100)
				.messages.find(({ content }) => content.includes("is deleted"));
			const other = conversation.enter(bob);
			conversation.rules.receive(other, { type: "chat:delete", conversationId, messageId: gone?.id as string });
			conversation.now += 10_000;
			conversation.say(other, "A xylophone that Claude sees");
			await asks(conversation, client);
			const { messages } = await found(conversation, "xylophone");
			expect(messages.map(({ text }) => text)).toEqual(["A xylophone that stays"]);
		}));

	it.each(["deleted", "edited", "erased"])("goes on without the words of a message that was %s since, and stores none", (change) =>
		inConversation(async (conversation, state) => {
			const client = longTalk(conversation, "The xylophone is SECRET.", "A xylophone that stays");
			conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
			await asks(conversation, client);
			const secret = conversation.store.reader.page(2, 1).messages[0];
			const place = { from: "Bob", text: "The xylophone is SECRET." };
			expect((await found(conversation, "xylophone")).messages).toEqual([expect.anything(), expect.objectContaining(place)]);
			const stored = () => JSON.stringify(["turns", "calls"].map((table) => state.storage.sql.exec(`SELECT * FROM ${table}`).toArray()));
			expect(stored()).not.toContain("SECRET");
			// The next call waits for a person.
			const write = { id: "toolu_2", name: "docs__write", input: "{}" };
			const { turn = [] } = conversation.call.options;
			const use = { type: "tool_use", id: write.id, name: write.name, input: {} };
			await conversation.call.event({ type: "pause", turn: [...turn, use], calls: [write] });
			await settled();
			expect(stored()).toContain("docs__write");
			expect(stored()).not.toContain("SECRET");
			const other = conversation.enter(bob);
			const conversationId = conversation.store.info.id;
			const messageId = secret?.id as string;
			if (change === "deleted") conversation.rules.receive(other, { type: "chat:delete", conversationId, messageId });
			if (change === "edited") conversation.rules.receive(other, { type: "chat:edit", conversationId, messageId, content: "Nothing" });
			if (change === "erased") {
				const tables = new ErasureTables(state.storage.sql);
				const rows = tables.affected("bob", "alias", { after: 0, until: 100, upTo: 100 });
				for (const row of rows) if (row.author_id === "bob") tables.eraseMessage(row, "alias", conversation.now, 100);
			}
			const reply = conversation.store.log.lastReply()?.id as string;
			conversation.rules.receive(client, { type: "chat:approve", conversationId, messageId: reply, toolId: write.id, allow: true });
			await settled();
			const sent = JSON.stringify(conversation.call.options.turn);
			expect(sent).toContain("Result of docs__write");
			expect(sent).toContain(change === "erased" ? '{\\"messages\\":[],\\"more\\":false}' : "A xylophone that stays");
			expect(sent).not.toContain("SECRET");
		}),
	);

	it.each(["", "…", 7, undefined])("for %j is refused in words", (query) =>
		inConversation(async (conversation) => {
			await asks(conversation, longTalk(conversation));
			expect(await search(conversation, query)).toMatchObject({ content: "`query` has no words.", is_error: true });
		}),
	);

	it("is repeated only so often", () =>
		inConversation(async (conversation) => {
			await asks(conversation, longTalk(conversation, "xylophone"));
			for (let n = 1; conversation.call.options.mayCall; n++) await search(conversation, "xylophone", `toolu_${n}`);
			expect(conversation.calls).toHaveLength(1 + limits.callRounds);
			await conversation.call.text("It is blue.");
			await conversation.call.end();
			expect(conversation.store.log.lastReply()).toMatchObject({ status: "complete", content: "It is blue." });
		}));
});

describe("the price of a search", () => {
	const metered = (conversation: TestConversation, left: number) => {
		conversation.priceOf = (_model, at) => priceOf("claude-sonnet-5-5", at, { prices: new Map() });
		conversation.budgets = { conversation: 50_000_000 };
		conversation.purses.left.ann = left;
	};

	it("is reserved with the reply, so that an answer can follow it", () =>
		inConversation(async (conversation) => {
			metered(conversation, 5_000_000);
			await asks(conversation, longTalk(conversation, "xylophone"));
			expect(conversation.call.options).toMatchObject({ mayCall: true, maxTokens: 16_000 });
			await conversation.call.usage(110_000, 500);
			await search(conversation, "xylophone");
			expect(conversation.call.options.maxTokens).toBeGreaterThan(500);
		}));

	it("is not spent where no answer could follow it", () =>
		inConversation(async (conversation) => {
			metered(conversation, 400_000);
			await asks(conversation, longTalk(conversation, "xylophone"));
			expect(conversation.call.options).toMatchObject({ mayCall: false, clientTools: [] });
			await conversation.call.usage(110_000, 500);
			await conversation.call.text("I do not know.");
			await conversation.call.event({ type: "end", stopReason: "end_turn" });
			expect(conversation.store.log.lastReply()).toMatchObject({ status: "complete", content: "I do not know." });
		}));
});
