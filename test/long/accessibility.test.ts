// The accessibility of every state of the page.

import type { BrowserContextOptions, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { hardToHit, overflowing, violations } from "../e2e/accessibility.ts";
import { post } from "../e2e/api.ts";
import { browser } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";
import { tokenOf } from "../e2e/wire.ts";
import { api, openScripted, product } from "../support/scripted-product.ts";

/** A conversation with every kind of content; each test leaves it unchanged. */
let ann: Visitor;
let bob: Visitor;

openScripted({ SEND_BURST: "1000", SEND_PER_SECOND: "1000" });
beforeAll(async () => {
	[ann, bob] = await furnished();
});

const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const idOf = (page: Page) => /\/c\/([\w-]+)/.exec(page.url())?.[1] ?? "";
const press = ({ page }: Visitor, name: string) => page.getByRole("button", { name, exact: true }).click();
const dialog = ({ page }: Visitor, name?: string | RegExp) => page.getByRole("dialog", { name });

/** Closes the open dialogs. */
async function close(visitor: Visitor): Promise<void> {
	await visitor.page.keyboard.press("Escape");
	await dialog(visitor).waitFor({ state: "detached" });
}

const answers = [
	"A function that counts words, with `Map`:\n\n```ts\nconst counts = new Map<string, number>();\n```\n\nIt *prints* nothing.",
	"How the words reach you:\n\n| Step | Where |\n|:--|--:|\n| You send | your browser |\n| It is stored | the object |",
];

/** Lets Claude begin its next reply. The rest of it comes once the returned function is called. */
function beginsToAnswer(): () => void {
	const { promise, resolve } = Promise.withResolvers<void>();
	api.script({ text: "It is **nearly** there, and this is the rest.", restAfter: promise });
	return resolve;
}

async function furnished(): Promise<[Visitor, Visitor]> {
	const [ann, bob] = await annAndBob(browser, product.url);
	await bob.say("Shall we meet on **Monday**, at <https://example.com/place>?");
	await ann.sees("Monday");
	await ann.press("Monday", "Reply");
	await ann.say("Yes. @Bob brings `code`");
	await bob.sees("brings");
	await bob.press("brings", "React");
	await bob.page.getByRole("button", { name: "React with 👍" }).click();
	for (const text of answers) {
		api.script({ text });
		await bob.say("@claude Show me something");
		await bob.answered();
	}
	await ann.log.getByRole("table").waitFor();
	await ann.page.getByRole("list", { name: "Reactions" }).waitFor();
	return [ann, bob];
}

describe("axe finds no violation of WCAG 2.2 AA, wide and narrow, light and dark,", () => {
	it("at sign-in, with an empty list, and at an unknown address", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.page.goto(product.url);
		await ann.page.getByRole("textbox", { name: "Your name" }).fill("Claude");
		await press(ann, "Continue as guest");
		await ann.page.getByRole("alert").getByText("Choose another").waitFor();
		expect(await violations(ann.page), "signing in").toEqual([]);
		await ann.page.getByRole("textbox", { name: "Your name" }).fill("Ann");
		await press(ann, "Continue as guest");
		await ann.page.getByText("No conversations yet.").waitFor();
		expect(await violations(ann.page), "an empty list").toEqual([]);
		await ann.newConversation();
		expect(await violations(ann.page), "an empty room").toEqual([]);
		await ann.page.goto(`${product.url}/c/${"0".repeat(32)}`);
		await ann.page.getByText("This conversation does not exist").waitFor();
		expect(await violations(ann.page), "no room").toEqual([]);
		await ann.leave();
	});

	it("in a conversation and in everything that opens over it", async () => {
		const { page } = ann;
		expect(await violations(page), "a room").toEqual([]);

		await ann.choose("brings", "Edit");
		await page.getByText("Editing your message").waitFor();
		expect(await violations(page), "editing").toEqual([]);
		await page.keyboard.press("Escape");
		await ann.press("Monday", "Reply");
		await ann.message.pressSequentially("@");
		await page.getByRole("listbox").waitFor();
		expect(await violations(page), "replying, with a list of names").toEqual([]);
		await page.keyboard.press("Escape");
		await page.locator("textarea").fill("");
		await page.keyboard.press("Escape");

		await press(ann, "Emoji");
		await page.getByRole("gridcell").first().waitFor();
		expect(await violations(page), "choosing an emoji").toEqual([]);
		await close(ann);
		await ann.press("brings", "React");
		await page.getByRole("button", { name: "React with 👍" }).waitFor();
		expect(await violations(page), "reacting").toEqual([]);
		await close(ann);
		await ann.press("brings", "More");
		await page.getByRole("menuitem").first().waitFor();
		expect(await violations(page), "a message's menu").toEqual([]);
		await page.getByRole("menuitem", { name: "Delete…" }).click();
		await dialog(ann, "Delete this message?").waitFor();
		expect(await violations(page), "deleting a message").toEqual([]);
		await close(ann);

		await ann.invite();
		await dialog(ann).getByRole("listitem").first().waitFor();
		expect(await violations(page), "inviting").toEqual([]);
		await close(ann);
		await press(ann, "Members, 2");
		await dialog(ann, "Members (2)").waitFor();
		expect(await violations(page), "members").toEqual([]);
		await close(ann);
		await press(ann, "Conversation settings");
		await dialog(ann, "Conversation settings").waitFor();
		expect(await violations(page), "settings of a conversation").toEqual([]);
		await close(ann);
		await press(ann, "Search this conversation");
		await dialog(ann).getByRole("searchbox").fill("meet");
		await dialog(ann).getByRole("link").first().waitFor();
		expect(await violations(page), "searching").toEqual([]);
		await close(ann);

		const end = beginsToAnswer();
		await bob.say("@claude help");
		await ann.sees("It is nearly");
		expect(await violations(page), "while Claude answers").toEqual([]);
		end();
		await ann.stop.waitFor({ state: "detached" });
	});

	it("in the list, its dialogs and the settings", async () => {
		const { page } = ann;
		const entry = ann.list
			.getByRole("listitem")
			.filter({ has: page.getByRole("link") })
			.first();
		await entry.hover();
		await entry.getByRole("button").click();
		await page.getByRole("menu").waitFor();
		expect(await violations(page), "an entry's menu").toEqual([]);
		await page.keyboard.press("Escape");
		for (const [item, asks] of [
			["Rename…", /settings/],
			["Export…", /^Export/],
			["Leave…", /^Leave/],
			["Delete…", /^Delete/],
		] as const) {
			await ann.decide(/\w/, item);
			await dialog(ann, asks).waitFor();
			expect(await violations(page), item).toEqual([]);
			await close(ann);
		}
		await press(ann, "Go to a conversation");
		await dialog(ann).getByRole("option").first().waitFor();
		expect(await violations(page), "going to a conversation").toEqual([]);
		await close(ann);
		await press(ann, "Settings");
		await page.getByText("Personal tokens").click();
		expect(await violations(page), "settings").toEqual([]);
		await press(ann, "Keyboard shortcuts");
		await dialog(ann, "Keyboard shortcuts").waitFor();
		expect(await violations(page), "help").toEqual([]);
		await page.keyboard.press("Escape");
		await press(ann, "Erase my data…");
		await dialog(ann, /^Erase/).waitFor();
		expect(await violations(page), "erasing").toEqual([]);
		await page.keyboard.press("Escape");
		await close(ann);
		await page.getByRole("searchbox", { name: "Search everywhere" }).fill("meet");
		await ann.list.getByRole("region", { name: "Search results" }).getByRole("link").first().waitFor();
		expect(await violations(page), "searching everywhere").toEqual([]);
		await page.keyboard.press("Escape");
	});

	it("offline, after a refusal, for a reader, and around a place in the history", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const token = await tokenOf(ann);
		const id = idOf(ann.page);
		for (let line = 0; line < 60; line += 1) await post(product.url, `/conversations/${id}/messages`, token, { content: `Line ${line}` });
		await bob.sees("Line 59");
		await bob.goOffline();
		await bob.connected("Offline");
		await bob.say("Never heard");
		await bob.page.getByText("You are offline").waitFor();
		expect(await violations(bob.page), "offline").toEqual([]);

		await press(ann, "Members, 2");
		// The field shows the role before the server has it.
		const changed = ann.page.waitForResponse((response) => response.request().method() === "PATCH");
		await ann.page.getByRole("combobox", { name: "Role of Bob" }).selectOption("reader");
		await changed;
		await bob.goOnline();
		await bob.log.getByRole("alert").getByText("You are not allowed to do that here.").waitFor();
		await bob.page.getByText("You can read this conversation but not write in it.").waitFor();
		expect(await violations(bob.page), "refused").toEqual([]);
		await bob.page.goto(`${product.url}/c/${id}?at=3`);
		await bob.sees("Line 2");
		await bob.page.getByRole("button", { name: "Jump to latest" }).waitFor();
		expect(await violations(bob.page), "around a place").toEqual([]);
		await ann.leave();
		await bob.leave();
	});
});

