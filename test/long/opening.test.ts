import type { Browser, Page, Route, WebSocketRoute } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, type Visitor } from "../e2e/product.ts";

openBrowser();

/** What a page waits for after its first view: the code that is loaded later, and what the server sends. */
type Part = "code" | "conversation" | "members" | "list";

/** A device that has nothing cached opens the conversation of a visitor. Each part arrives when the test lets it through, however fast the machine is. */
class SlowDevice {
	readonly #page: Page;
	readonly #gates = new Map<Part, PromiseWithResolvers<void>>();

	private constructor(page: Page) {
		this.#page = page;
	}

	static async open(browser: Browser, visitor: Visitor, width: number): Promise<SlowDevice> {
		const storageState = await visitor.page.context().storageState();
		// A service worker would answer for the server.
		const context = await browser.newContext({ storageState, viewport: { width, height: 800 }, serviceWorkers: "block" });
		const device = new SlowDevice(await context.newPage());
		await device.#watch();
		await device.#hold(visitor.page.url());
		return device;
	}

	/** Lets a part through, and waits until it is on the page. */
	async receive(part: Part): Promise<void> {
		this.#gate(part).resolve();
		const page = this.#page;
		const list = page.getByRole("navigation", { name: "Conversations", includeHidden: true });
		const shown = {
			code: page.getByRole("button", { name: "Add files" }),
			conversation: page.getByRole("article").nth(2),
			members: page.getByRole("button", { name: "Members, 2" }),
			list: list.getByRole("link", { includeHidden: true }).first(),
		}[part];
		await shown.waitFor({ state: part === "list" ? "attached" : "visible" });
		await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
	}

	/** The elements that moved, and from where to where. */
	moved(): Promise<string[]> {
		return this.#page.evaluate(() => (window as unknown as { moved(): string[] }).moved());
	}

	close(): Promise<void> {
		return this.#page.context().close();
	}

	async #watch(): Promise<void> {
		await this.#page.addInitScript(() => {
			type Shift = PerformanceEntry & { sources: { node: Element | null; previousRect: DOMRect; currentRect: DOMRect }[] };
			const moved: string[] = [];
			const place = ({ x, y, width, height }: DOMRect) => [x, y, width, height].map(Math.round).join(" ");
			const note = (entries: PerformanceEntry[]) => {
				for (const { node, previousRect, currentRect } of (entries as Shift[]).flatMap(({ sources }) => sources))
					moved.push(`${node?.outerHTML?.slice(0, 80)}: ${place(previousRect)} -> ${place(currentRect)}`);
			};
			const observer = new PerformanceObserver((list) => note(list.getEntries()));
			observer.observe({ type: "layout-shift", buffered: true });
			Object.assign(window, {
				moved: () => {
					note(observer.takeRecords());
					return moved;
				},
			});
		});
	}

	async #hold(url: string): Promise<void> {
		const page = this.#page;
		const first = await (await fetch(url)).text();
		const hold = (part: Part) => async (route: Route) => {
			if (!first.includes(new URL(route.request().url()).pathname)) await this.#gate(part).promise;
			await route.continue();
		};
		const holdSocket = (part: Part) => (socket: WebSocketRoute) => {
			const server = socket.connectToServer();
			server.onMessage((data) => void this.#gate(part).promise.then(() => socket.send(data)));
		};
		await page.route(/\/assets\//, hold("code"));
		await page.route(/\/api\/conversations\/[^/]+$/, hold("members"));
		await page.routeWebSocket(/\/conversations\/[^/]+\/socket/, holdSocket("conversation"));
		await page.routeWebSocket(/\/me\/socket/, holdSocket("list"));
		await page.goto(url);
		await page.getByRole("textbox", { name: "Message" }).waitFor();
	}

	#gate(part: Part): PromiseWithResolvers<void> {
		const gate = this.#gates.get(part) ?? Promise.withResolvers<void>();
		this.#gates.set(part, gate);
		return gate;
	}
}

describe("opening a conversation with a reply, and a message that others have seen", () => {
	let people: [owner: Visitor, member: Visitor];

	beforeAll(async () => {
		people = await annAndBob(browser, product.url);
		const [ann] = people;
		await ann.say("@claude, hello");
		await ann.answered();
		// Shorter than the line below it.
		await ann.say("Yup");
		await ann.at("Yup").getByText("Seen by Bob").waitFor();
	});

	afterAll(() => Promise.all(people.map((visitor) => visitor.leave())));

	it.each([
		[390, ["code", "list", "conversation", "members"]],
		[390, ["conversation", "members", "code", "list"]],
		[1280, ["code", "list", "conversation", "members"]],
		[1280, ["conversation", "members", "code", "list"]],
	] as const)("moves nothing, at %d px, if %j arrive in this order", async (width, parts) => {
		for (const visitor of people) {
			const device = await SlowDevice.open(browser, visitor, width);
			for (const part of parts) await device.receive(part);
			expect(await device.moved()).toEqual([]);
			await device.close();
		}
	});
});
