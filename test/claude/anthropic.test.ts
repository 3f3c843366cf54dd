import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { anthropicModel } from "../../src/claude/anthropic.ts";
import type { Model, ModelEvent, ModelFailure, ReplyOptions } from "../../src/conversation/ports.ts";
import type { Reason } from "../../src/protocol/errors.ts";
import { ask, conversation, type Line, textOf } from "./requests.ts";

type Log = { headers: Record<string, string>; body: Record<string, unknown>; ended?: number; aborted?: number };

const baseUrl = inject("messagesApi");

/** A model with a name of its own, by which its requests are found in the log. */
function newModel({
	window,
	kind = "",
	...settings
}: {
	/** The end of the name, by which the scripted API knows what the model cannot do. */
	kind?: string;
	models?: readonly string[];
	apiKey?: string | undefined;
	baseUrl?: string;
	window?: number;
	contextTokens?: number;
	maxTokens?: number;
	cachesLong?: boolean;
} = {}) {
	const name = `model-${crypto.randomUUID()}${window ? `-window-${window}` : kind}`;
	const model = anthropicModel({ apiKey: "sk-canary", baseUrl, model: name, maxTokens: 1234, idleTimeout: 60_000, ...settings });
	const requests = async (): Promise<Log[]> => {
		const { requests } = (await (await fetch(`${baseUrl}/log`)).json()) as { requests: Log[] };
		return requests.filter(({ body }) => body.model === name);
	};
	return { model, name, requests };
}

/** A question that no other test sends. */
const unique = (script: object | string) => `${crypto.randomUUID()} !${typeof script === "string" ? script : JSON.stringify(script)}`;

const logged = vi.spyOn(console, "error");
beforeEach(() => void logged.mockReset().mockImplementation(() => {}));
afterEach(() => {
	for (const call of logged.mock.calls) expect(JSON.stringify(call)).not.toMatch(/sk-canary|word\d/);
});

