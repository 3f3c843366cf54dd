// 10,000 messages, read to their beginning and back on a slow machine.

import { expect, it } from "vitest";
import { openBrowser } from "../e2e/opened.ts";
import type { Visitor } from "../e2e/product.ts";
import { annWithPast, spread } from "./past.ts";

const many = 10_000;

openBrowser();

/** The empty space on the screen, in px: above the first visible message and below the last one. */
function blank({ log }: Visitor): Promise<number> {
	return log.evaluate((log) => {
		const screen = log.getBoundingClientRect();
		const shown = [...log.querySelectorAll("article")]
			.map((one) => one.getBoundingClientRect())
			.filter(({ bottom, top }) => bottom > screen.top && top < screen.bottom);
		const [first, last] = [shown[0], shown.at(-1)];
		if (!first || !last) return screen.height;
		return Math.max(0, first.top - screen.top - 100) + Math.max(0, screen.bottom - last.bottom - 100);
	});
}

/**
 * Scrolls to where older messages have to come, and notes in every frame where the first one on the screen stands, until they have come or
 * there are none.
 */
function readOn({ log }: Visitor): Promise<{ seq: number; tops: number[]; rows: number; slowest: number }> {
	return log.evaluate(async (log) => {
		const frame = () => new Promise(requestAnimationFrame);
		log.scrollTo({ top: 80 });
		await frame();
		await frame();
		const start = log.getBoundingClientRect().top;
		const row = [...log.querySelectorAll("article")].find((one) => one.getBoundingClientRect().top > start);
		const tops: number[] = [];
		let slowest = 0;
		let then = performance.now();
		for (let quiet = 0; quiet < 3; quiet += log.scrollTop > 1_000 || log.querySelector('article[aria-posinset="1"]') ? 1 : 0) {
			await frame();
			slowest = Math.max(slowest, performance.now() - then);
			then = performance.now();
			tops.push(row?.isConnected ? (row.querySelector(":scope > div")?.getBoundingClientRect().top ?? Number.NaN) : Number.NaN);
		}
		return { seq: Number(row?.getAttribute("aria-posinset")), tops, rows: log.querySelectorAll("article").length, slowest };
	});
}

it("10,000 messages are read to their beginning and back on a slow machine, and nothing jumps when more are loaded", {
	timeout: 900_000,
}, async () => {
	const { ann, cdp } = await annWithPast(many);
	await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
	const steps: Awaited<ReturnType<typeof readOn>>[] = [];
	while ((steps.at(-1)?.seq ?? many) > 5) steps.push(await readOn(ann));
	await ann.sees("Line 1 of the past.");
	expect(steps.length).toBeGreaterThan(90);
	expect(Math.max(...steps.map(({ tops }) => spread(tops)))).toBeLessThan(1);
	expect(Math.max(...steps.map(({ rows }) => rows))).toBeLessThanOrEqual(40);
	// Back by leaps, over all of them.
	for (let part = 1; part <= 20; part++) {
		await ann.log.evaluate((log, to) => log.scrollTo({ top: log.scrollHeight * to }), part / 20);
		await ann.page.evaluate(() => new Promise(requestAnimationFrame));
		expect(await blank(ann)).toBe(0);
	}
	await ann.sees(`Answer ${many} of the past.`);
	await ann.leave();
});
