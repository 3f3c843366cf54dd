// Runs the whole product as users do: a server on a free port, and people who each have a browser.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page, Request } from "playwright-core";
import { freePort, type ServerProcess, startServer } from "../support/server.ts";
import { post } from "./api.ts";
import { commandOf, serverOfRun } from "./servers.ts";

export type Product = {
	url: string;
	/** Where its stored data are. */
	folder: string;
	/** The id of its process group, which changes with each restart. */
	group(): number;
	/** Kills it with SIGKILL. */
	kill(): Promise<void>;
	/** Starts it again with its stored data. */
	revive(): Promise<void>;
	/** Kills it, and starts the release with this source tree on its stored data. Without a tree, this one. */
	deploy(tree?: string): Promise<void>;
	/** Kills and restarts it. */
	crash(): Promise<void>;
	/** Kills it and deletes its stored data. */
	stop(): Promise<void>;
};

/** Starts the server of the run with these settings. `assets` is the folder of another build of the page, `tree` that of another release. */
export async function startProduct(
	settings: Record<string, string> = {},
	assets?: string,
	on = serverOfRun,
	tree?: string,
): Promise<Product> {
	const port = await freePort();
	const state = mkdtempSync(join(tmpdir(), "parley-"));
	// Tests name their scripted model as they like, and it would be called like that.
	const commandWith = (tree?: string) =>
		commandOf[on]({ folder: state, port, settings: { ASSISTANT_NAME: "Claude", ...settings }, assets, tree });
	let command = commandWith(tree);
	const start = (): Promise<ServerProcess> => startServer(command.args, command.ready, command.env);
	let server = await start();
	const kill = () => server.stop();
	const revive = async () => {
		server = await start();
	};
	return {
		url: `http://127.0.0.1:${port}`,
		folder: state,
		group: () => server.group,
		kill,
		revive,
		deploy: async (tree) => {
			await kill();
			command = commandWith(tree);
			await revive();
		},
		crash: async () => {
			await kill();
			await revive();
		},
		stop: async () => {
			await kill();
			rmSync(state, { recursive: true, force: true });
		},
	};
}

/** Connects two people to a new conversation of Ann's. `device` describes Ann's browser. */
export async function annAndBob(browser: Browser, url: string, device: BrowserContextOptions = {}): Promise<[Visitor, Visitor]> {
	const [ann, bob] = await Promise.all([Visitor.arrive(browser, device), Visitor.arrive(browser)]);
	const annsToken = await ann.becomeGuest(url, "Ann");
	const bobsToken = await bob.becomeGuest(url, "Bob");
	const { id } = (await post(url, "/conversations", annsToken)).conversation;
	const { invite } = await post(url, `/conversations/${id}/invites`, annsToken);
	await post(url, `/invites/${invite.token}/accept`, bobsToken);
	for (const visitor of [ann, bob]) {
		await visitor.page.goto(`${url}/c/${id}`);
		await visitor.connected();
	}
	await ann.participants.getByText("Bob").waitFor();
	return [ann, bob];
}

/** In ms: what a busy machine may need for one step. */
const patience = 60_000;

/** One person in one browser. Finds elements by the roles and names that a screen reader announces. */
export class Visitor {
	readonly page: Page;
	/** Errors that the browser reported: uncaught exceptions, policy violations, failed requests. */
	readonly complaints: string[] = [];
	/** Called with each frame that the page receives on its sockets. */
	readonly #watchers = new Set<(frame: string) => void>();
	/** The parts of the page that are being loaded. */
	readonly #loading = new Set<Request>();
	#loaded = () => {};