describe("a request", () => {
	it("carries the prompt, the limits, caching and visible thinking, and nothing else", async () => {
		const { model, name, requests } = newModel();
		await ask(model, "Hi");
		const [{ headers, body } = { headers: {}, body: {} }, ...others] = await requests();
		expect(others).toEqual([]);
		expect(body).toEqual({
			model: name,
			max_tokens: 1234,
			stream: true,
			system: expect.stringContaining("several people"),
			messages: [{ role: "user", content: [{ type: "text", text: '<message from="Ann" id="ann">\nHi\n</message>' }] }],
			cache_control: { type: "ephemeral" },
			thinking: { type: "adaptive", display: "summarized" },
		});
		expect(headers).not.toHaveProperty("x-api-key");
	});

	it("goes to a local server without a key", async () => {
		const { model } = newModel({ apiKey: undefined });
		expect(await ask(model, "Hi")).toMatchObject({ text: "You said: Hi" });
	});

	const extrasOf = (requests: Log[]) => requests.map(({ body }) => ["thinking", "cache_control"].filter((extra) => extra in body).join());

	it("is repeated without thinking, and then without caching, if they are refused, and never has them after that", async () => {
		const { model, requests } = newModel();
		expect(await ask(model, unique("no-extras"))).toMatchObject({ text: expect.stringContaining("You said") });
		await ask(model, unique("no-extras"));
		expect(extrasOf(await requests())).toEqual(["thinking,cache_control", "cache_control", "", ""]);
	});

	it("keeps caching if only thinking is refused", async () => {
		const { model, requests } = newModel();
		await ask(model, unique("no-thinking"));
		await ask(model, unique("no-thinking"));
		expect(extrasOf(await requests())).toEqual(["thinking,cache_control", "cache_control", "cache_control"]);
	});

	const askFor = async (model: Model, options: ReplyOptions, question = unique({})) => {
		const events: ModelEvent[] = [];
		for await (const event of model.reply(conversation(["Ann", question]), new AbortController().signal, options)) events.push(event);
		return { text: textOf(events), end: events.at(-1) };
	};
	const effortsOf = (requests: Log[]) => requests.map(({ body }) => (body.output_config as { effort?: string } | undefined)?.effort);

	it("carries the effort, and is repeated without it if the model knows none, with everything else", async () => {
		const { model, requests } = newModel();
		await askFor(model, { effort: "xhigh" });
		await askFor(model, { effort: null });
		expect(effortsOf(await requests())).toEqual(["xhigh", undefined]);
		const plain = newModel({ kind: "-plain" });
		for (let n = 0; n < 2; n++) expect(await askFor(plain.model, { effort: "low" })).toMatchObject({ text: expect.stringMatching(/^You/) });
		expect(effortsOf(await plain.requests())).toEqual(["low", undefined, undefined]);
		expect(extrasOf(await plain.requests())).toEqual(["thinking,cache_control", "thinking,cache_control", "thinking,cache_control"]);
	});

	it("goes to the model that the conversation has chosen, about which it learns apart", async () => {
		const chosen = newModel();
		const { model, requests } = newModel();
		await askFor(model, { model: chosen.name }, unique("no-thinking"));
		await askFor(model, {});
		expect(extrasOf(await chosen.requests())).toEqual(["thinking,cache_control", "cache_control"]);
		expect(extrasOf(await requests())).toEqual(["thinking,cache_control"]);
	});

	it("goes to the default model, and says so, if the deployment or the server does not offer the chosen one", async () => {
		const { model, requests } = newModel();
		const gone = newModel({ kind: "-gone" });
		for (let n = 0; n < 2; n++)
			expect(await askFor(model, { model: gone.name })).toMatchObject({
				text: expect.stringMatching(/^You/),
				end: { type: "end", reason: "other_model" },
			});
		expect([await gone.requests(), await requests()].map(({ length }) => length)).toEqual([1, 2]);
		const other = newModel();
		const limited = newModel({ models: ["one"] });
		expect(await askFor(limited.model, { model: other.name })).toMatchObject({ end: { reason: "other_model" } });
		expect([await other.requests(), await limited.requests()].map(({ length }) => length)).toEqual([0, 1]);
		expect(await askFor(limited.model, { model: limited.name })).toMatchObject({ end: { stopReason: "end_turn" } });
		expect((await askFor(limited.model, { model: null })).end).not.toHaveProperty("reason", "other_model");
	});

	it("is repeated without thinking after a server error, and never has it after the second one", async () => {
		const { model, requests } = newModel();
		for (let n = 0; n < 3; n++) expect(await ask(model, unique("thinking-500"))).toMatchObject({ text: expect.stringContaining("You") });
		const once = ["thinking,cache_control", "cache_control"];
		expect(extrasOf(await requests())).toEqual([...once, ...once, "cache_control"]);
	});

	it("is cached for an hour at both marks if the settings say so", async () => {
		const { model, requests } = newModel({ cachesLong: true });
		const messages = conversation(["Ann", "1"], ["Claude", "2"], ["Ann", "3"]);
		for await (const _ of model.reply(messages, new AbortController().signal));
		const [{ body }] = (await requests()) as [Log];
		const marks = (body.messages as { content: { cache_control?: object }[] }[]).flatMap(({ content }) => content);
		const hour = { type: "ephemeral", ttl: "1h" };
		expect([...marks.map(({ cache_control }) => cache_control), body.cache_control]).toEqual([hour, undefined, undefined, hour]);
	});

	it("marks for the cache where the request before it ended, with what people said since after it", async () => {
		const { model, requests } = newModel();
		const said = conversation(["Ann", "1"], ["Bob", "2"], ["Claude", "3"], ["Ann", "4"], ["Bob", "5"], ["Ann", unique({})]);
		for await (const _event of model.reply(said, new AbortController().signal));
		const { body } = (await requests())[0] as Log;
		const blocks = (body.messages as { content: { text: string; cache_control?: object }[] }[]).flatMap(({ content }) => content);
		expect(blocks.map(({ cache_control }) => cache_control)).toEqual([
			undefined,
			{ type: "ephemeral" },
			undefined,
			undefined,
			undefined,
			undefined,
		]);
		expect(body.cache_control).toEqual({ type: "ephemeral" });
	});

	it("fails with bad_request if it is refused without them too, and the next one has them again", async () => {
		const { model, requests } = newModel();
		expect(await ask(model, unique("bad"))).toEqual({ events: [], text: "", failure: "bad_request" });
		await ask(model, "Hi");
		expect(extrasOf(await requests())).toEqual(["thinking,cache_control", "cache_control", "", "thinking,cache_control"]);
	});
});

