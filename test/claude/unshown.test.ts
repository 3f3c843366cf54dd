// What Claude writes and reads although nobody sees it, as the stream of a response tells it.

import { expect, it } from "vitest";
import { readEvents } from "../../src/claude/stream.ts";
import type { ModelEvent } from "../../src/conversation/ports.ts";

async function eventsOf(...events: object[]): Promise<ModelEvent[]> {
	async function* stream() {
		for (const event of events) yield JSON.stringify(event);
	}
	const read: ModelEvent[] = [];
	for await (const event of readEvents(stream(), [], new Set(["files.put"]))) read.push(event);
	return read;
}

const start = (content_block: object) => ({ type: "content_block_start", index: 0, content_block });
const delta = (fields: object) => ({ type: "content_block_delta", index: 0, delta: fields });
const stop = { type: "content_block_stop", index: 0 };

it("says how much of a call's arguments has come, and not that its text goes on", async () => {
	const text = [start({ type: "text", text: "" }), delta({ type: "text_delta", text: "I write it down." }), stop];
	const call = [
		start({ type: "tool_use", id: "toolu_1", name: "files.put", input: {} }),
		delta({ type: "input_json_delta", partial_json: '{"ä":' }),
	];
	const events = await eventsOf(...text, ...call, { type: "ping" });
	expect(events.slice(2)).toEqual([
		{ type: "alive", unshown: 0 },
		{ type: "alive", unshown: 0 },
		{ type: "alive", unshown: 6 },
		{ type: "alive" },
	]);
});

it("says that thinking is hidden after text", async () => {
	const events = await eventsOf(delta({ type: "text_delta", text: "Hm." }), start({ type: "redacted_thinking", data: "AAAA" }));
	expect(events).toEqual([
		{ type: "text", text: "Hm." },
		{ type: "alive", unshown: 0 },
	]);
});

const page = (source: object) => ({
	type: "web_fetch_tool_result",
	tool_use_id: "srvtoolu_1",
	content: { type: "web_fetch_result", url: "https://example.com/", content: { type: "document", source } },
});

it.each([
	["is that of its text", { type: "text", media_type: "text/plain", data: "x".repeat(3_000) }, { readTokens: 1_500 }],
	["is not known of other documents", { type: "base64", media_type: "application/pdf", data: "x".repeat(3_000) }, {}],
])("the length of a page that Claude reads %s", async (_what, source, known) => {
	const [done] = await eventsOf(start(page(source)));
	expect(done).toEqual({ type: "tool", id: "srvtoolu_1", name: "web_fetch", status: "done", ...known });
});
