// The network is cut and comes back while Claude searches, while a call waits for a decision, and while unread messages are summed up.

import { afterAll, beforeAll, expect, it } from "vitest";
import { post } from "../e2e/api.ts";
import { browser, openBrowser } from "../e2e/opened.ts";
import { annAndBob, type Product, startProduct, Visitor } from "../e2e/product.ts";
import { Wire } from "../e2e/wire.ts";
import { mcpToken, startMcpServer } from "../support/mcp-server.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";

openBrowser();

let api: MessagesApi;
let mcp: Awaited<ReturnType<typeof startMcpServer>>;
let product: Product;
beforeAll(async () => {
	[api, mcp] = await Promise.all([startMessagesApi(), startMcpServer()]);
	const server = { name: "docs", url: `${mcp.url}/mcp`, token: mcpToken, tools: ["read.page", "write"], readOnly: ["read.page"] };
	product = await startProduct({
		ANTHROPIC_BASE_URL: api.url,
		CLAUDE_MODEL: "scripted",
		MCP_SERVERS: JSON.stringify([server]),
		SEND_BURST: "1000",
	});
});
afterAll(async () => {
	await product?.stop();
	await mcp?.close();
	await api?.close();
});

const callsMade = async () => (await (await fetch(`${mcp.url}/calls`)).json()) as { tool: string }[];

async function turnOn({ page }: Visitor, name: RegExp): Promise<void> {
	await page.getByRole("button", { name: "Conversation settings" }).click();
	await page.getByRole("dialog").getByRole("checkbox", { name }).check();
	await page.getByRole("button", { name: "Save", exact: true }).click();
	await page.getByRole("dialog").waitFor({ state: "detached" });
}

async function goOffline(visitor: Visitor): Promise<void> {
	await visitor.goOffline();
	await visitor.connected("Offline");
}

async function comeBack(visitor: Visitor): Promise<void> {
	await visitor.goOnline();
	await visitor.connected();
}

it("a search goes on: what it finds is there afterwards, whether it ends during the cut or after it", async () => {
	const ann = await Visitor.arrive(browser);
	await ann.start(product.url, "Ann");
	await turnOn(ann, /search/i);
	const found = Promise.withResolvers<void>();
	const results = [{ url: "https://one.example/rain", title: "Rain in Jena" }];
	api.script({
		blocks: [{ text: "I look it up. " }, { search: "weather Jena", unfinished: true }],
		stop: "pause_turn",
		next: {
			textAfter: found.promise,
			blocks: [
				{ search: "weather Jena", results },
				{ text: "It rains.", cites: results },
			],
		},
	});
	await ann.say("How is the weather?");
	const answer = ann.at("I look it up");
	await answer.getByText("Searching the web: weather Jena").waitFor();
	await goOffline(ann);
	await comeBack(ann);
	await answer.getByText("Searching the web: weather Jena").waitFor();
	await expect.poll(() => ann.stop.isEnabled()).toBe(true);
	await goOffline(ann);
	found.resolve();
	await expect.poll(() => api.requests.every(({ ended }) => ended !== undefined)).toBe(true);
	await comeBack(ann);
	await ann.stop.waitFor({ state: "detached" });
	await answer.getByText("It rains.").waitFor();
	await answer.getByRole("link", { name: "Rain in Jena", exact: true }).waitFor();
	expect(await answer.getByText("Searching the web").count()).toBe(0);
	expect((await ann.messages()).filter((text) => text.includes("I look it up"))).toHaveLength(1);
	expect(ann.otherComplaints).toEqual([]);
	await ann.leave();
});

it("a call goes on waiting: it can be decided after the cut, and one that was decided meanwhile says by whom", async () => {
	const [ann, bob] = await annAndBob(browser, product.url);
	// Claude waits only so long for the tools of a server. On a busy machine they are known later.
	const { token } = await post(product.url, "/auth/guest", undefined, { name: "Cem" });
	const known = () => fetch(`${product.url}/api/mcp-servers`, { headers: { authorization: `Bearer ${token}` } });
	await expect.poll(async () => (await known()).text(), { timeout: 120_000 }).toContain('"write"');
	await turnOn(ann, /docs/);
	const card = ann.log.getByRole("group", { name: "write from docs", exact: true });
	const asks = (text: string) =>
		api.script({ blocks: [{ text }, { call: "docs__write", input: { page: text } }], stop: "tool_use", next: { text: `${text} done.` } });
	asks("First");
	await ann.say("@claude Write it down.");
	await card.getByRole("button", { name: "Allow" }).waitFor();
	await goOffline(ann);
	// What is pressed now could not reach anybody.
	await expect.poll(() => card.getByRole("button", { name: "Allow" }).isDisabled()).toBe(true);
	await comeBack(ann);
	await card.getByRole("button", { name: "Allow" }).press("Enter");
	await ann.sees("First done.");
	await ann.stop.waitFor({ state: "detached" });

	asks("Second");
	await ann.say("@claude Write more.");
	await card.getByRole("button", { name: "Allow" }).waitFor();
	await goOffline(ann);
	await bob.log.getByRole("button", { name: "Decline" }).click();
	await bob.sees("Second done.");
	await comeBack(ann);
	await ann.sees("Second done.");
	expect(await card.getByRole("button", { name: "Allow" }).count()).toBe(0);
	await ann.at("Second done.").getByRole("button", { name: "1 tool call · 1 declined" }).click();
	await card.getByText("Declined by Bob.").waitFor();
	expect((await callsMade()).map(({ tool }) => tool)).toEqual(["write"]);
	expect([ann.otherComplaints, bob.otherComplaints]).toEqual([[], []]);
	for (const one of [ann, bob]) await one.leave();
});

it("a summary of unread messages is asked for again, and made once", async () => {
	const ann = await Visitor.arrive(browser);
	const token = await ann.becomeGuest(product.url, "Ann");
	const { id } = (await post(product.url, "/conversations", token)).conversation;
	const { invite } = await post(product.url, `/conversations/${id}/invites`, token);
	const guest = await post(product.url, "/auth/guest", undefined, { name: "Bob" });
	await post(product.url, `/invites/${invite.token}/accept`, guest.token);
	const bob = new Wire(product.url, id, guest.token);
	await bob.first("chat:joined");
	bob.say("Number 0.");
	await ann.page.goto(`${product.url}/c/${id}`);
	await bob.first("chat:read", ({ upTo }) => upTo === 1);
	await ann.page.goto(`${product.url}/settings`);
	for (let n = 1; n <= 40; n++) bob.say(`Number ${n}.`);
	await bob.first("chat:message", ({ message }) => message.content === "Number 40.");
	const summed = Promise.withResolvers<void>();
	api.holdSummaries(summed.promise);
	await ann.page.goto(`${product.url}/c/${id}`);
	await ann.page.getByRole("button", { name: "Catch me up" }).click();
	const dialog = ann.page.getByRole("dialog", { name: "What you have missed" });
	await expect.poll(() => api.summaries.length).toBe(1);
	await ann.goOffline();
	await ann.goOnline();
	summed.resolve();
	await dialog.getByText("Summed up").waitFor();
	expect(api.summaries).toHaveLength(1);
	expect(ann.otherComplaints).toEqual([]);
	bob.close();
	await ann.leave();
});
