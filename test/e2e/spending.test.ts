// What replies cost and what is left, as people see it.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";
import { annAndBob, type Product, startProduct, type Visitor } from "./product.ts";

let api: MessagesApi;
let browser: Browser;
let product: Product;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
	[browser, api] = await Promise.all([launchBrowser(), startMessagesApi()]);
	const budgets = { ANTHROPIC_API_KEY: "a key", BUDGET_USD_PER_GUEST_PER_DAY: "0.05" };
	product = await startProduct({ ANTHROPIC_BASE_URL: api.url, CLAUDE_MODEL: "claude-sonnet-5-5", ...budgets });
	[ann, bob] = await annAndBob(browser, product.url);
});
afterAll(async () => {
	expect([...(ann?.complaints ?? []), ...(bob?.complaints ?? [])]).toEqual([]);
	await browser?.close();
	await product?.stop();
	await api?.close();
});

it("is said to whoever asked, below the message, when a budget is used up", async () => {
	api.script({ text: "A long answer.", usage: { output_tokens: 4_500 } });
	await ann.say("@claude How much?");
	await ann.sees("A long answer.");
	await ann.say("@claude And more?");
	await ann
		.at("And more?")
		.getByText(/^Your budget for Claude is used up, so Claude does not answer this\. Ask again from .+\.$/)
		.waitFor();
	await bob.sees("And more?");
	expect(await bob.page.getByText("is used up").count()).toBe(0);
});
