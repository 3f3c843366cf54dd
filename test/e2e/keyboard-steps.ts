// Goes to a control as somebody does who has only a keyboard.

import type { Locator, Page } from "playwright-core";

/** Presses the key until the control has the focus. */
export async function stepTo(page: Page, control: Locator, key: "Tab" | "Shift+Tab" | "ArrowDown" = "Tab", most = 40): Promise<void> {
	for (let steps = 0; steps < most; steps++) {
		await page.keyboard.press(key);
		if (await control.evaluate((element) => element === document.activeElement)) return;
	}
	throw new Error(`${control} is not reached by ${most} times ${key}.`);
}
