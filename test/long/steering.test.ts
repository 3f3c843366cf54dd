// Steering Claude from the page: redirecting a reply, the questions that wait, continuing, forks and pins.

import { describe, expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { stepTo } from "../e2e/keyboard-steps.ts";
import { look } from "../e2e/look.ts";
import { browser } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";
import { api, openScripted, product } from "../support/scripted-product.ts";

openScripted();

/** Lets Claude begin its next reply, which then stands still until somebody ends it. */
const beginsToAnswer = () => api.script({ text: "These words come at once, and the rest never.", restAfter: new Promise(() => {}) });

describe("while Claude writes", () => {
	it("a person redirects it by a button or a key, and the reply ends where it is", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		const steer = ann.page.getByRole("button", { name: "Send now and redirect Claude" });
		beginsToAnswer();
		await ann.say("A long story, please");
		await ann.stop.waitFor();
		await expect.poll(() => steer.count()).toBe(0);
		beginsToAnswer();
		await ann.message.fill("Another one");
		await stepTo(ann.page, steer);
		await ann.page.keyboard.press("Enter");
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

	it("a message that was refused redirects it after it was edited, too", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const refreshed = async (visitor: Visitor) => (await visitor.page.context().request.post(`${product.url}/api/auth/refresh`)).json();
		const [{ token }, { user }] = await Promise.all([refreshed(ann), refreshed(bob)]);
		const become = async (role: string) => {
			const path = `${product.url}/api/conversations/${ann.page.url().split("/c/")[1]}/members/${user.id}`;
			const headers = { authorization: `Bearer ${token}` };
			expect((await ann.page.context().request.patch(path, { headers, data: { role } })).ok()).toBe(true);
		};
		beginsToAnswer();
		await ann.say("@claude A long story, please");
		await bob.stop.waitFor();
		// Said while Bob may, and delivered when he may not.
		await bob.goOffline();
		await bob.connected("Offline");
		await bob.message.fill('!{"text":"In German."}');
		await bob.page.getByRole("button", { name: "Send now and redirect Claude" }).click();
		await become("reader");
		await bob.goOnline();
		await bob.log.getByRole("alert").waitFor();
		await become("member");
		await bob.log.getByRole("button", { name: "Edit" }).last().click();
		await bob.message.press("Enter");
		await ann.sees("Stopped by Bob.");
		await ann.sees("In German.");
		await ann.leave();
		await bob.leave();
	});

	it("its authors see their waiting questions, take them back, and ask them again at the end", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		beginsToAnswer();
		await ann.say("@claude A long story, please");
		await ann.stop.waitFor();
		await bob.say("@claude first of Bob");
		await ann.say("@claude second of Ann");
		await bob.page.getByRole("button", { name: /Waiting for Claude/ }).press("Enter");
		const dialog = bob.page.getByRole("dialog", { name: "Questions waiting for Claude" });
		await expect.poll(() => dialog.getByRole("listitem").allInnerTexts()).toHaveLength(2);
		expect(await violations(bob.page)).toEqual([]);
		await dialog.getByRole("button", { name: "Ask it again at the end" }).press("Enter");
		await expect
			.poll(async () => (await dialog.getByRole("listitem").allInnerTexts()).map((text) => /(first|second)/.exec(text)?.[0]))
			.toEqual(["second", "first"]);
		await dialog.getByRole("button", { name: "Take back this question" }).press("Enter");
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

describe("with the keyboard alone", () => {
	it("an author reorders their waiting questions and takes them back, from the list and from a message", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const { page } = bob;
		beginsToAnswer();
		await ann.say("@claude A long story, please");
		await ann.stop.waitFor();
		for (const text of ["@claude first of Bob", "@claude second of Bob"]) {
			await bob.message.focus();
			await page.keyboard.type(text);
			await page.keyboard.press("Enter");
			await bob.sees(text.slice(8));
		}
		const line = page.getByRole("button", { name: /Waiting for Claude/ });
		await line.waitFor();
		await stepTo(page, line, "Shift+Tab");
		await page.keyboard.press("Enter");
		const dialog = page.getByRole("dialog", { name: "Questions waiting for Claude" });
		await dialog.waitFor();
		const order = async () => (await dialog.getByRole("listitem").allInnerTexts()).map((text) => /(first|second)/.exec(text)?.[0]);
		await expect.poll(order).toEqual(["first", "second"]);
		await stepTo(page, dialog.getByRole("button", { name: "Ask it again at the end" }));
		await page.keyboard.press("Enter");
		await expect.poll(order).toEqual(["second", "first"]);
		// The button that was pressed is gone, and the focus is before the list.
		const focus = () => page.evaluate(() => document.activeElement?.textContent);
		await expect.poll(focus).toBe("The next reply answers all of them, in this order.");
		await stepTo(page, dialog.getByRole("button", { name: "Take back this question" }).first(), "Tab", 1);
		await page.keyboard.press("Enter");
		await expect.poll(order).toEqual(["first"]);
		// The focus moves after the list has changed.
		await expect.poll(focus).toBe("The next reply answers all of them, in this order.");
		await stepTo(page, dialog.getByRole("button", { name: "Take back this question" }), "Tab", 1);
		await page.keyboard.press("Enter");
		await expect.poll(focus).toBe("No question is waiting now.");
		await stepTo(page, dialog.getByRole("button", { name: "Close" }), "Shift+Tab", 1);
		await page.keyboard.press("Enter");
		await dialog.waitFor({ state: "detached" });
		await expect.poll(() => page.evaluate(() => document.activeElement?.localName)).toBe("textarea");

		await page.keyboard.type("@claude third of Bob");
		await page.keyboard.press("Enter");
		await line.waitFor();
		await page.keyboard.press("Shift+F6");
		await page.keyboard.press("End");
		await stepTo(page, bob.at("third of Bob").getByRole("button", { name: "More" }), "Tab", 6);
		await page.keyboard.press("Enter");
		const item = page.getByRole("menuitem", { name: "Take back this question" });
		await item.waitFor();
		await stepTo(page, item, "ArrowDown", 8);
		await page.keyboard.press("Enter");
		await expect.poll(() => line.count()).toBe(0);
		expect([ann.complaints, bob.complaints]).toEqual([[], []]);
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
		await ann.page.getByRole("button", { name: "Continue", exact: true }).press("Enter");
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
		await ann.page.getByRole("button", { name: "Pinned messages" }).press("Enter");
		const dialog = ann.page.getByRole("dialog", { name: "Pinned messages" });
		const pinned = dialog.getByRole("link", { name: /The ferry leaves at nine/ });
		await pinned.waitFor();
		expect(await violations(ann.page)).toEqual([]);
		await pinned.press("Enter");
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
		expect(await violations(bob.page)).toEqual([]);
		await bob.page.getByRole("textbox", { name: "Title" }).press("Enter");
		await bob.page.waitForURL(({ href }) => href !== before);
		await bob.page.getByRole("heading", { name: "My way" }).waitFor();
		await bob.sees("One way");
		expect(await bob.messages()).toHaveLength(1);

		// Somebody who may not open the original reads only that there is one.
		const cem = await Visitor.arrive(browser, { locale: "de-DE" });
		await cem.becomeGuest(product.url, "Cem");
		await cem.page.goto(await bob.invite());
		await cem.page.getByText("Abzweigung eines anderen Gesprächs").waitFor();
		await look(cem, "fork-german");
		await bob.page.keyboard.press("Escape");
		await look(bob, "fork");
		await bob.log.getByText("Fork of").getByRole("link").click();
		await bob.page.waitForURL(({ href }) => href.startsWith(before));
		await bob.sees("Another way");
		for (const one of [ann, bob, cem]) await one.leave();
	});
});
