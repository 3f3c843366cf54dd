// Several people in a conversation, as one of them sees the others; and the links by which they come.

import { describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";

openBrowser();

describe("four people", () => {
	it("see who is present, how many are typing, and who has seen a message", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		const link = await ann.invite();
		await ann.page.keyboard.press("Escape");
		const others: Visitor[] = [];
		for (const name of ["Bob", "Cleo", "Dan"]) {
			const other = await Visitor.arrive(browser);
			await other.signIn(link, name);
			await other.connected();
			others.push(other);
		}
		await ann.participants.getByText("Dan").waitFor();
		expect(await ann.participants.getAttribute("title")).toBe("Here now: Bob, Cleo, Dan, and Ann");

		await others[0]?.message.pressSequentially("W");
		await ann.page.getByText("Bob is typing…").waitFor();
		// Who has stopped typing is no longer named.
		await Promise.all(others.slice(0, 2).map(({ message }) => message.pressSequentially("W")));
		await ann.page.getByText("Bob and Cleo are typing…").waitFor();
		await Promise.all(others.map(({ message }) => message.pressSequentially("W")));
		await ann.page.getByText("3 people are typing…").waitFor();

		await ann.say("Has everybody seen this?");
		const seen = ann.at("Has everybody").getByRole("button", { name: /^Seen by/ });
		await seen.getByText("Seen by 3 people").waitFor();
		expect(await seen.getAttribute("title")).toBe("Seen by Bob, Cleo, and Dan");
		await seen.click();
		await seen.getByText("Seen by Bob, Cleo, and Dan").waitFor();
		await Promise.all([ann, ...others].map((visitor) => visitor.leave()));
	});
});

describe("an invite link", () => {
	it("that is no longer valid says so and leads on, but still admits members", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		const room = ann.page.url();
		const link = await ann.invite();
		await ann.page.getByRole("button", { name: /^Revoke/ }).click();
		await ann.page.getByText("There are no active links.").waitFor();
		const bob = await Visitor.arrive(browser);
		await bob.signIn(link, "Bob");
		await bob.page
			.getByText("This invite has been used up, has expired or was revoked. Ask the person who sent it for a new link.")
			.waitFor();
		// A link from before its secret followed the `#`.
		await bob.page.goto(`${product.url}/invite/nowhere.at-all`);
		await bob.page.getByText("This invitation does not work").waitFor();
		await bob.page.getByRole("link", { name: "All conversations" }).click();
		await bob.page.getByText("No conversations yet.").waitFor();
		await ann.page.goto(link);
		await ann.page.waitForURL(room);
		await ann.leave();
		await bob.leave();
	});
});

describe("a person who is erased", () => {
	it("sees what was deleted, and no count of messages if there were none", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.start(product.url, "Ann");
		await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
		await ann.page.getByRole("button", { name: "Erase my data…" }).click();
		const asked = ann.page.getByRole("dialog", { name: "Erase all your data?" });
		await asked.getByRole("textbox").fill("Ann");
		await asked.getByRole("button", { name: "Erase" }).click();
		await ann.page.getByText("You have been erased. 1 conversation with nobody else in it was deleted.").waitFor();
		await ann.leave();
	});
});
