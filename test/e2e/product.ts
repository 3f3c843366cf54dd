// The product as its users have it: a server of its own on a free port, and people in browsers of their own.

import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { freePort, type ServerProcess, startServer } from "../support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
// The set-up, which imports this file too, has no `import.meta.resolve`.
const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");

export type Product = {
	url: string;
	/** The group of its processes, another one after each crash. */
	group(): number;
	/** Kills it where it stands. */
	kill(): Promise<void>;
	/** Starts it again on what it had stored. */
	revive(): Promise<void>;
	/** Both. */
	crash(): Promise<void>;
	/** What it stored goes with it. */
	stop(): Promise<void>;
};

/** What `wrangler.toml` says, but for the build where that was made once for all: builds beside each other would empty each other's folder. */
function configFor(folder: string): string[] {
	const path = join(root, "wrangler.toml");
	if (process.env.PAGE_IS_BUILT === undefined) return ["--config", path];
	const here = (path: string) => JSON.stringify(join(root, path));
	const text = readFileSync(path, "utf8")
		.replace(/^\[build\][\s\S]*?^(?=\[)/m, "")
		.replace(/^(main|directory) = "(.*)"$/gm, (_line, name, path) => `${name} = ${here(path)}`);
	const copy = join(folder, "wrangler.toml");
	writeFileSync(copy, text);
	return ["--config", copy, "--var", `JWT_SECRET:${randomUUID()}`];
}

/** `wrangler dev` as people run it, with settings as they give them; `assets`: the folder of another build of the page. */
export async function startProduct(settings: Record<string, string> = {}, assets?: string): Promise<Product> {
	const port = await freePort();
	const state = mkdtempSync(join(tmpdir(), "parley-"));
	const vars = Object.entries(settings).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
	const address = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
	const page = assets === undefined ? [] : ["--assets", assets];
	const command = [wrangler, "dev", ...configFor(state), "--persist-to", state, ...address, ...page, ...vars];
	const start = (): Promise<ServerProcess> => startServer(command, /Ready on/);
	let server = await start();
	const kill = () => server.stop();
	const revive = async () => {
		server = await start();
	};
	return {
		url: `http://127.0.0.1:${port}`,
		group: () => server.group,
		kill,
		revive,
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

/** Two people in a new conversation of Ann's, both connected; Ann at a device of hers. */
export async function annAndBob(browser: Browser, url: string, device: BrowserContextOptions = {}): Promise<[Visitor, Visitor]> {
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

/** One person at one browser, by the names that a screen reader would say. */
export class Visitor {
	readonly page: Page;
	/** What the browser complained about: scripts, policies, failed loads. */
	readonly complaints: string[] = [];

	private constructor(page: Page) {
		this.page = page;
		page.on("pageerror", (error) => this.complaints.push(String(error)));
		page.on("console", (message) => {
			if (message.type() === "error") this.complaints.push(message.text());
		});
	}

	static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
		const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
		return new Visitor(await context.newPage());
	}

	/** Another tab of the same browser. */
	async anotherTab(): Promise<Visitor> {
		return new Visitor(await this.page.context().newPage());
	}

	async signIn(url: string, name: string): Promise<void> {
		await this.page.goto(url);
		await this.page.getByRole("textbox", { name: "Your name" }).fill(name);
		await this.page.getByRole("button", { name: "Continue as guest" }).click();
	}

	async newConversation(): Promise<void> {
		const before = this.page.url();
		await this.page.getByRole("button", { name: "New conversation" }).click();
		await this.page.waitForURL(({ href }) => href !== before);
		await this.message.waitFor();
		await this.connected();
	}

	/** Makes an invite; its link. */
	async invite(): Promise<string> {
		await this.page.getByRole("button", { name: "Invite" }).click();
		const link = this.page.getByRole("textbox", { name: "Invite link" });
		await link.waitFor();
		return link.inputValue();
	}

	async say(text: string): Promise<void> {
		await this.message.fill(text);
		await this.message.press("Enter");
	}

	/** Until the connection's status says this. */
	async connected(status = "Connected"): Promise<void> {
		await this.page.getByRole("status", { name: "Connection" }).getByText(status).waitFor({ state: "attached" });
	}

	/** Until text stands in the log. */
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

	/** The conversation of which the list says this. */
	listed(text: string | RegExp): Locator {
		return this.list.getByRole("link").filter({ hasText: text }).first();
	}

	/** Chooses from the menu of a conversation in the list. */
	async decide(text: string | RegExp, item: string): Promise<void> {
		const entry = this.list.getByRole("listitem").filter({ hasText: text }).first();
		await entry.hover();
		await entry.getByRole("button").click();
		await this.page.getByRole("menuitem", { name: item }).click();
	}

	/** The first message that says this. */
	at(text: string | RegExp): Locator {
		return this.log.getByRole("article").filter({ hasText: text }).first();
	}

	/** Uses a button of a message, which is shown when one points at it. */
	async press(text: string | RegExp, button: string): Promise<void> {
		await this.at(text).hover();
		await this.at(text).getByRole("button", { name: button }).click();
	}

	/** Chooses from the menu of a message. */
	async choose(text: string | RegExp, item: string): Promise<void> {
		await this.press(text, "More");
		await this.page.getByRole("menuitem", { name: item }).click();
	}

	/** Until Claude has begun an answer and ended it. */
	async answered(): Promise<void> {
		await this.stop.waitFor();
		await this.stop.waitFor({ state: "detached" });
	}

	get stop(): Locator {
		return this.page.getByRole("button", { name: "Stop" });
	}

	get participants(): Locator {
		return this.page.getByRole("list", { name: "Participants" });
	}

	/** The messages in the log, each as its whole text. */
	async messages(): Promise<string[]> {
		return this.log.getByRole("article").allInnerTexts();
	}

	leave(): Promise<void> {
		return this.page.context().close();
	}
}
