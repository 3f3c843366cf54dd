// The members of a conversation, as people see and change them.

import { describe, expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";

openBrowser();

const openMembers = (visitor: Visitor) => visitor.page.getByRole("button", { name: /^Members/ }).click();
const memberOf = (visitor: Visitor, name: string) =>
	visitor.page.getByRole("list", { name: "Members" }).getByRole("listitem").filter({ hasText: name });

describe("members", () => {
	it("are listed with role and presence; owners change roles, and everybody sees it at once", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await openMembers(ann);
		await openMembers(bob);
		await memberOf(bob, "Ann").getByText("Owner").waitFor();
		expect(await memberOf(bob, "Bob (you)").getByRole("combobox").count()).toBe(0);
		await memberOf(ann, "Bob").getByText("here now", { exact: true }).waitFor();

		await ann.page.getByRole("combobox", { name: "Role of Bob" }).selectOption("Reader");
		await memberOf(bob, "Bob (you)").getByText("Reader").waitFor();
		await bob.page.keyboard.press("Escape");
		await bob.page.getByText("You can read this conversation but not write in it.").waitFor();

		await bob.goOffline();
		await memberOf(ann, "Bob").getByText("not here now").waitFor();
		await ann.page.getByRole("combobox", { name: "Role of Bob" }).selectOption("Member");
		await bob.goOnline();
		await bob.message.waitFor();
		await ann.leave();
		await bob.leave();
	});

	it("the only owner chooses the next one to leave, and deletes the conversation where nobody else is in it", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const leaving = ann.page.getByRole("dialog", { name: /^Leave/ });
		await openMembers(ann);
		await ann.page.getByRole("button", { name: "Leave…" }).click();
		expect(await leaving.getByRole("combobox").locator("option").allInnerTexts()).toEqual(["Bob"]);
		expect(await violations(ann.page)).toEqual([]);
		await leaving.getByRole("button", { name: "Leave" }).click();
		await ann.page.getByRole("heading", { name: "Start a conversation" }).waitFor();
		await bob.page.getByRole("button", { name: "Members, 1", exact: true }).waitFor();

		// From the list, which does not know the members.
		await bob.decide("Conversation from", "Leave…");
		const deleting = bob.page.getByRole("dialog", { name: /^Delete/ });
		await deleting.getByText("Nobody else is in this conversation").waitFor();
		await deleting.getByRole("button", { name: "Delete" }).click();
		await bob.page.getByText("No conversations yet.").waitFor();
		for (const person of [ann, bob]) {
			expect(person.complaints).toEqual([]);
			await person.leave();
		}
	});

	it("a member just leaves, which a line tells the others", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await openMembers(bob);
		await bob.page.getByRole("button", { name: "Leave…" }).click();
		const leaving = bob.page.getByRole("dialog", { name: /^Leave/ });
		await leaving.waitFor();
		expect(await leaving.getByRole("combobox").count()).toBe(0);
		await leaving.getByRole("button", { name: "Leave" }).click();
		await bob.page.getByRole("heading", { name: "Start a conversation" }).waitFor();
		await ann.log.getByText("Bob left ·").waitFor();
		await ann.leave();
		await bob.leave();
	});

	it("an owner beside another one just leaves", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await openMembers(ann);
		await ann.page.getByRole("combobox", { name: "Role of Bob" }).selectOption("Owner");
		await bob.page.getByRole("button", { name: "Invite" }).waitFor();
		await ann.page.getByRole("button", { name: "Leave…" }).click();
		const leaving = ann.page.getByRole("dialog", { name: /^Leave/ });
		expect(await leaving.getByRole("combobox").count()).toBe(0);
		await leaving.getByRole("button", { name: "Leave" }).click();
		await ann.page.getByRole("heading", { name: "Start a conversation" }).waitFor();
		await ann.leave();
		await bob.leave();
	});

	it("a removed member loses access at once, and the focus stays in place", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const button = ann.page.getByRole("button", { name: /^Members/ });
		await button.focus();
		await ann.page.keyboard.press("Enter");
		await ann.page.getByRole("button", { name: "Remove Bob" }).click();
		await ann.page.getByRole("dialog", { name: "Remove Bob?" }).getByRole("button", { name: "Remove" }).click();
		await bob.page.getByText("You are no longer in this conversation.").waitFor();
		await memberOf(ann, "Bob").waitFor({ state: "detached" });
		await ann.page.locator("ul:focus").waitFor({ state: "attached" });
		await ann.page.keyboard.press("Escape");
		expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
		await ann.leave();
		await bob.leave();
	});

	it("a member who is removed while a dialog is open has the focus in the list of conversations", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await openMembers(bob);
		await memberOf(bob, "Ann").waitFor();
		await openMembers(ann);
		await ann.page.getByRole("button", { name: "Remove Bob" }).click();
		await ann.page.getByRole("dialog", { name: "Remove Bob?" }).getByRole("button", { name: "Remove" }).click();
		await bob.page.getByText("You are no longer in this conversation.").waitFor();
		await bob.page.locator("nav :focus").waitFor({ state: "attached" });
		await ann.leave();
		await bob.leave();
	});

	it("a banned member is listed as such, until the ban is lifted", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.page.getByRole("button", { name: /^Members/ }).click();
		await ann.page.getByRole("button", { name: "Remove Bob" }).click();
		const asked = ann.page.getByRole("dialog", { name: "Remove Bob?" });
		expect(await asked.getByRole("checkbox", { name: /^Revoke/ }).isChecked()).toBe(true);
		expect(await violations(ann.page)).toEqual([]);
		await asked.getByRole("checkbox", { name: /^Ban/ }).check();
		await asked.getByRole("button", { name: "Remove" }).click();
		await bob.page.getByText("You are no longer in this conversation.").waitFor();
		const banned = ann.page.getByRole("list", { name: "Banned" });
		await banned.getByText("Bob").waitFor();
		expect(await violations(ann.page)).toEqual([]);
		await banned.getByRole("button", { name: "Lift ban: Bob" }).click();
		await banned.waitFor({ state: "detached" });
		expect(ann.complaints).toEqual([]);
		await ann.leave();
		await bob.leave();
	});
});

