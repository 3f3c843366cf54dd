// The list of conversations beside the open one.

import { describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";

openBrowser();

describe("the list", () => {
	it("shows messages in other conversations, unread counts, and where the reader left off", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.say("Good morning");
		await bob.sees("Good morning");
		await ann.at("Good morning").getByText("Seen by Bob").waitFor();
		await bob.newConversation();
		await ann.say("Shall we begin?");
		await ann.say("@Bob, are you there?");
		const entry = bob.listed("Ann: @Bob, are you there?");
		await entry.getByText("2 unread").waitFor();
		await entry.getByText("You were mentioned").waitFor();
		await entry.click();
		await bob.sees("New since your last visit");
		await bob.log.getByText(/Good morning.*New since your last visit.*Shall we begin\?/s).waitFor();
		await bob.list.getByText("unread").waitFor({ state: "detached" });
		await ann.at("are you there?").getByText("Seen by Bob").waitFor();
		await bob.say("Here I am.");
		await bob.listed("You: Here I am.").waitFor();
		expect([...ann.complaints, ...bob.complaints]).toEqual([]);
		await ann.leave();
		await bob.leave();
	});

	it("is arranged per person, in all their tabs and after a reload", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.signIn(product.url, "Ann");
		for (const title of ["First", "Second", "Third"]) {
			await ann.newConversation();
			await ann.decide(/^Conversation from/, "Rename…");
			await ann.page.getByRole("textbox", { name: "Title" }).fill(title);
			await ann.page.getByRole("button", { name: "Save" }).click();
			// The list hears of it later than the page of the conversation.
			await ann.listed(new RegExp(`^${title}`)).waitFor();
		}
		const other = await ann.page.context().newPage();
		await other.goto(product.url);
		const titles = () => ann.list.getByRole("link").allInnerTexts();
		await ann.decide(/^First/, "Pin to the top");
		await expect.poll(titles).toEqual([/^First/, /^Third/, /^Second/].map((title) => expect.stringMatching(title)));
		await ann.decide(/^Second/, "Archive");
		await ann.decide(/^Third/, "Mute");
		await ann
			.listed(/^Third/)
			.getByText("Muted")
			.waitFor();
		await other.getByText("Archived (1)").waitFor();
		await ann.page.reload();
		await ann
			.listed(/^Third/)
			.getByText("Muted")
			.waitFor();
		await ann
			.listed(/^First/)
			.getByText("Pinned")
			.waitFor();
		await ann.page.getByText("Archived (1)").click();
		await ann.decide(/^Second/, "Unarchive");
		await other.getByText("Archived (1)").waitFor({ state: "detached" });
		await ann.leave();
	});

	it("drops a conversation that the person leaves or the owner deletes", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await bob.newConversation();
		await bob.say("alone");
		await bob.answered();
		await ann.decide(/^Conversation from/, "Delete…");
		await ann.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
		await ann.page.getByText("No conversations yet.").waitFor();
		await expect.poll(() => bob.list.getByRole("link").count()).toBe(1);
		await ann.leave();
		await bob.leave();

		const [cleo, dan] = await annAndBob(browser, product.url);
		await dan.decide(/^Conversation from/, "Leave…");
		await dan.page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
		await dan.page.getByText("No conversations yet.").waitFor();
		await cleo.participants.getByText("Bob").waitFor({ state: "detached" });
		await cleo.leave();
		await dan.leave();
	});

	it("has room for the reader's own name beside it", async () => {
		const ann = await Visitor.arrive(browser, { viewport: { width: 1024, height: 700 } });
		await ann.start(product.url, "Alexandra");
		const cut = await ann.list.getByText("Alexandra").evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
		expect(cut).toBeLessThanOrEqual(0);
		await ann.leave();
	});

	it("is a page of its own on a phone, with a way back", async () => {
		const ann = await Visitor.arrive(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
		await ann.start(product.url, "Ann");
		expect(await ann.list.isVisible()).toBe(false);
		await ann.page.getByRole("link", { name: "All conversations" }).click();
		await ann.listed("Conversation from").tap();
		await ann.message.waitFor();
		expect(await ann.list.isVisible()).toBe(false);
		await ann.leave();
	});
});
