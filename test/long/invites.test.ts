// Invite links in the page.

import { expect, it } from "vitest";
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
