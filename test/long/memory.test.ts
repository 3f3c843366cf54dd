// What Claude saw, in the page.

import { expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";
import { openScripted, product } from "../support/scripted-product.ts";

openScripted();

it("a reply's menu shows what Claude saw for it, by the keyboard alone", async () => {
	const ann = await Visitor.arrive(browser);
	await ann.start(product.url, "Ann");
	await ann.say('!{"text":"First answer."}');
	await ann.sees("First answer.");
	const reply = ann.log.getByRole("article").last();
	await reply.getByRole("button", { name: "More" }).press("Enter");
	await ann.page.getByRole("menuitem", { name: "What Claude saw" }).press("Enter");
	const dialog = ann.page.getByRole("dialog", { name: "What Claude saw" });
	await dialog.getByText("1 message", { exact: true }).waitFor();
	await dialog.getByText("Text before the conversation").press("Enter");
	await dialog.getByText("taking part in a conversation between several people").waitFor();
	expect(await violations(ann.page)).toEqual([]);
	await dialog.getByRole("link", { name: "Message 1" }).first().press("Enter");
	await expect.poll(() => dialog.count()).toBe(0);
	expect(ann.complaints).toEqual([]);
	await ann.leave();
});

it("what Claude saw names who joined and who left, with links to the places", async () => {
	const [ann, bob] = await annAndBob(browser, product.url);
	await ann.say('@claude Who is here? !{"text":"Ann and Bob."}');
	await ann.sees("Ann and Bob.");
	await ann.answered();
	await bob.decide(/./, "Leave");
	await bob.page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
	await ann.participants.getByText("Bob").waitFor({ state: "detached" });
	await ann.say('@claude And now? !{"text":"Only you."}');
	const reply = ann.log.getByRole("article").last();
	await reply.getByText("Only you.", { exact: true }).waitFor();
	await reply.getByRole("button", { name: "More" }).press("Enter");
	await ann.page.getByRole("menuitem", { name: "What Claude saw" }).press("Enter");
	const dialog = ann.page.getByRole("dialog", { name: "What Claude saw" });
	await dialog.getByText("Bob left").waitFor();
	const changes = dialog.getByRole("group").filter({ hasText: "Changes among the members" });
	expect(await changes.getByRole("listitem").allInnerTexts()).toEqual(["Bob joined", "Bob left (after Message 2)"]);
	expect(await violations(ann.page)).toEqual([]);
	await changes.getByRole("link", { name: "Message 2" }).press("Enter");
	await expect.poll(() => dialog.count()).toBe(0);
	expect([...ann.complaints, ...bob.complaints]).toEqual([]);
	await Promise.all([ann.leave(), bob.leave()]);
});

it("what Claude saw lists the files that it read, and why it did not read the others", async () => {
	const ann = await Visitor.arrive(browser);
	await ann.start(product.url, "Ann");
	await ann.page.getByRole("button", { name: "Add files or record" }).waitFor();
	await ann.page.locator("footer input[type=file][multiple]").setInputFiles([
		{ name: "letter.txt", mimeType: "text/plain", buffer: Buffer.from("Dear Bob") },
		{ name: "data.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 255, 254, 1]) },
	]);
	await expect.poll(() => ann.page.getByRole("list", { name: "Files of your message" }).getByText("Ready").count()).toBe(2);
	await ann.say('!{"text":"I have read the letter."}');
	const reply = ann.log.getByRole("article").last();
	await reply.getByText("I have read the letter.").waitFor();
	await reply.getByText("Claude could not read: data.bin (this kind of file)", { exact: true }).waitFor();
	await look(ann, "unread-files");
	await reply.getByRole("button", { name: "More" }).press("Enter");
	await ann.page.getByRole("menuitem", { name: "What Claude saw" }).press("Enter");
	const dialog = ann.page.getByRole("dialog", { name: "What Claude saw" });
	const files = dialog.locator("section").filter({ has: ann.page.getByRole("heading", { name: "Files" }) });
	await files.waitFor();
	expect((await files.getByRole("listitem").allInnerTexts()).sort()).toEqual([
		"Message 1: data.bin, only its name: Claude reads pictures, PDFs and text files",
		"Message 1: letter.txt, read",
	]);
	expect(await violations(ann.page)).toEqual([]);
	await look(ann, "seen-files");
	await ann.page.keyboard.press("Escape");
	await ann.choose("letter.txt", "Delete");
	await ann.page.getByRole("dialog", { name: "Delete this message?" }).getByRole("button", { name: "Delete" }).click();
	await reply.getByText("Claude could not read").waitFor({ state: "detached" });
	expect(ann.complaints).toEqual([]);
	await ann.leave();
});
