// Calls of tools that Parley carries out for Claude, on real object storage: who has to allow them, and what a death of the object leaves.

import { describe, expect, it } from "vitest";
import { Erasure } from "../../../src/conversation/people/erasure.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, bob, inConversation, settled, type TestClient, TestConversation } from "../../support/conversation.ts";

const write = { id: "toolu_1", name: "docs__write", input: '{"page":"a"}' };
const read = { id: "toolu_2", name: "docs__read", input: '{"page":"b"}' };
const turnOf = (...calls: (typeof write)[]) =>
	calls.map(({ id, name, input }) => ({ type: "tool_use", id, name, input: JSON.parse(input) }));

/** Ann asks, and Claude answers with calls. */
async function calling(conversation: TestConversation, ...calls: (typeof write)[]): Promise<TestClient> {
	const client = conversation.enter(ann);
	conversation.store.changeSettings({ tools: { mcp: ["docs"] } });
	conversation.say(client, "Hi");
	await settled();
	await conversation.call.event({ type: "pause", turn: turnOf(...calls), calls });
	await settled();
	return client;
}

function decide(conversation: TestConversation, client: TestClient, allow: boolean, toolId = write.id) {
	const messageId = conversation.store.log.lastReply()?.id as string;
	const { id: conversationId } = conversation.store.info;
	conversation.rules.receive(client, { type: "chat:approve", conversationId, messageId, toolId, allow });
}

const resultsIn = ({ call }: TestConversation) =>
	(call.options.turn ?? []).filter((block) => (block as { type: string }).type === "tool_result");
const toolIn = (client: TestClient) => client.last("chat:tool").tool;
const audited = ({ store }: TestConversation) =>
	store.audit.before(Number.MAX_SAFE_INTEGER, 10).map(({ action, actor, subject }) => ({ action, actor, subject }));
const back = (state: DurableObjectState, before: TestConversation, answer = before.toolbox.answer) => {
	const conversation = new TestConversation(state, 60_000);
	conversation.toolbox.answer = answer;
	conversation.now = before.now;
	const client = conversation.enter(ann);
	conversation.replies.recover();
	return { conversation, client };
};

