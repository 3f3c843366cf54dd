// A reply for which Claude looks something up, as people see it: the search that runs, the numbers in the text, the sources below it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { browser } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";
import { api, openScripted, product } from "../support/scripted-product.ts";

openScripted();

let ann: Visitor;
beforeAll(async () => {
	ann = await Visitor.arrive(browser);
	await ann.start(product.url, "Ann");
	await ann.page.getByRole("button", { name: "Conversation settings" }).click();
	await ann.page.getByRole("checkbox", { name: /search/i }).check();
	await ann.page.getByRole("checkbox", { name: /read/i }).check();
	await ann.page.getByRole("button", { name: "Save", exact: true }).click();
	await ann.page.getByRole("dialog").waitFor({ state: "detached" });
});
afterAll(async () => {
	expect(ann?.complaints ?? []).toEqual([]);
});

const one = { url: "https://one.example/rain", title: "Rain in Jena" };
const two = { url: "https://two.example/sun", title: "Sun <b>elsewhere</b>" };

/** Released by the test. */
function gate() {
	let open = () => {};
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { opened, open };
}

describe("a reply that rests on web pages", () => {
	it("says what Claude looks up, numbers its sources, and is the same after a reload", async () => {
		const pause = gate();
		api.script({
			blocks: [{ text: "I look it up. " }, { search: "weather Jena", unfinished: true }],
			stop: "pause_turn",
			next: {
				textAfter: pause.opened,
				blocks: [
					{ search: "weather Jena", results: [one, two] },
					{ fetch: "https://three.example/", error: "url_not_accessible" },
					{ text: "**It rains in Jena.**", cites: [one] },
					{ text: " Elsewhere:\n\n- the sun shines", cites: [two, one] },
					{ text: "\n- nobody knows\n" },
				],
			},
		});
		await ann.say("How is the weather?");
		const answer = ann.at("I look it up");
		await answer.getByText("Searching the web: weather Jena").waitFor();
		await expect.poll(() => ann.page.getByRole("status").allInnerTexts()).toContain("Searching the web: weather Jena");
		pause.open();
		await ann.stop.waitFor({ state: "detached" });
		const check = async () => {
			const marks = answer.getByRole("link", { name: /^Source \d: / });
			await expect
				.poll(() => marks.evaluateAll((links) => links.map((link) => link.getAttribute("aria-label"))))
				.toEqual(["Source 1: Rain in Jena", "Source 1: Rain in Jena", "Source 2: Sun <b>elsewhere</b>"]);
			expect(await answer.getByRole("listitem").allInnerTexts()).toEqual(
				expect.arrayContaining(["the sun shines", "nobody knows", "Rain in Jena one.example", "Sun <b>elsewhere</b> two.example"]),
			);
			expect(await answer.getByRole("link", { name: "Rain in Jena", exact: true }).getAttribute("href")).toBe(one.url);
		};
		await check();
		await ann.press("I look it up", "Copy");
		await expect
			.poll(() => ann.page.evaluate(() => navigator.clipboard.readText()))
			.toContain("**It rains in Jena.** Elsewhere:\n\n- the sun shines\n");
		await answer.getByRole("button", { name: /lookups/ }).click();
		await answer.getByText("Tried to read https://three.example/").waitFor();
		expect(await violations(ann.page)).toEqual([]);
		await ann.page.reload();
		await ann.connected();
		await check();
	});
	it("keeps its sources to itself: a former version has none of them", async () => {
		api.script({ text: "A guess." });
		await ann.say("And tomorrow?");
		await ann.sees("A guess.");
		api.script({
			blocks: [
				{ search: "tomorrow", results: [one] },
				{ text: "It will rain.", cites: [one] },
			],
		});
		await ann.press("A guess.", "Regenerate");
		const answer = ann.at("It will rain.");
		await answer.getByRole("link", { name: "Source 1: Rain in Jena" }).waitFor();
		await ann.press("It will rain.", "Previous version");
		await ann.sees("A guess.");
		expect(
			await ann
				.at("A guess.")
				.getByText(/source|lookup/)
				.count(),
		).toBe(0);
	});
});