describe("a reply", () => {
	it("yields its start, its text as it arrives, its usage and its end", async () => {
		const { model, name } = newModel();
		const { events } = await ask(model, unique({ tokens: 3, thinking: 2 }));
		expect(events.filter(({ type }) => type !== "alive")).toEqual([
			{ type: "start", model: name },
			{ type: "usage", usage: { input: 11, output: 1, cacheRead: 22, cacheWrite: 33 } },
			{ type: "thinking", text: "\n\n" },
			{ type: "thinking", text: "Hm. " },
			{ type: "thinking", text: "Hm. " },
			{ type: "text", text: "word0 " },
			{ type: "text", text: "word1 " },
			{ type: "text", text: "word2 " },
			{ type: "usage", usage: { input: 11, output: 3, cacheRead: 22, cacheWrite: 33 } },
			{ type: "end", stopReason: "end_turn" },
		]);
	});

	it("streams: the first word arrives long before the last one is sent", async () => {
		const { model, requests } = newModel();
		for await (const event of model.reply(conversation(["Ann", unique({ tokens: 20, perSecond: 20 })]), new AbortController().signal)) {
			if (event.type !== "text") continue;
			expect((await requests())[0]).not.toHaveProperty("ended");
			break;
		}
	});

	const allCounts = (value: unknown) => ({
		input_tokens: value,
		output_tokens: value,
		cache_read_input_tokens: value,
		cache_creation_input_tokens: value,
	});
	it.each<[what: string, script: object]>([
		["no model and no usage", { message: { model: null, usage: null }, usage: null }],
		["a model that is no text and counts that are none", { message: { model: 5, usage: allCounts(12.5) }, usage: allCounts("7") }],
		["negative counts", { message: { model: {}, usage: allCounts(-1) }, usage: allCounts(1e300) }],
		["no message at its start", { message: null, usage: null }],
	])("with %s is complete, without these values", async (_what, script) => {
		const { events, text, failure } = await ask(newModel().model, unique({ tokens: 2, ...script }));
		expect({ text, failure }).toEqual({ text: "word0 word1 ", failure: undefined });
		const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
		expect(events.filter(({ type }) => type === "start" || type === "usage")).toEqual([
			{ type: "start", model: undefined },
			{ type: "usage", usage },
			{ type: "usage", usage },
		]);
	});

	it.each<[stop: string, reason: Reason | undefined]>([
		["end_turn", undefined],
		["stop_sequence", undefined],
		["max_tokens", "max_tokens"],
		["refusal", "refusal"],
		["model_context_window_exceeded", "context_window"],
	])("that stops with %s has come to its end", async (stop, reason) => {
		const { events, failure } = await ask(newModel().model, unique({ tokens: 2, stop }));
		expect(failure).toBeUndefined();
		expect(events.at(-1)).toEqual({ type: "end", stopReason: expect.any(String), ...(reason && { reason }) });
	});

	it.each(["tool_use", "something_new"])("that stops with %s has come to its end, which is not asked for again", async (stop) => {
		const { model, requests } = newModel();
		const { events, text, failure } = await ask(model, unique({ tokens: 2, stop }));
		expect({ text, failure }).toEqual({ text: "word0 word1 ", failure: undefined });
		expect(events.at(-1)).toEqual({ type: "end", stopReason: stop, reason: "unknown_stop" });
		expect(await requests()).toHaveLength(1);
	});
});

