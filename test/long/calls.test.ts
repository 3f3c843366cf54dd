// Calls of MCP servers' tools in the page: who sees them, who decides, and what becomes of them.

import { afterAll, beforeAll, expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { post } from "../e2e/api.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser } from "../e2e/opened.ts";
import { annAndBob, type Product, startProduct, Visitor } from "../e2e/product.ts";
import { mcpToken, startMcpServer } from "../support/mcp-server.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";

openBrowser();

let api: MessagesApi;
let mcp: Awaited<ReturnType<typeof startMcpServer>>;
let product: Product;
beforeAll(async () => {
	[api, mcp] = await Promise.all([startMessagesApi(), startMcpServer()]);
	const server = { url: `${mcp.url}/mcp`, token: mcpToken, tools: ["read.page", "write"] };
	const servers = [
		{ ...server, name: "docs", readOnly: ["read.page"] },
		{ ...server, name: "vault", asks: "owners" },
		{ ...server, name: "gone", token: "wrong" },
	];
	product = await startProduct({ ANTHROPIC_BASE_URL: api.url, CLAUDE_MODEL: "scripted", MCP_SERVERS: JSON.stringify(servers) });
});
afterAll(async () => {
	await product?.stop();
	await mcp?.close();
	await api?.close();
});

const desktop = { viewport: { width: 1280, height: 800 } };
const cardOf = ({ log }: Visitor, name: string) => log.getByRole("group", { name, exact: true });
const statuses = ({ page }: Visitor) => page.getByRole("status").allInnerTexts();
const callsMade = async () => (await (await fetch(`${mcp.url}/calls`)).json()) as { tool: string; arguments: unknown }[];

/** Claude waits only so long for the tools of a server. On a busy machine they are known later. */
async function toolsAreKnown(): Promise<void> {
	const { token } = await post(product.url, "/auth/guest", undefined, { name: "Dan" });
	const known = async () => (await fetch(`${product.url}/api/mcp-servers`, { headers: { authorization: `Bearer ${token}` } })).text();
	await expect.poll(async () => (await known()).split('"write"').length - 1, { timeout: 120_000 }).toBe(2);
}

/** Ann turns these servers on, and no others; all are off before. Waits until these people's pages know it. */
async function turnOn(people: [Visitor, ...Visitor[]], ...servers: string[]): Promise<void> {
	await toolsAreKnown();
	const known = people.map((visitor) => visitor.receives('"chat:conversation"'));
	const [{ page }] = people;
	await page.getByRole("button", { name: "Conversation settings" }).click();
	const dialog = page.getByRole("dialog");
	for (const name of ["docs", "vault", "gone"]) {
		expect(await dialog.getByRole("checkbox", { name }).isChecked()).toBe(false);
		if (servers.includes(name)) await dialog.getByRole("checkbox", { name }).check();
	}
	await dialog.getByRole("button", { name: "Save", exact: true }).click();
	await dialog.waitFor({ state: "detached" });
	if (servers.length > 0) await Promise.all(known);
}

const announced = (visitor: Visitor, ...texts: string[]) =>
	expect.poll(() => statuses(visitor)).toEqual(expect.arrayContaining([texts.join(" ")]));

const asked = ["Claude asks to use write from docs.", "Claude asks to use write from vault."];
const writing = { page: "Releases", text: "**Friday**\n<b>at noon</b>\u202e!", tags: ["a", "b"], draft: false };

/** Bob asks, and two calls wait: anybody decides about the first, and Ann alone about the second. */
async function twoCalls(before = "Hello."): Promise<[Visitor, Visitor]> {
	const [ann, bob] = await annAndBob(browser, product.url, desktop);
	await turnOn([ann, bob], "docs", "vault");
	await bob.say(before);
	api.script({
		blocks: [{ text: "I write it down. " }, { call: "docs__write", input: writing }, { call: "vault__write", input: {} }],
		stop: "tool_use",
		next: { text: "It is written." },
	});
	await bob.say("@claude Write it down.");
	return [ann, bob];
}

it("calls that wait show their arguments in full, buttons to those who may decide, and a hint where they are off the screen", async () => {
	const [ann, bob] = await twoCalls(Array.from({ length: 60 }, (_, n) => `Line ${n}`).join("\n"));
	const [docs, vault] = [cardOf(bob, "write from docs"), cardOf(bob, "write from vault")];
	await docs.getByRole("button", { name: "Allow" }).waitFor();
	await vault.getByText("Only owners can decide.").waitFor();
	expect(await vault.getByRole("button").count()).toBe(0);
	await vault.getByText("No arguments.").waitFor();
	// In full, as text, and with what cannot be seen.
	expect(await docs.getByRole("definition").allInnerTexts()).toEqual([
		"Releases",
		"**Friday**\n<b>at noon</b>\\u{202e}!",
		'[\n  "a",\n  "b"\n]',
		"false",
	]);
	for (const one of [ann, bob]) await announced(one, ...asked);
	await look(bob, "waiting");
	expect(await violations(bob.page)).toEqual([]);

	// Scrolled up, the button to the end says it.
	await bob.log.press("Home");
	await bob.log.evaluate((log) => log.scrollTo(0, 0));
	const pending = bob.page.getByRole("button", { name: "Claude asks to use a tool" });
	await pending.waitFor();
	await look(bob, "scrolled-up");
	await pending.click();
	await pending.waitFor({ state: "detached" });
	expect([ann.complaints, bob.complaints]).toEqual([[], []]);
	for (const one of [ann, bob]) await one.leave();
});

it("calls wait through a reload, and are decided once for everybody", async () => {
	const before = (await callsMade()).length;
	const [ann, bob] = await twoCalls();
	const [docs, vault] = [cardOf(bob, "write from docs"), cardOf(bob, "write from vault")];
	await docs.getByRole("button", { name: "Allow" }).waitFor();
	await bob.page.reload();
	await bob.connected();
	await announced(bob, ...asked);
	expect((await callsMade()).length).toBe(before);
	await docs.getByRole("button", { name: "Allow" }).press("Enter");
	await cardOf(ann, "write from docs").getByText("Allowed by Bob. Done.").waitFor();
	await docs.getByText("Allowed by you. Done.").waitFor();
	expect(await docs.evaluate((card) => card.contains(document.activeElement))).toBe(true);
	await expect.poll(async () => (await statuses(ann)).join()).toContain("write from docs: Allowed by Bob.");
	await look(ann, "one-decided");
	await cardOf(ann, "write from vault").getByRole("button", { name: "Decline" }).click();
	for (const one of [ann, bob]) {
		await one.sees("It is written.");
		await one.stop.waitFor({ state: "detached" });
		const past = one.at("It is written.").getByRole("button", { name: "2 tool calls · 1 declined" });
		await past.click();
	}
	await vault.getByText("Declined by Ann.").waitFor();
	await docs.getByText("Arguments").click();
	await docs.getByText("Releases").waitFor();
	// As text, whatever a stranger's tool says.
	await docs.getByText("Result", { exact: true }).press("Enter");
	const result = docs.getByRole("region", { name: "Result" });
	await result.getByText("<b>at noon</b>").waitFor();
	expect(await result.locator("b").count()).toBe(0);
	await result.scrollIntoViewIfNeeded();
	await look(bob, "past");
	expect(await violations(bob.page)).toEqual([]);
	expect((await callsMade()).slice(before)).toEqual([{ tool: "write", arguments: writing }]);
	expect([ann.complaints, bob.complaints]).toEqual([[], []]);
	for (const one of [ann, bob]) await one.leave();
});

it("a stopped reply asks no longer, and a failure is told in words, in German too", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, desktop);
	await turnOn([ann, bob], "docs");
	const cem = await Visitor.arrive(browser, { locale: "de-DE", ...desktop });
	await cem.becomeGuest(product.url, "Cem");
	await cem.page.goto(await ann.invite());
	await cem.page.getByRole("textbox", { name: "Nachricht" }).waitFor();
	await ann.page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
	api.script({
		blocks: [{ call: "docs__write", input: { fail: true, page: "x".repeat(3_000) } }],
		stop: "tool_use",
		next: { text: "That failed." },
	});
	await ann.say("@claude Do it.");
	const german = cem.page.getByRole("group", { name: "write von docs" });
	await german.getByText("Alle, die Claude fragen dürfen, können entscheiden.").waitFor();
	await look(cem, "german-waiting");
	await german.getByRole("button", { name: "Erlauben" }).click();
	await ann.sees("That failed.");
	await cem.page.getByRole("button", { name: "1 Werkzeugaufruf · 1-mal ohne Erfolg" }).click();
	await german.getByText("Erlaubt von dir. Fehlgeschlagen: Das Werkzeug hat den Aufruf nicht angenommen.").waitFor();
	await german.getByText("Ergebnis", { exact: true }).click();
	await german.getByText("No such page").waitFor();
	await look(cem, "german-failed");
	await cem.page.getByRole("button", { name: "Einstellungen des Gesprächs" }).click();
	await cem.page.getByText("2 Werkzeuge · 1 fragt vorher").click();
	await cem.page.getByText("2 Werkzeuge · 1 fragt vorher").scrollIntoViewIfNeeded();
	await look(cem, "german-settings");
	await ann.at("That failed.").getByRole("button", { name: "1 tool call · 1 failed" }).click();
	await cardOf(ann, "write from docs").getByText("Allowed by Cem. Failed: The tool did not accept the call.").waitFor();
	api.script({
		blocks: [{ text: "A second try. " }, { call: "docs__write", input: { page: "One" } }],
		stop: "tool_use",
		next: { text: "Never." },
	});
	await ann.say("@claude Once more.");
	await ann.at("A second try.").getByRole("button", { name: "Decline" }).waitFor();
	await ann.stop.click();
	await ann.at("A second try.").getByRole("button", { name: "1 tool call · 1 failed" }).click();
	expect(await ann.log.getByRole("button", { name: "Allow" }).count()).toBe(0);
	expect([ann.complaints, bob.complaints, cem.complaints]).toEqual([[], [], []]);
	for (const one of [ann, bob, cem]) await one.leave();
});

