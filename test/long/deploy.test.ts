// A newer build of the page, deployed while people use the one before it.
// At the address where it is built, the service worker asks the network first. At another name of
// this machine it works as in a deployment.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vite = fileURLToPath(new URL("bin/vite.js", import.meta.resolve("vite/package.json")));

let product: Product;
/** The folder of the build that is served. */
let pages: string;

openBrowser();
beforeAll(async () => {
	pages = mkdtempSync(join(tmpdir(), "parley-pages-"));
	await build();
	product = await startProduct({}, pages);
});
afterAll(async () => {
	await product?.stop();
	rmSync(pages, { recursive: true, force: true });
});

const elsewhere = () => product.url.replace("127.0.0.1", "parley.localhost");

/** Builds the page. With an API's address it is a build of its own. */
async function build(apiUrl?: string): Promise<void> {
	const env = { ...process.env, ...(apiUrl && { VITE_API_URL: apiUrl }) };
	await promisify(execFile)(process.execPath, [vite, "build", "web", "--outDir", pages, "--emptyOutDir", "--logLevel", "warn"], {
		cwd: root,
		env,
	});
}

/** Serves another build. A server that keeps running would send the former build's etags. */
async function deploy(apiUrl?: string): Promise<void> {
	await product.kill();
	await build(apiUrl);
	await product.revive();
}

/** The page's own script, whose name says which build it is of. */
const script = (page: Page) => page.evaluate(() => document.querySelector<HTMLScriptElement>("script[type=module]")?.src);

describe("a newer build of the page", () => {
	it("is offered and not forced: accepted in one tab it loads in all, with their drafts", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.signIn(elsewhere(), "Ann");
		await ann.newConversation();
		await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
		const former = await script(ann.page);
		const other = await ann.anotherTab();
		await other.page.goto(ann.page.url());
		await other.connected();
		await other.message.fill("half a sent");

		await deploy(elsewhere());
		await ann.page.reload();
		await ann.list.getByText("A new version is available.").waitFor();
		await other.page.reload();
		await other.list.getByText("A new version is available.").waitFor();
		expect([await script(ann.page), await script(other.page)]).toEqual([former, former]);
		// A part that was not needed before is still that of this build.
		await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
		await ann.page.getByRole("dialog").getByText("Appearance").waitFor();
		await ann.page.keyboard.press("Escape");

		await ann.list.getByRole("button", { name: "Reload" }).click();
		for (const { page } of [ann, other]) await expect.poll(() => script(page).catch(() => former)).not.toBe(former);
		for (const visitor of [ann, other]) await visitor.connected();
		await expect.poll(() => other.message.inputValue()).toBe("half a sent");
		expect(await other.list.getByText("A new version is available.").count()).toBe(0);
		await expect.poll(() => ann.page.evaluate(() => window.caches.keys())).toHaveLength(1);
		await ann.leave();
	});

	it("is loaded by the next reload once it is deployed", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.page.goto(product.url);
		await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
		const former = await script(ann.page);
		await deploy();
		await ann.page.reload();
		expect(await script(ann.page)).not.toBe(former);
		await ann.leave();
	});
});
