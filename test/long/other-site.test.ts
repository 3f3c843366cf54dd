// The page on another site than its service, where browsers keep no session: a guest is told before they are lost.

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { look } from "../e2e/look.ts";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";
import { freePort } from "../support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vite = fileURLToPath(new URL("bin/vite.js", import.meta.resolve("vite/package.json")));
const types: Record<string, string> = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html" };

let product: Product;
let pages: string;
let host: Server | undefined;
let address: string;

openBrowser();
beforeAll(async () => {
	const port = await freePort();
	// The product is at 127.0.0.1, which is another site.
	address = `http://localhost:${port}`;
	product = await startProduct({ FRONTEND_URL: address });
	pages = mkdtempSync(join(tmpdir(), "parley-pages-"));
	const build = [vite, "build", "web", "--outDir", pages, "--emptyOutDir", "--logLevel", "warn"];
	await promisify(execFile)(process.execPath, build, { cwd: root, env: { ...process.env, VITE_API_URL: product.url } });
	host = createServer(({ url = "/" }, response) => {
		const file = join(pages, new URL(url, address).pathname);
		const served = extname(file) !== "" && existsSync(file) ? file : join(pages, "index.html");
		response.writeHead(200, { "content-type": types[extname(served)] ?? "application/octet-stream" }).end(readFileSync(served));
	}).listen(port, "localhost");
});
afterAll(async () => {
	host?.close();
	await product?.stop();
	if (pages) rmSync(pages, { recursive: true, force: true });
});

it("a guest whom the browser does not keep signed in reads it, and is asked before the page closes", async () => {
	const gus = await Visitor.arrive(browser);
	await gus.signIn(address, "Gus");
	await gus.page.getByText("This browser does not keep you signed in here.").waitFor();
	await look(gus, "fleeting");
	const asked = new Promise<string>((resolve) => {
		gus.page.on("dialog", (dialog) => {
			resolve(dialog.type());
			void dialog.accept();
		});
	});
	await gus.page.getByRole("button", { name: "Settings" }).first().click();
	await gus.page.keyboard.press("Escape");
	await gus.page.reload();
	expect(await asked).toBe("beforeunload");
	await gus.page.getByRole("textbox", { name: "Your name" }).waitFor();
});

it("a guest of the service's own page reads nothing of it", async () => {
	const ann = await Visitor.arrive(browser);
	await ann.signIn(product.url, "Ann");
	await ann.newConversation();
	expect(await ann.page.getByText("This browser does not keep you signed in here.").count()).toBe(0);
	await ann.page.reload();
	await ann.page.getByRole("button", { name: "New conversation" }).waitFor();
});
