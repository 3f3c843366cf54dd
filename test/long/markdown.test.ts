// Texts as they are read in a real browser: the colours of code, copying and selecting, lines and directions, tables on a narrow page.

import { beforeAll, expect, it } from "vitest";
import { look } from "../e2e/look.ts";
import { browser, openBrowser, product } from "../e2e/opened.ts";
import { Stage } from "../e2e/stage.ts";

let stage: Stage;

openBrowser();
beforeAll(async () => {
	stage = await Stage.open(browser, product.url);
});

const code = Array.from(
	{ length: 12 },
	(_, line) => `const line${line} = "a long line of code that is wider than a phone"; // ${line}`,
).join("\n");

it("highlights code when its fence is closed, without moving anything, and copies only the code", async () => {
	const { page, log } = stage.visitor;
	await page.setViewportSize({ width: 390, height: 800 });
	stage.clear();
	const sizes = page.evaluate(
		() =>
			new Promise<{ plain: string; coloured: string }>((resolve) => {
				const sizeOf = (element: Element) => JSON.stringify([element.getBoundingClientRect(), element.scrollWidth]);
				let plain = "";
				new MutationObserver(() => {
					const pre = document.querySelector("[role=log] pre");
					if (!pre?.textContent?.endsWith("// 11")) return;
					if (pre.querySelector("span")) resolve({ plain, coloured: sizeOf(pre) });
					else plain = sizeOf(pre);
				}).observe(document, { childList: true, subtree: true, characterData: true });
			}),
	);
	stage.stream(`\`\`\`ts\n${code}\n\`\`\``, 40);
	const { plain, coloured } = await sizes;
	expect(coloured).toBe(plain);
	const colours = await log.locator("pre span").evaluateAll((pieces) => new Set(pieces.map((piece) => getComputedStyle(piece).color)).size);
	expect(colours).toBeGreaterThanOrEqual(3);
	const figure = log.getByRole("figure");
	await figure.getByRole("button", { name: "Copy" }).click();
	await figure.getByRole("button", { name: "Copied" }).waitFor();
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
	expect(await stage.breaches()).toEqual([]);
});

const sentence = "This sentence is selected while the rest of the reply is still to come, and it stays so. ";

it.each([
	["a paragraph", sentence, "More of it, **and", " more** again."],
	["the item of a list", `- one\n- ${sentence}`, "More of it\n- th", "ree"],
	["code", `\`\`\`ts\n// ${sentence}\n`, "const more = 1;\ncon", "st again = 2;\n```"],
])("keeps what is selected in %s while it grows and when it is complete", async (_where, first, more, last) => {
	const { page, log } = stage.visitor;
	stage.clear();
	const reply = stage.begin();
	reply.write(first);
	await log.getByText("This sentence").waitFor();
	const selected = () => page.evaluate(() => document.getSelection()?.toString());
	await page.evaluate(() => {
		const texts = document.createTreeWalker(document.querySelector("[role=log]") as Element, NodeFilter.SHOW_TEXT);
		while (!texts.nextNode()?.nodeValue?.includes("sentence is selected"));
		const at = texts.currentNode.nodeValue?.indexOf("sentence") ?? 0;
		document.getSelection()?.setBaseAndExtent(texts.currentNode, at, texts.currentNode, at + "sentence is selected".length);
	});
	reply.write(more);
	await log.getByText(/ore of it|const more/).waitFor();
	expect(await selected()).toBe("sentence is selected");
	reply.write(last);
	await log.getByText(/again|three/).waitFor();
	reply.end();
	stage.say("after it");
	await stage.visitor.sees("after it");
	expect(await selected()).toBe("sentence is selected");
	await page.evaluate(() => document.getSelection()?.empty());
	if (first.includes("ts")) await log.locator("pre span").first().waitFor();
	expect(await stage.breaches()).toEqual([]);
});

it("copies neither the language of code nor its button with the text around it", async () => {
	const { page, log } = stage.visitor;
	stage.clear();
	stage.say("before\n\n```make\nall:\n```\n\nafter");
	await log.getByText("all:").waitFor();
	await log
		.locator("article")
		.last()
		.evaluate((article) => document.getSelection()?.selectAllChildren(article));
	await page.keyboard.press("ControlOrMeta+C");
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	expect(copied).toMatch(/before\s+all:\s+after/);
	await page.evaluate(() => document.getSelection()?.empty());
});

it("breaks lines as they were written, also in lists and cells", async () => {
	const { log } = stage.visitor;
	stage.clear();
	stage.say("- milk\n- bread\nSee you\n\n| a |\n|---|\n| one<br>two |");
	await log.getByText("milk").waitFor();
	expect(await log.locator("li").last().innerText()).toBe("bread\nSee you");
	expect(await log.locator("td").innerText()).toBe("one\ntwo");
});

it("gives each block the direction of its own text", async () => {
	const { log } = stage.visitor;
	stage.clear();
	stage.say("English first\n\nمرحبا بالعالم.\n\n- שלום\n\n- עולם.\n\n> Back to English");
	await log.getByText("English first").waitFor();
	const directions = await log
		.locator("article :is(p, ul, blockquote)")
		.evaluateAll((blocks) => blocks.map((block) => `${block.localName} ${getComputedStyle(block).direction}`));
	expect(directions).toEqual(["p ltr", "p rtl", "ul rtl", "p rtl", "p rtl", "blockquote ltr", "p ltr"]);
});

