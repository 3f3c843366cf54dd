// The page on a small screen, such as a phone: the text field gets the whole width, and menus stay beside their message.

import type { BrowserContextOptions, Locator } from "playwright-core";
import { describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";

openBrowser();

const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

async function alone(): Promise<Visitor> {
	const ann = await Visitor.arrive(browser, phone);
	await ann.start(product.url, "Ann");
	return ann;
}

async function box(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
	const found = await locator.boundingBox();
	if (found === null) throw new Error("The element is not visible.");
	return found;
}

const hasFocus = (locator: Locator) => locator.evaluate((element) => element === document.activeElement);

describe("the text field", () => {
	it("does not raise the keyboard over a conversation that is opened, but where one replies", async () => {
		const ann = await alone();
		expect(await hasFocus(ann.message)).toBe(false);
		await ann.say("Tea or coffee?");
		await ann.answered();
		await ann.page.getByRole("link", { name: "All conversations" }).tap();
		await ann.listed("Tea or coffee?").tap();
		await ann.sees("Tea or coffee?");
		await ann.connected();
		expect(await hasFocus(ann.message)).toBe(false);
		await ann.at("Tea or coffee?").getByText("Tea or coffee?").tap();
		await ann.at("Tea or coffee?").getByRole("button", { name: "Reply" }).tap();
		await expect.poll(() => hasFocus(ann.message)).toBe(true);
		await ann.leave();
	});

	it("begins a new line with Enter: a soft keyboard has no Shift for it", async () => {
		const ann = await alone();
		expect(await ann.message.getAttribute("enterkeyhint")).toBe("enter");
		await ann.message.pressSequentially("One");
		await ann.message.press("Enter");
		await ann.message.pressSequentially("Two");
		expect(await ann.message.inputValue()).toBe("One\nTwo");
		await ann.page.getByRole("button", { name: "Send" }).tap();
		await ann.sees("One\nTwo");
		await ann.leave();
	});

	it("takes the whole width once a line does not fit beside the buttons, and changes its shape once", async () => {
		const ann = await alone();
		const { message, page } = ann;
		const send = page.getByRole("button", { name: "Send" });
		const places = async () => ({
			field: await box(message),
			send: await box(send),
			emoji: await box(page.getByRole("button", { name: "Emoji" })),
		});
		const isBeside = async () => {
			const { field, send, emoji } = await places();
			expect([send.width, send.height, emoji.width, emoji.height].map(Math.round)).toEqual([44, 44, 44, 44]);
			expect(emoji.y).toBe(send.y);
			return field.x + field.width <= emoji.x + 4;
		};
		const empty = await places();
		expect(await isBeside()).toBe(true);
		await message.fill("One\nTwo");
		expect(await isBeside()).toBe(true);

		await message.fill("");
		const shapes: boolean[] = [];
		const press = async (key: string) => {
			await page.keyboard.press(key);
			shapes.push(await isBeside());
		};
		for (let letter = 0; letter < 50; letter++) await press("n");
		for (let letter = 0; letter < 50; letter++) await press("Backspace");
		expect(shapes.filter((shape, at) => at > 0 && shape !== shapes[at - 1])).toEqual([false, true]);
		await expect.poll(places).toEqual(empty);

		await message.fill("What one writes on the way home, as long as the bus does not come");
		const { field, send: button } = await places();
		expect(field.width).toBeGreaterThan(330);
		expect(button.y).toBeGreaterThanOrEqual(field.y + field.height);
		await ann.leave();
	});
});

describe("the header", () => {
	it("is one row, with who is here below the title, once others are", async () => {
		const ann = await alone();
		const shown = (text: string) =>
			ann.page
				.locator("main > header")
				.getByText(text)
				.evaluateAll((all) => all.some((one) => one.clientWidth > 1));
		expect(await shown("Connected")).toBe(true);
		expect(await ann.participants.count()).toBe(0);
		await ann.leave();

		const [cleo, bob] = await annAndBob(browser, product.url, phone);
		const { page } = cleo;
		const header = page.locator("main > header");
		const middles = await header
			.locator("a, h1, button:visible")
			.evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ top, bottom }) => Math.round((top + bottom) / 2)));
		expect(middles).toHaveLength(5);
		expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(16);
		expect((await box(header)).height).toBeLessThan(64);
		expect(await header.evaluate((header) => (header as HTMLElement).innerText.match(/Ann|Bob/g))).toEqual(["Bob"]);
		const [title, here] = [await box(header.getByRole("heading")), await box(cleo.participants)];
		expect(here.y).toBeGreaterThanOrEqual(title.y + title.height - 1);

		await page.context().setOffline(true);
		await cleo.connected("Offline");
		await cleo.participants.waitFor({ state: "detached" });
		await page.context().setOffline(false);
		await cleo.participants.getByText("Bob").waitFor();
		expect(cleo.otherComplaints).toEqual([]);
		await cleo.leave();
		await bob.leave();
	});

	it("has what it has no room for in a menu, with what the list has", async () => {
		const ann = await alone();
		const { page } = ann;
		const menu = page.locator("main > header").getByRole("button", { name: /^Options for/ });
		const item = (name: string) => page.getByRole("menuitem", { name });
		await menu.tap();
		expect(await page.getByRole("menuitem").allInnerTexts()).toEqual([
			"Invite",
			"Files",
			"Pinned messages",
			"Conversation settings",
			"Pin to the top",
			"Mute",
			"Notifications…",
			"Archive",
			"Export…",
			"Leave…",
			"Delete…",
		]);
		for (const [name, title] of [
			["Invite", "Invite people"],
			["Files", "Files"],
			["Notifications…", /^Notifications/],
			["Export…", /^Export/],
		] as const) {
			if (!(await item(name).isVisible())) await menu.tap();
			await item(name).tap();
			await page.getByRole("dialog", { name: title }).waitFor();
			await page.keyboard.press("Escape");
			await page.getByRole("dialog", { name: title }).waitFor({ state: "detached" });
		}
		await menu.tap();
		await item("Mute").tap();
		await menu.tap();
		await item("Unmute").waitFor();
		await item("Delete…").tap();
		await page
			.getByRole("dialog", { name: /^Delete/ })
			.getByRole("button", { name: "Delete" })
			.tap();
		await ann.list.getByText("No conversations yet.").waitFor();
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});
});

