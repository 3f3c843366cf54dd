// Private questions in the page: only their asker sees the answer, until they share it.

import { afterAll, beforeAll, expect, it } from "vitest";
import { browser, openBrowser } from "../e2e/opened.ts";
import { annAndBob, type Product, startProduct } from "../e2e/product.ts";
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

it("a person asks privately by button and key, stops, finds it again, shares and deletes", async () => {
	const [ann, bob] = await annAndBob(browser, product.url);
	const own = ann.page.getByRole("region", { name: /Only you see this/ });
	await ann.page.getByRole("button", { name: "Ask Claude privately" }).first().click();
	await ann.page.getByText("Only you will see the answer.").waitFor();
	await ann.message.fill('!{"text":"The **secret** answer."}');
	await ann.message.press("Enter");
	await own.getByText("The secret answer.").waitFor();
	expect(await own.locator("strong").textContent()).toBe("secret");
	expect(await ann.message.inputValue()).toBe("");

	await ann.message.press("Control+Shift+L");
	await ann.message.fill('!{"tokens":3000,"perSecond":20}');
	await ann.message.press("Enter");
	await own.getByRole("button", { name: "Stop" }).click();
	await own.getByText("Stopped here.").waitFor();

	await ann.page.reload();
	const head = own.getByRole("button", { name: /2 private questions/ });
	await head.click();
	await own.getByRole("button", { name: "Delete" }).first().click();
	await own.getByRole("button", { name: /1 private question$/ }).waitFor();
	expect(await bob.page.getByText("secret").count()).toBe(0);
	await own.getByRole("button", { name: "Share with everybody" }).click();
	await bob.sees("The secret answer.");
	await bob.log.getByText("shared by Ann").waitFor();
	await expect.poll(() => own.count()).toBe(0);
	expect([ann.complaints, bob.complaints]).toEqual([[], []]);
	await ann.leave();
	await bob.leave();
});
