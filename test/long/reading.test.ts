// Finding one's way in what is read: the time of each message, the question of a reply.

import { beforeAll, expect, it } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { claude } from "../../src/protocol/person.ts";
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
		await page.getByRole("button", { name: "Settings", exact: true }).click();
		await page.getByRole("radio", { name }).check();
		await page.keyboard.press("Escape");
	};
	await choose("Compact");
	await expect.poll(height).toBeLessThan(before * 0.8);
	expect(await page.evaluate(() => JSON.parse(localStorage.getItem("preferences") ?? "").density)).toBe("compact");
	await look(stage.visitor, "compact");
	await choose("Comfortable");
	await expect.poll(height).toBe(before);
});
