// What Claude saw, in the page.

import { afterAll, beforeAll, expect, it } from "vitest";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";

openBrowser();

let api: MessagesApi;
let product: Product;
beforeAll(async () => {
	api = await startMessagesApi();
	product = await startProduct({ ANTHROPIC_BASE_URL: api.url, CLAUDE_MODEL: "scripted" });
});
afterAll(async () => {
	await product?.stop();
	await api?.close();
});

it("a reply's menu shows what Claude saw for it", async () => {
	const ann = await Visitor.arrive(browser);
	await ann.start(product.url, "Ann");
	await ann.say('!{"text":"First answer."}');
	await ann.sees("First answer.");
	const reply = ann.log.getByRole("article").last();
	await reply.hover();
	await reply.getByRole("button", { name: "More" }).click();
	await ann.page.getByRole("menuitem", { name: "What Claude saw" }).click();
	const dialog = ann.page.getByRole("dialog", { name: "What Claude saw" });
	await dialog.getByText("1 message", { exact: true }).waitFor();
	await dialog.getByText("Text before the conversation").click();
	await dialog.getByText("taking part in a conversation between several people").waitFor();
	await dialog.getByRole("link", { name: "Message 1" }).first().click();
	await expect.poll(() => dialog.count()).toBe(0);
	expect(ann.complaints).toEqual([]);
	await ann.leave();
});