describe("a conversation that is longer than the model can read", () => {
	const texts = (count: number) => Array.from({ length: count }, (_, index): Line => ["Ann", `${index} ${"x".repeat(4_000)}`]);
	const reply = async (model: Model, ...said: Line[]) => {
		const events: ModelEvent[] = [];
		for await (const event of model.reply(conversation(...said), new AbortController().signal)) events.push(event);
		return textOf(events);
	};

	it("is shortened after one refusal, and from then on before it is sent", async () => {
		const { model, requests } = newModel({ window: 8_000 });
		expect(await reply(model, ...texts(12), ["Ann", unique({ text: "Yes." })])).toBe("Yes.");
		expect(await reply(model, ...texts(12), ["Ann", unique({ text: "Again." })])).toBe("Again.");
		expect(await requests()).toHaveLength(3);
	});

	it("needs no refusal if the deployment sets the context", async () => {
		const { model, requests } = newModel({ window: 8_000, contextTokens: 8_000, maxTokens: 16_000 });
		expect(await reply(model, ...texts(12), ["Ann", unique({ text: "Yes." })])).toBe("Yes.");
		expect((await requests()).map(({ body }) => body.max_tokens)).toEqual([4_000]);
	});

	it("leaves room for the reply if the context is smaller than the longest reply", async () => {
		const { model, requests } = newModel({ window: 8_000, maxTokens: 16_000 });
		expect(await reply(model, ["Ann", unique({ text: "Yes." })])).toBe("Yes.");
		expect((await requests()).map(({ body }) => body.max_tokens)).toEqual([16_000, 4_000]);
	});

	it("stays as long as it may be after a single message was longer than that", async () => {
		const { model, requests } = newModel({ window: 8_000 });
		for (let n = 0; n < 3; n++) expect(await ask(model, `${n} ${"x".repeat(100_000)}`)).toMatchObject({ failure: "prompt_too_long" });
		await reply(model, ...texts(3), ["Ann", unique({ text: "Yes." })]);
		const { body } = (await requests()).at(-1) as Log;
		expect(body.messages).toEqual([
			{ role: "user", content: [expect.anything(), expect.anything(), expect.anything(), expect.anything()] },
		]);
	});

	it("is halved if the refusal names no size", async () => {
		const { model, requests } = newModel();
		const refusal = { type: "error", error: { type: "invalid_request_error", message: "exceeds the context window" } };
		const script = unique({ raw: [`event: error\ndata: ${JSON.stringify(refusal)}\n\n`], times: 1, text: "Yes." });
		expect(await reply(model, ...texts(12), ["Ann", script])).toBe("Yes.");
		const lengths = (await requests()).map(({ body }) => JSON.stringify(body.messages).length);
		expect(lengths[1]).toBeLessThan((lengths[0] as number) * 0.6);
	});
});

describe("a failure before the reply", () => {
	it.each<[fault: string, reason: Reason, requests: number]>([
		["unauthorized", "bad_key", 1],
		["forbidden", "bad_key", 1],
		["notfound", "bad_model", 1],
		["bad", "bad_request", 3],
		["too-long", "prompt_too_long", 1],
		["too-large", "prompt_too_long", 1],
		["credit", "spend_limit", 1],
		["usage-limit", "spend_limit", 1],
		["context-limit", "prompt_too_long", 1],
		["max-tokens", "bad_max_tokens", 1],
		["vllm-context", "bad_max_tokens", 2],
		["not-found-page", "bad_server", 1],
		["moved", "bad_server", 1],
		["wrong-method", "bad_server", 1],
		["billing", "spend_limit", 1],
		["spend", "spend_limit", 1],
		["overloaded", "overloaded", 1],
		["unavailable", "unavailable", 1],
		["hang-up", "unavailable", 1],
		["web-page", "bad_server", 1],
	])("%s is %s", async (fault, reason, count) => {
		const { model, requests } = newModel();
		expect(await ask(model, unique(fault))).toEqual({ events: [], text: "", failure: reason });
		expect(await requests()).toHaveLength(count);
		expect(logged).toHaveBeenLastCalledWith(
			"Claude failed:",
			reason,
			expect.objectContaining({ fingerprint: expect.stringMatching(/^\w{12}$/) }),
		);
	});

	it("has the same fingerprint in the log each time, and another one than other failures of its kind", async () => {
		for (const fault of ["max-tokens", "max-tokens", "context-limit", "bad"]) await ask(newModel().model, unique(fault));
		const [first, second, third, fourth] = logged.mock.calls.map(([, , facts]) => facts.fingerprint);
		expect(second).toBe(first);
		expect(new Set([first, third, fourth]).size).toBe(3);
	});

	it("carries how long to wait, if the server says that", async () => {
		const failing = async (fault: object) => {
			const events = newModel().model.reply(conversation(["Ann", unique(fault)]), new AbortController().signal);
			try {
				for await (const _event of events);
			} catch (error) {
				return (error as ModelFailure).retryAfterMs;
			}
			return "no failure";
		};
		expect(await failing({ fault: "rate", retryAfter: 7 })).toBe(7_000);
		expect(await failing({ fault: "rate" })).toBeUndefined();
	});

	it("is unavailable if no server listens", async () => {
		expect(await ask(newModel({ baseUrl: "http://127.0.0.1:9" }).model, "Hi")).toMatchObject({ failure: "unavailable" });
	});

	it("is bad_server if the server does not know the API", async () => {
		expect(await ask(newModel({ baseUrl: `${baseUrl}/elsewhere` }).model, "Hi")).toMatchObject({ failure: "bad_server" });
	});
});

