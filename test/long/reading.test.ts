// Finding one's way in what is read: the time of each message, the question of a reply, footnotes, the contents of a long answer.

import { beforeAll, expect, it } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { claude } from "../../src/protocol/person.ts";
import { hardToHit, violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Stage } from "../e2e/stage.ts";

let stage: Stage;

openBrowser();
beforeAll(async () => {
	stage = await Stage.open(browser, product.url);
});

const bob = { userId: "bob", username: "Bob" };
const ann = { userId: "guest-ann", username: "Ann" };

function said(seq: number, content: string, about: Partial<Message> = {}): Message {
	const createdAt = new Date(Date.UTC(2026, 2, 7, 8, seq % 60)).toISOString();
	return {
		id: `m${seq}`,
		conversationId: "",
		role: "user",
		content,
		author: bob,
		status: "complete",
		seq,
		revision: seq,
		createdAt,
		...about,
	};
}

it("shows the time of a message that continues another one, where it is pointed at or touched", async () => {
	const { page, log } = stage.visitor;
	await page.setViewportSize({ width: 1280, height: 800 });
	stage.clear([said(1, "first"), said(2, "second"), said(3, "third of Ann", { author: ann }), said(4, "fourth", { author: ann })]);
	const time = (text: string) => log.getByRole("article").filter({ hasText: text }).locator("time");
	await log.getByText("fourth").waitFor();
	expect(await time("first").count()).toBe(1);
	for (const text of ["second", "fourth"]) {
		expect(await time(text).evaluate((element) => Number(getComputedStyle(element.parentElement as Element).opacity))).toBe(0);
		await log.getByText(text).hover();
		await expect.poll(() => time(text).evaluate((element) => getComputedStyle(element.parentElement as Element).opacity)).toBe("1");
		expect(await time(text).innerText()).toMatch(/^\d?\d:\d\d\s[AP]M$/);
		expect(await time(text).getAttribute("title")).toMatch(/^March 7, 2026 at/);
	}
	await look(stage.visitor, "time");
	await page.mouse.move(0, 0);
	await log.getByText("second").click();
	await expect.poll(() => time("second").evaluate((element) => getComputedStyle(element.parentElement as Element).opacity)).toBe("1");
	expect(await stage.breaches()).toEqual([]);
});

it("leads from a reply to its question, by keyboard too", async () => {
	const { page, log } = stage.visitor;
	const long = Array.from({ length: 60 }, (_, line) => `Paragraph ${line} of a long reply.`).join("\n\n");
	const reply: Partial<Message> = { role: "assistant", author: claude, askedBy: [bob] };
	stage.clear([said(1, "the question", { asksClaude: true }), said(2, "between", { author: ann }), said(3, long, reply)]);
	const article = log.getByRole("article").last();
	await article.getByText("Paragraph 59").waitFor();
	await article.focus();
	await article.getByRole("button", { name: "More" }).press("Enter");
	await page.getByRole("menuitem", { name: "Jump to the question" }).press("Enter");
	await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-id"))).toBe("m1");
	expect(await log.getByText("the question").evaluate((element) => element.getBoundingClientRect().top)).toBeGreaterThan(0);
	expect(await stage.breaches()).toEqual([]);
});

it("takes less room where people choose so in the settings", async () => {
	const { page, log } = stage.visitor;
	stage.clear(Array.from({ length: 9 }, (_, index) => said(index + 1, `message ${index}`, index % 3 ? {} : { author: ann })));
	await log.getByText("message 8").waitFor();
	// The log keeps its place by room above the messages, so it is their own heights that count.
	const height = () =>
		log
			.getByRole("article")
			.evaluateAll((all) => (all.at(-1)?.getBoundingClientRect().bottom ?? 0) - (all[0]?.getBoundingClientRect().top ?? 0));
	const before = await height();
	const choose = async (name: string) => {
		const isSaved = page.waitForResponse((response) => response.url().endsWith("/api/me/settings"));
		await page.getByRole("button", { name: "Settings", exact: true }).click();
		await page.getByRole("radio", { name }).check();
		await page.keyboard.press("Escape");
		await isSaved;
	};
	await choose("Compact");
	await expect.poll(height).toBeLessThan(before * 0.8);
	expect(await page.evaluate(() => JSON.parse(localStorage.getItem("preferences") ?? "").density)).toBe("compact");
	await look(stage.visitor, "compact");
	await choose("Comfortable");
	await expect.poll(height).toBe(before);
	// The settings ask the server for what they show, and are kept there. Nothing else happened.
	const isOfSettings = (breach: string) => /^\/api\/(me|auth)\//.test(breach.slice(`requested ${product.url}`.length));
	expect((await stage.breaches()).filter((breach) => !isOfSettings(breach))).toEqual([]);
});

