// Looks at a page as it stands by the rules of WCAG 2.2 AA that a program can judge: on a wide and on the narrowest page, by day and by night.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type axe from "axe-core";
import type { Page } from "playwright-core";

/** Brought in by the browser's own debugger, past the page's policy: that is not loosened for it. */
const source = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

declare const window: Window & { axe?: typeof axe };

const looks = [
	{ width: 1280, height: 800, colorScheme: "light" },
	{ width: 320, height: 640, colorScheme: "dark" },
	{ width: 320, height: 640, colorScheme: "light" },
	{ width: 1280, height: 800, colorScheme: "dark" },
] as const;

/** What is wrong with it, in each look: rule and place. Afterwards it is as large as before. */
export async function violations(page: Page): Promise<string[]> {
	const size = page.viewportSize();
	const found: string[] = [];
	for (const { width, height, colorScheme } of looks) {
		await page.emulateMedia({ colorScheme });
		await page.setViewportSize({ width, height });
		if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(source);
		const violated = await page.evaluate(async () => {
			const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
			const results = await window.axe?.run({ runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
			if (!results) throw new Error("axe is not here");
			return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
		});
		found.push(...violated.map((one) => `${width} ${colorScheme} ${one}`));
	}
	if (size) await page.setViewportSize(size);
	return found;
}
