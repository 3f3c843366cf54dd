// What a request says about tools, and what becomes of it on servers that have none.

import { describe, expect, inject, it, vi } from "vitest";
import { anthropicModel } from "../../src/claude/anthropic.ts";
import type { ModelEvent, PausedTurn, ReplyOptions } from "../../src/conversation/ports.ts";
import { limits } from "../../src/protocol/limits.ts";
import { readSettings, type Settings } from "../../src/settings.ts";
import { conversation, type Line, textOf } from "./requests.ts";

vi.spyOn(console, "error").mockImplementation(() => {});

type Body = { tools?: Record<string, unknown>[]; messages: { role: string; content: Record<string, unknown>[] }[]; thinking?: unknown };

const baseUrl = inject("messagesApi");
const webSearch = { webSearch: true, webFetch: false };
const one = { url: "https://one.example/", title: "One" };

function newModel(domains?: Settings["claude"]["domains"]) {
	const name = `model-${crypto.randomUUID()}`;
	const model = anthropicModel({ apiKey: "key", baseUrl, model: name, maxTokens: 1234, idleTimeout: 60_000, domains });
	const ask = async (script: object | string, options: ReplyOptions = {}, ...before: Line[]) => {
		const question = `${crypto.randomUUID()} !${typeof script === "string" ? script : JSON.stringify(script)}`;
		const events: ModelEvent[] = [];
		const said = conversation(...before, ["Ann", question]);
		for await (const event of model.reply(said, new AbortController().signal, options)) events.push(event);
		return { events, text: textOf(events), again: (more: ReplyOptions) => goOn(said, more) };
	};
	const goOn = async (said: ReturnType<typeof conversation>, options: ReplyOptions) => {
		const events: ModelEvent[] = [];
		for await (const event of model.reply(said, new AbortController().signal, options)) events.push(event);
		return { events, text: textOf(events) };
	};
	const bodies = async (): Promise<Body[]> => {
		const { requests } = (await (await fetch(`${baseUrl}/log`)).json()) as { requests: { body: Body & { model: string } }[] };
		return requests.map(({ body }) => body).filter(({ model }) => model === name);
	};
	return { ask, bodies };
}

const toolsIn = (bodies: Body[]) => bodies.map(({ tools = [] }) => tools.map(({ name }) => name));
const failedTools = (events: ModelEvent[]) => events.filter((event) => event.type === "tool" && event.status === "failed");

describe("the tools of a request", () => {
	it("are only those that the conversation permits", async () => {
		const { ask, bodies } = newModel();
		for (const tools of [undefined, { webSearch: false, webFetch: false }, webSearch, { webSearch: true, webFetch: true }])
			await ask({ text: "Hi" }, tools ? { tools } : {});
		const sent = await bodies();
		expect(toolsIn(sent)).toEqual([[], [], ["web_search"], ["web_search", "web_fetch"]]);
		expect(sent.slice(0, 2).some((body) => "tools" in body)).toBe(false);
		expect(sent[2]?.tools).toEqual([
			{ type: "web_search_20260318", name: "web_search", max_uses: limits.searches, allowed_callers: ["direct"] },
		]);
	});

	it("read only pages that people named or a search found", async () => {
		const { ask, bodies } = newModel();
		await ask({ text: "Hi" }, { tools: { webSearch: true, webFetch: true } });
		await ask({ text: "Hi" }, { tools: { webSearch: false, webFetch: true } });
		const [both, alone] = await bodies();
		const search = { type: "only", tools: [{ type: "tool_reference", name: "web_search" }] };
		const none = { type: "none" };
		expect(both?.tools?.[1]?.url_sources).toEqual({ user_input: { type: "all" }, server_tool_results: search, client_tool_results: none });
		expect(alone?.tools?.[0]?.url_sources).toEqual({ user_input: { type: "all" }, server_tool_results: none, client_tool_results: none });
	});

	it("have the domains of the deployment", async () => {
		const { ask, bodies } = newModel({ allowed_domains: ["one.example", "two.example/docs"] });
		await ask({ text: "Hi" }, { tools: { webSearch: true, webFetch: true } });
		expect((await bodies())[0]?.tools?.map(({ allowed_domains }) => allowed_domains)).toEqual(
			Array(2).fill(["one.example", "two.example/docs"]),
		);
	});

	it("leave so many searches as the reply has left", async () => {
		const { ask, bodies } = newModel();
		await ask({ text: "Hi" }, { tools: webSearch, maxSearches: 2 });
		await ask({ text: "Hi" }, { tools: webSearch, maxSearches: 0 });
		const [two, none] = await bodies();
		expect([two?.tools?.[0]?.max_uses, none?.tools]).toEqual([2, undefined]);
	});
});