const noted = `Water boils at 100 °C at sea level.[^sea] On Mount Everest it boils at about 70 °C[^everest], and salt changes little.[^sea]

${Array.from({ length: 40 }, (_, line) => `Paragraph ${line} of a long answer.`).join("\n\n")}

[^sea]: Where the air has a pressure of *1013 hPa*.
[^everest]: Measured in 2006, see [the report](https://reports.example/everest).

    The pressure was 337 hPa.`;

it("leads from the number of a footnote to the note and back, by keyboard too", async () => {
	const { page, log } = stage.visitor;
	const reply: Partial<Message> = { role: "assistant", author: claude };
	stage.clear([said(1, noted, reply), said(2, noted.replace("Water", "Milk"), reply)]);
	const [water, milk] = [log.getByRole("article").first(), log.getByRole("article").last()];
	await milk.getByText("The pressure was").waitFor();
	await milk.getByRole("link", { name: "Footnote 2" }).waitFor();
	const path = page.url();
	const inSight = (text: string) =>
		milk.getByText(text).evaluate((element) => {
			const { top, bottom } = element.getBoundingClientRect();
			return top > 0 && bottom < innerHeight;
		});
	const focused = () =>
		page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.getAttribute("aria-label"));
	// The note that is referred to twice has one number, and leads back to where somebody came from.
	expect(await milk.getByRole("link", { name: /^Footnote/ }).evaluateAll((links) => links.map((link) => link.ariaLabel))).toEqual(
		["1", "2", "1"].map((number) => `Footnote ${number}`),
	);
	await milk.getByRole("link", { name: "Footnote 1" }).nth(1).press("Enter");
	await expect.poll(focused).toBe("Where the air has a pressure of 1013 hPa.");
	await expect.poll(() => inSight("Where the air")).toBe(true);
	expect(await inSight("Milk boils")).toBe(false);
	await page.keyboard.press("Tab");
	expect(await focused()).toBe("Back to the text");
	await page.keyboard.press("Enter");
	await expect.poll(() => inSight("Milk boils")).toBe(true);
	expect(
		await milk
			.getByRole("link", { name: "Footnote 1" })
			.nth(1)
			.evaluate((link) => link === document.activeElement),
	).toBe(true);
	// The other message has numbers and notes of its own.
	await water.getByRole("link", { name: "Footnote 2" }).click();
	const notes = water.getByRole("region", { name: "Footnotes" });
	await expect
		.poll(() =>
			notes
				.getByRole("listitem")
				.nth(1)
				.evaluate((note) => note === document.activeElement),
		)
		.toBe(true);
	await look(stage.visitor, "footnotes-note");
	await notes.getByRole("link", { name: "Back to the text" }).last().click();
	await expect.poll(() => water.getByRole("link", { name: "Footnote 2" }).evaluate((link) => link === document.activeElement)).toBe(true);
	await look(stage.visitor, "footnotes-text");
	expect(page.url()).toBe(path);
	expect(await log.locator("[id]").evaluateAll((all) => all.length - new Set(all.map(({ id }) => id)).size)).toBe(0);
	expect(await violations(page)).toEqual([]);
	expect(await stage.breaches()).toEqual([]);
});

it("copies a message with its footnotes as they were written, and selected text without their numbers", async () => {
	const { page, log } = stage.visitor;
	stage.clear([said(1, noted, { role: "assistant", author: claude })]);
	const article = log.getByRole("article");
	await article.getByRole("link", { name: "Footnote 2" }).waitFor();
	await article.focus();
	await article.getByRole("button", { name: "Copy" }).press("Enter");
	await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(noted);
	await article.getByText("Water boils").evaluate((paragraph) => document.getSelection()?.selectAllChildren(paragraph));
	await page.keyboard.press("ControlOrMeta+C");
	expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
		/^Water boils at 100 °C at sea level\. On .* 70 °C, and salt changes little\.$/,
	);
	await page.evaluate(() => document.getSelection()?.empty());
	expect(await stage.breaches()).toEqual([]);
});

