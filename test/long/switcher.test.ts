// The switcher, used with the keyboard.

import { describe, expect, it } from "vitest";
import { post } from "../e2e/api.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";
import { tokenOf } from "../e2e/wire.ts";

openBrowser();

/** Ann at her list, with a conversation for each title, the last one newest. */
async function arrive(titles: readonly string[]): Promise<Visitor> {
	const ann = await Visitor.arrive(browser);
	await ann.signIn(product.url, "Ann");
	await ann.page.getByText("No conversations yet.").waitFor();
	const token = await tokenOf(ann);
	for (const title of titles) await post(product.url, "/conversations", token, { title });
	await ann.listed(titles.at(-1) ?? "").waitFor();
	return ann;
}

const field = ({ page }: Visitor) => page.getByRole("combobox", { name: "Go to a conversation" });
const options = ({ page }: Visitor) => page.getByRole("listbox", { name: "Go to" }).getByRole("option");
/** The option that a screen reader announces. */
const active = (visitor: Visitor) =>
	field(visitor).evaluate((element) => document.getElementById(element.getAttribute("aria-activedescendant") ?? "")?.textContent);

describe("Ctrl+K", () => {
	it("keeps typed keys out of the message field while the dialog is loading", async () => {
		const ann = await Visitor.arrive(browser, { serviceWorkers: "block" });
		await ann.start(product.url, "Ann");
		let letIn = () => {};
		const held = new Promise<void>((resolve) => {
			letIn = resolve;
		});
		await ann.page.route(/Switcher.*\.js/, async (route) => {
			await held;
			await route.continue();
		});
		await ann.message.fill("half a ");
		await ann.page.keyboard.press("Control+k");
		await ann.page.keyboard.type("budget");
		await ann.page.keyboard.press("Enter");
		letIn();
		await field(ann).waitFor();
		await ann.page.keyboard.press("Escape");
		await field(ann).waitFor({ state: "detached" });
		await ann.page.keyboard.type("thought");
		expect(await ann.message.inputValue()).toBe("half a thought");
		expect(await ann.messages()).toEqual([]);
		await ann.leave();
	});

	it("lists the most recent, matches part of a title without accents, and returns the focus when closed", async () => {
		const ann = await arrive(["Budget", "Résumé of the trip", "Garden"]);
		await ann.listed("Garden").click();
		await ann.message.focus();
		await ann.page.keyboard.press("Control+k");
		await field(ann).waitFor();
		await expect.poll(() => active(ann)).toMatch(/^Résumé/);
		await ann.page.keyboard.press("Escape");
		await field(ann).waitFor({ state: "detached" });
		expect(await ann.message.evaluate((element) => element === document.activeElement)).toBe(true);

		await ann.page.keyboard.press("Control+k");
		await expect.poll(() => active(ann)).toMatch(/^Résumé/);
		await ann.page.keyboard.type("trip resu");
		await expect.poll(() => options(ann).allInnerTexts()).toEqual([expect.stringMatching(/^Résumé/), "Search everywhere: “trip resu”"]);
		await ann.page.keyboard.press("Enter");
		await ann.page.getByRole("heading", { name: "Résumé of the trip" }).waitFor();

		await ann.page.keyboard.press("Control+k");
		await expect.poll(() => active(ann)).toBeTruthy();
		await ann.page.keyboard.press("ArrowDown");
		await expect.poll(() => active(ann)).toMatch(/^Budget/);
		await ann.page.keyboard.press("ArrowUp");
		await ann.page.keyboard.press("ArrowUp");
		await expect.poll(() => active(ann)).toBe("Settings");
		await ann.page.keyboard.press("Control+k");
		await field(ann).waitFor({ state: "detached" });
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("finds conversations that the list has not loaded yet", async () => {
		const ann = await arrive(Array.from({ length: 112 }, (_, index) => (index === 0 ? "The very first" : `Number ${index}`)));
		await ann.page.reload();
		await ann.listed("Number 111").waitFor();
		expect(await ann.listed("The very first").count()).toBe(0);
		await ann.page.getByRole("button", { name: "Go to a conversation" }).click();
		await field(ann).fill("very first");
		await options(ann)
			.filter({ hasText: /^The very first/ })
			.click();
		await ann.page.getByRole("heading", { name: "The very first" }).waitFor();
		await ann.page.keyboard.press("Control+k");
		await field(ann).fill("nothing like it");
		await ann.page.getByText("No conversation has that title.").waitFor();
		await ann.leave();
	});

	it("runs commands, on a phone too", async () => {
		const ann = await Visitor.arrive(browser, { viewport: { width: 390, height: 844 } });
		await ann.start(product.url, "Ann");
		await ann.page.keyboard.press("Control+k");
		await field(ann).fill("teapots");
		await ann.page.keyboard.press("Enter");
		const search = ann.page.getByRole("searchbox", { name: "Search everywhere" });
		await expect.poll(() => search.inputValue()).toBe("teapots");
		await expect.poll(() => search.evaluate((element) => element === document.activeElement)).toBe(true);
		await ann.page.keyboard.press("Control+k");
		await field(ann).fill("sett");
		await ann.page.keyboard.press("ArrowDown");
		await ann.page.keyboard.press("Enter");
		await ann.page.getByRole("dialog", { name: "Settings" }).waitFor();
		await ann.leave();
	});
});

describe("the keyboard", () => {
	it("moves through the list, unfolds the archive for an open archived conversation, and opens the search", async () => {
		const ann = await arrive(["First", "Second", "Third"]);
		await ann.decide(/^First/, "Archive");
		await ann.list.getByText("Archived (1)").waitFor();
		await ann.listed("Third").focus();
		const focused = () => ann.page.evaluate(() => document.activeElement?.textContent);
		await ann.page.keyboard.press("ArrowDown");
		expect(await focused()).toMatch(/^Second/);
		await ann.page.keyboard.press("End");
		expect(await focused()).toBe("Archived (1)");
		await ann.page.keyboard.press("Enter");
		await ann.listed("First").waitFor();
		await ann.page.keyboard.press("ArrowDown");
		expect(await focused()).toMatch(/^First/);
		await ann.page.keyboard.press("Enter");
		await ann.page.getByRole("heading", { name: "First" }).waitFor();
		await ann.page.reload();
		await ann.list.locator("[aria-current=page]", { hasText: "First" }).waitFor();

		await ann.connected();
		await ann.page.keyboard.press("Control+Shift+f");
		await ann.page.getByRole("searchbox", { name: "Search this conversation" }).waitFor();
		await ann.leave();
	});
});
