// Summaries in the page: the one that Claude reads in place of old messages, and those for people who come back to many unread ones.

import { expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { post } from "../e2e/api.ts";
import { stepTo } from "../e2e/keyboard-steps.ts";
import { browser } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";
import { Wire } from "../e2e/wire.ts";
import { openScripted, product } from "../support/scripted-product.ts";

openScripted({ SUMMARY_AFTER_TOKENS: "600", SEND_BURST: "1000" });

const long = (n: number) => `Number ${n}. ${"Something was said here. ".repeat(12)}`;

async function withBob(ann: Visitor): Promise<{ id: string; bob: Wire }> {
	const annsToken = await ann.becomeGuest(product.url, "Ann");
	const { id } = (await post(product.url, "/conversations", annsToken)).conversation;
	const { invite } = await post(product.url, `/conversations/${id}/invites`, annsToken);
	const { token } = await post(product.url, "/auth/guest", undefined, { name: "Bob" });
	await post(product.url, `/invites/${invite.token}/accept`, token);
	const bob = new Wire(product.url, id, token);
	await bob.first("chat:joined");
	return { id, bob };
}

it("the log shows where Claude's summary ends, opens it, and loses it when a message changes", async () => {
	const ann = await Visitor.arrive(browser);
	const { id, bob } = await withBob(ann);
	await ann.page.goto(`${product.url}/c/${id}`);
	await ann.connected();
	await ann.say(long(0));
	for (let n = 1; n < 12; n++) bob.say(long(n));
	await ann.sees("Number 11.");
	await ann.say('@claude !{"text":"Answered."}');
	await ann.sees("Answered.");
	const line = ann.log.getByRole("button", { name: "Claude reads a summary of what is above" });
	expect(await violations(ann.page)).toEqual([]);
	await line.press("Enter");
	const dialog = ann.page.getByRole("dialog", { name: "Summary of earlier messages" });
	await dialog.getByText("Summed up").waitFor();
	expect(await violations(ann.page)).toEqual([]);
	await dialog.getByRole("link", { name: /^Messages 1 to \d+$/ }).press("Enter");
	await expect.poll(() => dialog.count()).toBe(0);

	await ann.choose("Number 0.", "Delete");
	await ann.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
	await expect.poll(() => line.count()).toBe(0);
	expect(ann.complaints).toEqual([]);
	bob.close();
	await ann.leave();
});

it("whoever comes back to many unread messages is caught up, also after the page has reported them as read", async () => {
	const ann = await Visitor.arrive(browser);
	const { id, bob } = await withBob(ann);
	bob.say("Number 0.");
	await ann.page.goto(`${product.url}/c/${id}`);
	await bob.first("chat:read", ({ upTo }) => upTo === 1);
	await ann.page.goto(`${product.url}/settings`);
	for (let n = 1; n <= 40; n++) bob.say(`Number ${n}.`);
	await bob.first("chat:message", ({ message }) => message.content === "Number 40.");
	await ann.page.goto(`${product.url}/c/${id}`);
	await bob.first("chat:read", ({ upTo }) => upTo === 41);
	const button = ann.page.getByRole("button", { name: "Catch me up" });
	await button.waitFor();
	// With the keyboard alone, from the field in which a conversation begins.
	await expect.poll(() => ann.page.evaluate(() => document.activeElement?.localName)).toBe("textarea");
	await stepTo(ann.page, button, "Shift+Tab");
	await ann.page.keyboard.press("Enter");
	const dialog = ann.page.getByRole("dialog", { name: "What you have missed" });
	await dialog.getByText("Summed up").waitFor();
	expect(await dialog.innerText()).toContain("Summed up 41 messages");
	await dialog.getByRole("link", { name: "Messages 1 to 41" }).waitFor();
	expect(await violations(ann.page)).toEqual([]);
	await stepTo(ann.page, dialog.getByRole("button", { name: "Close" }));
	await ann.page.keyboard.press("Enter");
	await dialog.waitFor({ state: "detached" });
	await expect.poll(() => ann.page.evaluate(() => document.activeElement?.closest("[role=log], footer") !== null)).toBe(true);
	expect(ann.complaints).toEqual([]);
	bob.close();
	await ann.leave();
});
