// Links that limit the people who come by them, in the page.

import { expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";
import { openScripted, product } from "../support/scripted-product.ts";

openScripted();

const desk = { viewport: { width: 1280, height: 800 } };

/** Opens the dialog of invites and makes a link by its form. Returns its address. */
async function makeLink({ page }: Visitor, preset: string, limits: { [label: string]: string } = {}): Promise<string> {
	const shown = page.getByRole("textbox", { name: "Invite link" });
	if ((await page.getByRole("dialog").count()) === 0) await page.getByRole("button", { name: "Invite", exact: true }).click();
	const before = (await shown.count()) > 0 ? await shown.inputValue() : "";
	await page.getByRole("combobox", { name: "What they may do" }).selectOption(preset);
	if (Object.keys(limits).length > 0) {
		if (!(await page.getByLabel("Members until").isVisible())) await page.getByText("Limits", { exact: true }).click();
		for (const [label, value] of Object.entries(limits)) await page.getByLabel(label).fill(value);
		await page.getByLabel("Hide what was said before they join").check();
	}
	await page.getByRole("button", { name: "Create link" }).click();
	await expect.poll(() => shown.inputValue()).not.toBe(before);
	return shown.inputValue();
}

it("an owner limits a link, its people see what it allows, and the owner what was used", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, desk);
	await ann.say("an old word");
	const link = await makeLink(ann, "Can speak and ask Claude", {
		"Questions to Claude, all together": "2",
		"Dollars for the answers, all together": "1.5",
	});
	await look(ann, "links-owner");
	expect(await violations(ann.page)).toEqual([]);
	const list = ann.page.getByRole("list", { name: "Active links" });
	await list.getByText("Can speak and ask Claude · 2 questions · up to $1.50 · only what is said from now on").waitFor();

	const eve = await Visitor.arrive(browser, desk);
	await eve.page.goto(link);
	await eve.page.getByText(/^Ann invites you/).waitFor();
	await eve.page.getByText("share 2 questions to Claude with others who use it").waitFor();
	await look(eve, "links-sign-in");
	expect(await violations(eve.page)).toEqual([]);
	await eve.becomeGuest(product.url, "Eve");
	await eve.page.reload();
	await eve.page.getByRole("heading", { name: /^Ann invites you/ }).waitFor();
	await eve.page.getByText("share 2 questions to Claude with others who use it").waitFor();
	await eve.page.getByText("see only what is said after you have joined").waitFor();
	await look(eve, "links-offer");
	expect(await violations(eve.page)).toEqual([]);
	// The focus is on the button.
	await eve.page.keyboard.press("Enter");
	await eve.page.getByText("2 questions to Claude left.").waitFor();
	expect(await eve.page.getByText("an old word").count()).toBe(0);
	await eve.say("@claude hello");
	await eve.page.getByText("One question to Claude left.").waitFor();
	await eve.say("@claude and again");
	await eve.page.getByText("You can write here, but ask Claude nothing more.").waitFor();
	await look(eve, "links-used-up");

	await ann.page.keyboard.press("Escape");
	await ann.page.getByRole("button", { name: "Invite", exact: true }).click();
	await list.getByText(/one person, 2 questions/).waitFor();
	await look(ann, "links-used");
	await ann.page.keyboard.press("Escape");
	await ann.page.getByRole("button", { name: /^Members/ }).click();
	await ann.page.getByText(/^no questions left/).waitFor();
	await look(ann, "links-members");
	expect(await violations(ann.page)).toEqual([]);
	await ann.page.getByRole("button", { name: "Lift limits: Eve" }).click();
	await eve.sees("an old word");
	await eve.page.getByText("ask Claude nothing more").waitFor({ state: "detached" });
	for (const visitor of [ann, bob, eve]) {
		expect(visitor.complaints).toEqual([]);
		await visitor.leave();
	}
});

it("a reader is told before joining, in German too, and is removed with the link", async () => {
	const ann = await Visitor.arrive(browser, desk);
	await ann.start(product.url, "Ann");
	const link = await makeLink(ann, "Can read");
	const eve = await Visitor.arrive(browser, { ...desk, locale: "de-DE" });
	await eve.becomeGuest(product.url, "Eve");
	await eve.page.goto(link);
	await eve.page.getByText("kannst du lesen, aber nicht schreiben").waitFor();
	await look(eve, "links-offer-de");
	await eve.page.getByRole("button", { name: "Beitreten" }).click();
	await eve.page.getByText(/lesen, aber nicht/).waitFor();
	await look(eve, "links-reader-de");
	await ann.page.keyboard.press("Escape");
	await ann.page.getByRole("button", { name: "Invite", exact: true }).click();
	await ann.page.getByRole("button", { name: /^Remove its people: Readers/ }).click();
	await eve.page.getByText(/lesen, aber nicht/).waitFor({ state: "detached" });
	for (const visitor of [ann, eve]) await visitor.leave();
});
