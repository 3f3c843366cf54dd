// The page without an open conversation: the first message of a new one, and the list beside it.

import type { Route } from "playwright-core";
import { describe, expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";

openBrowser();

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Signs in as a guest. `created`: how many conversations the page has asked for. */
async function arrive(options: object = {}): Promise<{ ann: Visitor; created(): number }> {
	const ann = await Visitor.arrive(browser, options);
	let created = 0;
	ann.page.on("request", (request) => {
		if (request.method() === "POST" && request.url().endsWith("/api/conversations")) created += 1;
	});
	await ann.signIn(product.url, "Ann");
	await ann.message.waitFor();
	return { ann, created: () => created };
}

const hasFocus = (ann: Visitor) => ann.message.evaluate((field) => field === document.activeElement);

describe("a conversation begins", () => {
	it("with its first message, which has the focus from the start", async () => {
		const { ann, created } = await arrive({ viewport: { width: 1280, height: 800 } });
		await ann.page.getByText("No conversations yet.").waitFor();
		expect(await violations(ann.page)).toEqual([]);
		await look(ann, "home-empty");
		expect([await hasFocus(ann), created()]).toEqual([true, 0]);
		await ann.page.keyboard.type("What is tea made of?");
		await ann.page.keyboard.press("Enter");
		await ann.page.waitForURL("**/c/*");
		await ann.sees("What is tea made of?");
		await ann.answered();
		expect([await hasFocus(ann), await ann.message.inputValue(), created()]).toEqual([true, "", 1]);
		expect(await ann.messages()).toHaveLength(2);

		// Nothing is created by going there again.
		const address = ann.page.url();
		for (let press = 0; press < 3; press++) await ann.page.getByRole("button", { name: "New conversation" }).click();
		await ann.log.waitFor({ state: "detached" });
		expect([await hasFocus(ann), await ann.message.inputValue(), created()]).toEqual([true, "", 1]);
		await look(ann, "home");
		expect(await violations(ann.page)).toEqual([]);
		await ann.page.goBack();
		await ann.page.waitForURL(address);
		expect(await ann.list.getByRole("link").count()).toBe(1);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("with a proposed one, and what is in the field stays there", async () => {
		const { ann, created } = await arrive();
		await ann.message.fill("half a thought");
		const prompt = ann.page.getByRole("list", { name: "Ideas to begin with" }).getByRole("button").first();
		const text = await prompt.innerText();
		await prompt.click();
		await ann.sees(text);
		await ann.answered();
		await ann.page.getByRole("button", { name: "New conversation" }).click();
		await ann.log.waitFor({ state: "detached" });
		expect([await ann.message.inputValue(), created()]).toEqual(["half a thought", 1]);
		await ann.leave();
	});

	it("on a phone below the list, where the keyboard comes only when it is asked for", async () => {
		const { ann, created } = await arrive(phone);
		await ann.page.getByText("No conversations yet.").waitFor();
		expect(await hasFocus(ann)).toBe(false);
		await ann.message.fill("Hello from a phone");
		await ann.page.getByRole("button", { name: "Send" }).tap();
		await ann.page.waitForURL("**/c/*");
		await ann.sees("Hello from a phone");
		await ann.answered();
		await ann.page.getByRole("link", { name: "All conversations" }).tap();
		await ann.listed("Hello from a phone").waitFor();
		expect(await hasFocus(ann)).toBe(false);
		await ann.page.getByRole("button", { name: "New conversation" }).tap();
		await expect.poll(() => hasFocus(ann)).toBe(true);
		expect(await violations(ann.page)).toEqual([]);
		await look(ann, "home-phone");
		expect([created(), ann.complaints]).toEqual([1, []]);
		await ann.leave();
	});
});

describe("what is written stays", () => {
	it("after a reload, in the other tabs, and when somebody signs out it is gone", async () => {
		const { ann } = await arrive();
		await ann.message.fill("half a thought");
		await ann.page.reload();
		await expect.poll(() => ann.message.inputValue()).toBe("half a thought");
		const other = await ann.anotherTab();
		await other.page.goto(product.url);
		await expect.poll(() => other.message.inputValue()).toBe("half a thought");
		await other.message.fill("half a thought, and more");
		await expect.poll(() => ann.message.inputValue()).toBe("half a thought, and more");
		await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
		await ann.page.getByRole("button", { name: "Sign out…" }).click();
		await ann.page.getByRole("dialog", { name: "Sign out?" }).getByRole("button", { name: "Sign out" }).click();
		await ann.page.getByRole("textbox", { name: "Your name" }).waitFor();
		expect(await ann.page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain("half a thought");
		await ann.leave();
	});

	it("without a network, and is sent by the next attempt", async () => {
		const { ann } = await arrive();
		await ann.message.fill("said offline");
		await ann.goOffline();
		await ann.message.press("Control+Enter");
		await ann.page.getByRole("alert").getByText("The service cannot be reached.").waitFor();
		expect([await ann.message.inputValue(), await hasFocus(ann)]).toEqual(["said offline", true]);
		await look(ann, "home-offline");
		await ann.goOnline();
		await ann.message.press("Control+Enter");
		await ann.page.waitForURL("**/c/*");
		await ann.sees("said offline");
		await ann.leave();
	});

	it("if the answer is lost: the conversation that was created is used by the next attempt", async () => {
		const { ann, created } = await arrive();
		await ann.begin("the first one");
		await ann.page.getByRole("button", { name: "New conversation" }).click();
		await ann.log.waitFor({ state: "detached" });
		const lose = async (route: Route) => {
			await route.fetch();
			await route.abort();
		};
		await ann.page.route("**/api/conversations", lose, { times: 1 });
		await ann.say("the second one");
		await ann.page.getByRole("alert").getByText("The service cannot be reached.").waitFor();
		await ann.listed("No messages yet").waitFor();
		const path = await ann.listed("No messages yet").getAttribute("href");
		await ann.message.press("Control+Enter");
		await ann.page.waitForURL(`**${path}`);
		await ann.sees("the second one");
		expect([await ann.list.getByRole("link").count(), created()]).toEqual([2, 2]);
		await ann.leave();
	});

	it("if it is written while the conversation is created", async () => {
		const { ann } = await arrive();
		const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>();
		const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
		await ann.page.route("**/api/conversations", async (route) => {
			hold();
			await isReleased;
			await route.continue();
		});
		await ann.say("first");
		await isHeld;
		await ann.page.keyboard.press("End");
		await ann.page.keyboard.type(" and then");
		release();
		await ann.page.waitForURL("**/c/*");
		await ann.sees("first");
		await expect.poll(() => ann.message.inputValue()).toBe("and then");
		expect((await ann.messages())[0]).not.toContain("and then");
		await ann.leave();
	});
});

it("the list has headings by time, which change at midnight", async () => {
	const { ann } = await arrive({ timezoneId: "UTC" });
	await ann.begin("Hello");
	const headings = () => ann.list.getByRole("listitem").getByRole("heading").allInnerTexts();
	await expect.poll(headings).toEqual([expect.stringMatching(/^(Today|Yesterday)$/)]);
	const at = Date.parse((await ann.list.locator("time").getAttribute("datetime")) ?? "");
	/** The device wakes up so many days later. */
	const wakeAfter = async (days: number) => {
		await ann.page.clock.setFixedTime(at + days * 24 * 3600_000);
		await ann.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
	};
	await wakeAfter(1);
	await expect.poll(headings).toEqual(["Yesterday"]);
	await wakeAfter(2);
	await expect.poll(headings).toEqual(["Previous 7 days"]);
	await ann.decide("Hello", "Pin to the top");
	await expect.poll(headings).toEqual(["Pinned"]);
	await ann.leave();
});

it("files are added before the conversation exists, and sent with its first message, also after a reload", async () => {
	const { ann, created } = await arrive({ viewport: { width: 1280, height: 800 } });
	const attached = ann.page.getByRole("list", { name: "Files of your message" });
	const add = (name: string, text: string) =>
		ann.page.locator("input[type=file][multiple]").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
	await add("notes.txt", "the notes");
	await attached.getByText("notes.txt").waitFor();
	// The page would ask before it is closed while the file is not on disk.
	await ann.page.waitForFunction(() => dispatchEvent(new Event("beforeunload", { cancelable: true })));
	await ann.page.reload();
	await attached.getByText("notes.txt").waitFor();
	await add("more.txt", "more notes");
	await attached.getByText("more.txt").waitFor();
	await look(ann, "home-files");
	expect([await violations(ann.page), created()]).toEqual([[], 0]);
	await ann.say("Read these");
	await ann.page.waitForURL("**/c/*");
	await ann.at("Read these").getByText("notes.txt").waitFor();
	await ann.at("Read these").getByText("more.txt").waitFor();
	await ann.page.getByRole("button", { name: "New conversation" }).click();
	await ann.log.waitFor({ state: "detached" });
	expect([await attached.count(), await ann.message.inputValue(), created()]).toEqual([0, "", 1]);
	expect(ann.complaints).toEqual([]);
	await ann.leave();
});
