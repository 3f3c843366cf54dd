// The page without a network: what a second visit begins with, and what it leaves behind.
// Where a page is built, its service worker lets the network go first; at another name of this machine it does as it does for everybody.

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";
import { launchBrowser, openProfile } from "../support/browser.ts";

let browser: Browser;
let product: Product;

const elsewhere = () => product.url.replace("127.0.0.1", "parley.localhost");

beforeAll(async () => {
	[browser, product] = await Promise.all([launchBrowser(), startProduct()]);
});
afterAll(async () => {
	await browser?.close();
	await product?.stop();
});

/** Until all of the page is on the device, and the conversation and the list as far as they have this text. */
async function kept({ page }: Visitor, text: string): Promise<void> {
	await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
	const has = (store: string) => async () => JSON.stringify((await onDisk(page)).stores[`kept ${store}`]).includes(text);
	for (const store of ["conversations", "list"]) await expect.poll(has(store)).toBe(true);
}

/** Everything that a script could read of what this origin keeps. */
function onDisk(page: Page): Promise<{ stores: Record<string, unknown> }> {
	return page.evaluate(async () => {
		const answer = <T>(request: IDBRequest<T>) =>
			new Promise<T>((resolve, reject) => {
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(request.error);
			});
		const stores: Record<string, unknown> = {};
		for (const { name = "" } of await indexedDB.databases()) {
			const database = await answer(indexedDB.open(name));
			for (const store of database.objectStoreNames)
				stores[`${name} ${store}`] = await answer(database.transaction(store).objectStore(store).getAll());
			database.close();
		}
		const cached: string[] = [];
		for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) cached.push(url);
		return { stores, cached, local: { ...localStorage }, session: { ...sessionStorage } };
	});
}

/** Connects Ann and Bob to a new conversation by the page alone: only browsers know the address elsewhere. */
async function meet(url: string, device: BrowserContextOptions = {}): Promise<[Visitor, Visitor]> {
	const ann = await Visitor.arrive(browser, device);
	await ann.signIn(url, "Ann");
	await ann.newConversation();
	const link = await ann.invite();
	await ann.page.keyboard.press("Escape");
	const bob = await Visitor.arrive(browser);
	await bob.signIn(link, "Bob");
	await bob.connected();
	await ann.participants.getByText("Bob").waitFor();
	return [ann, bob];
}

const banner = (page: Page) => page.locator("[data-banner]");

describe.each([
	["on the machine that builds it", () => product.url],
	["deployed", elsewhere],
])("a second visit without a network, %s,", (_where, url) => {
	it("shows the list and the last conversation, and sends messages once when the network is back", async () => {
		const [ann, bob] = await meet(url());
		const { page } = ann;
		await bob.say("said by Bob");
		await ann.sees("said by Bob");
		await kept(ann, "said by Bob");
		await page.context().setOffline(true);
		const next = await ann.anotherTab();
		await page.close();
		await next.page.goto(page.url());
		await next.sees("said by Bob");
		await next.connected("Offline");
		await next.listed(/said by Bob/).waitFor();
		await banner(next.page).getByText("You are offline").waitFor();
		await next.say("written offline");
		await next.keeps("written offline");
		await next.page.reload();
		await next.sees("written offline");
		await next.goOnline();
		await next.connected();
		await bob.sees("written offline");
		await banner(next.page).waitFor({ state: "detached" });
		for (const visitor of [next, bob])
			expect((await visitor.messages()).filter((text) => text.includes("written offline"))).toHaveLength(1);
		await ann.leave();
		await bob.leave();
	});
});