it("the settings show the servers with their tools, which of them ask, and what is on, to members as well", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, desktop);
	await turnOn([ann, bob], "vault");
	for (const one of [ann, bob]) {
		await one.page.getByRole("button", { name: "Conversation settings" }).click();
		const dialog = one.page.getByRole("dialog");
		await dialog.getByText("2 tools · 1 asks first").click();
		await dialog.getByText("read_page Reads only, without asking").waitFor();
		await dialog.getByText("2 tools · 2 ask first").click();
		await dialog.getByText("Only owners can allow a call.").waitFor();
		await dialog.getByText("This server cannot be reached now").waitFor();
		const boxes = ["docs", "vault", "gone"].map((name) => dialog.getByRole("checkbox", { name }));
		expect(await Promise.all(boxes.map((box) => box.isChecked()))).toEqual([false, true, false]);
		expect(await boxes[0]?.isEnabled()).toBe(one === ann);
	}
	await ann.page.getByText("2 tools · 1 asks first").scrollIntoViewIfNeeded();
	await look(ann, "settings");
	expect(await violations(ann.page)).toEqual([]);
	// Another field changes nothing of the servers, and the last one can be turned off.
	const dialog = ann.page.getByRole("dialog");
	await dialog.getByRole("checkbox", { name: "vault" }).uncheck();
	const known = ann.receives('"chat:conversation"');
	await dialog.getByRole("button", { name: "Save", exact: true }).click();
	await dialog.waitFor({ state: "detached" });
	await known;
	await turnOn([ann]);
	expect([ann.complaints, bob.complaints]).toEqual([[], []]);
	for (const one of [ann, bob]) await one.leave();
});