describe("targets", () => {
	it("are 44 pixels large for touch and 24 for a mouse", async () => {
		const cem = await Visitor.arrive(browser, phone);
		const link = await ann.invite();
		await close(ann);
		await cem.signIn(link, "Cem");
		await cem.connected();
		const both = async (act: (visitor: Visitor) => Promise<unknown>) => {
			for (const visitor of [cem, bob]) await act(visitor);
		};
		const isLarge = async (what: string) => {
			expect(await hardToHit(cem.page, 44), what).toEqual([]);
			expect(await hardToHit(bob.page, 24), what).toEqual([]);
		};
		const pressAt = (visitor: Visitor, name: string) => visitor.at("Monday").getByRole("button", { name }).click();
		await isLarge("a room");
		await both((visitor) => visitor.at("Monday").click());
		await isLarge("at a message");
		await both((visitor) => pressAt(visitor, "React"));
		await both(({ page }) => page.getByRole("button", { name: "React with 👍" }).waitFor());
		await isLarge("reacting");
		await both(close);
		await both((visitor) => pressAt(visitor, "More"));
		await both(({ page }) => page.getByRole("menuitem").first().waitFor());
		await isLarge("a menu");
		await both(({ page }) => page.keyboard.press("Escape"));
		await both((visitor) => pressAt(visitor, "Reply"));
		await both(({ message }) => message.pressSequentially("@"));
		await both(({ page }) => page.getByRole("listbox").waitFor());
		await isLarge("replying, with a list of names");
		await both(({ page }) => page.keyboard.press("Escape"));
		await both(({ page }) => page.locator("textarea").fill(""));
		await both(({ page }) => page.keyboard.press("Escape"));
		await both((visitor) => press(visitor, "Members, 3"));
		await both((visitor) => dialog(visitor, "Members (3)").waitFor());
		await isLarge("members");
		await both(close);
		await both((visitor) => press(visitor, "Search this conversation"));
		await both((visitor) => dialog(visitor).getByRole("searchbox").fill("meet"));
		await both((visitor) => dialog(visitor).getByRole("link").first().waitFor());
		await isLarge("searching");
		await both(close);
		await cem.page.getByRole("link", { name: "All conversations" }).click();
		await cem.newConversation();
		await isLarge("an empty room");
		const widthOf = async (part: string) => (await cem.page.locator(part).boundingBox())?.width ?? 0;
		expect(await widthOf("main h1"), "the title beside the buttons").toBeGreaterThan((await widthOf("main")) / 3);
		await cem.page.setViewportSize({ width: 320, height: 640 });
		const beginning = cem.log.getByRole("heading");
		await expect.poll(async () => (await beginning.boundingBox())?.y).toBeGreaterThan((await cem.log.boundingBox())?.y ?? 0);
		expect([...(await overflowing(cem.page)), ...(await hardToHit(cem.page, 44))]).toEqual([]);
		await cem.page.setViewportSize({ width: 390, height: 844 });
		await cem.invite();
		await dialog(cem).getByRole("listitem").first().waitFor();
		await isLarge("inviting");
		await close(cem);
		await cem.page.getByRole("link", { name: "All conversations" }).click();
		await cem.list.waitFor();
		await isLarge("the list");
		await both((visitor) => press(visitor, "Settings"));
		await both(({ page }) => page.getByText("Personal tokens").click());
		await isLarge("settings");
		await both(close);
		await cem.leave();
	});
});

