// The settings of a conversation: owners change them, and members read them.

import { expect, it } from "vitest";
import { overflowing, violations } from "../e2e/accessibility.ts";
import { stepTo } from "../e2e/keyboard-steps.ts";
import { look } from "../e2e/look.ts";
import { browser } from "../e2e/opened.ts";
import { annAndBob, Visitor } from "../e2e/product.ts";
import { openScripted, product } from "../support/scripted-product.ts";

openScripted();

const field = ({ page }: Visitor, name: string) => page.getByRole("dialog").getByLabel(name, { exact: true });
/** Saves the settings, and waits until these people's pages know them: the dialog may be closed before. */
async function save(
	ann: Visitor,
	others: Visitor[] = [],
	act = () => ann.page.getByRole("button", { name: "Save" }).click(),
): Promise<void> {
	const known = [ann, ...others].map((visitor) => visitor.receives('"chat:conversation"'));
	await act();
	await ann.page.getByRole("dialog").waitFor({ state: "detached" });
	await Promise.all(known);
}
const open = (visitor: Visitor) => visitor.openAbove("Conversation settings");

it("an owner changes how Claude replies, and members see it and who changed the instructions", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	await open(ann);
	await field(ann, "Model").selectOption({ label: "Claude Opus 5.5 · $4 / $20" });
	await field(ann, "Effort").selectOption("low");
	await field(ann, "Instructions for Claude").fill("Answer in French.\nBe brief.");
	await field(ann, "Only owners").check();
	await field(ann, "Search the web").check();
	await field(ann, "Budget for").selectOption("month");
	await field(ann, "Budget in dollars").fill("2.5");
	await look(ann, "claude-settings");
	await save(ann, [bob], () => ann.page.getByRole("button", { name: "Save" }).press("Enter"));

	await bob.page.setViewportSize({ width: 360, height: 740 });
	await open(bob);
	expect(await field(bob, "Instructions for Claude").inputValue()).toBe("Answer in French.\nBe brief.");
	expect(await field(bob, "Instructions for Claude").isEditable()).toBe(false);
	await bob.page.getByText(/Last changed by Ann on/).waitFor();
	expect(await field(bob, "Model").inputValue()).toBe("claude-opus-5-5");
	expect(await field(bob, "Effort").inputValue()).toBe("low");
	expect(await field(bob, "Budget in dollars").inputValue()).toBe("2.5");
	expect(await field(bob, "Only owners").isChecked()).toBe(true);
	expect(await field(bob, "Search the web").isChecked()).toBe(true);
	expect(await bob.page.getByRole("button", { name: "Save" }).count()).toBe(0);
	await field(bob, "Budget for").scrollIntoViewIfNeeded();
	await look(bob, "claude-settings-member");
	const isTooWide = await bob.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
	expect(isTooWide).toBe(false);

	// Nothing else changes with one field.
	await open(ann);
	await field(ann, "Budget for").selectOption("");
	await save(ann);
	await open(ann);
	expect(await field(ann, "Budget for").inputValue()).toBe("");
	expect(await field(ann, "Instructions for Claude").inputValue()).toContain("Answer in French.");
	expect([...ann.complaints, ...bob.complaints]).toEqual([]);
	await ann.leave();
	await bob.leave();
});

it("every member reads the former instructions, who wrote them and when", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	for (const text of ["Answer in French.\nBe brief.", "", "Answer in **German**."]) {
		await open(ann);
		await field(ann, "Instructions for Claude").fill(text);
		await save(ann, [bob]);
		if (text.startsWith("Answer in French")) {
			await open(ann);
			await ann.page.getByText("Former versions").click();
			await ann.page.getByText("There are none.").waitFor();
			await ann.page.keyboard.press("Escape");
		}
	}
	await open(bob);
	await bob.page.getByText("Former versions").click();
	const former = bob.page.getByRole("region", { name: "Former versions" }).getByRole("listitem");
	await former.first().waitFor();
	expect(await former.allInnerTexts()).toEqual([
		expect.stringMatching(/^Ann, .+\d{4} at \d\d?:\d\d\s[AP]M\s+No instructions\.$/),
		expect.stringMatching(/^Ann, .+\s+Answer in French\.\nBe brief\.$/),
	]);
	await look(bob, "former-instructions");
	expect(await violations(bob.page)).toEqual([]);
	expect([...ann.complaints, ...bob.complaints]).toEqual([]);
	await ann.leave();
	await bob.leave();
});