describe("the settings of domains", () => {
	const read = (env: object) => readSettings({ JWT_SECRET: "x".repeat(32), ...env });

	it.each([
		["one.example", ["one.example"]],
		[" one.example , two.example/docs ", ["one.example", "two.example/docs"]],
	])("read %j", (text, domains) => {
		expect(read({ WEB_ALLOWED_DOMAINS: text })).toMatchObject({ settings: { claude: { domains: { allowed_domains: domains } } } });
		expect(read({ WEB_BLOCKED_DOMAINS: text })).toMatchObject({ settings: { claude: { domains: { blocked_domains: domains } } } });
	});

	it.each(["https://one.example", "one", "one.example?x=1", "one example.com"])("refuse %j", (text) => {
		expect(read({ WEB_BLOCKED_DOMAINS: text })).toEqual({ problem: expect.stringMatching(/^WEB_BLOCKED_DOMAINS must be domains/) });
	});

	it("refuse both lists at once", () => {
		expect(read({ WEB_BLOCKED_DOMAINS: "a.example", WEB_ALLOWED_DOMAINS: "b.example" })).toEqual({
			problem: "Set WEB_ALLOWED_DOMAINS or WEB_BLOCKED_DOMAINS, not both.",
		});
	});
});

describe("the tools that Parley calls", () => {
	const clientTools = [{ name: "docs__read", description: "Reads.", inputSchema: { type: "object" } }];
	const script = (...calls: object[]) => ({ blocks: [{ text: "I look. " }, ...calls], stop: "tool_use", next: { text: "All is well." } });

	it("go on after a break with their results, what came since, and the request to go on", async () => {
		const { ask, bodies } = newModel();
		const { events, again } = await ask(script({ call: "docs__read", input: {} }), { clientTools });
		const { turn = [], calls = [] } = events.at(-1) as Extract<ModelEvent, { type: "pause" }>;
		const results = calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "Fine" }));
		const since = [{ type: "text", text: "All is" }, { type: "continue" }];
		const { text } = await again({ clientTools, turn: [...turn, ...results, ...since], partialReply: "I look. All is" });
		expect(text).toBe("All is well.");
		const { messages } = (await bodies()).at(-1) as Body;
		expect(messages.map(({ role, content }) => [role, ...content.map(({ type }) => type)])).toEqual([
			["user", "text"],
			["assistant", "text", "tool_use"],
			["user", "tool_result"],
			["assistant", "text"],
			["user", "text"],
		]);
	});

	it("are called under any name that Claude makes up, so that it is told; each id once", async () => {
		const { ask } = newModel();
		const made = { call: "docs__made_up", input: {} };
		expect((await ask(script(made), { clientTools })).events.at(-1)).toMatchObject({ type: "pause", calls: [{ name: "docs__made_up" }] });
		const block = (input: object) => [
			{ type: "content_block_start", content_block: { type: "tool_use", id: "a", name: "docs__read", input } },
			{ type: "content_block_stop" },
		];
		const events = [
			{ type: "message_start", message: { model: "m" } },
			...block({ page: 1 }),
			...block({ page: 2 }),
			{ type: "message_delta", delta: { stop_reason: "tool_use" } },
			{ type: "message_stop" },
		];
		const raw = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
		expect((await ask({ raw }, { clientTools })).events.at(-1)).toMatchObject({ calls: [{ id: "a", input: '{"page":1}' }] });
	});

	it("show invisible characters of their arguments", async () => {
		const { ask } = newModel();
		const { events } = await ask(script({ call: "docs__read", input: { page: "a\u3164b\u200bc" } }), { clientTools });
		expect(events.at(-1)).toMatchObject({ calls: [{ input: '{"page":"a\\u3164b\\u200bc"}' }] });
	});
});

