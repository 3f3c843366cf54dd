// A browser and the product, for all tests of a file: there before the first of them, gone after the last one.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { type Product, startProduct } from "./product.ts";

export let browser: Browser;
export let product: Product;

/** To be called once, before the file's own `beforeAll`: with what `startProduct` takes. */
export function openProduct(...settings: Parameters<typeof startProduct>): void {
	beforeAll(async () => {
		[browser, product] = await Promise.all([launchBrowser(), startProduct(...settings)]);
	});
	afterAll(async () => {
		await browser?.close();
		await product?.stop();
	});
}
