import { describe, expect, it } from "vitest";
import type { ModelEvent } from "../../../src/conversation/ports.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, type TestClient, TestConversation } from "../../support/conversation.ts";

const one = { url: "https://one.example/a", title: "One" };
const two = { url: "https://two.example/", title: "Two" };
const turn = [{ type: "server_tool_use", id: "a", name: "web_search", input: { query: "x" } }];

const search = (id: string, fields: object = {}): ModelEvent => ({ type: "tool", id, name: "web_search", status: "running", ...fields });
const done = (id: string): ModelEvent => search(id, { status: "done" });
const cite = (length: number, ...sources: (typeof one)[]): ModelEvent => ({ type: "citation", length, sources });
const replyOf = (client: TestClient) => client.last("chat:message").message;
const stored = ({ store }: TestConversation) => store.log.lastReply();
const liveOf = (conversation: TestConversation, client: TestClient) =>
	client.last("chat:joined").messages.find(({ id }) => id === stored(conversation)?.id);
const turns = (state: DurableObjectState) => state.storage.sql.exec("SELECT * FROM turns").toArray();

/** The cited passages of a message, each with the number of its source. */
function passages({ content, citations = [] }: { content: string; citations?: { start: number; end: number; source: number }[] }) {
	return citations.map(({ start, end, source }) => [content.slice(start, end), source]);
}

describe("what Claude looks up", () => {
	it("is sent to everybody as it comes, and stays with the message", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.event(search("a"));
			await conversation.call.event(search("a", { input: "weather Jena" }));
			const { id: messageId, conversationId } = stored(conversation) ?? {};
			expect(client.last("chat:tool")).toEqual({
				type: "chat:tool",
				conversationId,
				messageId,
				index: 0,
				tool: { name: "web_search", input: "weather Jena", status: "running" },
			});
			await conversation.call.event(done("a"));
			await conversation.call.event(search("b", { status: "failed", error: "busy" }));
			await conversation.call.text("Well: ");
			await conversation.call.text("it rains");
			await conversation.call.event(cite(8, two, one));
			expect(client.last("chat:source")).toMatchObject({ messageId, index: 1, source: one, citation: { start: 6, end: 14, source: 1 } });
			await conversation.call.end();
			const research = {
				tools: [
					{ name: "web_search", input: "weather Jena", status: "done" },
					{ name: "web_search", input: "", status: "failed", error: "busy" },
				],
				sources: [two, one],
				citations: [
					{ start: 6, end: 14, source: 0 },
					{ start: 6, end: 14, source: 1 },
				],
			};
			expect(replyOf(client)).toMatchObject(research);
			expect(stored(conversation)).toMatchObject(research);
		}));

	it("reaches late joiners with the running reply", () =>
		inConversation(async (conversation) => {
			conversation.say(conversation.enter(ann), "Hi");
			await conversation.call.event(search("a", { input: "x" }));
			await conversation.call.text("So.");
			await conversation.call.event(cite(3, one));
			expect(liveOf(conversation, conversation.enter(bob))).toMatchObject({
				tools: [{ input: "x", status: "running" }],
				sources: [one],
				citations: [{ start: 0, end: 3, source: 0 }],
			});
		}));

	it("names each source once, also a page that was read and is cited later", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.event({ type: "source", source: one });
			await conversation.call.text("So. ");
			await conversation.call.event(cite(3, { ...one, title: "Another title" }, one));
			await conversation.call.end();
			expect(replyOf(client)).toMatchObject({ sources: [one], citations: [{ source: 0 }] });
			expect(replyOf(client).citations).toHaveLength(1);
		}));

	it("fails in words if the reply ends first", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.event(search("a", { input: "x" }));
			conversation.replies.stop(ann);
			expect(replyOf(client).tools).toEqual([{ name: "web_search", input: "x", status: "failed", error: "unfinished" }]);
		}));

	it("is bounded", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			for (let n = 0; n <= limits.tools; n++) await conversation.call.event(search(`tool ${n}`));
			for (let n = 0; n <= limits.sources; n++)
				await conversation.call.event({ type: "source", source: { ...one, url: `https://one.example/${n}` } });
			for (let n = 0; n <= limits.citations; n++) {
				await conversation.call.text("So.");
				await conversation.call.event(cite(3, { ...one, url: "https://one.example/7" }));
			}
			await conversation.call.end();
			const { tools, sources, citations } = replyOf(client);
			expect([tools?.length, sources?.length, citations?.length]).toEqual([limits.tools, limits.sources, limits.citations]);
		}));

	it("is gone when the reply is deleted or regenerated; the former version keeps it", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.event(search("a"));
			await conversation.call.text("So.");
			await conversation.call.event(cite(3, one));
			await conversation.call.end();
			const { id: messageId, conversationId } = replyOf(client);
			conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId });
			expect(client.last("chat:updated").message).not.toHaveProperty("sources");
			await conversation.call.text("Otherwise.");
			await conversation.call.end();
			expect(replyOf(client)).not.toHaveProperty("citations");
			const { versions } = conversation.rules.history().versions(messageId) as { versions: object[] };
			expect(versions).toMatchObject([{ sources: [one], citations: [{ start: 0, end: 3, source: 0 }], tools: [{ name: "web_search" }] }]);
			conversation.rules.receive(client, { type: "chat:delete", conversationId, messageId });
			expect(JSON.stringify(stored(conversation))).not.toMatch(/example|tools|citations/);
		}));
});

