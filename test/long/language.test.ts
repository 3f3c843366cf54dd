// The page in another language: chosen by the device or in the settings.

import { describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";

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
