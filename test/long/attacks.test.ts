// Attacks in the text of people and Claude against their readers, in the built page with its policy, in a real browser.

import { beforeAll, describe, expect, it } from "vitest";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Stage } from "../e2e/stage.ts";
import { attacks } from "./attacks.ts";

openBrowser();

const words = "word ".repeat(50);

describe("an attack, sent by a person and streamed by Claude, has no effect at any character", () => {
	let stage: Stage;
	let names: string[];
	beforeAll(async () => {
		stage = await Stage.open(browser, product.url);
		names = await stage.names();
		expect(await stage.breaches()).toEqual([]);
	});

	it.each(attacks)("%s", async (what, source) => {
		stage.clear();
		stage.say(source);
		stage.stream(source, source.length > 1_000 ? 50 : source.length);
		stage.say(`${what}: over`);
		await stage.visitor.sees(`${what}: over`);
		expect(await stage.breaches()).toEqual([]);
		expect(await stage.names()).toEqual(names);
	});

	it("is shown as text in names, notices, quotes and reactions", async () => {
		stage.clear();
		for (const text of ["<img src=x onerror=harm()>", "[a](javascript:harm())", "</title><script>harm()</script>"]) {
			stage.announce(text);
			const quoted = { author: { userId: text, username: text }, content: text };
			const reactions = [{ emoji: text, userIds: [text] }];
			stage.say(`@${text}`, text, { replyTo: text, quoted, reactions, mentions: [{ userId: text, offset: 0, length: text.length + 1 }] });
			await stage.visitor.sees(text);
		}
		expect(await stage.breaches()).toEqual([]);
	});

	it("is checked for at every character", async () => {
		const { page } = stage.visitor;
		const text = "Every **character** is [shown](https://a.example) as it comes.";
		stage.clear();
		const lengths = page.evaluate(
			(length) =>
				new Promise<number>((resolve) => {
					const seen = new Set<string>();
					new MutationObserver(() => {
						const shown = document.querySelector("[data-kind=claude]")?.textContent ?? "";
						seen.add(shown);
						if (shown.includes("as it comes.")) resolve(seen.size / length);
					}).observe(document, { childList: true, subtree: true, characterData: true });
				}),
			text.length,
		);
		stage.stream(text, text.length);
		expect(await lengths).toBeGreaterThan(0.5);
	});

	it("a link opens a page that cannot reach this one", async () => {
		const { page } = stage.visitor;
		await page
			.context()
			.route("https://evil.example/**", (route) =>
				route.fulfill({ contentType: "text/html", body: route.request().headers().referer ?? "" }),
			);
		stage.clear();
		stage.say("[a](https://evil.example/)");
		const [popup] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "a evil.example" }).click()]);
		await popup.waitForLoadState();
		expect(await popup.evaluate(() => [window.opener, document.referrer, document.body.textContent])).toEqual([null, "", ""]);
		await popup.close();
		expect(await stage.breaches()).toEqual(["opened https://evil.example/"]);
	});

	it("the host beside a link stays readable among text that changes direction", async () => {
		stage.clear();
		stage.say("\u202eabc [\u202edef](https://ab.example) ghi");
		const host = stage.visitor.log.getByText("ab.example");
		await host.waitFor();
		const lefts = await host.evaluate(({ firstChild }) =>
			[..."ab.example"].map((_, index) => {
				const range = document.createRange();
				range.setStart(firstChild as Text, index);
				range.setEnd(firstChild as Text, index + 1);
				return range.getBoundingClientRect().left;
			}),
		);
		expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
	});

	it.each([
		["quotes", "> ".repeat(24) + words],
		["lists", Array.from({ length: 24 }, (_, depth) => `${"  ".repeat(depth)}- ${words}`).join("\n")],
		["quotes of numbered lists", "> 1. ".repeat(12) + words],
		[
			"quotes of code and tables",
			`> > > > > > \`\`\`\n> > > > > > ${words}\n> > > > > > \`\`\`\n> > > > > >\n> > > > > > |a|b|\n> > > > > > |-|-|\n> > > > > > |${words}|b|`,
		],
		["a link of a long host", `[a](https://${"long.".repeat(40)}example/)`],
	])("nothing overflows a narrow page: %s", async (_what, source) => {
		const { page } = stage.visitor;
		await page.setViewportSize({ width: 320, height: 640 });
		for (const speak of [() => stage.say(source), () => stage.stream(source, 1)]) {
			stage.clear();
			await stage.visitor.log.getByRole("article").waitFor({ state: "detached" });
			speak();
			await stage.visitor.log.locator("article :is(p, li, pre)").first().waitFor();
			await stage.visitor.stop.waitFor({ state: "detached" });
			const { over, narrowest } = await stage.visitor.log.getByRole("article").evaluate((article) => {
				const inner = [...article.querySelectorAll("*")].filter((one) => !one.parentElement?.closest("pre, [tabindex]"));
				const { right } = article.getBoundingClientRect();
				const widths = [...article.querySelectorAll("p, li")].map((one) => one.getBoundingClientRect().width);
				return {
					over: inner.filter((one) => one.getBoundingClientRect().right > right + 0.5).map(({ localName }) => localName),
					narrowest: Math.min(...widths),
				};
			});
			expect(over).toEqual([]);
			expect(narrowest).toBeGreaterThan(60);
		}
	});
});
