// Pictures for people who want to look at a page. Without the variable SHOTS, which names a folder, none are taken.

import type { Visitor } from "./product.ts";

/** In light and dark, at a desk and on a phone. Restores the size of the page. */
export async function look({ page }: Visitor, name: string): Promise<void> {
	const folder = process.env.SHOTS;
	if (!folder) return;
	const size = page.viewportSize();
	for (const colorScheme of ["light", "dark"] as const)
		for (const [device, width, height] of [["desktop", 1280, 800] as const, ["phone", 390, 844] as const]) {
			await page.emulateMedia({ colorScheme });
			await page.setViewportSize({ width, height });
			await page.evaluate(() => new Promise(requestAnimationFrame));
			await page.screenshot({ path: `${folder}/${name}-${device}-${colorScheme}.png` });
		}
	await page.emulateMedia({ colorScheme: null });
	if (size) await page.setViewportSize(size);
}
