// Streams that differ from those of Anthropic's API, as other servers, gateways and later versions send them.

import { describe, expect, inject, it, vi } from "vitest";
import { anthropicModel } from "../../src/claude/anthropic.ts";
import { readServerSentEvents } from "../../src/claude/sse.ts";
import { ask } from "./requests.ts";

vi.spyOn(console, "error").mockImplementation(() => {});

const baseUrl = inject("messagesApi");
const named = (type: string, fields: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const bare = (type: string, fields: object = {}) => `data: ${JSON.stringify({ type, ...fields })}\n\n`;
const start = named("message_start", { message: { model: "m" } });
const text = (text: unknown) => named("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
const delta = (stop_reason: unknown) => named("message_delta", { delta: { stop_reason } });
const stop = named("message_stop");
const error = (type: string, message = "no") => named("error", { error: { type, message } });

/** The reply to a question for which the server sends these pieces, and the number of requests. */
async function replyTo(raw: string[], script: object = {}) {
	const name = `model-${crypto.randomUUID()}`;
	const model = anthropicModel({ apiKey: "key", baseUrl, model: name, maxTokens: 1234, idleTimeout: 60_000 });
	const answer = await ask(model, `${crypto.randomUUID()} !${JSON.stringify({ raw, ...script })}`);
	const { requests } = (await (await fetch(`${baseUrl}/log`)).json()) as { requests: { body: { model: string } }[] };
	return { ...answer, end: answer.events.at(-1), requests: requests.filter(({ body }) => body.model === name).length };
}

describe("a stream", () => {
	it.each([
		["ends with its stop reason, without message_stop", [start, text("Hi"), delta("end_turn")], "end_turn"],
		["ends with message_stop, without a stop reason", [start, text("Hi"), delta(null), stop], undefined],
		["ends without a message_delta", [start, text("Hi"), stop], undefined],
		["has no start", [text("Hi"), delta("end_turn"), stop], "end_turn"],
		["has events without names", [bare("message_start"), text("Hi").replace(/^event.*\n/, ""), bare("message_stop")], undefined],
		[
			"has its text in the start of a block",
			[start, named("content_block_start", { content_block: { type: "text", text: "Hi" } }), stop],
			undefined,
		],
		["has no empty line at its end", [start, text("Hi"), stop.trimEnd()], undefined],
		["has values of other types", [start, text(5), text(null), text("Hi"), delta(7), stop], undefined],
		["has unknown events", [start, named("new_event"), "data: 5\n\n", "data: null\n\n", text("Hi"), stop], undefined],
		["has comments and carriage returns", [start, ": alive\r\n\r\n", text("Hi").replaceAll("\n", "\r\n"), stop], undefined],
	])("that %s is complete", async (_what, raw, stopReason) => {
		const { text, end, requests } = await replyTo(raw);
		expect({ text, end, requests }).toEqual({ text: "Hi", end: { type: "end", ...(stopReason && { stopReason }) }, requests: 1 });
	});

	it.each<[string, object, ...string[]]>([
		["is reset", { rawEnd: "reset" }],
		["is held open in silence", { rawEnd: "silence" }],
		["reports an error", {}, error("overloaded_error")],
		["sends what is no JSON", {}, "data: <html>\n\n"],
	])("that %s after its stop reason is complete", async (_what, script, ...more) => {
		const { text: said, end, failure, requests } = await replyTo([start, text("Hi"), delta("end_turn"), ...more], script);
		expect({ said, end, failure, requests }).toEqual({
			said: "Hi",
			end: { type: "end", stopReason: "end_turn" },
			failure: undefined,
			requests: 1,
		});
	});

	it("shows signs of life at pings, comments and bytes", async () => {
		const { events } = await replyTo(
			[": keep-alive\n\n", "event: ping\ndata: {}\n\n", "event: mess", `age_start\ndata: {"type":"x"}\n\n`, stop],
			{
				every: 30,
			},
		);
		expect(events.map(({ type }) => type)).toEqual(["alive", "alive", "alive", "alive", "end"]);
	});

	it.each([
		["invalid_request_error", "prompt is too long: 5 tokens > 4 maximum", "prompt_too_long"],
		["invalid_request_error", "messages: no", "bad_request"],
		["authentication_error", "no", "bad_key"],
		["rate_limit_error", "no", "rate_limited"],
		["billing_error", "no", "spend_limit"],
		["overloaded_error", "no", "overloaded"],
		["api_error", "no", "unavailable"],
	])("that begins with an error fails by its type: %s, %s", async (type, message, reason) => {
		expect(await replyTo([error(type, message)], { times: 9 })).toMatchObject({ text: "", failure: reason });
	});

	it.each([
		["an error without a type", ['data: {"error":{"message":"no","code":429}}\n\n'], {}, "rate_limited"],
		[
			"an error in JSON",
			['{"type":"error","error":{"type":"authentication_error","message":"no"}}'],
			{ contentType: "application/json" },
			"bad_key",
		],
		["a whole message", ['{"type":"message","content":[]}'], { contentType: "application/json" }, "bad_server"],
		["nothing", [], {}, "unavailable"],
		["no JSON", ["data: <html>\n\n"], {}, "interrupted"],
		["text that is cut", [start, text("Hi")], {}, "interrupted"],
	])("that consists of %s fails in one request", async (_what, raw, script, reason) => {
		expect(await replyTo(raw, script)).toMatchObject({ failure: reason, requests: 1 });
	});
});

describe("server-sent events", () => {
	async function read(...pieces: string[]) {
		const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
		const writer = writable.getWriter();
		const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
		// A stream that is given up takes no more.
		const written = Promise.all([...bytes.map((piece) => writer.write(piece)), writer.close()]).catch(() => {});
		const found = [];
		for await (const data of readServerSentEvents(readable)) if (data !== undefined) found.push(data);
		await written;
		return found;
	}

	it("are the same however the bytes are cut", async () => {
		const stream = 'event: a\r\ndata: {"x":"é😀"}\r\n\r\n: comment\n\ndata:1\ndata: 2\n\ndata: last';
		const whole = await read(stream);
		expect(whole).toEqual(['{"x":"é😀"}', "1\n2", "last"]);
		expect(await read(...stream)).toEqual(whole);
	});

	it("are refused if one never ends", async () => {
		await expect(read(`data: ${"x".repeat(4_000_001)}`)).rejects.toThrow();
		await expect(read(...Array<string>(1_000).fill("data: x\n".repeat(600)))).rejects.toThrow();
	});

	it("are alive with any number of comments between them", async () => {
		expect(await read(...Array<string>(1_000).fill(": comment\n\n".repeat(600)), "data: 1\n\n")).toEqual(["1"]);
	});
});
