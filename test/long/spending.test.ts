// What replies cost and what is left, as people see it.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { annAndBob, type Product, startProduct, type Visitor } from "../e2e/product.ts";
import { launchBrowser } from "../support/browser.ts";
import { type MessagesApi, startMessagesApi } from "../support/messages-api.ts";

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

const summary = ({ page }: Visitor) => page.getByRole("dialog").locator("summary").getByText("Spending");

it("is said to whoever asked, below the message, when a budget is used up", async () => {
	api.script({ text: "A long answer.", usage: { output_tokens: 4_500 } });
	await ann.say("@claude How much?");
	await ann.sees("A long answer.");
	await ann.answered();
	await ann.say("@claude And more?");
	await ann
		.at("And more?")
		.getByText(
			/^You, or all guests of your network together, have used up what guests may spend on Claude, so Claude does not answer this\. Ask again from .+\.$/,
		)
		.waitFor();
	await bob.sees("And more?");
	expect(await bob.page.getByText("is used up").count()).toBe(0);
});

it("is shown to owners in the conversation's settings, by the keyboard alone", async () => {
	await ann.page.getByRole("button", { name: "Conversation settings" }).focus();
	await ann.page.keyboard.press("Enter");
	await summary(ann).focus();
	await ann.page.keyboard.press("Enter");
	const dialog = ann.page.getByRole("dialog");
	await dialog.getByText("$0.045", { exact: true }).first().waitFor();
	await dialog.getByText("1 reply").first().waitFor();
	await dialog.getByRole("list", { name: "By person" }).getByText("Ann").waitFor();
	await dialog.getByText(/^\$\d+\.\d+ of \$5\.00 left today\.$/).waitFor();
	await dialog.getByRole("radio", { name: "This month" }).focus();
	await ann.page.keyboard.press("ArrowRight");
	await expect.poll(() => dialog.getByRole("radio", { name: "All time" }).isChecked()).toBe(true);
	expect(await violations(ann.page)).toEqual([]);
	await ann.page.keyboard.press("Escape");
});

it("is shown to every member from the details of a reply", async () => {
	const answer = bob.at("A long answer.");
	await answer.hover();
	await answer.getByRole("button", { name: /^Details: \$0\.045/ }).click();
	await answer.getByRole("button", { name: "Spending in this conversation…" }).click();
	await bob.page.getByRole("dialog", { name: "Spending" }).getByText("$0.045", { exact: true }).first().waitFor();
	await bob.page.keyboard.press("Escape");
});

it("is shown to oneself in the settings, with what is left", async () => {
	await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
	await summary(ann).click();
	await ann.page
		.getByRole("dialog")
		.getByText(/^\$0\.00\d* of \$0\.05 left today\.$/)
		.waitFor();
	expect(await violations(ann.page)).toEqual([]);
});