describe("text at 200 %", () => {
	it("keeps everything readable and reachable without scrolling sideways", async () => {
		const { page } = ann;
		const isWhole = async (what: string) => expect([...(await overflowing(page)), ...(await hardToHit(page, 24))], what).toEqual([]);
		const enlarge = (size: string) =>
			page.evaluate((size) => {
				document.documentElement.style.fontSize = size;
			}, size);
		await enlarge("200%");
		for (const width of [1280, 640, 390]) {
			await page.setViewportSize({ width, height: 900 });
			await isWhole(`a room at ${width}`);
			await page.getByRole("button", { name: /^Members/ }).click();
			await dialog(ann, /^Members/).waitFor();
			await isWhole(`members at ${width}`);
			await close(ann);
			await ann.invite();
			await isWhole(`inviting at ${width}`);
			await close(ann);
		}
		await page.getByRole("link", { name: "All conversations" }).click();
		await ann.list.waitFor();
		await isWhole("the list");
		await press(ann, "Settings");
		await dialog(ann, "Settings").waitFor();
		await isWhole("settings");
		await close(ann);
		await enlarge("");
		await page.setViewportSize({ width: 1280, height: 720 });
		await page.goBack();
		await ann.message.waitFor();
	});
});

describe("assistive settings", () => {
	it("announce each message once and whole, and the start and end of a reply", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await ann.page.evaluate(() => {
			const heard: string[] = [];
			Object.assign(window, { heard });
			const observer = new MutationObserver((changes) => {
				for (const { addedNodes } of changes) for (const added of addedNodes) heard.push(added.textContent ?? "");
			});
			for (const status of document.querySelectorAll("main > output")) observer.observe(status, { childList: true });
		});
		const heard = () => ann.page.evaluate(() => (window as unknown as { heard: string[] }).heard);
		await bob.say("**Yes**");
		await expect.poll(heard).toEqual(["Bob: Yes"]);
		await bob.say("Yes");
		await expect.poll(heard).toEqual(["Bob: Yes", "Bob: Yes"]);
		await ann.say("Mine is not news to me");
		await bob.sees("Mine is");
		const end = beginsToAnswer();
		await bob.say("@claude list");
		await expect.poll(heard).toContain("Claude is replying");
		// A message meanwhile must not hide the end.
		await bob.say("While it answers");
		await expect.poll(heard).toContain("Bob: While it answers");
		end();
		await expect.poll(heard).toContain("Claude replied");
		const [, , ...rest] = await heard();
		expect(rest.filter((text) => text.startsWith("Bob"))).toEqual(["Bob: @claude list", "Bob: While it answers"]);
		const ofClaude = rest.filter((text) => !text.startsWith("Bob"));
		// Thinking may be over before it is drawn, and a slow machine is told again that a reply goes on.
		const meanwhile = ["Claude is thinking", "Claude is still thinking", "Claude is still replying"];
		expect(ofClaude.filter((text) => !meanwhile.includes(text))).toEqual(["Claude is replying", "Claude replied"]);
		expect(await ann.log.getAttribute("aria-live")).toBe("off");
		await ann.leave();
		await bob.leave();
	});

	it("stop animations when reduced motion is set", async () => {
		const ann = await Visitor.arrive(browser, { reducedMotion: "reduce" });
		await ann.start(product.url, "Ann");
		const end = beginsToAnswer();
		await ann.say("list");
		await ann.stop.waitFor();
		const moving = () =>
			ann.page.evaluate(() =>
				document
					.getAnimations()
					.filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1 && effect?.getComputedTiming().iterations !== 1),
			);
		expect(await moving()).toEqual([]);
		await ann.goOffline();
		await ann.page.getByText("You are offline").waitFor();
		const longest = await ann.page.evaluate(() =>
			Math.max(0, ...document.getAnimations().map(({ effect }) => Number(effect?.getComputedTiming().duration))),
		);
		expect(longest).toBeLessThanOrEqual(1);
		end();
		await ann.leave();
	});

	it("keep the field above an on-screen keyboard, also where the browser pushes the page up", async () => {
		const ann = await Visitor.arrive(browser, phone);
		await ann.start(product.url, "Ann");
		const cover = (height: number, offsetTop: number, event: string) =>
			ann.page.evaluate(
				([height, offsetTop, event]) => {
					const viewport = window.visualViewport as VisualViewport;
					Object.defineProperties(viewport, {
						height: { value: height, configurable: true },
						offsetTop: { value: offsetTop, configurable: true },
					});
					viewport.dispatchEvent(new Event(event));
				},
				[height, offsetTop, event] as const,
			);
		const bottom = async () => {
			const { y, height } = (await ann.message.boundingBox()) ?? { y: 0, height: 0 };
			return y + height;
		};
		await cover(500, 0, "resize");
		await expect.poll(bottom).toBeLessThanOrEqual(500);
		await cover(500, 200, "scroll");
		await expect.poll(bottom).toBeGreaterThan(600);
		expect(await bottom()).toBeLessThanOrEqual(700);
		await cover(844, 0, "resize");
		await expect.poll(bottom).toBeGreaterThan(780);
		await ann.leave();
	});
});