describe("a low screen", () => {
	it.each([
		[320, 200],
		[667, 170],
		[568, 232],
	])("of %i × %i px shows lines of the conversation and the text field, one of them after scrolling", async (width, height) => {
		const ann = await Visitor.arrive(browser, { ...phone, viewport: { width, height } });
		await ann.start(product.url, "Ann");
		for (let line = 1; line <= 10; line++) await ann.say(`Line ${line}`);
		// A line is drawn anew when it is stored. Claude's reply hides that it was sent.
		await ann.answered();
		expect((await box(ann.log)).height).toBeGreaterThanOrEqual(64);
		for (const seen of [ann.log.getByText("Line 10", { exact: true }), ann.message, ann.page.getByRole("button", { name: /^Members/ })]) {
			await seen.scrollIntoViewIfNeeded();
			const place = await box(seen);
			expect(place.y).toBeGreaterThanOrEqual(0);
			expect(place.y + place.height).toBeLessThanOrEqual(height);
		}
		if (process.env.SHOTS) await ann.page.screenshot({ path: `${process.env.SHOTS}/low-${width}.png` });
		await ann.leave();
	});
});

describe("a menu or picker of a message", () => {
	const long = "What one writes on the way home, as long as the bus does not come, and then in the bus as well, for as long as that takes";
	const popover = ({ page }: Visitor) => page.locator(":popover-open");
	const opacityOf = (button: Locator) => button.evaluate((button) => getComputedStyle(button.parentElement as Element).opacity);

	it("is on screen beside the message, and closes with the buttons after a choice by touch", async () => {
		const [ann, bob] = await annAndBob(browser, product.url, phone);
		for (const text of ["First", long, "Last"]) await ann.say(text);
		await ann.log.getByText(/^(Sent|Seen by Bob)$/).waitFor();
		for (const [text, name, role] of ["First", long, "Last"].flatMap(
			(text) =>
				[
					[text, "React", "button"],
					[text, "More", "menuitem"],
				] as const,
		)) {
			const message = ann.at(text);
			const button = message.getByRole("button", { name });
			await message.getByText(text).tap();
			await button.tap();
			const first = popover(ann).getByRole(role).first();
			await first.waitFor();
			const [open, said] = [await box(popover(ann)), await box(message.getByText(text))];
			expect(open.y + open.height <= said.y || open.y >= said.y + said.height, `${name} over ${text}`).toBe(true);
			expect([open.x, open.y, 390 - open.x - open.width, 844 - open.y - open.height].every((left) => left >= 0)).toBe(true);
			await first.tap();
			// It moves what is above it.
			if (name === "React") await message.getByRole("list", { name: "Reactions" }).waitFor();
			await popover(ann).waitFor({ state: "detached" });
			await expect.poll(() => opacityOf(button)).toBe("0");
		}
		await ann.at("Last").getByText("Last").tap();
		await expect.poll(() => opacityOf(ann.at("Last").getByRole("button", { name: "More" }))).toBe("1");
		expect(ann.complaints).toEqual([]);
		await ann.leave();
		await bob.leave();
	});

	it("stays within the conversation, and returns the focus to its button", async () => {
		const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
		await ann.say(long);
		await ann.log.getByText(/^(Sent|Seen by Bob)$/).waitFor();
		for (const name of ["React", "More"]) {
			await ann.press(long, name);
			await popover(ann)
				.getByRole(name === "React" ? "button" : "menuitem")
				.first()
				.waitFor();
			const [open, log, said] = [await box(popover(ann)), await box(ann.log), await box(ann.at(long).getByText(long))];
			expect(open.x).toBeGreaterThanOrEqual(log.x);
			expect(open.y + open.height <= said.y || open.y >= said.y + said.height).toBe(true);
			await ann.page.keyboard.press("Escape");
			await popover(ann).waitFor({ state: "detached" });
			expect(
				await ann
					.at(long)
					.getByRole("button", { name })
					.evaluate((button) => button === document.activeElement),
			).toBe(true);
		}
		await ann.leave();
		await bob.leave();
	});
});

it("the keys in the help are at the end of their rows, beside their descriptions", async () => {
	const ann = await alone();
	await ann.page.keyboard.press("Control+/");
	const rows = ann.page.getByRole("dialog", { name: "Keyboard shortcuts" }).locator("dl > div");
	await rows.first().waitFor();
	expect(await rows.filter({ hasText: /^.*Send$/ }).innerText()).toMatch(/^Ctrl\s+Enter\s+Send$/);
	const places = await rows.evaluateAll((rows) =>
		rows.map((row) => {
			const boxes = ["dd", "dt"].map((part) => row.querySelector(part)?.getBoundingClientRect() ?? new DOMRect());
			const [said, keys] = boxes as [DOMRect, DOMRect];
			return { atEnd: Math.round(keys.right) === Math.round(row.getBoundingClientRect().right), isBeside: keys.left >= said.right };
		}),
	);
	expect(places.length).toBeGreaterThan(10);
	expect(places.filter(({ atEnd, isBeside }) => !atEnd || !isBeside)).toEqual([]);
	await ann.leave();
});
