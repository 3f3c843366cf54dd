// Webhooks in the settings of a conversation: added, tested, used and removed, by keyboard too.

import { expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob } from "../e2e/product.ts";

openBrowser();

it("owners add addresses, see why one fails, and let programs post; members see none of it", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	const open = async (visitor: typeof ann, settings = "Conversation settings") => {
		await visitor.openAbove(settings);
		await visitor.page.getByRole("dialog").waitFor();
	};
	await open(bob);
	expect(await bob.page.getByText("Webhooks").count()).toBe(0);
	await bob.page.keyboard.press("Escape");

	await open(ann);
	const dialog = ann.page.getByRole("dialog");
	await dialog.getByText("Webhooks", { exact: true }).press("Enter");
	const outgoing = dialog.getByRole("region", { name: "Send to an address" });
	const address = outgoing.getByRole("textbox", { name: "Address" });
	await address.fill("http://example.com/");
	await address.press("Enter");
	await outgoing.getByText(/public https address/).waitFor();
	await address.fill("https://hooks.parley-test.example/in?key=1");
	await outgoing.getByLabel("Members").uncheck();
	await address.press("Enter");
	expect(await outgoing.getByRole("textbox", { name: "Key" }).inputValue()).toMatch(/^whsec_/);
	await outgoing.getByText("Nothing was sent yet").waitFor();
	await outgoing.getByRole("button", { name: "Test hooks.parley-test.example" }).press("Enter");
	await outgoing.getByText("The address could not be reached.").first().waitFor();
	await outgoing.getByText(/^Fails · The address/).waitFor();

	const incoming = dialog.getByRole("region", { name: "Post by an address" });
	await incoming.getByRole("textbox", { name: "Name" }).fill("builds");
	await incoming.getByRole("textbox", { name: "Name" }).press("Enter");
	const url = await incoming.getByRole("textbox", { name: "Address" }).inputValue();
	await look(ann, "webhooks");
	await outgoing.scrollIntoViewIfNeeded();
	await look(ann, "webhooks-outgoing");
	expect(await violations(ann.page)).toEqual([]);
	const body = JSON.stringify({ text: "Build 512 is done" });
	expect(await (await fetch(url, { method: "POST", body })).text()).toBe("ok");
	await bob.page.getByText("Build 512 is done").first().waitFor();
	await bob.page.getByText("Ann (builds)").first().waitFor();

	await outgoing.getByRole("button", { name: "Remove hooks.parley-test.example" }).click();
	await outgoing.getByText("https://hooks.parley-test.example/in?key=1").waitFor({ state: "detached" });
	await incoming.getByRole("button", { name: "Remove builds" }).click();
	await incoming.getByText("Not used yet").waitFor({ state: "detached" });
	expect((await fetch(url, { method: "POST", body })).status).toBe(404);
	await ann.page.setViewportSize({ width: 390, height: 844 });
	expect(await ann.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
	await ann.leave();
	await bob.leave();
});

it("are there in German, on a phone", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
	await ann.page.getByRole("radio", { name: "Deutsch" }).check();
	await ann.page.getByRole("dialog", { name: "Einstellungen" }).waitFor();
	await ann.page.keyboard.press("Escape");
	await ann.page.setViewportSize({ width: 390, height: 844 });
	await ann.openAbove("Einstellungen des Gesprächs");
	const dialog = ann.page.getByRole("dialog");
	await dialog.getByText("Webhooks", { exact: true }).click();
	const outgoing = dialog.getByRole("region", { name: "An eine Adresse senden" });
	await outgoing.getByRole("textbox", { name: "Adresse" }).fill("https://hooks.parley-test.example/");
	await outgoing.getByRole("button", { name: "Hinzufügen" }).click();
	await outgoing.getByRole("textbox", { name: "Schlüssel" }).waitFor();
	await outgoing.getByRole("button", { name: /testen$/ }).click();
	await outgoing.getByText("Die Adresse war nicht erreichbar.").first().waitFor();
	await look(ann, "webhooks-german");
	expect(await ann.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
	await ann.leave();
	await bob.leave();
});