describe("the places of citations", () => {
	const before = "The first sentence is here. ";

	it.each([
		["nothing is repeated", "It rains. And more."],
		["the end of the text is repeated", `sentence is here. ${"It rains. And more."}`],
	])("stay right when a reply that broke off goes on and %s", (_what, next) =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text(before);
			await conversation.call.event(cite(before.length - 1, one));
			await conversation.call.cut();
			const end = next.indexOf("It rains.") + "It rains.".length;
			// The overlap is not known yet when the citation comes.
			await conversation.call.text(next.slice(0, end));
			await conversation.call.event(cite("It rains.".length, two));
			await conversation.call.text(next.slice(end));
			await conversation.call.end();
			expect(replyOf(client).content).toBe(`${before}It rains. And more.`);
			expect(passages(replyOf(client))).toEqual([
				["he first sentence is here. ", 0],
				["It rains.", 1],
			]);
		}),
	);

	it("cover only what is new of a passage that repeats the text before", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text(before);
			await conversation.call.cut();
			const next = "sentence is here. So it is.";
			await conversation.call.text(next);
			await conversation.call.event(cite(next.length, one));
			await conversation.call.end();
			expect(replyOf(client).content).toBe(`${before}So it is.`);
			expect(passages(replyOf(client)).at(0)?.[0]).toMatch(/So it is\.$/);
			expect(replyOf(client).citations?.[0]?.end).toBe(replyOf(client).content.length);
		}));

	it("stay right when the object dies, and in front of half a character", () =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			await conversation.call.text(before);
			await conversation.call.event(cite(5, one));
			conversation.now += 2_000;
			await conversation.call.text("One 😀 two. ");
			const next = new TestConversation(state, 60_000);
			const client = next.enter(ann);
			next.replies.recover();
			await next.call.text("Three \ud83d");
			await next.call.text("\ude00 four.");
			await next.call.event(cite("Three 😀 four.".length, two));
			await next.call.end();
			expect(passages(replyOf(client)).at(-1)).toEqual(["Three 😀 four.", 1]);
			expect(passages(replyOf(client))).toHaveLength(2);
		}));
});

describe("a turn that Claude's server pauses", () => {
	it("goes on in the same message with what was written, unchanged, and its usage is summed", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.event(search("a", { input: "x" }));
			await conversation.call.text("I look. ");
			await conversation.call.usage(100, 10);
			await conversation.call.event({ type: "pause", turn });
			expect(conversation.calls).toHaveLength(2);
			expect(conversation.call.options).toMatchObject({ partialReply: "I look. ", turn });
			expect(stored(conversation)?.tools).toMatchObject([{ status: "running" }]);
			await conversation.call.event(done("a"));
			await conversation.call.text("It rains.");
			await conversation.call.event(cite(9, one));
			await conversation.call.usage(200, 20);
			await conversation.call.event({ type: "end", stopReason: "end_turn" });
			expect(replyOf(client)).toMatchObject({
				content: "I look. It rains.",
				status: "complete",
				tools: [{ input: "x", status: "done" }],
				citations: [{ start: 8, end: 17 }],
				usage: { input: 300, output: 30 },
			});
			expect(replyOf(client)).not.toHaveProperty("attempts");
			expect(turns(state)).toEqual([]);
		}));

	it("goes on only so often, and the reply then says why it ends", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("So far. ");
			for (let round = 0; round <= limits.rounds; round++) await conversation.call.event({ type: "pause", turn });
			expect(conversation.calls).toHaveLength(1 + limits.rounds);
			expect(replyOf(client)).toMatchObject({
				content: "So far. ",
				status: "complete",
				reason: "too_many_steps",
				stopReason: "pause_turn",
			});
			expect(turns(state)).toEqual([]);
		}));

	it("ends cleanly if it cannot go on", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.text("So far. ");
			await conversation.call.event({ type: "pause" });
			expect(conversation.calls).toHaveLength(1);
			expect(replyOf(client)).toMatchObject({ status: "complete", reason: "too_many_steps" });
		}));

	it("goes on after the object died, and so do the rounds and the tools", () =>
		inConversation(async (conversation, state) => {
			conversation.say(conversation.enter(ann), "Hi");
			await conversation.call.event(search("a", { input: "x" }));
			for (let round = 0; round < limits.rounds; round++) await conversation.call.event({ type: "pause", turn });
			const next = new TestConversation(state, 60_000);
			const client = next.enter(ann);
			next.replies.recover();
			expect(next.call.options).toMatchObject({ turn });
			await next.call.event(done("a"));
			await next.call.text("It rains.");
			await next.call.event({ type: "pause", turn });
			expect(replyOf(client)).toMatchObject({ content: "It rains.", reason: "too_many_steps", tools: [{ input: "x", status: "done" }] });
			expect(turns(state)).toEqual([]);
		}));

	it("goes on by its text alone once more of it has come and broken off", () =>
		inConversation(async (conversation) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.event({ type: "pause", turn });
			await conversation.call.text("It rains");
			await conversation.call.event(search("b"));
			await conversation.call.cut();
			expect(conversation.call.options).toMatchObject({ partialReply: "It rains", turn: undefined });
			await conversation.call.text(" all day long in the north.");
			await conversation.call.end();
			expect(replyOf(client)).toMatchObject({ content: "It rains all day long in the north.", tools: [{ error: "unfinished" }] });
		}));

	it("leaves nothing behind when the reply is stopped or regenerated", () =>
		inConversation(async (conversation, state) => {
			const client = conversation.enter(ann);
			conversation.say(client, "Hi");
			await conversation.call.event({ type: "pause", turn });
			conversation.replies.stop(ann);
			expect(turns(state)).toEqual([]);
			const { id: messageId, conversationId } = replyOf(client);
			conversation.rules.receive(client, { type: "chat:regenerate", conversationId, messageId });
			expect(conversation.call.options.turn).toBeUndefined();
		}));
});
