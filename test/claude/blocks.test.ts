// Responses with tools that Claude's server runs, as the Messages API streams them and as other servers may.

import { describe, expect, inject, it, vi } from "vitest";
import { anthropicModel } from "../../src/claude/anthropic.ts";
import type { ModelEvent, ToolEvent } from "../../src/conversation/ports.ts";
import { limits } from "../../src/protocol/limits.ts";
import { ask } from "./requests.ts";

vi.spyOn(console, "error").mockImplementation(() => {});

const baseUrl = inject("messagesApi");
const one = { url: "https://one.example/a", title: "One" };
const two = { url: "https://two.example/", title: "Two" };
const event = (type: string, fields: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

async function replyTo(script: object): Promise<{ text: string; events: ModelEvent[] }> {
	const model = anthropicModel({ apiKey: "key", baseUrl, model: `m-${crypto.randomUUID()}`, maxTokens: 1234, idleTimeout: 60_000 });
	return ask(model, `${crypto.randomUUID()} !${JSON.stringify(script)}`);
}

/** The reply to a whole response of these content blocks, each in its start event. */
const replyToStarts = (...blocks: unknown[]) =>
	replyTo({
		raw: [
			event("message_start", { message: { model: "m" } }),
			...blocks.map((content_block) => event("content_block_start", { content_block })),
			event("message_delta", { delta: { stop_reason: "end_turn" } }),
			event("message_stop"),
		],
	});

const ofTools = (events: ModelEvent[]) =>
	events.filter((event): event is ToolEvent => event.type === "tool").map(({ type: _, ...tool }) => tool);
const only = <T extends ModelEvent["type"]>(events: ModelEvent[], type: T) =>
	events.filter((event): event is Extract<ModelEvent, { type: T }> => event.type === type);

describe("a search", () => {
	it("runs, shows what it looks for, is done, and is counted", async () => {
		const { text, events } = await replyTo({ blocks: [{ search: "weather Jena", results: [one, two] }, { text: "It rains." }] });
		expect(text).toBe("It rains.");
		expect(ofTools(events)).toEqual([
			{ id: "srvtoolu_0", name: "web_search", status: "running" },
			{ id: "srvtoolu_0", name: "web_search", status: "running", input: "weather Jena" },
			{ id: "srvtoolu_0", name: "web_search", status: "done" },
		]);
		expect(only(events, "usage").at(-1)?.usage.searches).toBe(1);
	});

	it.each([
		["max_uses_exceeded", "too_many"],
		["too_many_requests", "busy"],
		["query_too_long", "bad_input"],
		["unavailable", "unavailable"],
		["a_new_code", "unavailable"],
	])("that fails with %s says so, and costs nothing", async (error, expected) => {
		const { events } = await replyTo({ blocks: [{ search: "x", error }, { text: "I could not." }] });
		expect(ofTools(events).at(-1)).toEqual({ id: "srvtoolu_0", name: "web_search", status: "failed", error: expected });
		expect(only(events, "usage").at(-1)?.usage).not.toHaveProperty("searches");
	});

	it("is counted although the response is cut before the API reports it", async () => {
		const { events } = await replyTo({ blocks: [{ search: "x", results: [one] }, { text: "a b c" }], fault: "eof", after: 7 });
		expect(only(events, "usage").at(-1)?.usage.searches).toBe(1);
	});
});

describe("characters that hide or reverse the text beside them", () => {
	it("are dropped from text and thinking before a citation counts them, and a split character stays whole", async () => {
		const delta = (fields: object) => event("content_block_delta", { delta: fields });
		const { text, events } = await replyTo({
			raw: [
				event("message_start", { message: { model: "m\u202e" } }),
				event("content_block_start", { content_block: { type: "thinking", thinking: "\u0000Let" } }),
				delta({ type: "thinking_delta", thinking: " me\u202e see" }),
				event("content_block_stop"),
				event("content_block_start", { content_block: { type: "text", text: "\ufeffIt\u0000" } }),
				delta({ type: "text_delta", text: " rains\u202e \ud83c" }),
				delta({ type: "text_delta", text: "\udf27\u2066" }),
				delta({ type: "text_delta", text: "\u0000" }),
				delta({ type: "citations_delta", citation: { type: "web_search_result_location", url: one.url, title: "On\u202ee\u0000" } }),
				event("content_block_stop"),
				event("message_delta", { delta: { stop_reason: "end_turn" } }),
				event("message_stop"),
			],
		});
		expect(text).toBe("It rains 🌧");
		expect(only(events, "thinking").map(({ text }) => text)).toEqual(["\n\nLet", " me see"]);
		expect(only(events, "citation")).toEqual([{ type: "citation", length: text.length, sources: [one] }]);
		expect(only(events, "start")).toEqual([{ type: "start", model: undefined }]);
	});

	it("stay in a turn that is paused, which goes back unchanged", async () => {
		const { events } = await replyTo({
			raw: [
				event("content_block_start", { content_block: { type: "text", text: "a\u202eb" } }),
				event("content_block_stop"),
				event("message_delta", { delta: { stop_reason: "pause_turn" } }),
				event("message_stop"),
			],
		});
		expect(only(events, "pause")).toEqual([{ type: "pause", turn: [{ type: "text", text: "a\u202eb" }] }]);
	});
});

describe("a citation", () => {
	it("covers the text of its block, wherever it stands among its parts", async () => {
		const { events } = await replyTo({
			blocks: [{ search: "x", results: [one, two] }, { text: "I looked. " }, { text: "It rains", cites: [two, one] }, { text: " today." }],
		});
		expect(only(events, "citation")).toEqual([{ type: "citation", length: 8, sources: [two, one] }]);
	});

	it("of a page that was read names that page", async () => {
		const { events } = await replyTo({
			blocks: [
				{ fetch: "https://one.example/a", title: "One", text: "…" },
				{ fetch: "https://two.example/", title: "Two", text: "…" },
				{ text: "So it is.", citesPage: 1 },
				{ text: "And not so.", citesPage: 7 },
			],
		});
		expect(only(events, "source").map(({ source }) => source)).toEqual([one, two]);
		expect(only(events, "citation")).toEqual([{ type: "citation", length: 9, sources: [two] }]);
	});

	it.each([
		"javascript:alert(1)",
		"data:text/html,x",
		"file:///etc/passwd",
		"https://name:secret@one.example/",
		"/relative",
		"",
		7,
		null,
		`https://one.example/${"x".repeat(limits.sourceUrl)}`,
	])("of %j is dropped, and its text stays", async (url) => {
		const citation = { type: "web_search_result_location", url, title: "x" };
		const { text, events } = await replyToStarts({ type: "text", text: "It rains.", citations: [citation, null, 5] });
		expect([text, only(events, "citation")]).toEqual(["It rains.", []]);
	});

	it("has a title of one line, or the host", async () => {
		const citations = [
			{ url: "https://one.example", title: "A\n\u202eB\u0000 " },
			{ url: "https://one.example/b", title: "x ".repeat(9_999) },
			{ url: "https://one.example/c", title: { odd: true } },
		];
		const { events } = await replyToStarts({ type: "text", text: "So.", citations });
		const titles = only(events, "citation")[0]?.sources.map(({ title }) => title);
		expect(titles).toEqual(["A B", expect.stringMatching(/^x x .*…$/), "one.example"]);
		expect(titles?.[1]?.length).toBeLessThanOrEqual(limits.sourceTitle);
	});
});

describe("tools of a server that differs", () => {
	it.each([
		["whose input is in the start of the block", { id: "a", name: "web_search", input: { query: "q" } }, "q"],
		["whose input is no object", { id: "a", name: "web_search", input: "q" }, undefined],
		["whose query is no text", { id: "a", name: "web_search", input: { query: 7 } }, undefined],
	])("%s are read as far as they can be", async (_what, use, input) => {
		const { events } = await replyToStarts({ type: "server_tool_use", ...use }, { type: "text", text: "Hi" });
		expect(ofTools(events)).toEqual([{ id: "a", name: "web_search", status: "running", ...(input && { input }) }]);
	});

	it.each([{ name: "web_search" }, { id: 7, name: "web_search" }, { id: "a", name: null }, { id: "x".repeat(999), name: "web_search" }])(
		"without an id or a name are passed over: %j",
		async (use) => {
			const { text, events } = await replyToStarts({ type: "server_tool_use", ...use }, { type: "text", text: "Hi" });
			expect([text, ofTools(events)]).toEqual(["Hi", []]);
		},
	);

	it("of unknown kinds, and results without a content, change nothing", async () => {
		const { text, events } = await replyToStarts(
			{ type: "new_tool_result", tool_use_id: "b", content: {} },
			{ type: "web_fetch_tool_result", tool_use_id: "b", content: null },
			{ type: "text", text: "Hi" },
		);
		expect([text, ofTools(events)]).toEqual(["Hi", [{ id: "b", name: "web_fetch", status: "done" }]]);
	});

	it("show a long query cut to its beginning", async () => {
		const { events } = await replyTo({ blocks: [{ search: "word ".repeat(500), results: [] }, { text: "Hi" }] });
		expect(ofTools(events)[1]?.input?.length).toBeLessThanOrEqual(limits.toolInput);
	});
});

describe("a turn that is paused", () => {
	it("ends with everything that is sent back to go on, as it came", async () => {
		const blocks = [
			{ thinking: "Hm." },
			{ search: "x", results: [one] },
			{ text: "So far", cites: [one] },
			{ search: "y", unfinished: true },
		];
		const { text, events } = await replyTo({ blocks, stop: "pause_turn" });
		expect(text).toBe("So far");
		expect(events.at(-1)).toEqual({
			type: "pause",
			turn: [
				{ type: "thinking", thinking: "Hm.", signature: "signed-0" },
				{ type: "server_tool_use", id: "srvtoolu_1", name: "web_search", caller: { type: "direct" }, input: { query: "x" } },
				{
					type: "web_search_tool_result",
					tool_use_id: "srvtoolu_1",
					caller: { type: "direct" },
					content: [{ type: "web_search_result", ...one, page_age: null, encrypted_content: `encrypted ${one.url}` }],
				},
				{
					type: "text",
					text: "So far",
					citations: [{ type: "web_search_result_location", ...one, cited_text: "…", encrypted_index: `index of ${one.url}` }],
				},
				{ type: "server_tool_use", id: "srvtoolu_3", name: "web_search", caller: { type: "direct" }, input: { query: "y" } },
			],
		});
	});

	it.each([
		["nothing was written", []],
		["it is too long to be kept", [{ fetch: "https://one.example/", text: "x".repeat(limits.turn) }]],
	])("cannot go on if %s", async (_what, blocks) => {
		expect((await replyTo({ blocks, stop: "pause_turn" })).events.at(-1)).toEqual({ type: "pause" });
	});
});