	private constructor(page: Page) {
		this.page = page;
		page.setDefaultTimeout(patience);
		page.on("websocket", (socket) =>
			socket.on("framereceived", ({ payload }) => {
				for (const watcher of [...this.#watchers]) watcher(String(payload));
			}),
		);
		page.on("request", (request) => {
			if (["script", "stylesheet"].includes(request.resourceType())) this.#loading.add(request);
		});
		const ended = (request: Request) => {
			if (this.#loading.delete(request)) this.#loaded();
		};
		page.on("requestfinished", ended);
		page.on("requestfailed", ended);
		page.on("pageerror", (error) => this.complaints.push(String(error)));
		page.on("console", (message) => {
			if (message.type() === "error") this.complaints.push(message.text());
		});
	}

	static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
		const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
		return new Visitor(await context.newPage());
	}

	/** Opens another tab of the same browser. */
	async anotherTab(): Promise<Visitor> {
		return new Visitor(await this.page.context().newPage());
	}

	/** Signs in with the page's form. */
	async signIn(url: string, name: string): Promise<void> {
		await this.page.goto(url);
		await this.page.getByRole("textbox", { name: "Your name" }).fill(name);
		await this.page.getByRole("button", { name: "Continue as guest" }).click();
	}

	/** Signs in as a guest without opening a page, which is quicker. Returns an access token. */
	async becomeGuest(url: string, name: string): Promise<string> {
		const answer = await this.page.context().request.post(`${url}/api/auth/guest`, { data: { name } });
		return (await answer.json()).token;
	}

	/** Signs in as a guest and opens a new conversation. */
	async start(url: string, name: string): Promise<void> {
		const { id } = (await post(url, "/conversations", await this.becomeGuest(url, name))).conversation;
		await this.page.goto(`${url}/c/${id}`);
		await this.message.waitFor();
		await this.connected();
	}

	/** Begins a conversation with this message, as people do. */
	async begin(text: string): Promise<void> {
		await this.page.getByRole("button", { name: "New conversation" }).click();
		await this.log.waitFor({ state: "detached" });
		await this.say(text);
		await this.page.waitForURL("**/c/*");
		await this.connected();
		await this.sees(text);
	}

	/** Opens a new conversation without a message, which only a program can create. The page is not loaded again. */
	async newConversation(): Promise<void> {
		await this.page.locator("nav").waitFor({ state: "attached" });
		await this.page.evaluate(async () => {
			// The page's tabs renew their session one after another, too.
			const refreshed = await navigator.locks.request("session", () => fetch("/api/auth/refresh", { method: "POST" }));
			const headers = { authorization: `Bearer ${(await refreshed.json()).token}` };
			const created = await fetch("/api/conversations", { method: "POST", headers, body: "{}" });
			history.pushState(null, "", `/c/${(await created.json()).conversation.id}`);
		});
		await this.message.waitFor();
		await this.connected();
	}

	/** Creates an invite and returns its link. The dialog stays open. */
	async invite(): Promise<string> {
		await this.openAbove("Invite");
		await this.page.getByRole("button", { name: "Create link" }).click();
		const link = this.page.getByRole("textbox", { name: "Invite link" });
		await link.waitFor();
		return link.inputValue();
	}

	/** Presses a button of the conversation's header, or chooses it from the menu where the header is narrow. */
	async openAbove(name: string): Promise<void> {
		const header = this.page.locator("main > header");
		// They come all at once.
		await header.getByRole("button").first().waitFor();
		const button = header.getByRole("button", { name, exact: true });
		if (await button.isVisible()) return button.click();
		await header.locator("button[aria-haspopup=menu]").click();
		await this.page.getByRole("menuitem", { name, exact: true }).click();
	}

	async say(text: string): Promise<void> {
		await this.message.fill(text);
		// Enter alone sends where there is no soft keyboard.
		await this.message.press("Control+Enter");
	}

	/**
	 * Waits until the page receives this text from the server. Call it before what causes the text: an answer by HTTP may come before the
	 * event on the socket, which changes what the page shows.
	 */
	receives(text: string): Promise<void> {
		return new Promise((resolve) => {
			const watcher = (frame: string) => {
				if (!frame.includes(text)) return;
				this.#watchers.delete(watcher);
				resolve();
			};
			this.#watchers.add(watcher);
		});
	}

	/** Waits until an unsent message is on disk, from where another tab or the next visit sends it. */
	async keeps(text: string): Promise<void> {
		await this.page.waitForFunction(async (text) => {
			const opened = indexedDB.open("outbox");
			await new Promise((resolve) => opened.addEventListener("success", resolve));
			const all = opened.result.transaction("outgoing").objectStore("outgoing").getAll();
			await new Promise((resolve) => all.addEventListener("success", resolve));
			opened.result.close();
			return JSON.stringify(all.result).includes(text);
		}, text);
	}

	/** The complaints but those about requests that the browser could not send offline. */
	get otherComplaints(): string[] {
		return this.complaints.filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED"));
	}

	/** Cuts the network once no part of the page is being loaded: an import that breaks off fails until the page is reloaded. */
	async goOffline(): Promise<void> {
		while (this.#loading.size > 0)
			await new Promise<void>((resolve) => {
				this.#loaded = resolve;
			});
		await this.page.context().setOffline(true);
	}

	async goOnline(): Promise<void> {
		await this.page.context().setOffline(false);
	}

	/** Waits for this connection status. */
	async connected(status = "Connected"): Promise<void> {
		await this.page.getByRole("status", { name: "Connection" }).getByText(status).waitFor({ state: "attached" });
	}

	/** Waits for a text in the log. */
	async sees(text: string | RegExp, options: { timeout?: number } = {}): Promise<void> {
		await this.log.getByText(text).first().waitFor(options);
	}

	get log(): Locator {
		return this.page.getByRole("log", { name: "Conversation" });
	}

	get message(): Locator {
		return this.page.getByRole("textbox", { name: "Message" });
	}

	get list(): Locator {
		return this.page.getByRole("navigation", { name: "Conversations" });
	}

	/** The first conversation in the list with this text. */
	listed(text: string | RegExp): Locator {
		return this.list.getByRole("link").filter({ hasText: text }).first();
	}

	/** Chooses an item from the menu of a conversation in the list. */
	async decide(text: string | RegExp, item: string): Promise<void> {
		const entry = this.list
			.getByRole("listitem")
			.filter({ has: this.page.getByRole("link"), hasText: text })
			.first();
		await entry.hover();
		await entry.getByRole("button").click();
		await this.page.getByRole("menuitem", { name: item }).click();
	}

	/** The first message with this text. */
	at(text: string | RegExp): Locator {
		return this.log.getByRole("article").filter({ hasText: text }).first();
	}

	/** Presses a button of a message. It appears when the pointer is over the message. */
	async press(text: string | RegExp, button: string): Promise<void> {
		await this.at(text).hover();
		await this.at(text).getByRole("button", { name: button }).click();
	}

	/** Chooses an item from the menu of a message. */
	async choose(text: string | RegExp, item: string): Promise<void> {
		await this.press(text, "More");
		await this.page.getByRole("menuitem", { name: item }).click();
	}

	/** Waits until the log ends with a reply that Claude has ended. A short one may begin and end while the machine is busy, so that nobody sees Stop. */
	async answered(): Promise<void> {
		await this.log.locator("css=article").last().and(this.page.locator("[data-kind=claude]")).waitFor();
		await this.stop.waitFor({ state: "detached" });
	}

	get stop(): Locator {
		return this.page.getByRole("button", { name: "Stop" });
	}

	get participants(): Locator {
		return this.page.getByRole("list", { name: "Participants" });
	}

	/** The whole text of each message in the log. */
	async messages(): Promise<string[]> {
		return this.log.getByRole("article").allInnerTexts();
	}

	leave(): Promise<void> {
		return this.page.context().close();
	}
}