describe("a tool of an MCP server that Claude's API refuses", () => {
	const good = { name: "docs__read", description: "", inputSchema: { type: "object" } };
	const bad = (more: object, name = "docs__bad") => ({ name, description: crypto.randomUUID(), inputSchema: { type: "object", ...more } });
	const failed = [{ type: "tool", id: "unsupported docs", name: "docs", status: "failed", error: "unsupported" }];

	it.each([{ anyOf: [{ required: ["a"] }] }, { properties: { "a b": { type: "string" } } }])(
		"by its schema (%j) takes no other along",
		async (more) => {
			const { ask, bodies } = newModel();
			const clientTools = [bad(more), good, bad(more, "docs__worse")];
			const effort = "high" as const;
			for (let n = 0; n < 2; n++) {
				const { text, events } = await ask({ text: "Hi" }, { tools: webSearch, clientTools, effort });
				expect([text, failedTools(events)]).toEqual(["Hi", failed]);
			}
			// Another conversation has nothing to do with it.
			expect(failedTools((await ask({ text: "Hi" }, { tools: webSearch, effort })).events)).toEqual([]);
			const sent = await bodies();
			expect(toolsIn(sent)).toEqual([
				["web_search", "docs__bad", "docs__read", "docs__worse"],
				["web_search", "docs__read", "docs__worse"],
				["web_search", "docs__read"],
				["web_search", "docs__read"],
				["web_search"],
			]);
			expect(sent.every(({ thinking }) => thinking !== undefined)).toBe(true);
		},
	);

	it("in words that name none leaves the server its own tools", async () => {
		const { ask, bodies } = newModel();
		const { text, events } = await ask("odd-tool", { tools: webSearch, clientTools: [good] });
		expect([text, failedTools(events)]).toEqual([expect.stringContaining("You said"), failed]);
		await ask({ text: "Hi" }, { tools: webSearch });
		const sent = await bodies();
		expect(toolsIn(sent)).toEqual([["web_search", "docs__read"], ["web_search", "docs__read"], ["web_search"], ["web_search"]]);
		expect(sent.slice(2).every(({ thinking }) => thinking !== undefined)).toBe(true);
	});
});

