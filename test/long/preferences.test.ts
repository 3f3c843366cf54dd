// Settings, exports, signing out and erasure.

import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { post } from "../e2e/api.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";

openBrowser();

const openSettings = ({ page }: Visitor) => page.getByRole("button", { name: "Settings", exact: true }).click();
const schemeOf = ({ page }: Visitor) => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);

/** A person alone in a conversation. */
async function arrive(): Promise<Visitor> {
	const ann = await Visitor.arrive(browser);
	await ann.start(product.url, "Ann");
	return ann;
}

describe("settings", () => {
	it("take effect at once, after a reload and in other tabs: theme and Enter key", async () => {
		const ann = await arrive();
		const other = await ann.anotherTab();
		await other.page.goto(ann.page.url());
		await other.connected();
		await openSettings(ann);
		await ann.page.getByRole("radio", { name: "Dark" }).check();
		await ann.page.getByRole("radio", { name: /new line/ }).check();
		await ann.page.keyboard.press("Escape");
		await expect.poll(() => schemeOf(other)).toBe("dark");
		await ann.page.reload();
		expect(await schemeOf(ann)).toBe("dark");

		await ann.message.pressSequentially("One");
		await ann.message.press("Enter");
		await ann.message.pressSequentially("two");
		expect(await ann.message.inputValue()).toBe("One\ntwo");
		await ann.message.press("Control+Enter");
		await ann.sees(/One\s+two/);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it.each([
		["dark", "light"],
		["light", "dark"],
	] as const)("show the chosen theme from the first paint: %s on a %s device", async (theme, colorScheme) => {
		const ann = await Visitor.arrive(browser, { colorScheme, serviceWorkers: "block" });
		await ann.page.addInitScript((theme) => localStorage.setItem("preferences", JSON.stringify({ theme })), theme);
		// What is painted while the page's script is still on its way.
		await ann.page.route("**/assets/*.js", () => {});
		await ann.page.goto(product.url, { waitUntil: "commit" });
		await ann.page.locator("#root").waitFor({ state: "attached" });
		await expect.poll(() => ann.page.evaluate(() => document.styleSheets.length)).toBeGreaterThan(0);
		expect(await schemeOf(ann)).toBe(theme);
		const paper = await ann.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
		expect(paper).toBe(theme === "dark" ? "rgb(18, 23, 21)" : "rgb(250, 251, 250)");
		// The browser's toolbar takes the first colour that applies.
		const toolbar = await ann.page.evaluate(
			() =>
				[...document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")].find(({ media }) => matchMedia(media).matches)?.content,
		);
		expect(toolbar).toBe(theme === "dark" ? "#121715" : "#fafbfa");
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("change the name, which others see at once, also in other tabs and after a reload", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		const other = await bob.anotherTab();
		await other.page.goto(product.url);
		await other.list.getByText("Bob").waitFor();
		await openSettings(bob);
		await bob.page.getByRole("button", { name: "Change name…" }).click();
		const asked = bob.page.getByRole("dialog", { name: "Change your name" });
		await asked.getByRole("textbox", { name: "Your name" }).fill("Claude");
		await asked.getByRole("button", { name: "Save" }).click();
		await asked.getByText("That name is not available. Choose another.").waitFor();
		await asked.getByRole("textbox", { name: "Your name" }).fill("Beau");
		await asked.getByRole("button", { name: "Save" }).click();
		await ann.participants.getByText("Beau").waitFor();
		await bob.page.getByText("Signed in as Beau (guest).").waitFor();
		await bob.page.keyboard.press("Escape");
		await other.list.getByText("Beau", { exact: true }).waitFor();
		await bob.say("It is me");
		await ann.log.getByRole("article", { name: /^Beau/ }).waitFor();
		await bob.page.reload();
		await bob.participants.getByText("Beau (you)").waitFor();
		expect(await ann.participants.getByText("Bob").count()).toBe(0);
		await ann.leave();
		await bob.leave();
	});

	it("create personal tokens that work until they are revoked", async () => {
		const ann = await arrive();
		await ann.page.setViewportSize({ width: 1280, height: 400 });
		const id = /\/c\/([\w-]+)/.exec(ann.page.url())?.[1];
		await openSettings(ann);
		await ann.page.getByText("Personal tokens").click();
		await ann.page.getByRole("textbox", { name: "Name of the program" }).fill("Clock");
		await ann.page.getByRole("button", { name: "Create token" }).click();
		const made = ann.page.getByRole("textbox", { name: "Token", exact: true });
		const secret = await made.inputValue();
		await expect.poll(() => made.evaluate((element) => element.getBoundingClientRect().bottom)).toBeLessThan(400);
		await post(product.url, `/conversations/${id}/messages`, secret, { content: "It is noon." });
		await ann.sees("It is noon.");
		await ann.page.getByRole("button", { name: "Revoke Clock" }).click();
		await ann.page.getByRole("button", { name: "Revoke Clock" }).waitFor({ state: "detached" });
		await expect(post(product.url, `/conversations/${id}/messages`, secret, { content: "Again." })).rejects.toThrow(/answered 401/);
		await ann.leave();
	});

	it("limit a personal token to what it may do, and where", async () => {
		const ann = await arrive();
		const id = /\/c\/([\w-]+)/.exec(ann.page.url())?.[1];
		await openSettings(ann);
		await ann.page.getByText("Personal tokens").click();
		await ann.page.getByRole("textbox", { name: "Name of the program" }).fill("Reader");
		await ann.page.getByRole("checkbox", { name: "Send messages" }).uncheck();
		await ann.page.getByRole("checkbox", { name: "All conversations" }).uncheck();
		await ann.page.getByRole("group", { name: "Where" }).getByRole("checkbox").last().check();
		await ann.page.getByRole("button", { name: "Create token" }).click();
		const secret = await ann.page.getByRole("textbox", { name: "Token", exact: true }).inputValue();
		await ann.page.getByText("Read messages · 1 conversation").waitFor();
		await expect(post(product.url, `/conversations/${id}/messages`, secret, { content: "No." })).rejects.toThrow(/answered 403/);
		await ann.page.reload();
		await ann.page.getByRole("button", { name: "Settings", exact: true }).waitFor();
		await ann.leave();
	});
});

describe("an export", () => {
	it("is saved as a web page or a data file", async () => {
		const ann = await arrive();
		await ann.say("a table, please");
		await ann.answered();
		for (const [kind, ending, text] of [
			[/^Web page/, ".html", /<!doctype html>.*a table, please/is],
			[/^Data file(?! with)/, ".jsonl", /^\{.*"type":"conversation".*a table, please.*"type":"end".*\}\n$/s],
		] as const) {
			await ann.decide(/^a table, please/i, "Export…");
			await ann.page.getByRole("radio", { name: kind }).check();
			const download = ann.page.waitForEvent("download");
			await ann.page.getByRole("button", { name: "Save file" }).click();
			const file = await download;
			expect(file.suggestedFilename()).toMatch(new RegExp(`^a table, please\\${ending}$`, "i"));
			expect(await readFile(await file.path(), "utf8")).toMatch(text);
			await ann.page.getByRole("dialog").waitFor({ state: "detached" });
		}
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});
});

describe("one's data", () => {
	it("is saved as a file, in both languages, and what refuses it is said in the dialog", async () => {
		const ann = await arrive();
		await ann.say("a table, please");
		await ann.answered();
		await openSettings(ann);
		await ann.page.getByRole("button", { name: "Download my data…" }).click();
		const asked = ann.page.getByRole("dialog", { name: "Download your data" });
		await asked.getByText("also in those that you have left").waitFor();
		await look(ann, "data");
		const download = ann.page.waitForEvent("download");
		await asked.getByRole("button", { name: "Save file" }).click();
		const file = await download;
		expect(file.suggestedFilename()).toMatch(/^parley-data-\d{4}-\d\d-\d\d\.jsonl$/);
		const text = await readFile(await file.path(), "utf8");
		expect(text).toMatch(/^\{"type":"export".*"name":"Ann".*"type":"message".*a table, please.*"type":"end".*\}\n$/s);
		await asked.waitFor({ state: "detached" });
		await ann.page.getByRole("radio", { name: "Deutsch" }).check();
		await ann.page.getByRole("button", { name: "Meine Daten herunterladen …" }).click();
		const gefragt = ann.page.getByRole("dialog", { name: "Deine Daten herunterladen" });
		await ann.page.route("**/api/me/export", (route) =>
			route.fulfill({ status: 429, json: { error: { code: "rate_limited", message: "Not today." } } }),
		);
		await gefragt.getByRole("button", { name: "Datei speichern" }).click();
		await gefragt.getByText("Das hast du heute schon mehrmals getan.").waitFor();
		await look(ann, "data-refused");
		await ann.leave();
	});
});

describe("leaving for good", () => {
	/** Ends the session by the settings, from another device, or by the loss of its cookie. */
	const endings: [string, (ann: Visitor) => Promise<void>][] = [
		[
			"by signing out",
			async (ann) => {
				await openSettings(ann);
				await ann.page.getByRole("button", { name: "Sign out…" }).click();
				const asked = ann.page.getByRole("dialog", { name: "Sign out?" });
				await asked.getByText("You cannot come back").waitFor();
				await asked.getByRole("button", { name: "Sign out" }).click();
			},
		],
		[
			"by signing out elsewhere",
			async ({ page }) => {
				const { request } = page.context();
				const { token } = await (await request.post(`${product.url}/api/auth/refresh`)).json();
				const headers = { authorization: `Bearer ${token}` };
				expect((await request.post(`${product.url}/api/auth/sign-out`, { headers })).status()).toBe(204);
			},
		],
		[
			"by losing the cookie",
			async ({ page }) => {
				await page.context().clearCookies();
				await page.reload();
			},
		],
	];

	it.each(endings)("%s deletes unsent messages and drafts", async (_how, end) => {
		const ann = await arrive();
		const address = ann.page.url();
		await ann.goOffline();
		await ann.connected("Offline");
		await ann.say("never sent");
		await ann.keeps("never sent");
		await ann.page.goto("about:blank");
		await ann.page.routeWebSocket(/\/conversations\/[^/]+\/socket/, () => {});
		await ann.goOnline();
		// A renewal that is under way would bring the cookie back.
		const renewed = ann.page.waitForResponse(/\/auth\/refresh$/);
		await ann.page.goto(address);
		await renewed;
		await ann.sees("never sent");
		await ann.message.fill("a draft");
		await ann.page.evaluate(() => sessionStorage.setItem("places", "of another conversation"));
		await end(ann);
		await ann.page.getByRole("textbox", { name: "Your name" }).waitFor();

		const kept = () =>
			ann.page.evaluate(
				() =>
					new Promise<number>((resolve) => {
						indexedDB.open("outbox").onsuccess = ({ target }) => {
							const database = (target as IDBOpenDBRequest).result;
							database.transaction("outgoing").objectStore("outgoing").count().onsuccess = ({ target }) => {
								database.close();
								resolve((target as IDBRequest<number>).result);
							};
						};
					}),
			);
		await expect.poll(kept).toBe(0);
		await expect.poll(() => ann.page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]))).not.toContain("a draft");
		await expect.poll(() => ann.page.evaluate(() => sessionStorage.length)).toBe(0);
		await ann.page.reload();
		await ann.page.getByRole("textbox", { name: "Your name" }).waitFor();
		await ann.leave();
	});

	it("by erasure asks for the name, leaves empty placeholders, and reports what was erased", async () => {
		const [ann, bob] = await annAndBob(browser, product.url);
		await bob.say("My secret");
		await ann.sees("My secret");
		await openSettings(bob);
		await bob.page.getByRole("button", { name: "Erase my data…" }).click();
		const asked = bob.page.getByRole("dialog", { name: "Erase all your data?" });
		await asked.getByRole("textbox").fill("Bop");
		await asked.getByRole("button", { name: "Erase" }).click();
		await asked.getByText("That is not your name.").waitFor();
		await asked.getByRole("textbox").fill("Bob");
		await asked.getByRole("button", { name: "Erase" }).click();
		await bob.page.getByText("You have been erased from 1 conversation: 1 message and 0 reactions are gone.").waitFor();
		await ann.sees("This message was deleted.");
		await ann.page.getByRole("button", { name: "Members, 1", exact: true }).waitFor();
		await bob.page.getByRole("button", { name: "Start again" }).click();
		await bob.page.getByRole("textbox", { name: "Your name" }).waitFor();
		await ann.leave();
		await bob.leave();
	});
});
