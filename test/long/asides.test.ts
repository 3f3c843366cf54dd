// Private questions in the page: only their asker sees the answer, until they share it.

import { expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser } from "../e2e/opened.ts";
import { annAndBob } from "../e2e/product.ts";
import { api, openScripted, product } from "../support/scripted-product.ts";

openScripted();

it("a person asks privately by button and key, stops, finds it again, shares and deletes", async () => {
	const [ann, bob] = await annAndBob(browser, product.url);
	const own = ann.page.getByRole("region", { name: /Only you see this/ });
	await ann.page.getByRole("button", { name: "Ask Claude privately" }).first().click();
	await ann.page.getByText("Only you will see the answer.").waitFor();
	await ann.message.fill('!{"text":"The **secret** answer."}');
	await ann.message.press("Enter");
	await own.getByText("The secret answer.").waitFor();
	expect(await own.locator("strong").textContent()).toBe("secret");
	expect(await ann.message.inputValue()).toBe("");

	await ann.message.press("Control+Shift+L");
	await ann.message.fill('!{"tokens":3000,"perSecond":20}');
	await ann.message.press("Enter");
	await own.getByRole("button", { name: "Stop" }).click();
	await own.getByText("Stopped here.").waitFor();

	await ann.page.reload();
	const head = own.getByRole("button", { name: /2 private questions/ });
	await head.press("Enter");
	// Nothing can be done without a connection, and nothing is lost.
	await ann.goOffline();
	await expect.poll(() => own.locator("li button:enabled").count()).toBe(0);
	await ann.goOnline();
	await own.locator("li button:enabled").first().waitFor();
	expect(await violations(ann.page)).toEqual([]);
	await own.getByRole("button", { name: "Delete" }).first().press("Enter");
	await own.getByRole("button", { name: /1 private question$/ }).waitFor();
	expect(await bob.page.getByText("secret").count()).toBe(0);
	await own.getByRole("button", { name: "Share with everybody" }).press("Enter");
	await bob.sees("The secret answer.");
	await bob.log.getByText("shared by Ann").waitFor();
	await expect.poll(() => own.count()).toBe(0);
	expect([ann.otherComplaints, bob.complaints]).toEqual([[], []]);
	await ann.leave();
	await bob.leave();
});

it("a private answer shows its thinking, its sources and what was looked up", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	await ann.page.getByRole("button", { name: "Conversation settings" }).click();
	await ann.page.getByRole("checkbox", { name: "Search the web" }).check();
	await ann.page.getByRole("button", { name: "Save", exact: true }).click();
	await ann.page.getByRole("dialog").waitFor({ state: "detached" });
	const rain = { url: "https://one.example/rain", title: "Rain in Jena" };
	const searched = Promise.withResolvers<void>();
	api.script({
		blocks: [{ thinking: "Let me look." }, { search: "weather Jena", unfinished: true }],
		stop: "pause_turn",
		next: {
			textAfter: searched.promise,
			blocks: [
				{ search: "weather Jena", results: [rain] },
				{ text: "It rains.", cites: [rain] },
			],
		},
	});
	await ann.page.getByRole("button", { name: "Ask Claude privately" }).first().click();
	await ann.message.fill("How is the weather?");
	await ann.message.press("Enter");
	const own = ann.page.getByRole("region", { name: /Only you see this/ });
	// While it is written.
	await own.getByText("Searching the web: weather Jena").waitFor();
	await own.getByRole("button", { name: "Claude's thinking" }).click();
	await own.getByText("Let me look.").waitFor();
	await look(ann, "aside-searching");
	searched.resolve();
	await own.getByRole("link", { name: "Source 1: Rain in Jena" }).waitFor();
	// The search that the pause cut off never came to a result.
	await own.getByRole("button", { name: "2 lookups · 1 failed" }).click();
	await own.getByText("Searched the web: weather Jena").waitFor();
	expect(await violations(ann.page)).toEqual([]);
	await look(ann, "aside");
	await ann.page.getByRole("button", { name: "Add files or record" }).waitFor();
	const data = { name: "data.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 255, 254, 1]) };
	await ann.page.locator("footer input[type=file][multiple]").setInputFiles([data]);
	await ann.page.getByRole("list", { name: "Files of your message" }).getByText("Ready").waitFor();
	await ann.say("Here it is");
	await ann.page.getByRole("button", { name: "Ask Claude privately" }).first().click();
	await ann.message.fill('!{"text":"I cannot open it."}');
	await ann.message.press("Enter");
	await own.getByText("Claude could not read: data.bin (this kind of file)", { exact: true }).waitFor();
	await look(ann, "aside-unread");
	expect([ann.complaints, bob.complaints]).toEqual([[], []]);
	await ann.leave();
	await bob.leave();
});