describe("a failure in the middle of a reply", () => {
	it.each<[cut: string, reason: Reason]>([
		["error-event", "interrupted"],
		["overloaded-event", "overloaded"],
		["cut", "interrupted"],
		["eof", "interrupted"],
		["bad-json", "interrupted"],
	])("%s keeps the text, makes no second request, and is %s", async (fault, reason) => {
		const { model, requests } = newModel();
		const { events, text, failure } = await ask(model, unique({ tokens: 9, fault, after: 4, perSecond: 100 }));
		expect(failure).toBe(reason);
		// A reset may overtake text that was sent before it.
		if (fault === "cut") expect("word0 word1 word2 word3 ").toContain(text);
		else expect(text).toBe("word0 word1 word2 word3 ");
		expect(text).toMatch(/^word0 /);
		expect(events.some(({ type }) => type === "end")).toBe(false);
		expect(await requests()).toHaveLength(1);
	});
});

describe("aborting", () => {
	it.each([
		["in the middle of a reply", { tokens: 1000, perSecond: 50 }, 2],
		["with more text on its way than is read", { tokens: 100_000 }, 300],
		["while the server stalls", { tokens: 9, fault: "stall", after: 2 }, 2],
	])("%s ends the reply and the request at once", async (_when, script, words) => {
		const { model, requests } = newModel();
		const stop = new AbortController();
		const events = [];
		for await (const event of model.reply(conversation(["Ann", unique(script)]), stop.signal)) {
			expect(stop.signal.aborted).toBe(false);
			events.push(event);
			if (event.type !== "text" || event.text !== `word${words - 1} `) continue;
			stop.abort();
		}
		expect(textOf(events)).toMatch(new RegExp(`^(word\\d+ ){${words}}$`));
		// The server saw it before it had sent everything.
		await expect.poll(async () => (await requests())[0]?.aborted).toBeDefined();
	});

	it("drops events that have already arrived", async () => {
		const stop = new AbortController();
		const events = [];
		for await (const event of newModel().model.reply(conversation(["Ann", unique({ tokens: 9, burst: true })]), stop.signal)) {
			events.push(event);
			if (event.type === "text") stop.abort();
		}
		expect(textOf(events)).toBe("word0 ");
		expect(events.at(-1)).toEqual({ type: "text", text: "word0 " });
	});

	it("before the reply begins ends it quietly, or with any error but a ModelFailure", async () => {
		const { model, requests } = newModel();
		const stop = new AbortController();
		const answer = ask(model, unique("no-start"), stop.signal);
		const ended = answer.then(
			({ events, failure }) => ({ events, failure }),
			() => ({ events: [], failure: undefined }),
		);
		await expect.poll(requests).toHaveLength(1);
		stop.abort();
		expect(await ended).toEqual({ events: [], failure: undefined });
		await expect.poll(async () => (await requests())[0]?.aborted).toBeDefined();
		expect(logged).not.toHaveBeenCalled();
	});

	it("by reading no further also ends the request", async () => {
		const { model, requests } = newModel();
		for await (const event of model.reply(conversation(["Ann", unique({ tokens: 1000, perSecond: 50 })]), new AbortController().signal))
			if (event.type === "text") break;
		await expect.poll(async () => (await requests())[0]?.aborted).toBeDefined();
	});
});
