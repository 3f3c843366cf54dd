// A printed conversation: all messages that are loaded, and nothing that is for the screen alone.

import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { look } from "../e2e/look.ts";
import { openBrowser } from "../e2e/opened.ts";
import type { Visitor } from "../e2e/product.ts";
import { annWithPast } from "./past.ts";

openBrowser();

const places = ({ log }: Visitor): Promise<number[]> =>
	log.evaluate((log) => [...log.querySelectorAll("article")].map((one) => Number(one.getAttribute("aria-posinset"))));

const topOf = ({ log }: Visitor, seq: number): Promise<number> =>
	log.evaluate(
		(log, seq) => Math.round(log.querySelector(`article[aria-posinset="${seq}"]`)?.getBoundingClientRect().top ?? Number.NaN),
		seq,
	);

describe("a printed conversation", () => {
	it("has all messages that are loaded, in black on white, and says that others are missing", async () => {
		const { ann } = await annWithPast(400);
		const { page, log } = ann;
		await ann.connected();
		// Loads the page of messages before, and reads on.
		await log.evaluate((log) => log.scrollTo({ top: 80 }));
		await expect.poll(() => log.evaluate((log) => log.scrollTop)).toBeGreaterThan(1_000);
		const read = (await places(ann))[5] as number;
		const before = await topOf(ann, read);
		const screen = await places(ann);
		expect(screen.length).toBeLessThan(60);

		await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
		await page.emulateMedia({ media: "print", colorScheme: "dark" });
		const printed = await places(ann);
		expect(printed).toEqual(Array.from({ length: 400 - (printed[0] as number) + 1 }, (_, index) => (printed[0] as number) + index));
		expect(printed.length).toBeGreaterThanOrEqual(100);
		await ann.sees("Earlier messages are missing here: they were not loaded.");
		expect(await page.getByRole("heading", { name: "The past" }).isVisible()).toBe(true);
		for (const hidden of [ann.message, ann.list, page.getByRole("button", { name: "Show earlier messages" })])
			expect(await hidden.isVisible()).toBe(false);
		expect(await log.evaluate((log) => log.scrollHeight - log.clientHeight)).toBe(0);
		const colours = await log.evaluate((log) => [
			getComputedStyle(document.documentElement).backgroundColor,
			getComputedStyle(log.querySelector("article p") as Element).color,
		]);
		expect(colours).toEqual(["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);

		await page.emulateMedia({ media: null, colorScheme: null });
		await page.evaluate(() => dispatchEvent(new Event("afterprint")));
		await expect.poll(async () => (await places(ann)).length).toBeLessThan(60);
		await expect.poll(async () => Math.abs((await topOf(ann, read)) - before)).toBeLessThanOrEqual(1);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("takes as many sheets as it needs", async () => {
		const { ann } = await annWithPast(60);
		await ann.connected();
		const pdf = await ann.page.pdf({ format: "A4" });
		if (process.env.SHOTS) writeFileSync(`${process.env.SHOTS}/printed.pdf`, pdf);
		expect(pdf.toString("latin1").match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(3);
		await ann.sees("Answer 60 of the past.");
		expect(await ann.page.getByRole("button", { name: "Jump to latest" }).count()).toBe(0);
		await look(ann, "after-printing");
		await ann.leave();
	});
});