describe("a second visit", () => {
	it("shows the pictures that were seen before, until the person signs out", async () => {
		const [ann, bob] = await meet(elsewhere());
		const square = Buffer.from(
			"iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAE0lEQVR4nGP43yAARAwCDf+BCAArsgY9eZuyuQAAAABJRU5ErkJggg==",
			"base64",
		);
		const addresses: string[] = [];
		ann.page.on("request", (request) => /\/files\/./.test(request.url()) && addresses.push(request.url()));
		await bob.page.getByRole("button", { name: "Add files or record" }).waitFor();
		const input = bob.page.locator("footer input[type=file][multiple]");
		await input.setInputFiles([{ name: "square.png", mimeType: "image/png", buffer: square }]);
		await bob.page.getByRole("list", { name: "Files of your message" }).getByText("Ready").waitFor();
		await bob.say("Look");
		const widthIn = ({ log }: Visitor) => log.locator("img").evaluate((picture: HTMLImageElement) => picture.naturalWidth);
		await expect.poll(() => widthIn(ann)).toBe(2);
		await kept(ann, "Look");
		await ann.goOffline();
		const next = await ann.anotherTab();
		await ann.page.close();
		await next.page.goto(ann.page.url());
		await next.connected("Offline");
		await expect.poll(() => widthIn(next)).toBe(2);

		const isKept = () =>
			next.page.evaluate(
				(address) =>
					fetch(address, { cache: "only-if-cached", mode: "same-origin" }).then(
						({ ok }) => ok,
						() => false,
					),
				addresses[0] as string,
			);
		await expect.poll(isKept).toBe(true);
		await next.goOnline();
		await next.connected();
		await next.page.getByRole("button", { name: "Settings", exact: true }).click();
		await next.page.getByRole("button", { name: "Sign out…" }).click();
		await next.page.getByRole("button", { name: "Sign out", exact: true }).click();
		await next.page.getByRole("textbox", { name: "Your name" }).waitFor();
		await expect.poll(isKept).toBe(false);
		await next.leave();
		await bob.leave();
	});

	it("shows the same without a server, and says so if a conversation is not on the device", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.signIn(elsewhere(), "Ann");
		await ann.newConversation();
		await ann.say("said to Claude");
		await ann.answered();
		await kept(ann, "said to Claude");
		await product.kill();
		await ann.page.reload();
		await ann.sees("said to Claude");
		await banner(ann.page)
			.getByText(/Reconnecting/)
			.waitFor();
		await ann.page.goto(`${elsewhere()}/c/somewhere`);
		const notKept = ann.page.getByText("This conversation is not stored on this device.");
		await notKept.waitFor();
		await product.revive();
		await ann.page.goto(elsewhere());
		await ann.listed(/said to Claude/).click();
		await ann.connected();
		await ann.goOffline();
		await ann.page.goto(`${elsewhere()}/c/somewhere`);
		await notKept.waitFor();
		await ann.leave();
	});

	it("covers nothing at the beginning of a conversation with its connection notice", async () => {
		const [ann, bob] = await meet(elsewhere(), { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
		await bob.say("said by Bob");
		await ann.sees("said by Bob");
		await ann.goOffline();
		await banner(ann.page).waitFor();
		/** From the lower edge of the notice to the first text. */
		const room = async () => {
			const { y, height } = (await banner(ann.page).boundingBox()) ?? { y: 0, height: 0 };
			const first = await ann.log.evaluate((log) => {
				const texts = document.createTreeWalker(log, NodeFilter.SHOW_TEXT);
				const range = document.createRange();
				range.selectNode(texts.nextNode() as Node);
				return range.getBoundingClientRect().top;
			});
			return first - y - height;
		};
		await expect.poll(room).toBeGreaterThanOrEqual(0);
		await ann.leave();
		await bob.leave();
	});

	it("shows cached messages before the server answers, and then new ones", async () => {
		const [ann, bob] = await meet(elsewhere());
		await bob.say("said before");
		await ann.sees("said before");
		await kept(ann, "said before");
		const address = ann.page.url();
		const next = await ann.anotherTab();
		await ann.page.close();
		await bob.say("said meanwhile");
		let letIn = () => {};
		const held = new Promise<void>((resolve) => {
			letIn = resolve;
		});
		await next.page.route("**/api/**", async (route) => {
			await held;
			await route.continue();
		});
		await next.page.goto(address);
		await next.sees("said before");
		expect((await next.messages()).join()).not.toContain("said meanwhile");
		letIn();
		await next.sees("said meanwhile");
		await next.connected();
		expect(await next.messages()).toHaveLength(2);
		await next.leave();
		await bob.leave();
	});

	it("is like the first one if the browser stores nothing", async () => {
		const ann = await Visitor.arrive(browser, { serviceWorkers: "block" });
		await ann.page.addInitScript(() => {
			Object.defineProperty(window, "indexedDB", {
				value: {
					open: () => {
						throw new DOMException("Forbidden", "SecurityError");
					},
				},
			});
		});
		await ann.signIn(product.url, "Ann");
		await ann.newConversation();
		await ann.say("said to Claude");
		await ann.answered();
		await ann.page.reload();
		await ann.sees("said to Claude");
		await ann.connected();
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("finds nothing of the last person after they signed out", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.signIn(elsewhere(), "Annabella");
		await ann.newConversation();
		await ann.say("between us");
		await ann.answered();
		await kept(ann, "between us");
		await ann.goOffline();
		await ann.connected("Offline");
		await ann.say("not yet sent");
		await expect.poll(async () => JSON.stringify(await onDisk(ann.page))).toContain("not yet sent");
		await ann.message.fill("not yet said");
		await ann.goOnline();
		await ann.connected();
		await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
		await ann.page.getByRole("button", { name: "Sign out…" }).click();
		await ann.page.getByRole("button", { name: "Sign out", exact: true }).click();
		await ann.page.getByRole("textbox", { name: "Your name" }).waitFor();
		await expect.poll(async () => JSON.stringify(await onDisk(ann.page))).not.toMatch(/Annabella|guest-|between us|not yet|\/c\//);
		await ann.goOffline();
		await ann.page.reload();
		await ann.page.getByText("The service cannot be reached.").waitFor();
		await ann.leave();
	});
});

describe("a lost connection", () => {
	it("shows a countdown to the next attempt, which can be made at once, and nothing moves", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.signIn(elsewhere(), "Ann");
		await ann.newConversation();
		const { page } = ann;
		const places = () => Promise.all([ann.log, ann.message].map((part) => part.boundingBox()));
		const before = await places();
		await product.kill();
		const count = banner(page).getByText(/Reconnecting in \d+ s/);
		await count.waitFor();
		// The page itself notes what it shows: a busy machine may look too late, and may skip a second.
		await page.evaluate(() => {
			const shown: number[] = [];
			new MutationObserver(() => {
				const second = /Reconnecting in (\d+) s/.exec(document.querySelector("[data-banner]")?.textContent ?? "")?.[1];
				if (second !== undefined && Number(second) !== shown.at(-1)) shown.push(Number(second));
			}).observe(document, { childList: true, subtree: true, characterData: true });
			Object.assign(window, { shown });
		});
		const steps = async () => {
			const shown = await page.evaluate(() => (window as unknown as { shown: number[] }).shown);
			return shown.map((second, at) => (shown[at - 1] ?? 0) - second);
		};
		await expect.poll(steps).toContain(1);
		expect(await places()).toEqual(before);
		// The countdown is not announced; the status is, once.
		expect(await count.evaluate((element) => element.closest("output, [aria-live], [role=status], [role=alert]"))).toBeNull();
		expect(await page.getByRole("status", { name: "Connection" }).innerText()).toBe("Reconnecting…");
		// At once: before the press is over, the next attempt has begun.
		const pressed = () =>
			page.evaluate(() => {
				const WebSockets = window.WebSocket;
				let opened = 0;
				window.WebSocket = class extends WebSockets {
					constructor(...given: ConstructorParameters<typeof WebSockets>) {
						super(...given);
						opened += 1;
					}
				};
				document.querySelector<HTMLElement>('[data-banner="waiting"] button')?.click();
				window.WebSocket = WebSockets;
				return opened;
			});
		await expect.poll(pressed).toBeGreaterThan(0);
		await product.revive();
		await ann.connected();
		await banner(page).waitFor({ state: "detached" });
		expect(await places()).toEqual(before);
		await ann.leave();
	});

	it("says that it is catching up until everything missed has arrived", async () => {
		const [ann, bob] = await meet(elsewhere());
		const { page } = ann;
		let letIn = () => {};
		const held = new Promise<void>((resolve) => {
			letIn = resolve;
		});
		await page.context().setOffline(true);
		await ann.connected("Offline");
		await bob.say("said meanwhile");
		await bob.sees("said meanwhile");
		await page.routeWebSocket(/\/conversations\/.*\/socket/, (socket) => {
			const server = socket.connectToServer();
			server.onMessage(async (message) => {
				await held;
				socket.send(message);
			});
		});
		await page.context().setOffline(false);
		await banner(page).getByText("Catching up…").waitFor();
		expect((await ann.messages()).join()).not.toContain("said meanwhile");
		letIn();
		await ann.sees("said meanwhile");
		await ann.connected();
		await banner(page).waitFor({ state: "detached" });
		await ann.leave();
		await bob.leave();
	});
});

it("the page can be installed", async () => {
	const { page, close } = await openProfile();
	await page.goto(product.url);
	const inspector = await page.context().newCDPSession(page);
	const { errors } = await inspector.send("Page.getAppManifest");
	expect(errors).toEqual([]);
	const installability = async () =>
		(await inspector.send("Page.getInstallabilityErrors")).installabilityErrors.map(({ errorId }) => errorId);
	await expect.poll(installability).toEqual([]);
	const manifest = await (await fetch(`${product.url}/manifest.webmanifest`)).json();
	for (const { src, sizes, type } of manifest.icons) {
		const response = await fetch(product.url + src);
		expect(response.headers.get("content-type")).toBe(type);
		if (type === "image/png") {
			const picture = Buffer.from(await response.arrayBuffer());
			expect(`${picture.readUInt32BE(16)}x${picture.readUInt32BE(20)}`).toBe(sizes);
		}
	}
	expect((await fetch(`${product.url}/sw.js`)).headers.get("cache-control")).toBe("no-cache");
	await close();
});

describe("a first visit whose network goes before everything is loaded", () => {
	it("loads the rest once the network is back, without a reload", async () => {
		// Without a service worker nothing is on the device but what was used.
		const ann = await Visitor.arrive(browser, { serviceWorkers: "block" });
		const { page } = ann;
		await ann.start(product.url, "Ann");
		await ann.goOffline();
		const dialog = page.getByRole("dialog");
		const help = () => page.keyboard.press("Control+/");
		await help();
		await dialog.getByText("This could not be loaded").waitFor();
		await page.keyboard.press("Escape");
		await dialog.waitFor({ state: "detached" });
		await ann.message.fill("so :tad");
		// Until the page has acted on it.
		await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
		await ann.goOnline();
		await page.getByRole("option", { name: "tada", selected: true }).waitFor();
		// With its style sheet, which browsers and bundlers forget more easily than scripts.
		expect(await page.getByRole("listbox").evaluate((list) => getComputedStyle(list).position)).toBe("absolute");
		await ann.message.fill("");
		await help();
		await dialog.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
		await ann.leave();
	});
});
