// The settings of a conversation: owners change them, and members read them.

import { expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, type Visitor } from "../e2e/product.ts";

openBrowser();

/** For whoever wants to look. */
async function look(visitor: Visitor, name: string): Promise<void> {
	const folder = process.env.SHOTS;
	if (folder !== undefined) await visitor.page.screenshot({ path: `${folder}/${name}.png` });
}

const field = ({ page }: Visitor, name: string) => page.getByRole("dialog").getByLabel(name, { exact: true });
const open = ({ page }: Visitor) => page.getByRole("button", { name: "Conversation settings" }).click();

it("an owner changes how Claude replies, and members see it and who changed the instructions", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	await open(ann);
	await field(ann, "Model").selectOption({ label: "Demo model" });
	await field(ann, "Effort").selectOption("low");
	await field(ann, "Instructions for Claude").fill("Answer in French.\nBe brief.");
	await field(ann, "Only owners").check();
	await field(ann, "Search the web").check();
	await field(ann, "Budget for").selectOption("month");
	await field(ann, "Budget in dollars").fill("2.5");
	await look(ann, "desktop-light");
	await ann.page.emulateMedia({ colorScheme: "dark" });
	await look(ann, "desktop-dark");
	await ann.page.getByRole("button", { name: "Save" }).press("Enter");
	await ann.page.getByRole("dialog").waitFor({ state: "detached" });

	await bob.page.setViewportSize({ width: 360, height: 740 });
	await open(bob);
	expect(await field(bob, "Instructions for Claude").inputValue()).toBe("Answer in French.\nBe brief.");
	expect(await field(bob, "Instructions for Claude").isEditable()).toBe(false);
	await bob.page.getByText(/Last changed by Ann on/).waitFor();
	expect(await field(bob, "Model").inputValue()).toBe("demo");
	expect(await field(bob, "Effort").inputValue()).toBe("low");
	expect(await field(bob, "Budget in dollars").inputValue()).toBe("2.5");
	expect(await field(bob, "Only owners").isChecked()).toBe(true);
	expect(await field(bob, "Search the web").isChecked()).toBe(true);
	expect(await bob.page.getByRole("button", { name: "Save" }).count()).toBe(0);
	await look(bob, "phone-member");
	await field(bob, "Budget for").scrollIntoViewIfNeeded();
	await look(bob, "phone-member-end");
	const isTooWide = await bob.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
	expect(isTooWide).toBe(false);

	// Nothing else changes with one field.
	await open(ann);
	await field(ann, "Budget for").selectOption("");
	await ann.page.getByRole("button", { name: "Save" }).click();
	await ann.page.getByRole("dialog").waitFor({ state: "detached" });
	await open(ann);
	expect(await field(ann, "Budget for").inputValue()).toBe("");
	expect(await field(ann, "Instructions for Claude").inputValue()).toContain("Answer in French.");
	expect([...ann.complaints, ...bob.complaints]).toEqual([]);
	await ann.leave();
	await bob.leave();
});
