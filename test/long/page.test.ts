// The ten-line page of web/README.md, extracted, built with the packages it names, and used from another origin.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";
import { guestWithConversation } from "../e2e/wire.ts";
import { launchBrowser } from "../support/browser.ts";
import { freePort } from "../support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "web/README.md"), "utf8");

let folder: string;
let browser: Browser;
let product: Product;
let server: PreviewServer;
let origin: string;

beforeAll(async () => {
	const port = await freePort();
	origin = `http://127.0.0.1:${port}`;
	[browser, product] = await Promise.all([launchBrowser(), startProduct({ FRONTEND_URL: origin })]);
	folder = mkdtempSync(join(tmpdir(), "parley-page-"));
	install();
	const pages = ["index.html", "guide.html"].map((name) => join(folder, name));
	await build({ root: folder, configFile: false, logLevel: "warn", build: { rolldownOptions: { input: pages } } });
	server = await preview({ root: folder, configFile: false, logLevel: "warn", preview: { port, host: "127.0.0.1" } });
});
afterAll(async () => {
	await browser?.close();
	await product?.stop();
	await server?.close();
	rmSync(folder, { recursive: true, force: true });
});

/** Copies the sources and links the packages that the README names. */
function install(): void {
	for (const path of ["web/src", "src/protocol"]) cpSync(join(root, path), join(folder, "parley", path), { recursive: true });
	mkdirSync(join(folder, "node_modules"));
	const packages = /npm install ([\w -]+)`/.exec(readme)?.[1]?.split(" ") ?? [];
	for (const name of packages) symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
	writeFileSync(join(folder, ".env"), `VITE_API_URL=${product.url}\n`);
	// Without an icon, browsers ask for /favicon.ico and complain that there is none.
	const head = '<link rel="icon" href="data:,"><div id="root"></div>';
	writeFileSync(join(folder, "index.html"), `${head}<script type="module" src="page.tsx"></script>`);
	writeFileSync(join(folder, "page.tsx"), page());
	writeFileSync(join(folder, "guide.html"), `${head}<script type="module" src="guide.tsx"></script>`);
	writeFileSync(join(folder, "guide.tsx"), asTheGuide);
}

/** The component of the former guide: it uses and shows the same fields of the hook. */
const asTheGuide = `
import { createRoot } from "react-dom/client";
import { useChatWebSocket } from "./parley/web/src/useChatWebSocket.ts";
const { conversation, token } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
function ChatInterface() {
	const { messages, isThinking, streamingContent, isConnected, sendMessage } = useChatWebSocket(conversation, token);
	return (
		<div>
			<button disabled={!isConnected} onClick={() => sendMessage("list")}>Send</button>
			{messages.map((msg) => <div key={msg.id} className={"message " + msg.role}>{msg.content}</div>)}
			{isThinking && <div className="message assistant streaming">{streamingContent || "Thinking..."}</div>}
		</div>
	);
}
createRoot(document.getElementById("root")!).render(<ChatInterface />);
`;

function page(): string {
	return /```tsx\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
}

it("has ten lines", () => expect(page().trimEnd().split("\n")).toHaveLength(10));

it("holds a conversation from another origin, through a lost network", async () => {
	const { token, id } = await guestWithConversation(product.url);
	const visitor = await Visitor.arrive(browser);
	const { page } = visitor;
	await page.goto(`${origin}/#${new URLSearchParams({ conversation: id, token })}`);
	const text = page.getByRole("textbox", { name: "Message" });
	const button = (name: string) => page.getByRole("button", { name, exact: true });
	const said = (text: RegExp) => page.getByRole("paragraph").filter({ hasText: text }).waitFor();

	await button("Send").waitFor();
	await text.fill("Hello there");
	await button("Send").click();
	await said(/^Ann: Hello there$/);
	await said(/^Claude: .*\w/);

	await page.context().setOffline(true);
	await text.fill("Said without a network");
	await button("Send later").click();
	expect(await page.getByText("Said without a network").count()).toBe(0);
	await page.context().setOffline(false);
	await said(/^Ann: Said without a network$/);
	await button("Send").waitFor();

	expect(visitor.complaints.filter((complaint) => !/ERR_INTERNET_DISCONNECTED/.test(complaint))).toEqual([]);
	await visitor.leave();
});

it("shows a reply once in a component of the former guide, while it streams and afterwards", async () => {
	const { token, id } = await guestWithConversation(product.url);
	const visitor = await Visitor.arrive(browser);
	const { page } = visitor;
	await page.goto(`${origin}/guide.html#${new URLSearchParams({ conversation: id, token })}`);
	await page.evaluate(() => {
		const most = { answers: 0, streaming: 0 };
		const count = (what: keyof typeof most, selector: string) => {
			most[what] = Math.max(most[what], document.querySelectorAll(selector).length);
		};
		new MutationObserver(() => {
			count("answers", ".assistant");
			count("streaming", ".streaming");
		}).observe(document.body, { childList: true, subtree: true, attributes: true });
		Object.assign(window, { most });
	});
	await page.getByRole("button", { name: "Send" }).click();
	await page.locator(".assistant:not(.streaming)").waitFor();
	expect(await page.evaluate(() => (window as unknown as { most: object }).most)).toEqual({ answers: 1, streaming: 1 });
	await visitor.leave();
});