describe("a call", () => {
	it("that is read-only is made at once, and its result goes back to Claude", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, read);
			expect(conversation.toolbox.called).toMatchObject([{ tool: "docs__read", input: read.input }]);
			expect(conversation.calls.length).toBe(2);
			expect(conversation.call.options.turn).toEqual([
				...turnOf(read),
				{ type: "tool_result", tool_use_id: read.id, content: "Result of docs__read" },
			]);
			expect(toolIn(client)).toEqual({ name: read.name, id: read.id, input: read.input, status: "done", result: "Result of docs__read" });
			expect(audited(conversation)[0]).toEqual({ action: "tool_called", actor: "claude", subject: "docs__read" });
		}));

	it("that is not waits for a member with its arguments, and nothing keeps the object awake", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, write);
			expect(toolIn(client)).toEqual({ name: write.name, id: write.id, input: write.input, status: "running", asks: true });
			expect([conversation.toolbox.called.length, conversation.calls.length]).toEqual([0, 1]);
			expect(conversation.alarms.at(-1)).toBe(conversation.now + limits.approval);
			decide(conversation, conversation.enter(bob), true);
			await settled();
			expect(conversation.toolbox.called.length).toBe(1);
			expect(resultsIn(conversation)).toMatchObject([{ content: "Result of docs__write" }]);
			expect(toolIn(client)).toMatchObject({ status: "done", decidedBy: bob });
			expect(audited(conversation)[0]).toEqual({ action: "tool_allowed", actor: "bob", subject: "docs__write" });
		}));

	it("that somebody declines is not made, and Claude is told", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, write);
			decide(conversation, client, false);
			await settled();
			expect(conversation.toolbox.called).toEqual([]);
			expect(resultsIn(conversation)).toMatchObject([{ content: expect.stringContaining("declined the call"), is_error: true }]);
			expect(toolIn(client)).toMatchObject({ status: "failed", error: "declined", decidedBy: ann });
		}));

	it("is decided once", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, write);
			decide(conversation, client, true);
			decide(conversation, client, false);
			expect(client.last("chat:error")).toMatchObject({ code: "decided" });
			decide(conversation, client, true, "another");
			expect(client.last("chat:error")).toMatchObject({ code: "not_found" });
			await settled();
			expect(conversation.toolbox.called.length).toBe(1);
		}));

	it("is decided by owners alone if the deployment says so", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, write);
			conversation.toolbox.owners = true;
			const other = conversation.enter(bob);
			decide(conversation, other, true);
			expect(other.last("chat:error")).toMatchObject({ code: "forbidden" });
			decide(conversation, client, true);
			await settled();
			expect(conversation.toolbox.called.length).toBe(1);
		}));

	it("is not decided by who has left or been removed, nor by a program", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, write);
			const other = conversation.enter(bob);
			conversation.departures.end("bob", "ann");
			const program = Object.assign(conversation.enter(ann), { scopes: ["read", "write"] as const });
			for (const stranger of [other, program]) {
				decide(conversation, stranger, true);
				expect(stranger.last("chat:error")).toMatchObject({ code: "forbidden" });
			}
			expect(toolIn(client)).toMatchObject({ asks: true });
			expect(conversation.toolbox.called).toEqual([]);
		}));

	it("stays decided when who decided leaves", () =>
		inConversation(async (conversation) => {
			await calling(conversation, write, { ...write, id: "toolu_3" });
			decide(conversation, conversation.enter(bob), true);
			conversation.departures.end("bob", "bob");
			await settled();
			expect(conversation.toolbox.called).toHaveLength(1);
		}));

	it("names a person who is erased meanwhile no more, also in what is stored later", () =>
		inConversation(async (conversation, { storage }) => {
			const client = await calling(conversation, write);
			const answer = Promise.withResolvers<{ text: string }>();
			conversation.toolbox.answer = () => answer.promise;
			decide(conversation, conversation.enter(bob), true);
			await settled();
			expect(conversation.store.log.lastReply()?.tools).toMatchObject([{ decidedBy: bob }]);
			const { store, clients, titles, departures, replies } = conversation;
			const erasure = new Erasure({
				...{ sql: storage.sql, store, clients, titles, departures, replies, queues: [], files: { releaseEach: () => {} } },
				lists: { changed: () => {} },
				resync: () => {},
				now: () => conversation.now,
			});
			erasure.removeMember("bob", "erased-1");
			erasure.step("bob", "erased-1", 0);
			answer.resolve({ text: "Done" });
			await settled();
			expect(toolIn(client)).toEqual({ name: write.name, id: write.id, input: write.input, status: "done", result: "Done" });
			await conversation.call.end();
			const { message } = client.last("chat:message");
			expect(JSON.stringify([message, conversation.store.log.lastReply()])).not.toMatch(/decidedBy|bob/i);
		}));

	it.each([
		["its answer", { text: "Saved." }, "Saved."],
		["the beginning of a long answer", { text: "é".repeat(5_000) }, `${"é".repeat(limits.shownResult - 1)}…`],
		["what the tool says against the call", { text: "No such page", error: "bad_input" }, "No such page"],
		["nothing in words of ours, which are for Claude", { text: "It could not be reached.", error: "unavailable" }, undefined],
	] as const)("shows people %s", (_what, answer, result) =>
		inConversation(async (conversation) => {
			conversation.toolbox.answer = async () => answer;
			const client = await calling(conversation, read);
			expect(toolIn(client).result).toBe(result);
			await conversation.call.end();
			expect(conversation.store.log.lastReply()?.tools?.[0]?.result).toBe(result);
		}),
	);

	it("of a tool that nobody offered is not made, and nobody is asked", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, { ...write, name: "other__write" });
			expect(resultsIn(conversation)).toMatchObject([{ content: expect.stringContaining("does not permit"), is_error: true }]);
			expect(toolIn(client)).toMatchObject({ name: "other__write", status: "failed", error: "not_allowed" });
			expect(conversation.toolbox.called).toEqual([]);
		}));

	it("under the id of an earlier one is not made: people would read the earlier arguments", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, write);
			decide(conversation, client, true);
			await settled();
			const other = { ...write, input: '{"page":"other"}' };
			await conversation.call.event({ type: "pause", turn: [...(conversation.call.options.turn ?? []), ...turnOf(other)], calls: [other] });
			await settled();
			expect(conversation.toolbox.called.map(({ input }) => input)).toEqual([write.input]);
			expect(resultsIn(conversation)).toMatchObject([{}, { content: expect.stringContaining("could not be shown"), is_error: true }]);
			expect(conversation.store.log.lastReply()?.tools).toMatchObject([{ status: "done", input: write.input }]);
		}));

	it("is declined when nobody decides in time", () =>
		inConversation(async (conversation) => {
			await calling(conversation, write);
			conversation.now += limits.approval;
			conversation.replies.recover();
			await settled();
			expect(resultsIn(conversation)).toMatchObject([{ content: expect.stringContaining("Nobody answered"), is_error: true }]);
		}));

	it("whose arguments people cannot see in full is not made", () =>
		inConversation(async (conversation) => {
			await calling(conversation, { ...read, input: JSON.stringify({ page: "x".repeat(limits.toolArguments) }) });
			expect(conversation.toolbox.called).toEqual([]);
			expect(resultsIn(conversation)).toMatchObject([{ is_error: true }]);
		}));

	it("is not made after an owner took the tools away", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, write);
			conversation.store.changeSettings({ tools: { mcp: [] } });
			decide(conversation, client, true);
			await settled();
			expect(conversation.toolbox.called).toEqual([]);
			expect(resultsIn(conversation)).toMatchObject([{ is_error: true }]);
		}));

	it("is left when the reply is stopped while it waits", () =>
		inConversation(async (conversation, state) => {
			const client = await calling(conversation, write);
			conversation.rules.receive(client, { type: "chat:stop", conversationId: conversation.store.info.id });
			expect(client.last("chat:message").message).toMatchObject({ status: "stopped", tools: [{ status: "failed", error: "unfinished" }] });
			expect(state.storage.sql.exec("SELECT * FROM calls").toArray()).toEqual([]);
		}));
});

