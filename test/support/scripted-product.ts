// A product of one test file's own, whose Claude is scripted.

import { afterAll, beforeAll } from "vitest";
import { openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct } from "../e2e/product.ts";
import { type MessagesApi, startMessagesApi } from "./messages-api.ts";

export let api: MessagesApi;
export let product: Product;

/** Call it once, before the file's own `beforeAll`. It opens the browser, too. */
export function openScripted(settings: Record<string, string> = {}): void {
	openBrowser();
	beforeAll(async () => {
		api = await startMessagesApi();
		// A reply that a test holds back waits for as long as a slow machine needs.
		const claude = { ANTHROPIC_BASE_URL: api.url, CLAUDE_MODEL: "scripted", REPLY_IDLE_TIMEOUT_SECONDS: "300" };
		product = await startProduct({ ...claude, ...settings });
	});
	afterAll(async () => {
		await product?.stop();
		await api?.close();
	});
}
