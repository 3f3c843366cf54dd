// Steering Claude from the page: redirecting a reply, the questions that wait, continuing, forks and pins.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browser, openBrowser } from "../e2e/opened.ts";
import { annAndBob, type Product, startProduct, Visitor } from "../e2e/product.ts";
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

const long = '!{"tokens":3000,"perSecond":20}';

describe("while Claude writes", () => {
	it("a person redirects it by a button or a key, and the reply ends where it is", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		const steer = ann.page.getByRole("button", { name: "Send now and redirect Claude" });
		await ann.say(long);
		await ann.stop.waitFor();
		await expect.poll(() => steer.count()).toBe(0);
		await ann.message.fill(long);
		await steer.click();
		await ann.sees("Stopped by you.");
		expect(await ann.message.inputValue()).toBe("");
		await ann.message.fill('!{"text":"Short now."}');
		await ann.message.press("Control+Shift+Enter");
		await ann.sees("Short now.");
		await expect.poll(() => ann.log.getByText("Stopped by you.").count()).toBe(2);
		expect(await ann.messages()).toHaveLength(6);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("its authors see their waiting questions, take them back, and ask them again at the end", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.say(`@claude ${long}`);
		await ann.stop.waitFor();
		await bob.say("@claude first of Bob");
		await ann.say("@claude second of Ann");
		await bob.page.getByRole("button", { name: /Waiting for Claude/ }).click();
		const dialog = bob.page.getByRole("dialog", { name: "Questions waiting for Claude" });
		await expect.poll(() => dialog.getByRole("listitem").allInnerTexts()).toHaveLength(2);
		await dialog.getByRole("button", { name: "Ask it again at the end" }).click();
		await expect
			.poll(async () => (await dialog.getByRole("listitem").allInnerTexts()).map((text) => /(first|second)/.exec(text)?.[0]))
			.toEqual(["second", "first"]);
		await dialog.getByRole("button", { name: "Take back this question" }).click();
		await expect.poll(() => dialog.getByRole("listitem").count()).toBe(1);
		await bob.page.keyboard.press("Escape");
		await ann.choose("second of Ann", "Take back this question");
		await expect.poll(() => ann.page.getByRole("button", { name: /Waiting for Claude/ }).count()).toBe(0);
		await ann.stop.click();
		await ann.stop.waitFor({ state: "detached" });
		// Nobody asks any more, so that nothing follows.
		expect((await ann.messages()).filter((text) => /Claude is thinking/.test(text))).toEqual([]);
		await ann.leave();
		await bob.leave();
	});
});

describe("a reply that reached the length limit", () => {
	it("goes on in its place", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		await ann.say('Tell me a story. !{"text":"Once upon a time","stop":"max_tokens"}');
		await ann.sees("The reply reached the length limit and ends here.");
		api.script({ text: " there was a fox.", perSecond: 200 });
		await ann.page.getByRole("button", { name: "Continue", exact: true }).click();
		await ann.sees(/Once upon a time.*there was a fox/);
		await expect.poll(() => ann.page.getByText("The reply reached the length limit").count()).toBe(0);
		expect(await ann.messages()).toHaveLength(2);
		await ann.leave();
	});
});

describe("a message's menu", () => {
	it("pins the message for everybody, and a list leads to it", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.say("The ferry leaves at nine.");
		await bob.choose("The ferry leaves at nine.", "Pin for everyone");
		await ann.sees("Pinned by Bob");
		await ann.page.getByRole("button", { name: "Pinned messages" }).click();
		const dialog = ann.page.getByRole("dialog", { name: "Pinned messages" });
		await dialog.getByRole("link", { name: /The ferry leaves at nine/ }).click();
		await dialog.waitFor({ state: "detached" });
		await ann.choose("The ferry leaves at nine.", "Unpin");
		await expect.poll(() => bob.log.getByText("Pinned by").count()).toBe(0);
		await ann.leave();
		await bob.leave();
	});

	it("forks the conversation from there, and opens the fork", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.say("One way");
		await ann.say("Another way");
		await bob.sees("Another way");
		const before = bob.page.url();
		await bob.choose("One way", "Fork from here…");
		await bob.page.getByRole("textbox", { name: "Title" }).fill("My way");
		await bob.page.getByRole("button", { name: "Fork", exact: true }).click();
		await bob.page.waitForURL(({ href }) => href !== before);
		await bob.page.getByRole("heading", { name: "My way" }).waitFor();
		await bob.sees("One way");
		expect(await bob.messages()).toHaveLength(1);
		await ann.leave();
		await bob.leave();
	});
});
