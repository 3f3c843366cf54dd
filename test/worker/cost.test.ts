// What a reply costs, from the settings to every way of reading it.

import { expect, it } from "vitest";
import { scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

const prices = { "claude-sonnet-5-5": { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 } };
withSettings({ ...scripted, CLAUDE_PRICES: JSON.stringify(prices) });

async function ask(question: string): Promise<{ id: string; ann: Client }> {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	ann.say(`${id} ${question}`);
	return { id, ann };
}

const replyOf = async (ann: Client) => (await ann.next("chat:message", ({ message }) => message.role === "assistant")).message;

it("comes with the message, by socket and by HTTP", async () => {
	const { id, ann } = await ask('!{"text":"One two three four five"}');
	const reply = await replyOf(ann);
	// 11 x 2 + 5 x 10 + 22 x 0.10 + 33 x 2.50 micro-dollars, rounded up
	expect(reply.cost).toEqual({ usd: 0.000157 });
	const { body } = await call("GET", `/conversations/${id}/messages`, await tokenOf("ann"));
	expect(body.messages.at(-1)).toEqual(reply);
});

it("is said to be about so much when somebody stops the reply", async () => {
	const { id, ann } = await ask('!{"tokens":1000,"perSecond":50}');
	await ann.next("chat:streaming", ({ offset }) => offset > 100);
	ann.send({ type: "chat:stop", conversationId: id });
	const { cost, content } = await replyOf(ann);
	expect(cost?.about).toBe(true);
	expect(cost?.usd).toBeGreaterThanOrEqual((106 + 10 * (content.length / 3)) / 1e6);
});

it("counts the answer in which a server leaves a tool to its client, and the one without tools after it", async () => {
	const id = await newConversation("ann");
	await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { tools: { webSearch: true, webFetch: false } });
	const ann = await Client.join("ann", id);
	const events = [
		{ type: "message_start", message: { model: "claude-sonnet-5-5", usage: { input_tokens: 100, output_tokens: 1 } } },
		{ type: "content_block_start", content_block: { type: "tool_use", id: "a", name: "web_search", input: { query: "x" } } },
		{ type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 50 } },
		{ type: "message_stop" },
	];
	const raw = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
	ann.say(`${id} !${JSON.stringify({ raw, times: 1, text: "One two three four five" })}`);
	// 100 x 2 + 50 x 10, and 157 as above.
	expect(await replyOf(ann)).toMatchObject({
		content: "One two three four five",
		status: "complete",
		usage: { input: 111, output: 55, cacheRead: 22, cacheWrite: 33 },
		cost: { usd: 0.000857 },
		tools: [{ name: "web_search", error: "unsupported" }],
	});
});
