// The API's page, as the Worker serves it under its own policy, in a real browser.

import { expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";

openBrowser();

it("filters operations and types by words, within its policy", async () => {
	const page = await browser.newPage();
	const complaints: string[] = [];
	page.on("console", (message) => complaints.push(message.text()));
	await page.goto(`${product.url}/api/docs`);
	const filter = page.getByRole("searchbox", { name: "Filter operations and types" });
	const entries = page.getByRole("article");
	const all = await entries.count();
	await filter.fill("REVOKE an invite");
	await page.getByRole("heading", { name: "Revoke an invite" }).waitFor();
	expect(await page.getByRole("heading", { name: "Sign in as a guest" }).isVisible()).toBe(false);
	expect(await page.getByRole("link", { name: "Sign in as a guest" }).isVisible()).toBe(false);
	expect(await page.getByRole("status").textContent()).toMatch(new RegExp(`^\\d+ of ${all}$`));
	await filter.fill("no such operation");
	await page.getByText("Nothing matches.").waitFor();
	await filter.fill("");
	expect(await page.locator("article:visible").count()).toBe(all);
	expect(complaints).toEqual([]);
	await page.close();
});

it("folds its contents into groups, opens the one that is read, and is used by keyboard", async () => {
	const page = await browser.newPage();
	await page.goto(`${product.url}/api/docs`);
	const contents = page.getByRole("navigation", { name: "Contents" });
	const link = (name: string) => contents.getByRole("link", { name, exact: true });
	expect(await link("Create an invite").isVisible()).toBe(false);
	await contents.locator("summary", { hasText: /^Members/ }).focus();
	await page.keyboard.press("Enter");
	await link("Create an invite").waitFor();
	await page.keyboard.press("/");
	await page.keyboard.type("sign in as a guest");
	await link("Sign in as a guest").waitFor();
	expect(await link("Create an invite").isVisible()).toBe(false);
	await page.keyboard.press("Escape");
	expect(await page.getByRole("searchbox").inputValue()).toBe("");
	await page.goto(`${product.url}/api/docs#postConversationsIdInvites`);
	await page.reload();
	await link("Create an invite").waitFor();
	expect(await link("Sign in as a guest").isVisible()).toBe(false);
	await page.close();
});

it("shows everything without a script, and no field that would need one", async () => {
	const context = await browser.newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	await page.goto(`${product.url}/api/docs`);
	expect(await page.getByRole("heading", { name: "Send a message" }).isVisible()).toBe(true);
	expect(await page.getByRole("searchbox").count()).toBe(0);
	await context.close();
});

it("is accessible at every width, light and dark", async () => {
	const context = await browser.newContext({ bypassCSP: true });
	const page = await context.newPage();
	await page.goto(`${product.url}/api/docs`);
	// All entries are built alike, and axe takes long for all of them.
	await page.getByRole("searchbox").fill("invites/accept");
	await page.getByRole("heading", { name: "Accept an invite", exact: true }).waitFor();
	expect(await violations(page)).toEqual([]);
	await context.close();
});
