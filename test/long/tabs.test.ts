// Several tabs of one person.

import { describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob } from "../e2e/product.ts";

openBrowser();

describe("a tab", () => {
	it("shows what is read in another tab, also if it is opened later", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const early = await bob.anotherTab();
		await early.page.goto(product.url);
		await early.listed("No messages yet").waitFor();
		await ann.say("Good morning");
		await ann.at("Good morning").getByText("Seen by Bob").waitFor();
		await early.listed("Ann: Good morning").waitFor();
		const late = await bob.anotherTab();
		await late.page.goto(product.url);
		await late.listed("Ann: Good morning").waitFor();
		for (const { list } of [early, late]) await expect.poll(() => list.getByText("unread").count()).toBe(0);
		await ann.leave();
		await bob.leave();
	});

	it("counts unread messages in its title, except in muted conversations", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.say("Hello");
		await ann.at("Hello").getByText("Seen by Bob").waitFor();
		await bob.page.goto(product.url);
		await expect.poll(() => bob.page.title()).toBe("Parley");
		await ann.say("Are you there?");
		await expect.poll(() => bob.page.title()).toBe("(1) Parley");
		await ann.say("@Bob, are you?");
		await expect.poll(() => bob.page.title()).toBe("(2) @ Parley");
		await expect.poll(() => bob.page.locator("link[rel=icon]").getAttribute("href")).toBe("/icon-news.svg");
		await bob.decide("@Bob", "Mute");
		await expect.poll(() => bob.page.title()).toBe("Parley");
		await bob.decide("@Bob", "Unmute");
		await bob.listed("@Bob").click();
		await expect.poll(() => bob.page.title()).toBe("Hello · Parley");
		await expect.poll(() => bob.page.locator("link[rel=icon]").getAttribute("href")).toBe("/icon.svg");
		expect(bob.complaints).toEqual([]);
		await ann.leave();
		await bob.leave();
	});
});