it("leaves code plain if its language fails to load", async () => {
	const { page, log, complaints } = stage.visitor;
	await page.route("**/assets/rust-*.js", (route) => route.abort());
	stage.clear();
	stage.say("```rust\nlet a = 1;\n```");
	await page.waitForEvent("requestfailed", (request) => /rust/.test(request.url()));
	stage.say("after it");
	await stage.visitor.sees("after it");
	expect(await log.locator("pre").innerText()).toBe("let a = 1;");
	expect(complaints.splice(0).filter((complaint) => !/Failed to load resource/.test(complaint))).toEqual([]);
});

it("scrolls a wide table on its own, also by keyboard", async () => {
	const { page, log } = stage.visitor;
	await page.setViewportSize({ width: 320, height: 640 });
	stage.clear();
	stage.say(`| ${"a name | ".repeat(12)}\n|${"---|".repeat(12)}\n| ${"something | ".repeat(12)}`);
	const scroller = log.locator("[tabindex='0']:has(> table)");
	// The message may be drawn anew once it is stored.
	const scroll = async () => {
		await scroller.press("ArrowRight");
		return scroller.evaluate(({ scrollLeft }) => scrollLeft);
	};
	await expect.poll(scroll).toBeGreaterThan(0);
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});

const lines = Array.from({ length: 30 }, (_, line) =>
	line === 4 ? "" : `print(${line}) # ${"a long comment ".repeat(line === 2 ? 8 : 1)}`,
).join("\n");

it("numbers the lines of long code and wraps them, by keyboard too, for all code, and copies no number", async () => {
	const { page, log } = stage.visitor;
	await page.setViewportSize({ width: 390, height: 800 });
	stage.clear();
	stage.say(`\`\`\`python\n${lines}\n\`\`\`\n\n\`\`\`\nshort\n\`\`\``);
	const figure = log.getByRole("figure").first();
	const code = figure.locator("code");
	await figure.locator("[data-kind]").first().waitFor();
	expect(await log.getByRole("button", { name: "Numbers" }).count()).toBe(1);
	await figure.getByRole("button", { name: "Numbers" }).press("Enter");
	await figure.getByRole("button", { name: "Numbers", pressed: true }).waitFor();
	expect(await code.evaluate(({ children }) => [...children].map((line) => getComputedStyle(line, "::before").content).length)).toBe(30);
	await figure.locator("[data-kind]").first().waitFor();
	await code.evaluate((element) => document.getSelection()?.selectAllChildren(element));
	await page.keyboard.press("ControlOrMeta+C");
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(lines);
	await page.evaluate(() => document.getSelection()?.empty());
	await figure.getByRole("button", { name: "Wrap" }).press("Space");
	const isWide = () => figure.locator("pre").evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
	await expect.poll(isWide).toBe(false);
	await look(stage.visitor, "code");
	// Both choices are kept for the next code.
	stage.say(`\`\`\`\n${lines}\n\`\`\``);
	await log.locator("[data-numbered=true][data-wrapped=true]").nth(1).waitFor();
	for (const name of ["Numbers", "Wrap"]) await figure.getByRole("button", { name }).click();
	await expect.poll(isWide).toBe(true);
	expect(await stage.breaches()).toEqual([]);
});

it("keeps the head of a long table in sight, and copies it as a table", async () => {
	const { page, log } = stage.visitor;
	const rows = Array.from({ length: 60 }, (_, row) => `| ${row} | *name* ${row} |`).join("\n");
	const wide = `| ${"a wide head | ".repeat(12)}\n|${"---|".repeat(12)}\n${`| ${"something | ".repeat(12)}\n`.repeat(60)}`;
	for (const [table, width] of [
		[`| id | who |\n|---|---|\n${rows}`, 1280],
		[wide, 390],
	] as const) {
		await page.setViewportSize({ width, height: 800 });
		stage.clear();
		stage.say(table);
		const [head, last] = [log.locator("th").first(), log.locator("tr").last()];
		await last.scrollIntoViewIfNeeded();
		await expect.poll(() => head.evaluate((element) => element.getBoundingClientRect().top)).toBeGreaterThan(0);
		const [top, bottom] = await Promise.all([head.boundingBox(), last.boundingBox()]);
		expect(top?.y).toBeLessThan(bottom?.y ?? 0);
		expect(top?.y).toBeLessThan(800);
		await look(stage.visitor, `table-${width}`);
	}
	stage.clear();
	stage.say("| id | who |\n|---|---|\n| 1 | **Ann** |");
	await log.locator("table").evaluate((element) => document.getSelection()?.selectAllChildren(element));
	await page.keyboard.press("ControlOrMeta+C");
	const copied = await page.evaluate(async () => {
		const [item] = await navigator.clipboard.read();
		const read = async (type: string) => (await item?.getType(type))?.text();
		return { text: await read("text/plain"), html: await read("text/html") };
	});
	expect(copied.text?.trim().split("\n")).toEqual(["id\twho", "1\tAnn"]);
	expect(copied.html).toMatch(/<table.*<th\b.*id.*<td\b.*<strong\b.*Ann/s);
	expect(await stage.breaches()).toEqual([]);
});