describe("an invite", () => {
	it("is created with a lifetime and a limit, listed and revoked", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		const first = await ann.invite();
		await ann.page.getByRole("combobox", { name: "Valid for" }).selectOption("1 hour");
		await ann.page.getByRole("combobox", { name: "Can be used by" }).selectOption("one person");
		await ann.page.getByRole("combobox", { name: "What they may do" }).selectOption("Can read");
		await ann.page.getByRole("button", { name: "Create link" }).click();
		const links = ann.page.getByRole("list", { name: "Active links" });
		await links.getByText(/^Readers, used 0 of 1 time, expires/).waitFor();
		const link = await ann.page.getByRole("textbox", { name: "Invite link" }).inputValue();
		expect(link).not.toBe(first);

		const bob = await Visitor.arrive(browser);
		await bob.signIn(link, "Bob");
		await bob.page.getByText("can read, but not write").waitFor();
		await bob.page.getByRole("button", { name: "Join" }).click();
		await bob.page.getByText("You can read this conversation but not write in it.").waitFor();
		const cleo = await Visitor.arrive(browser);
		await cleo.signIn(link, "Cleo");
		await cleo.page.getByText("This invite has been used up, has expired or was revoked.").waitFor();

		await links.getByRole("button", { name: /^Revoke: Members/ }).click();
		await ann.page.getByText("There are no active links.").waitFor();
		await cleo.page.goto(first);
		await cleo.page.getByText("This invite has been used up, has expired or was revoked.").waitFor();
		await Promise.all([ann, bob, cleo].map((visitor) => visitor.leave()));
	});
});

describe("the settings of a conversation", () => {
	it("are up to its owner: the title, and when Claude replies", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.page.getByRole("button", { name: "Conversation settings" }).click();
		await ann.page.getByRole("textbox", { name: "Title" }).fill("Tea and cake");
		await ann.page.getByRole("radio", { name: /^Always/ }).check();
		await ann.page.getByRole("button", { name: "Save" }).click();
		await bob.page.getByRole("heading", { name: "Tea and cake" }).waitFor();
		await bob.page.getByRole("button", { name: "Conversation settings" }).click();
		expect(await bob.page.getByRole("radio", { name: /^Always/ }).isDisabled()).toBe(true);
		expect(await bob.page.getByRole("button", { name: "Save" }).count()).toBe(0);
		await bob.page.keyboard.press("Escape");
		await bob.say("a table, please");
		await bob.answered();
		await ann.page.getByRole("button", { name: "Conversation settings" }).click();
		expect(await ann.page.getByRole("radio", { name: /^Always/ }).isChecked()).toBe(true);
		await ann.page.getByRole("radio", { name: /^Never/ }).check();
		await ann.page.getByRole("button", { name: "Save" }).click();
		await ann.page.getByRole("dialog").waitFor({ state: "detached" });
		await bob.say("@claude are you there?");
		await bob.say("It seems not.");
		await ann.sees("It seems not.");
		expect(await ann.stop.count()).toBe(0);
		await ann.leave();
		await bob.leave();
	});
});
