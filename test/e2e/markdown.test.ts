// Texts as they are read in a real browser: the colours of code, copying and selecting, lines and directions, tables on a narrow page.

import { beforeAll, expect, it } from "vitest";
import { browser, openBrowser, product } from "./opened.ts";
import { Stage } from "./stage.ts";

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
	await scroller.focus();
	await page.keyboard.press("ArrowRight");
	await expect.poll(() => scroller.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});
