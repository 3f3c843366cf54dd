// The page in another language: chosen by the device or in the settings.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { overflowing, violations } from "../e2e/accessibility.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";
import { englishOn, type Spoken, spoken } from "./languages.ts";

openBrowser();

describe("the language", () => {
	it("is that of the device from the start: no English is shown first, and refusals are translated", async () => {
		const anna = await Visitor.arrive(browser, { locale: "de-AT" });
		await anna.page.addInitScript(() => {
			const seen: string[] = [];
			Object.assign(window, { seen });
			new MutationObserver(() => seen.push(document.getElementById("root")?.innerText ?? "")).observe(document, {
				childList: true,
				subtree: true,
			});
		});
		await anna.page.goto(product.url);
		await anna.page.getByRole("textbox", { name: "Dein Name" }).fill("Claude");
		expect(await anna.page.evaluate(() => document.documentElement.lang)).toBe("de");
		const seen = await anna.page.evaluate(() => (window as unknown as { seen: string[] }).seen.join("\n"));
		expect(seen).toContain("Als Gast weiter");
		expect(seen).not.toMatch(/Loading|Your name/);
		await anna.page.getByRole("button", { name: "Als Gast weiter" }).click();
		await anna.page.getByRole("alert").getByText("Dieser Name ist nicht verfügbar.").waitFor();
		await anna.leave();
	});

	it("changes at once everywhere, and nothing that is open or typed is lost", async () => {
		const ann = await Visitor.arrive(browser);
		const scripts: string[] = [];
		let sockets = 0;
		ann.page.on("request", (request) => scripts.push(new URL(request.url()).pathname));
		ann.page.on("websocket", () => {
			sockets += 1;
		});
		await ann.signIn(product.url, "Ann");
		await ann.newConversation();
		await ann.say("code");
		await ann.answered();
		await ann.message.fill("half a thought");
		const opened = sockets;
		expect(scripts.filter((path) => path.startsWith("/assets/de-"))).toEqual([]);

		await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
		await ann.page.getByRole("radio", { name: "Deutsch" }).check();
		await ann.page.getByRole("dialog", { name: "Einstellungen" }).waitFor();
		expect(await ann.page.evaluate(() => document.documentElement.lang)).toBe("de");
		await ann.page.keyboard.press("Escape");
		const log = ann.page.getByRole("log", { name: "Gespräch" });
		await log.getByRole("button", { name: "Kopieren", exact: true }).first().waitFor();
		await ann.page.getByRole("status", { name: "Verbindung" }).getByText("Verbunden").waitFor({ state: "attached" });
		await ann.page.getByRole("navigation", { name: "Gespräche" }).waitFor();
		await ann.page.getByTitle("In diesem Gespräch suchen (Strg+Umschalt+F)").waitFor();
		const field = ann.page.getByRole("textbox", { name: "Nachricht" });
		expect(await field.inputValue()).toBe("half a thought");
		expect(sockets).toBe(opened);

		await ann.page.reload();
		await log.getByText("code").first().waitFor();
		expect(await field.inputValue()).toBe("half a thought");
		await ann.page.getByRole("button", { name: "Einstellungen", exact: true }).click();
		await ann.page.getByRole("radio", { name: "English" }).check();
		await ann.page.getByRole("dialog", { name: "Settings" }).waitFor();
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("is English if another one cannot be loaded, and the other after a reload", async () => {
		const anna = await Visitor.arrive(browser, { locale: "de-DE" });
		await anna.page.route("**/assets/de-*.js", (route) => route.abort());
		await anna.page.goto(product.url);
		await anna.page.getByRole("textbox", { name: "Your name" }).waitFor();
		await anna.page.unroute("**/assets/de-*.js");
		await anna.page.reload();
		await anna.page.getByRole("textbox", { name: "Dein Name" }).waitFor();
		await anna.leave();
	});
});

const rootOf = (page: Page) => page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);

/** A conversation with a message of one's own and a reply, in the language of the device. */
async function conversing({ device, words }: Spoken, size = { width: 1280, height: 800 }): Promise<Visitor> {
	const ann = await Visitor.arrive(browser, { locale: device, viewport: size });
	await ann.page.goto(product.url);
	await ann.page.getByRole("textbox", { name: words.yourName }).fill("Ann");
	await ann.page.getByRole("button", { name: words.continueAsGuest }).click();
	const message = ann.page.getByRole("textbox", { name: words.message });
	await message.fill("code");
	await message.press("Control+Enter");
	await ann.page.waitForURL("**/c/*");
	await ann.page.locator("[data-kind=claude]").waitFor();
	await ann.page.getByRole("button", { name: words.stop, exact: true }).waitFor({ state: "detached" });
	return ann;
}

const settingsOf = ({ page }: Visitor, words: Spoken["words"]) => page.getByRole("dialog", { name: words.settings });

describe.each(spoken.map((one) => [one.language, one] as const))("the page in %s", (_, one) => {
	const { language, device, direction, ownName, words } = one;

	it("is in this language from the device's setting, with no English in what it says", async () => {
		const visitor = await Visitor.arrive(browser, { locale: device });
		const { page } = visitor;
		await page.goto(product.url);
		await page.getByRole("textbox", { name: words.yourName }).waitFor();
		expect(await rootOf(page)).toEqual([language, direction]);
		expect(await englishOn(page, words), "signing in").toEqual([]);
		await page.getByRole("textbox", { name: words.yourName }).fill("Ann");
		await page.getByRole("button", { name: words.continueAsGuest }).click();
		await page.getByRole("heading", { name: words.homeTitle }).waitFor();
		expect(await englishOn(page, words), "home").toEqual([]);
		await visitor.leave();

		const ann = await conversing(one);
		expect(await englishOn(ann.page, words), "a conversation").toEqual([]);
		for (const kind of ["own", "claude"]) {
			const article = ann.page
				.getByRole("article")
				.filter(kind === "claude" ? { has: ann.page.locator("css=:scope[data-kind=claude]") } : {})
				.first();
			await article.hover();
			await article.getByRole("button", { name: words.more, exact: true }).first().click();
			await ann.page.getByRole("menu").waitFor();
			expect(await englishOn(ann.page, words), `the menu of a message (${kind})`).toEqual([]);
			await ann.page.keyboard.press("Escape");
		}
		const list = ann.page.getByRole("navigation", { name: words.conversations });
		const entry = list
			.getByRole("listitem")
			.filter({ has: ann.page.getByRole("link") })
			.last();
		await entry.hover();
		await entry.getByRole("button").click();
		await ann.page.getByRole("menu").waitFor();
		expect(await englishOn(ann.page, words), "the menu of a conversation").toEqual([]);
		await ann.page.keyboard.press("Escape");
		await ann.openAbove(words.settingsOf);
		await ann.page.getByRole("dialog").waitFor();
		expect(await englishOn(ann.page, words), "the settings of a conversation").toEqual([]);
		await ann.page.keyboard.press("Escape");
		await ann.page.getByRole("button", { name: words.settings, exact: true }).click();
		await settingsOf(ann, words).getByText(words.later.settings.tokens).waitFor();
		expect(await englishOn(ann.page, words), "settings").toEqual([]);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	it("is chosen in the settings, and stays so after a reload", async () => {
		const ann = await Visitor.arrive(browser);
		await ann.signIn(product.url, "Ann");
		await ann.page.getByRole("button", { name: "Settings", exact: true }).click();
		await ann.page.getByRole("radio", { name: ownName }).check();
		await settingsOf(ann, words).getByText(words.later.settings.tokens).waitFor();
		expect(await rootOf(ann.page)).toEqual([language, direction]);
		expect(await englishOn(ann.page, words)).toEqual([]);
		await ann.page.reload();
		await ann.page.getByRole("heading", { name: words.homeTitle }).waitFor();
		expect(await rootOf(ann.page)).toEqual([language, direction]);
		await ann.page.getByRole("button", { name: words.settings, exact: true }).click();
		await ann.page.getByRole("radio", { name: "English" }).check();
		await ann.page.getByRole("dialog", { name: "Settings" }).waitFor();
		expect(await rootOf(ann.page)).toEqual(["en", "ltr"]);
		expect(ann.complaints).toEqual([]);
		await ann.leave();
	});

	if (direction === "rtl")
		it("is laid out from right to left, but code and what is written from left to right are not", async () => {
			const ann = await conversing(one);
			const list = await ann.page.getByRole("navigation", { name: words.conversations }).boundingBox();
			expect((list?.x ?? 0) + (list?.width ?? 0)).toBeGreaterThan(1200);
			const sides = await ann.page.evaluate(() => {
				const directionOf = (selector: string) => getComputedStyle(document.querySelector(selector) as Element).direction;
				return [directionOf("[role=log]"), directionOf("[data-kind=claude] pre"), directionOf("[data-kind=claude] p")];
			});
			expect(sides).toEqual(["rtl", "ltr", "ltr"]);
			// The icon of a reply points to where the text comes from, and that of sending does not turn.
			await ann.page.getByRole("article").last().hover();
			const turned = await ann.page.evaluate(() =>
				["reply", "send", "goTo"].map((icon) => {
					const drawn = document.querySelector(`[data-icon=${icon}]`);
					return drawn && getComputedStyle(drawn).transform;
				}),
			);
			expect(turned).toEqual(["matrix(-1, 0, 0, 1, 0, 0)", "none", "matrix(-1, 0, 0, 1, 0, 0)"]);
			await ann.leave();
		});

	it("fits a narrow page, and axe finds nothing", async () => {
		const ann = await conversing(one, { width: 360, height: 740 });
		expect(await overflowing(ann.page), "a conversation").toEqual([]);
		expect(await violations(ann.page), "a conversation").toEqual([]);
		await ann.page.goto(product.url);
		await ann.page.getByRole("navigation", { name: words.conversations }).getByRole("link").first().waitFor();
		expect(await overflowing(ann.page), "home").toEqual([]);
		await ann.page.setViewportSize({ width: 1280, height: 800 });
		await ann.page.getByRole("button", { name: words.settings, exact: true }).click();
		await settingsOf(ann, words).getByText(words.later.settings.tokens).waitFor();
		await ann.page.setViewportSize({ width: 360, height: 740 });
		expect(await overflowing(ann.page), "settings").toEqual([]);
		expect(await violations(ann.page), "settings").toEqual([]);
		await ann.leave();
	});
});
