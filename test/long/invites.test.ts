// Invite links in the page.

import { expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";

openBrowser();

it("a link from before its secret followed the # still admits", async () => {
	const ann = await Visitor.arrive(browser);
	await ann.start(product.url, "Ann");
	const token = new URL(await ann.invite()).hash.slice(1);
	const bob = await Visitor.arrive(browser);
	await bob.signIn(`${product.url}/invite/${token}`, "Bob");
	await bob.connected();
	expect(bob.page.url()).toBe(ann.page.url());
	await ann.page.keyboard.press("Escape");
	await ann.say("Welcome");
	await bob.page.getByText("Welcome").first().waitFor();
	await ann.leave();
	await bob.leave();
});

it("is created by a button and not by opening the dialog, and is there again for as long as the page is open", async () => {
	const ann = await Visitor.arrive(browser);
	await ann.start(product.url, "Ann");
	const { page } = ann;
	const created: string[] = [];
	page.on("request", (request) => request.method() === "POST" && request.url().endsWith("/invites") && created.push(request.url()));
	const open = () => page.getByRole("button", { name: "Invite" }).click();
	const shown = page.getByRole("textbox", { name: "Invite link" });
	await open();
	await page.getByText("There are no active links.").waitFor();
	expect([created.length, await shown.count()]).toEqual([0, 0]);
	expect(await violations(page)).toEqual([]);
	await look(ann, "invite-none");
	await page.getByRole("button", { name: "Create link" }).click();
	await shown.waitFor();
	const link = await shown.inputValue();
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
	await look(ann, "invite-link");
	await page.keyboard.press("Escape");

	const address = page.url();
	await page.getByRole("button", { name: "New conversation" }).click();
	await ann.log.waitFor({ state: "detached" });
	await page.evaluate(() => navigator.clipboard.writeText(""));
	await page.goBack();
	await page.waitForURL(address);
	await open();
	await page.getByText("Copied. Anyone with this link can join.").waitFor();
	expect([await shown.inputValue(), await page.evaluate(() => navigator.clipboard.readText())]).toEqual([link, link]);

	// Somebody revokes it elsewhere.
	await page.keyboard.press("Escape");
	const other = await ann.anotherTab();
	await other.page.goto(address);
	await other.page.getByRole("button", { name: "Invite" }).click();
	await other.page.getByRole("button", { name: /^Revoke/ }).click();
	await other.page.getByText("There are no active links.").waitFor();
	await open();
	await page.getByText("There are no active links.").waitFor();
	await shown.waitFor({ state: "detached" });
	expect(created.length).toBe(1);
	expect([...ann.complaints, ...other.complaints]).toEqual([]);
	await ann.leave();
});
