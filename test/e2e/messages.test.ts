// Two people quote, edit, delete and react to messages, each in their own browser.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "./opened.ts";
import { annAndBob, type Visitor } from "./product.ts";

let ann: Visitor;
let bob: Visitor;

openBrowser();
beforeAll(async () => {
	[ann, bob] = await annAndBob(browser, product.url);
});
afterAll(async () => {
	expect([...(ann?.complaints ?? []), ...(bob?.complaints ?? [])]).toEqual([]);
});

describe("a message", () => {
	it("shows reactions and their authors to everybody, until they are removed", async () => {
		await ann.say("Tea or coffee?");
		await bob.sees("Tea or coffee?");
		await bob.press("Tea or coffee?", "React");
		await bob.page.getByRole("button", { name: "React with 👍" }).click();
		const seen = ann.at("Tea or coffee?").getByRole("button", { name: "👍 Bob" });
		await seen.waitFor();
		await seen.click();
		await bob.at("Tea or coffee?").getByRole("button", { name: "👍 You and Ann", pressed: true }).click();
		await ann.at("Tea or coffee?").getByRole("button", { name: "👍 You, 1", exact: true, pressed: true }).waitFor();

		await bob.press("Tea or coffee?", "React");
		await bob.page.getByRole("button", { name: "More emoji" }).click();
		await bob.page.getByRole("searchbox", { name: "Find an emoji" }).fill("🫖");
		await ann.at("Tea or coffee?").getByRole("button", { name: "🫖 Bob" }).waitFor();
	});

	it("is quoted in a reply, with its current text and a link to it", async () => {
		await ann.say(`Let us think about it.\n${"\n- a line".repeat(60)}`);
		await bob.sees("Let us think about it.");
		await bob.press("Tea or coffee?", "Reply");
		await bob.page.getByText("Replying to Ann").waitFor();
		await bob.say("Both, please.");
		const quote = ann.at("Both, please.").getByRole("button", { name: "Ann Tea or coffee?" });
		await quote.click();
		const original = ann.log.locator("article:focus");
		expect(await original.innerText()).toMatch(/^Ann\n.*\n\nTea or coffee\?/s);
		await ann.page.getByRole("button", { name: "Jump to latest" }).click();
	});

	it("is edited by its author, marked as edited, and updated in quotes", async () => {
		await ann.choose("Tea or coffee?", "Edit");
		await ann.message.fill("Tea, coffee or water?");
		await ann.message.press("Enter");
		await bob.at("Tea, coffee or water?").getByText("edited").waitFor();
		await bob.at("Both, please.").getByText("Tea, coffee or water?").waitFor();
		expect(await ann.message.inputValue()).toBe("");

		await bob.message.press("ArrowUp");
		expect(await bob.message.inputValue()).toBe("Both, please.");
		await bob.message.press("Escape");
		expect(await bob.message.inputValue()).toBe("");
		await bob.press("Tea, coffee or water?", "More");
		await bob.page.getByRole("menuitem", { name: "Copy text" }).waitFor();
		expect(await bob.page.getByRole("menuitem").allInnerTexts()).toEqual([
			"Copy text",
			"Read aloud",
			"Copy link",
			"Pin for everyone",
			"Fork from here…",
			"Mark as unread from here",
		]);
		const copy = bob.page.getByRole("menuitem", { name: "Copy text" });
		await copy.press("Enter");
		await bob.page.getByRole("menuitem", { name: "Copied" }).waitFor();
		await bob.page.getByRole("menuitem").first().waitFor({ state: "detached" });
		expect(await bob.page.evaluate(() => navigator.clipboard.readText())).toBe("Tea, coffee or water?");
		await bob.page.evaluate(() => {
			navigator.clipboard.writeText = () => Promise.reject(new Error("none"));
			document.execCommand = () => false;
		});
		await bob.choose("Tea, coffee or water?", "Copy link");
		await bob.page.getByRole("menuitem", { name: "Could not copy" }).waitFor();
		await bob.page.getByRole("menuitem").first().waitFor({ state: "detached" });
	});

	it("mentions members, completed by keys alone, and marked for them", async () => {
		await ann.message.pressSequentially("What about you, @b");
		await ann.page.getByRole("option", { name: "Bob", selected: true }).waitFor();
		await ann.page.keyboard.press("Enter");
		await ann.message.pressSequentially("and the others?");
		expect(await ann.message.inputValue()).toBe("What about you, @Bob and the others?");
		await ann.message.press("Enter");
		await bob.at("What about you,").locator("bdi[data-you=true]").getByText("@Bob").waitFor();
	});

	it("is deleted after a confirmation: its place stays, and quotes say so", async () => {
		await ann.choose("Tea, coffee or water?", "Delete…");
		await ann.page.getByRole("dialog", { name: "Delete this message?" }).getByRole("button", { name: "Delete" }).click();
		await bob.sees("This message was deleted.");
		await bob.at("Both, please.").getByText("Deleted message").waitFor();
		expect(await bob.log.getByText("coffee or water").count()).toBe(0);
	});
});

describe("Claude's reply", () => {
	it("is regenerated: the former version can be shown, and the question edited", async () => {
		await ann.say("@claude a table, please");
		await ann.answered();
		const answer = () => ann.log.getByRole("article", { name: /^Claude/ }).last();
		await answer().hover();
		await answer().getByRole("button", { name: "Regenerate", exact: true }).click();
		await answer().getByText("2/2").waitFor();
		expect(await ann.log.locator("article:focus").getAttribute("aria-label")).toMatch(/^Claude/);
		await ann.stop.waitFor({ state: "detached" });
		await answer().getByRole("button", { name: "Previous version" }).click();
		await answer().getByText("1/2").waitFor();
		expect(await answer().getByRole("table").count()).toBe(1);
		await answer().getByRole("button", { name: "Next version" }).click();
		await answer().getByText("2/2").waitFor();

		await ann.message.press("ArrowUp");
		await ann.message.fill("@claude code, please");
		await ann.page.getByRole("button", { name: "Save and ask again" }).click();
		await answer().getByText("3/3").waitFor();
		await ann.stop.waitFor({ state: "detached" });
		expect(await answer().locator("pre").count()).toBeGreaterThan(0);
		await bob.at("@claude code, please").getByText("edited").waitFor();
	});
});