it.each(["en", "de"])("only what the model can do is offered, and why the rest is not (%s)", async (locale) => {
	const words =
		locale === "en"
			? {
					settings: "Conversation settings",
					model: "Model",
					effort: "Effort",
					search: /^Search the web/,
					save: "Save",
					missing: "not with",
				}
			: {
					settings: "Einstellungen des Gesprächs",
					model: "Modell",
					effort: "Aufwand",
					search: /^Im Web suchen/,
					save: "Speichern",
					missing: "nicht mit",
				};
	const ann = await Visitor.arrive(browser, { locale });
	const headers = { authorization: `Bearer ${await ann.becomeGuest(product.url, "Ann")}` };
	const { conversation } = await (await ann.page.request.post(`${product.url}/api/conversations`, { headers, data: {} })).json();
	await ann.page.goto(`${product.url}/c/${conversation.id}`);
	const dialog = ann.page.getByRole("dialog");
	const [model, effort] = [dialog.getByLabel(words.model, { exact: true }), dialog.getByLabel(words.effort, { exact: true })];
	const search = dialog.getByRole("checkbox", { name: words.search });
	const levels = () => effort.locator("option").evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
	const openSettings = async () => {
		await ann.page.getByRole("button", { name: words.settings }).first().click();
		await model.locator("option", { hasText: "Claude Plain" }).waitFor({ state: "attached" });
	};
	await openSettings();
	// Nothing is known of the default model.
	expect(await levels()).toEqual(["", "low", "medium", "high", "xhigh", "max"]);
	await model.selectOption("claude-opus-5-5");
	expect(await levels()).toEqual(["", "low", "medium", "high"]);
	await effort.selectOption("high");
	await search.check();
	await save(ann, [], () => dialog.getByRole("button", { name: words.save }).click());

	await openSettings();
	await model.selectOption("claude-haiku-4-5-plain");
	expect(await levels()).toEqual(["", "high"]);
	expect(await effort.locator("option").last().innerText()).toContain(words.missing);
	await dialog.getByText(/Claude Plain (has no levels|kennt keine Stufen)/).waitFor();
	await dialog.getByText(/Claude Plain (cannot search|kann nicht im Web)/).waitFor();
	await look(ann, `capabilities-${locale}`);
	expect(await violations(ann.page)).toEqual([]);
	// What is on can be turned off, and not on again.
	await effort.selectOption("");
	await search.uncheck();
	await save(ann, [], () => dialog.getByRole("button", { name: words.save }).click());
	await openSettings();
	expect(await levels()).toEqual([""]);
	expect(await search.isDisabled()).toBe(true);
	expect(ann.complaints).toEqual([]);
	await ann.leave();
});

const words = {
	en: {
		settings: "Conversation settings",
		model: "Model",
		effort: "Effort",
		instructions: "Instructions for Claude",
		everyone: "Everyone who may write here",
		owners: "Only owners",
		search: "Search the web",
		fetch: "Read web pages",
		period: "Budget for",
		budget: "Budget in dollars",
		spending: "Spending",
		save: "Save",
	},
	de: {
		settings: "Einstellungen des Gesprächs",
		model: "Modell",
		effort: "Aufwand",
		instructions: "Anweisungen für Claude",
		everyone: "Alle, die hier schreiben dürfen",
		owners: "Nur die Leitung",
		search: "Im Web suchen",
		fetch: "Webseiten lesen",
		period: "Budget für",
		budget: "Budget in Dollar",
		spending: "Ausgaben",
		save: "Speichern",
	},
};

it.each(["en", "de"] as const)("an owner changes all of it with the keyboard alone (%s)", async (locale) => {
	const named = words[locale];
	const ann = await Visitor.arrive(browser, { locale });
	const { page } = ann;
	const headers = { authorization: `Bearer ${await ann.becomeGuest(product.url, "Ann")}` };
	const { conversation } = await (await page.request.post(`${product.url}/api/conversations`, { headers, data: {} })).json();
	await page.goto(`${product.url}/c/${conversation.id}`);
	const opener = page.getByRole("button", { name: named.settings });
	await opener.waitFor();
	const dialog = page.getByRole("dialog");
	const openByKey = async () => {
		await stepTo(page, opener, "Shift+Tab");
		await page.keyboard.press("Enter");
		await field(ann, named.model).locator("option", { hasText: "Claude Plain" }).waitFor({ state: "attached" });
	};
	const keys = async (name: keyof typeof named, key: string) => {
		await stepTo(page, field(ann, named[name]));
		await page.keyboard.press(key);
	};
	await openByKey();
	await keys("model", "ArrowDown");
	await keys("effort", "ArrowDown");
	await stepTo(page, field(ann, named.instructions));
	await page.keyboard.type("Be brief.");
	await keys("everyone", "ArrowDown");
	await keys("search", "Space");
	await keys("fetch", "Space");
	await keys("period", "ArrowDown");
	await stepTo(page, field(ann, named.budget));
	await page.keyboard.type("2");
	await stepTo(page, dialog.locator("summary").getByText(named.spending).locator("xpath=ancestor-or-self::summary"));
	await page.keyboard.press("Enter");
	await dialog.getByText(/^[<\s]*(\$0\.00|0,00\s\$)$/).waitFor();
	await page.setViewportSize({ width: 390, height: 844 });
	expect(await overflowing(page)).toEqual([]);
	await look(ann, `settings-by-keyboard-${locale}`);
	// Where the button is not in the menu.
	await page.setViewportSize({ width: 1280, height: 800 });
	const model = await field(ann, named.model).inputValue();
	expect(model).not.toBe("");
	await stepTo(page, dialog.getByRole("button", { name: named.save }));
	await save(ann, [], () => page.keyboard.press("Enter"));
	expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(named.settings);
	await page.keyboard.press("Enter");
	await field(ann, named.model).locator("option", { hasText: "Claude Plain" }).waitFor({ state: "attached" });
	const values = ["model", "effort", "instructions", "period", "budget"] as const;
	expect(await Promise.all(values.map((name) => field(ann, named[name]).inputValue()))).toEqual([model, "low", "Be brief.", "day", "2"]);
	const boxes = ["owners", "search", "fetch"] as const;
	expect(await Promise.all(boxes.map((name) => field(ann, named[name]).isChecked()))).toEqual([true, true, true]);
	expect(ann.complaints).toEqual([]);
	await ann.leave();
});