describe("the results of calls", () => {
	const results = [...turnOf(read), { type: "tool_result", tool_use_id: read.id, content: "Result of docs__read" }];

	it("stay when the answer after them breaks off, again and again, also with further calls", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, read);
			await conversation.call.text("It says ");
			await conversation.call.cut();
			const once = [...results, { type: "text", text: "It says " }, { type: "continue" }];
			expect(conversation.call.options).toMatchObject({ partialReply: "It says ", turn: once });
			await conversation.call.text("that all");
			await conversation.call.cut();
			const twice = [...once, { type: "text", text: "that all" }, { type: "continue" }];
			expect(conversation.call.options.turn).toEqual(twice);
			const more = { ...read, id: "toolu_4" };
			await conversation.call.event({ type: "pause", turn: [...twice, ...turnOf(more)], calls: [more] });
			await settled();
			await conversation.call.text(" is well.");
			await conversation.call.end();
			expect(client.last("chat:message").message).toMatchObject({ content: "It says that all is well.", status: "complete" });
		}));

	it("stay when only white space came after them", () =>
		inConversation(async (conversation) => {
			await calling(conversation, read);
			await conversation.call.text("\n\n");
			await conversation.call.cut();
			expect(conversation.call.options.turn).toEqual(results);
		}));

	it("stay when the object dies in the answer after them", () =>
		inConversation(async (before, state) => {
			await calling(before, read);
			before.now += 2_000;
			await before.call.text("It says ");
			const { conversation } = back(state, before);
			await settled();
			expect(conversation.call.options.turn).toEqual([...results, { type: "text", text: "It says " }, { type: "continue" }]);
		}));

	it("are asked for anew when the request broke off while Claude wrote the call", () =>
		inConversation(async (conversation) => {
			const client = await calling(conversation, read);
			await conversation.call.event({ type: "tool", id: "toolu_5", name: "docs__write", input: "{}", status: "running", isCall: true });
			await conversation.call.cut();
			expect(toolIn(client)).toMatchObject({ id: "toolu_5", status: "failed", error: "unfinished" });
			expect(conversation.call.options.turn).toEqual(results);
		}));
});

describe("after the object died", () => {
	it("a call still waits, and is made once it is allowed", () =>
		inConversation(async (before, state) => {
			await calling(before, write);
			const { conversation, client } = back(state, before);
			await settled();
			expect([conversation.calls.length, conversation.alarms.at(-1)]).toEqual([0, before.now + limits.approval]);
			decide(conversation, client, true);
			await settled();
			expect(resultsIn(conversation)).toMatchObject([{ content: "Result of docs__write" }]);
		}));

	it("a call that was started and is not read-only is never repeated: Claude is told that nobody knows", () =>
		inConversation(async (before, state) => {
			before.toolbox.answer = () => new Promise(() => {});
			decide(before, await calling(before, write), true);
			await settled();
			expect(before.toolbox.called.length).toBe(1);
			const { conversation } = back(state, before);
			await settled();
			expect(conversation.toolbox.called).toEqual([]);
			expect(resultsIn(conversation)).toMatchObject([{ content: expect.stringContaining("unknown whether"), is_error: true }]);
		}));

	it("a read-only call is made once more, and no third time", () =>
		inConversation(async (before, state) => {
			before.toolbox.answer = () => new Promise(() => {});
			await calling(before, read);
			const again = back(state, before).conversation;
			await settled();
			const { conversation } = back(state, before);
			await settled();
			expect([again.toolbox.called.length, conversation.toolbox.called.length]).toEqual([1, 0]);
			expect(resultsIn(conversation)).toMatchObject([{ is_error: true }]);
		}));

	it("results that are there go to Claude, and no call is repeated", () =>
		inConversation(async (before, state) => {
			await calling(before, read);
			const { conversation } = back(state, before);
			await settled();
			expect(conversation.toolbox.called).toEqual([]);
			expect(resultsIn(conversation)).toMatchObject([{ content: "Result of docs__read" }]);
		}));
});
