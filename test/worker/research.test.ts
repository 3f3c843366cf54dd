// A reply for which Claude looks something up, through the SDK and a scripted Messages API that refuses what the real one refuses.

import { abortAllDurableObjects } from "cloudflare:test";
import { expect, it } from "vitest";
import { release, scripted, withSettings } from "../support/settings.ts";
import { Client, call, newConversation, tokenOf } from "../support/socket.ts";

withSettings(scripted);

const one = { url: "https://one.example/a", title: "One" };
const script = (more: object = {}) => ({
	blocks: [
		{ text: "I look it up. " },
		{ search: "weather Jena", results: [one] },
		{ text: "It rains ", cites: [one] },
		{ fetch: "https://two.example/", title: "Two", text: "…", unfinished: true },
	],
	stop: "pause_turn",
	next: { text: "in Jena.", ...more },
});

async function searching(webFetch = true): Promise<{ ann: Client; id: string }> {
	const id = await newConversation("ann");
	const { status } = await call("PATCH", `/conversations/${id}`, await tokenOf("ann"), { tools: { webSearch: true, webFetch } });
	expect(status).toBe(200);
	return { ann: await Client.join("ann", id), id };
}

it("a search shows while it runs, and the answer names its sources", async () => {
	const { ann, id } = await searching();
	ann.say(`${id} !${JSON.stringify(script())}`);
	expect(await ann.next("chat:tool", ({ tool }) => tool.input !== "")).toMatchObject({
		index: 0,
		tool: { input: "weather Jena", status: "running" },
	});
	expect(await ann.next("chat:source")).toMatchObject({ source: one, citation: { start: 14, end: 23, source: 0 } });
	const { message } = await ann.next("chat:message", ({ message }) => message.role === "assistant");
	expect(message).toMatchObject({
		content: "I look it up. It rains in Jena.",
		status: "complete",
		sources: [one],
		citations: [{ start: 14, end: 23, source: 0 }],
		tools: [
			{ name: "web_search", input: "weather Jena", status: "done" },
			{ name: "web_fetch", input: "https://two.example/", status: "failed", error: "unfinished" },
		],
		usage: { searches: 1 },
	});
	expect(message).not.toHaveProperty("attempts");
});

it("a paused turn goes on in the same message after the object was killed", async () => {
	const { ann, id } = await searching();
	ann.say(`${id} !${JSON.stringify(script({ hold: id }))}`);
	await ann.next("chat:source");
	// The text of the paused turn is stored before Claude is asked to go on.
	await ann.next("chat:tool", ({ index, tool }) => index === 1 && tool.input !== "");
	await abortAllDurableObjects();
	await ann.closed;
	const back = await Client.join("ann", id);
	await release(id);
	const { message } = await back.next("chat:message", ({ message }) => message.role === "assistant");
	expect(message).toMatchObject({ status: "complete", tools: [{ status: "done" }, { name: "web_fetch" }] });
	expect(message.content).toMatch(/^I look it up\. It rains/);
	expect(message.content).not.toMatch(/rains.*rains/);
});

it("a model without tools answers, and people are told", async () => {
	const { ann, id } = await searching(false);
	ann.say(`${id} !no-tools`);
	const { message } = await ann.next("chat:message", ({ message }) => message.role === "assistant");
	expect(message).toMatchObject({ status: "complete", tools: [{ name: "web_search", input: "", status: "failed", error: "unsupported" }] });
});
