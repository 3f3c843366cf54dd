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
