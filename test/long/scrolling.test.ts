// A long history, read on a slow machine: nothing moves under the reader's eyes, and only what is near the screen is on the page.

import type { CDPSession, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import { messageEvent, type ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import { claude } from "../../src/protocol/person.ts";
import { openBrowser, product } from "../e2e/opened.ts";
import type { Visitor } from "../e2e/product.ts";
import { annWithPast, spread, textAt } from "./past.ts";

openBrowser();

/** The page records a value in each animation frame until `noted` collects them. */
declare const window: Window & typeof globalThis & { notes: number[]; isNoting: boolean };

/** Records a message's top edge on the screen in each frame from now on; NaN while it is not on the page. */
async function noteTop({ page }: Visitor, seq: number): Promise<void> {
	await page.evaluate((seq) => {
		window.notes = [];
		window.isNoting = true;
		const note = () => {
			const article = document.querySelector(`article[aria-posinset="${seq}"]`);
			window.notes.push(article?.querySelector(":scope > div")?.getBoundingClientRect().top ?? Number.NaN);
			if (window.isNoting) requestAnimationFrame(note);
		};
		note();
	}, seq);
}

/** Records how far the end of the log is below the screen, in each frame from now on. */
async function noteEnd({ log }: Visitor): Promise<void> {
	await log.evaluate((log) => {
		window.notes = [];
		window.isNoting = true;
		const note = () => {
			window.notes.push(log.scrollHeight - log.scrollTop - log.clientHeight);
			if (window.isNoting) requestAnimationFrame(note);
		};
		note();
	});
}

async function noted({ page }: Visitor): Promise<number[]> {
	return page.evaluate(() => {
		window.isNoting = false;
		return window.notes;
	});
}

/** True if a message is at least partly on the screen. */
function onScreen(article: Locator): Promise<boolean> {
	return article.evaluate((one) => {
		const screen = (one.closest("[role=log]") as HTMLElement).getBoundingClientRect();
		const { top, bottom } = one.getBoundingClientRect();
		return bottom > screen.top && top < screen.bottom;
	});
}

/** The first message that is whole on the screen. */
function firstOnScreen({ log }: Visitor): Promise<number> {
	return log.evaluate((log) => {
		const { top } = log.getBoundingClientRect();
		const article = [...log.querySelectorAll("article")].find((one) => one.getBoundingClientRect().top > top);
		return Number(article?.getAttribute("aria-posinset"));
	});
}

/** Puts the test between the page and its server, to let it hear what nobody said: messages, and answers at 200 tokens a second in 20 frames. */
async function stage({ page }: Visitor) {
	let send = (_events: readonly ServerEvent[]) => {};
	await page.routeWebSocket(/\/conversations\/[^/]+\/socket/, (socket) => {
		const server = socket.connectToServer();
		send = (events) => socket.send(encodeFrame(events));
		server.onMessage((data) => socket.send(data));
	});
	const conversationId = /\/c\/([\w-]+)/.exec(page.url())?.[1] as string;
	const say = (seq: number, content: string, about: Partial<Message> = {}) => {
		const author = { userId: "u-bob", username: "Bob" };
		const message: Message = {
			id: `m${seq}-staged`,
			conversationId,
			role: "user",
			content,
			author,
			status: "complete",
			createdAt: "",
			seq,
			revision: seq,
		};
		send([messageEvent("chat:message", { ...message, createdAt: new Date().toISOString(), ...about }, "c")]);
	};
	const answer = async (seq: number, tokens: number) => {
		const reply = { conversationId, messageId: `m${seq}-staged` };
		send([{ type: "chat:thinking", ...reply, status: "processing" }]);
		let content = "";
		for (let token = 0; token < tokens; token += 10) {
			const chunk = `word ${token} and **more** of it, ${token % 100 === 90 ? "\n\n- a point\n\n```\ncode\n```\n\n" : ""}`;
			send([{ type: "chat:streaming", ...reply, chunk, offset: content.length, isComplete: false }]);
			content += chunk;
			await page.waitForTimeout(50);
		}
		say(seq, content, { role: "assistant", author: claude });
	};
	return { say, answer };
}

describe("older messages", () => {
	it("load also if the page measured the scroll position before the scroll event", async () => {
		const { ann } = await annWithPast(300);
		await ann.log.evaluate((log) => {
			log.scrollTo({ top: 80 });
			// A late event of the scrolling before.
			log.dispatchEvent(new Event("scrollend"));
		});
		await expect.poll(() => ann.log.evaluate((log) => log.scrollTop)).toBeGreaterThan(1_000);
		await ann.leave();
	});
});

describe("a long history", () => {
	let ann: Visitor;
	let cdp: CDPSession;
	let staged: Awaited<ReturnType<typeof stage>>;

	beforeAll(async () => {
		({ ann, cdp } = await annWithPast(500));
		staged = await stage(ann);
		await ann.page.reload();
		await ann.sees("Answer 500 of the past.");
		await ann.connected();
	});
	afterAll(async () => {
		expect(ann?.complaints).toEqual([]);
		await ann?.leave();
	});

	it("stays at its end while a reply streams at 200 tokens a second, on a slow machine", async () => {
		await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
		await noteEnd(ann);
		await staged.answer(501, 400);
		// When the reply is complete, its buttons replace a placeholder.
		await ann.stop.waitFor({ state: "detached" });
		// A slow machine draws few frames.
		await expect.poll(() => ann.page.evaluate(() => window.notes.length)).toBeGreaterThan(5);
		await ann.page.evaluate(() => new Promise(requestAnimationFrame));
		const notes = await noted(ann);
		expect(Math.max(...notes)).toBeLessThanOrEqual(1);
	});

	it("does not move by a pixel for a reader above the end, who sees the number of new messages and returns", async () => {
		await ann.log.hover();
		await ann.page.mouse.wheel(0, -1_500);
		const jump = ann.page.getByRole("button", { name: /^Jump to latest/ });
		await jump.waitFor();
		await ann.log.evaluate(async (log) => {
			for (let top = Number.NaN; top !== log.scrollTop; await new Promise(requestAnimationFrame)) top = log.scrollTop;
		});
		const read = await firstOnScreen(ann);
		await noteTop(ann, read);
		await staged.answer(502, 400);
		staged.say(503, "Said meanwhile");
		// And one above and one on the screen become longer.
		staged.say(read - 3, "Longer than before. ".repeat(40), { id: `m${read - 3}-past`, revision: 10_000 });
		staged.say(read + 1, "Longer than before. ".repeat(40), { id: `m${read + 1}-past`, revision: 10_001 });
		await ann.page.getByRole("button", { name: "Jump to latest (2 new)" }).waitFor();
		await expect.poll(() => ann.page.evaluate(() => window.notes.length)).toBeGreaterThan(20);
		const notes = await noted(ann);
		expect(spread(notes)).toBeLessThan(0.1);
		await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
		await jump.click();
		await ann.sees("Said meanwhile");
		await jump.waitFor({ state: "detached" });
	});

	it("goes to the end from a scroll in progress, which does not take it away again", async () => {
		const jump = ann.page.getByRole("button", { name: /^Jump to latest/ });
		await ann.log.focus();
		await ann.page.keyboard.press("Home");
		await jump.waitFor();
		// At once: a browser scrolls for some 300 ms.
		await jump.evaluate((button: HTMLElement) => button.click());
		const notes = await ann.log.evaluate(async (log) => {
			const all: number[] = [];
			const isStill = () => all.slice(-10).every((one) => one === all.at(-1));
			for (const end = performance.now() + 1_500; performance.now() < end || !isStill(); await new Promise(requestAnimationFrame))
				all.push(log.scrollHeight - log.scrollTop - log.clientHeight);
			return all;
		});
		expect(notes.at(-1)).toBeLessThan(1);
		expect(await jump.count()).toBe(0);
	});

	it("is navigated by keys beyond the rendered rows, and scrolling keeps the focus", async () => {
		const focused = ann.log.locator("article:focus");
		const place = () => focused.getAttribute("aria-posinset").then(Number);
		await ann.at("Said meanwhile").focus();
		for (let step = 1; step <= 30; step++) {
			await ann.page.keyboard.press("ArrowUp");
			await expect.poll(place).toBe(503 - step);
		}
		await expect.poll(() => onScreen(focused)).toBe(true);
		await ann.page.keyboard.press("Home");
		await expect.poll(place).toBeLessThan(473);
		await expect.poll(() => onScreen(focused)).toBe(true);
		await ann.page.keyboard.press("End");
		await expect.poll(place).toBe(503);
		await ann.page.keyboard.press("ArrowUp");
		await expect.poll(place).toBe(502);

		await ann.log.evaluate((log) => log.scrollTo({ top: log.scrollTop - 5_000 }));
		await ann.page.getByRole("button", { name: "Jump to latest" }).waitFor();
		await expect.poll(() => onScreen(focused)).toBe(false);
		await ann.page.keyboard.press("ArrowUp");
		await expect.poll(place).toBe(501);
		await expect.poll(() => onScreen(focused)).toBe(true);

		// The tab key would come back to the message that one was at.
		await ann.message.focus();
		await ann.log.evaluate((log) => log.scrollTo({ top: log.scrollTop - 5_000 }));
		await ann.page.waitForFunction(() => !document.querySelector('article[aria-posinset="499"]'));
		expect(await ann.log.locator('article[tabindex="0"]').getAttribute("aria-posinset")).toBe("501");
	});

	it("keeps a text selection while scrolling", async () => {
		await ann.page.getByRole("button", { name: "Jump to latest" }).click();
		await ann.sees("Said meanwhile");
		await ann.at("Said meanwhile").focus();
		const selected = await ann.log.evaluate(async (log) => {
			const [one, other] = [502, 503].map((seq) => log.querySelector(`article[aria-posinset="${seq}"]`) as Element);
			getSelection()?.setBaseAndExtent(one as Element, 0, other as Element, 1);
			return String(getSelection());
		});
		expect(selected).toContain("word 0");
		await ann.log.evaluate((log) => log.scrollTo({ top: log.scrollTop - 9_000 }));
		await ann.page.getByRole("button", { name: "Jump to latest" }).waitFor();
		await ann.page.waitForFunction(() => !document.querySelector('article[aria-posinset="499"]'));
		expect(await ann.page.evaluate(() => String(getSelection()))).toBe(selected);
		await ann.page.evaluate(() => getSelection()?.removeAllRanges());
		await ann.page.getByRole("button", { name: "Jump to latest" }).click();
	});

	it("opens quoted messages, also those not loaded", async () => {
		const quoted = { author: { userId: "u-bob", username: "Bob" }, content: textAt(7), seq: 7 };
		staged.say(504, "As was said", { replyTo: "m7-past", quoted });
		await ann
			.at("As was said")
			.getByRole("button", { name: /Line 7 of/ })
			.click();
		await ann.log.locator("article:focus").getByText("Line 7 of the past.").waitFor();
		await expect.poll(() => onScreen(ann.log.locator("article:focus"))).toBe(true);
		await ann.page.getByRole("button", { name: "Jump to latest" }).click();
		await ann.sees("As was said");
	});
});

describe("unread messages", () => {
	it("are announced above the screen with a way to the first one, and can be marked unread again", async () => {
		const { ann, id } = await annWithPast(60);
		await ann.log.hover();
		await ann.page.mouse.wheel(0, -500);
		await ann.choose("Line 52 of", "Mark as unread from here");
		await ann.sees("New since your last visit");
		await ann.listed("The past").getByText("9 unread").waitFor({ state: "attached" });
		// One looks at it, and it stays unread.
		await ann.page.getByRole("button", { name: "Jump to latest" }).click();
		await ann.newConversation();
		await ann.listed("The past").getByText("9 unread").waitFor({ state: "attached" });

		await ann.page.goto(`${product.url}/c/${id}`);
		await ann.page.getByRole("button", { name: /^9 new since / }).click();
		await ann.log.locator("article:focus").getByText("Line 52 of").waitFor();
		await ann.sees("New since your last visit");
		await ann.page.getByRole("button", { name: /new since/ }).waitFor({ state: "detached" });
		await ann.listed("The past").getByText("unread").waitFor({ state: "detached" });
		await ann.leave();
	});
});
