// The browser of a test file, and the product that all files share.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import "../support/provided.ts";

export let browser: Browser;

/** Tests must not kill it: other files use it at the same time. A file with other needs starts its own. */
export const product = inject("product");

/** Call it once, before the file's own `beforeAll`. */
export function openBrowser(): void {
	beforeAll(async () => {
		browser = await launchBrowser();
	});
	afterAll(() => browser?.close());
}
