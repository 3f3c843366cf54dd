// Checks the current state of a page: the rules of WCAG 2.2 AA that a program can check, overflowing content, and the size of targets.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type axe from "axe-core";
import type { Page } from "playwright-core";

/** Injected by the debugger, which bypasses the page's content security policy: the policy is not loosened for tests. */
const source = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

declare const window: Window & { axe?: typeof axe };

const appearances = [
	{ width: 1280, height: 800, colorScheme: "light" },
	{ width: 320, height: 640, colorScheme: "dark" },
	{ width: 320, height: 640, colorScheme: "light" },
	{ width: 1280, height: 800, colorScheme: "dark" },
] as const;

/**
 * Lists what the page, or the dialog open over it, violates: wide and narrow, light and dark. Each entry names the rule and
 * the element. Restores the page's size.
 */
export async function violations(page: Page): Promise<string[]> {
	const size = page.viewportSize();
	const found: string[] = [];
	for (const { width, height, colorScheme } of appearances) {
		await page.emulateMedia({ colorScheme });
		await page.setViewportSize({ width, height });
		const wrong = [...(await brokenRules(page)), ...(await overflowing(page))];
		found.push(...wrong.map((one) => `${width} ${colorScheme}: ${one}`));
	}
	if (size) await page.setViewportSize(size);
	return found;
}

/** What follows a new size is drawn in the next frames, and what fades in has too little contrast until it is there. */
async function settled(page: Page): Promise<void> {
	await page.evaluate(async () => {
		for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
		const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
		await Promise.allSettled(ending.map(({ finished }) => finished));
	});
}

async function brokenRules(page: Page): Promise<string[]> {
	await settled(page);
	if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(source);
	return page.evaluate(async () => {
		const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
		const results = await window.axe?.run([...document.querySelectorAll("dialog:modal")].at(-1) ?? document, {
			runOnly: { type: "tag", values: tags },
			resultTypes: ["violations"],
		});
		if (!results) throw new Error("axe is not loaded");
		return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
	});
}

/** Lists frames whose content overflows sideways. Code, tables and names may be wider than their own frames. */
export function overflowing(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const frames = document.querySelectorAll(
			"html, body, nav, main, main > header, main > header > div, [role=log], main > footer, dialog[open], nav > div",
		);
		return [...frames].flatMap((frame) => {
			const over = frame.scrollWidth - frame.clientWidth;
			return over > 1 && frame.checkVisibility() ? [`${frame.localName} ${frame.role ?? ""} is too narrow by ${over}`] : [];
		});
	});
}

/** Lists targets that are smaller than `least` px or covered by something else. Links inside text are exempt. */
export function hardToHit(page: Page, least: number): Promise<string[]> {
	return page.evaluate((least) => {
		const modal = [...document.querySelectorAll("dialog:modal, :popover-open")].at(-1) ?? document;
		const targets = modal.querySelectorAll<HTMLElement>(
			"button, a[href], input, select, textarea, summary, [role=menuitem], [role=option], label:has(input:is([type=radio],[type=checkbox]))",
		);
		return [...targets].flatMap((target) => {
			const { width, height, left, top } = target.getBoundingClientRect();
			const isHidden =
				!target.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ||
				width <= 1 ||
				target.parentElement?.clientWidth === 1;
			const isInText = getComputedStyle(target).display === "inline" || target.matches("input:disabled");
			// The label is the target.
			const isInLabel = target.matches("label input:is([type=radio],[type=checkbox])");
			if (isHidden || isInText || isInLabel) return [];
			const name = `${target.localName} ${target.ariaLabel ?? target.textContent}`;
			if (width < least - 0.5 || height < least - 0.5) return [`${name}: ${width} by ${height}`];
			const [x, y] = [left + width / 2, top + height / 2];
			const hit = document.elementFromPoint(x, y);
			const isOutside = y < 0 || y > innerHeight;
			const isScrolledAway = target.closest("[role=log], dialog, nav > div") !== null;
			const isBelowList = hit?.closest("[role=listbox]") != null;
			return isOutside || isScrolledAway || isBelowList || target.contains(hit)
				? []
				: [`${name}: ${hit?.localName} ${hit?.className} covers it`];
		});
	}, least);
}
