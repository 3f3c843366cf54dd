import { describe, expect, it } from "vitest";
import { anthropicModel } from "../../src/claude/anthropic.ts";
import { demoFetch } from "../../src/claude/demo.ts";
import { buildPrompt } from "../../src/claude/prompt.ts";
import { ask, conversation, textOf } from "./requests.ts";

const model = anthropicModel({ model: "claude-sonnet-5-5", maxTokens: 1000, idleTimeout: 60_000 });

// Concurrent, because its pace is real time.
describe.concurrent("the demo model", () => {
	it("replies through the SDK, word by word, to a complete end", async () => {
		const { events, text, failure } = await ask(model, "What is an edge?");
		expect(failure).toBeUndefined();
		expect(events[0]).toEqual({ type: "start", model: "demo" });
		expect(events.at(-2)).toEqual({ type: "usage", usage: expect.objectContaining({ cacheRead: 0, cacheWrite: 0 }) });
		expect(events.at(-1)).toEqual({ type: "end", stopReason: "end_turn" });
		const words = events.filter(({ type }) => type === "text");
		expect(words.length).toBe(text.match(/\S+/g)?.length);
		expect(words.length).toBeGreaterThan(70);
		expect(words.length).toBeLessThan(130);
		expect(text).toMatch(/^\*\*Hello Ann!\*\*/);
		expect(text).toContain("not Claude");
		expect(text).toContain("> You wrote: “What is an edge?”");
		expect(text).toContain('```sh\nANTHROPIC_API_KEY="your key"\n```');
	});

	it("writes at the pace of a model", async () => {
		const began = performance.now();
		const { events } = await ask(model, "@claude help");
		const perSecond = (events.length * 1000) / (performance.now() - began);
		expect(perSecond).toBeLessThan(65);
	});

	it.each([
		["help please", "npx wrangler secret put"],
		["show me some CODE", "```ts\n"],
		["a list", "1. **Begin.**"],
		["@claude make a table", "|:--|"],
	])("shows an example for: %s", async (question, expected) => {
		expect(await answerTo(["Ann", question])).toContain(expected);
	});

	it("thinks first if asked to, and continues a reply that broke off without thinking again", async () => {
		const { events, text } = await ask(model, "@claude think");
		const thought = events.map((event) => (event.type === "thinking" ? event.text : "")).join("");
		expect(thought).toMatch(/^\n\n\*\*Understanding the question\*\*\n\n.+\n\n\*\*Planning the answer\*\*\n\n.+$/);
		expect(events.findLastIndex(({ type }) => type === "thinking")).toBeLessThan(events.findIndex(({ type }) => type === "text"));
		const partialReply = text.slice(0, 60);
		const rest = [];
		for await (const event of model.reply(conversation(["Ann", "@claude think"]), new AbortController().signal, { partialReply }))
			rest.push(event);
		expect([rest.some(({ type }) => type === "thinking"), partialReply + textOf(rest)]).toEqual([false, text]);
	});

	it("introduces itself once, then is brief, and replies the same to the same conversation", async () => {
		const second = await answerTo(["Ann", "Hi"], ["Claude", "Hello"], ["Bob_1", "Is *this* `real`?\n# Or not"]);
		expect(second).toMatch(/^You wrote, Bob\\_1: “Is \\\*this\\\* \\`real\\`\? # Or not”/);
		expect(second).toContain("`ANTHROPIC_API_KEY`");
		expect(await answerTo(["Ann", "Hi"], ["Claude", "Hello"], ["Bob_1", "Is *this* `real`?\n# Or not"])).toBe(second);
	});

	it("quotes one line of a long message at most", async () => {
		expect(await answerTo(["Ann", "😀 ".repeat(5_000)])).toMatch(/“(?:😀 ){39}😀…”/u);
	});

	it("stops at once when it is aborted", async () => {
		const stop = new AbortController();
		const said: string[] = [];
		for await (const event of model.reply(conversation(["Ann", "Hi"]), stop.signal)) {
			expect(stop.signal.aborted).toBe(false);
			if (event.type === "text") said.push(event.text);
			if (said.length === 3) stop.abort();
		}
		expect(said).toHaveLength(3);
	});

	it("makes each event only when it is read", async () => {
		const stop = new AbortController();
		const reader = (await demoFetch("", { ...request(["Ann", "Hi"]), signal: stop.signal })).body?.getReader();
		const first = await reader?.read();
		expect(new TextDecoder().decode(first?.value)).toMatch(/^event: message_start\ndata: \{.*\}\n\n$/);
		const next = reader?.read();
		stop.abort();
		await next;
		await expect(reader?.read()).rejects.toThrow();
	});
});

function request(...said: Parameters<typeof conversation>) {
	return { method: "POST", body: JSON.stringify(buildPrompt(conversation(...said))) };
}

/** The text of an answer. */
async function answerTo(...said: Parameters<typeof conversation>): Promise<string> {
	const events = [];
	for await (const event of model.reply(conversation(...said), new AbortController().signal)) events.push(event);
	return textOf(events);
}