it("shows footnotes while a reply is written, never their marks, and moves nothing when it ends", async () => {
	const { page, log } = stage.visitor;
	stage.clear();
	await page.evaluate(() => {
		const marks: string[] = [];
		const look = () => {
			for (const { textContent } of document.querySelectorAll("[role=log] article"))
				if (/[[\]^]/.test(textContent ?? "")) marks.push(textContent ?? "");
		};
		new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
		Object.assign(window, { marks });
	});
	const article = log.getByRole("article");
	const reply = stage.begin();
	reply.write("Water boils.");
	await article.getByText("Water boils.").waitFor();
	for (const piece of [..."[^sea] So does tea.[^1]\n\n[^sea]: At sea level.\n[^1]: Tea is *water.*\n"]) reply.write(piece);
	await log.getByRole("region", { name: "Footnotes" }).getByText("Tea is water.").waitFor();
	const place = () =>
		article
			.getByRole("listitem")
			.last()
			.evaluate((note) => note.getBoundingClientRect().bottom - (note.closest("article")?.getBoundingClientRect().top ?? 0));
	const before = await place();
	reply.end();
	await article.getByRole("button", { name: "Copy" }).waitFor({ state: "attached" });
	expect(await place()).toBe(before);
	expect(await page.evaluate(() => (window as unknown as { marks: string[] }).marks)).toEqual([]);
	expect(await stage.breaches()).toEqual([]);
});

const chapters = [
	"# Cooking",
	"## Water",
	"### Salt &amp; [pepper](https://pepper.example)",
	"## `Tea` and **coffee**",
	"## Water",
	"# The end",
];
const long = chapters
	.map(
		(heading, chapter) =>
			`${heading}\n\n${Array.from({ length: 12 }, (_, line) => `Paragraph ${line} of chapter ${chapter}.`).join("\n\n")}`,
	)
	.join("\n\n");

it("offers the contents of a long answer, which lead to its headings, by keyboard too", async () => {
	const { page, log } = stage.visitor;
	const reply: Partial<Message> = { role: "assistant", author: claude };
	stage.clear([said(1, chapters.join("\n\n"), reply), said(2, long.replace(/\n#+ /g, "\n"), reply), said(3, long, reply)]);
	const article = log.getByRole("article").last();
	await article.getByText("Paragraph 11 of chapter 5.").waitFor();
	const contents = log.getByRole("button", { name: "Contents" });
	await contents.waitFor();
	// Neither a short answer has any, nor one with few headings.
	expect(await contents.count()).toBe(1);
	await article.focus();
	await contents.press("Enter");
	const items = page.getByRole("menu", { name: "Contents" }).getByRole("menuitem");
	await items.first().waitFor();
	expect(await items.allInnerTexts()).toEqual(["Cooking", "Water", "Salt & pepper", "Tea and coffee", "Water", "The end"]);
	expect(await items.evaluateAll((all) => all.map((item) => item.dataset.level))).toEqual(["0", "1", "2", "1", "1", "0"]);
	await look(stage.visitor, "contents");
	expect(await violations(page)).toEqual([]);
	expect(await hardToHit(page, 24)).toEqual([]);
	for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
	await items.first().waitFor({ state: "detached" });
	const top = (nth: number) =>
		article
			.getByRole("heading")
			.nth(nth)
			.evaluate((heading) => heading.getBoundingClientRect().top - (heading.closest("[role=log]")?.getBoundingClientRect().top ?? 0));
	const focused = (nth: number) =>
		article
			.getByRole("heading")
			.nth(nth)
			.evaluate((heading) => heading === document.activeElement);
	await expect.poll(() => focused(4)).toBe(true);
	await expect.poll(() => top(4)).toBeLessThan(40);
	expect(await top(4)).toBeGreaterThanOrEqual(0);
	await look(stage.visitor, "contents-heading");
	expect(await stage.breaches()).toEqual([]);
});

it("offers no contents while the answer is written, and moves nothing when they come", async () => {
	const { log } = stage.visitor;
	stage.clear();
	const reply = stage.begin();
	reply.write(long);
	const article = log.getByRole("article");
	await article.getByText("Paragraph 11 of chapter 5.").waitFor();
	const contents = article.getByRole("button", { name: "Contents" });
	expect(await contents.count()).toBe(0);
	const height = () => article.evaluate((element) => element.getBoundingClientRect().height);
	const before = await height();
	reply.end();
	await contents.waitFor({ state: "attached" });
	expect(await height()).toBe(before);
	expect(await stage.breaches()).toEqual([]);
});
