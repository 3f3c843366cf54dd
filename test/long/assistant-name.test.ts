// The page of a deployment whose assistant has a name and a mark of its own: nothing that people see or hear says Claude.

import { expect, it } from "vitest";
import { look } from "../e2e/look.ts";
import { browser } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";
import { openScripted, product } from "../support/scripted-product.ts";

const name = "Ada's helper";

openScripted({ ASSISTANT_NAME: name, ASSISTANT_MARK: "🦉" });

/** All texts and labels of the page that say Claude. */
const sayClaude = ({ page }: Visitor) =>
	page.evaluate(() => {
		const labels = ["aria-label", "title", "placeholder", "alt", "aria-description", "content"];
		const texts = [document.title];
		for (const element of document.querySelectorAll("*")) {
			for (const label of labels) texts.push(element.getAttribute(label) ?? "");
			for (const node of element.childNodes)
				if (node.nodeType === Node.TEXT_NODE && !element.matches("script, style")) texts.push(node.textContent ?? "");
		}
		// Models keep their names.
		return texts.filter((text) => /claude/i.test(text.replace(/@claude|Claude (Opus 5\.5|Plain)/g, "")));
	});

it.each(["en", "de"])("says the name everywhere, and never Claude (%s)", async (locale) => {
	const ann = await Visitor.arrive(browser, { locale });
	const { page } = ann;
	const clean = async (what: string) => expect(await sayClaude(ann), what).toEqual([]);
	await page.goto(product.url);
	await page.getByRole("textbox").first().waitFor();
	// On the first visit the page learns the name with the first answer.
	await expect.poll(() => sayClaude(ann), { message: "the sign-in page" }).toEqual([]);
	const headers = { authorization: `Bearer ${await ann.becomeGuest(product.url, "Ann")}` };
	const { conversation } = await (await page.request.post(`${product.url}/api/conversations`, { headers, data: {} })).json();
	await page.goto(`${product.url}/c/${conversation.id}`);
	const field = page.locator("form textarea");
	await field.waitFor();
	await clean("an empty conversation");
	await field.fill('!{"thinking":"Hm.","text":"Here I am."}');
	await field.press("Enter");
	const log = page.getByRole("log");
	await log.getByText("Here I am.").waitFor();
	await log.getByText(name).first().waitFor();
	await clean("a reply");

	/** The menu of the reply, and each dialog that it leads to. */
	const reply = log.getByRole("article").last();
	const more = async () => {
		await reply.hover();
		await reply.locator("button[aria-haspopup=menu]").last().click();
		return page.getByRole("menuitem");
	};
	const items = await more();
	await items.first().waitFor();
	const count = await items.count();
	await clean("the menu of a reply");
	await page.keyboard.press("Escape");
	for (let item = 0; item < count; item++) {
		const chosen = (await more()).nth(item);
		const opensDialog = /…|saw|gesehen/.test(await chosen.innerText());
		await chosen.click();
		const dialog = page.getByRole("dialog");
		if (opensDialog) await dialog.waitFor();
		await clean(`item ${item} of the menu of a reply`);
		await page.keyboard.press("Escape");
		await dialog.waitFor({ state: "detached" });
	}

	/** Everything folded in the open dialog is unfolded, too. */
	const dialog = page.getByRole("dialog");
	const cleanDialog = async (what: string) => {
		await dialog.waitFor();
		const folded = dialog.locator("details:not([open]) > summary");
		while ((await folded.count()) > 0) await folded.first().click();
		await page.waitForLoadState("networkidle");
		await clean(what);
		await page.keyboard.press("Escape");
		await dialog.waitFor({ state: "detached" });
	};
	const menu = page.locator("main > header button[aria-haspopup=menu]");
	await menu.click();
	await page.getByRole("menuitem").first().waitFor();
	await clean("the menu of the conversation");
	await page.keyboard.press("Escape");
	const buttons = page.locator("main > header button:not([aria-haspopup=menu], [role=menuitem])");
	await expect.poll(() => buttons.count()).toBe(6);
	for (const button of await buttons.all()) {
		const label = (await button.getAttribute("aria-label")) ?? (await button.innerText());
		await button.click();
		await cleanDialog(`the dialog ${label}`);
	}
	for (const key of ["?", "Control+k"]) {
		await page.locator("main > header h1").click();
		await page.keyboard.press(key);
		await cleanDialog(`the dialog of ${key}`);
	}
	await page.getByRole("button", { name: locale === "en" ? "Settings" : "Einstellungen", exact: true }).click();
	await cleanDialog("the person's settings");

	await page.reload();
	await field.fill("@");
	const marked = [log.getByText(name).first(), page.getByRole("listbox").getByRole("option", { name })];
	for (const place of marked) {
		await place.waitFor();
		expect(await place.evaluate((element) => getComputedStyle(element, "::before").content)).toBe('"🦉" / ""');
	}
	await look(ann, `assistant-${locale}`);
	await ann.leave();
});