describe("a server without tools", () => {
	it("is not said to miss a tool that nobody turned on", async () => {
		const { ask, bodies } = newModel();
		const clientTools = [{ name: "search_conversation", description: "", inputSchema: { type: "object" }, isQuiet: true as const }];
		expect(failedTools((await ask("no-tools", { clientTools })).events)).toEqual([]);
		expect(toolsIn(await bodies())).toEqual([["search_conversation"], []]);
	});

	it("is the demo model, which is offered none and misses none", async () => {
		const asked: string[][] = [];
		const model = anthropicModel({ model: "demo", maxTokens: 1234, idleTimeout: 60_000 });
		const clientTools = [{ name: "docs__read", description: "", inputSchema: { type: "object" } }];
		const events: ModelEvent[] = [];
		const options = { clientTools, asked: ({ tools }: { tools: readonly string[] }) => void asked.push([...tools]) };
		for await (const event of model.reply(conversation(["Ann", "hi"]), new AbortController().signal, options)) events.push(event);
		expect([asked, failedTools(events), events.at(-1)?.type]).toEqual([[[]], [], "end"]);
	});

	it("is asked without those that Parley calls, too, and people are told of each server of them", async () => {
		const { ask, bodies } = newModel();
		const clientTools = ["docs__read", "docs__write"].map((name) => ({ name, description: "", inputSchema: { type: "object" } }));
		for (let n = 0; n < 2; n++) {
			const { text, events } = await ask("no-tools", { clientTools });
			expect(text).toContain("You said");
			expect(failedTools(events)).toEqual([{ type: "tool", id: "unsupported docs", name: "docs", status: "failed", error: "unsupported" }]);
		}
		expect(toolsIn(await bodies())).toEqual([["docs__read", "docs__write"], [], []]);
	});

	const failed = [{ type: "tool", id: "unsupported web_search", name: "web_search", status: "failed", error: "unsupported" }];

	it.each(["no-tools", "tools-disabled"])(
		"that refuses them (%s) is asked without them, and never with them again; people are told",
		async (fault) => {
			const { ask, bodies } = newModel();
			for (let n = 0; n < 2; n++) {
				const { text, events } = await ask(fault, { tools: webSearch });
				expect(text).toContain("You said");
				expect(failedTools(events)).toEqual(failed);
			}
			const sent = await bodies();
			expect(toolsIn(sent)).toEqual([["web_search"], [], []]);
			// Nothing else is given up.
			expect(sent.every(({ thinking }) => thinking !== undefined)).toBe(true);
		},
	);

	it("that leaves the tools to its client is asked without them", async () => {
		const { ask, bodies } = newModel();
		const use = { type: "tool_use", id: "a", name: "web_search", input: { query: "x" } };
		const events = [
			{ type: "message_start", message: { model: "m" } },
			{ type: "content_block_start", content_block: use },
			{ type: "message_delta", delta: { stop_reason: "tool_use" } },
			{ type: "message_stop" },
		];
		const raw = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
		const useless = await ask({ raw, times: 1 }, { tools: webSearch });
		expect([useless.text, failedTools(useless.events), useless.events.at(-1)]).toEqual(["", [], { type: "again" }]);
		const answer = await useless.again({ tools: webSearch });
		expect([answer.text, failedTools(answer.events)]).toEqual([expect.stringContaining("You said"), failed]);
		expect(toolsIn(await bodies())).toEqual([["web_search"], []]);
	});

	it("is not blamed for a refusal of something else", async () => {
		const { ask, bodies } = newModel();
		await ask("no-thinking", { tools: webSearch });
		expect(toolsIn(await bodies())).toEqual([["web_search"], ["web_search"]]);
	});
});

describe("a paused turn", () => {
	const script = {
		blocks: [{ thinking: "Hm." }, { search: "x", results: [one] }, { text: "So far. ", cites: [one] }, { search: "y", unfinished: true }],
		stop: "pause_turn",
		next: { text: "And the rest." },
	};
	const turnOf = (events: ModelEvent[]) => (events.at(-1) as { turn: PausedTurn }).turn;

	it("is sent back unchanged, and its answer goes on", async () => {
		const { ask, bodies } = newModel();
		const paused = await ask(script, { tools: webSearch });
		const turn = turnOf(paused.events);
		const { text } = await paused.again({ tools: webSearch, turn, partialReply: "So far. " });
		expect(text).toBe("And the rest.");
		const [first, second, ...others] = await bodies();
		expect(others).toEqual([]);
		expect(second?.messages.slice(0, -1)).toEqual(
			first?.messages.map((message, index, all) => ({
				...message,
				content: message.content.map((block) => (index === all.length - 1 ? { ...block, cache_control: { type: "ephemeral" } } : block)),
			})),
		);
		expect(second?.messages.at(-1)).toEqual({ role: "assistant", content: turn });
	});

	it("goes on with the tools that it used, though they were turned off since", async () => {
		const { ask } = newModel();
		const paused = await ask(script, { tools: webSearch });
		const { text } = await paused.again({ tools: { webSearch: false, webFetch: false }, turn: turnOf(paused.events) });
		expect(text).toBe("And the rest.");
	});

	it("goes on by its text alone if the API does not take it back", async () => {
		const { ask, bodies } = newModel();
		const paused = await ask({ ...script, next: undefined }, { tools: webSearch });
		const [, ...changed] = turnOf(paused.events);
		await paused.again({ tools: webSearch, turn: changed, partialReply: "So far. " });
		const sent = await bodies();
		expect(sent).toHaveLength(3);
		expect(sent[2]?.messages.at(-2)).toEqual({ role: "assistant", content: [{ type: "text", text: "So far. " }] });
		expect(sent[2]).toHaveProperty("thinking");
	});
});
