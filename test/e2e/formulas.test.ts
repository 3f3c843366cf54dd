// Formulas in a real browser: drawn under the page's policy, copied as they were written, kept within their message.

import { beforeAll, expect, it } from "vitest";
import { look } from "./look.ts";
import { browser, openBrowser, product } from "./opened.ts";
import { Stage } from "./stage.ts";

let stage: Stage;

openBrowser();
beforeAll(async () => {
	stage = await Stage.open(browser, product.url);
});

const copied = () =>
	stage.visitor.page.evaluate(async () => {
		const [item] = await navigator.clipboard.read();
		const read = async (type: string) => (await item?.getType(type))?.text() ?? "";
		return { text: await read("text/plain"), html: await read("text/html") };
	});

it("loads what draws formulas with the first one, and draws them as they are completed", async () => {
	const { page, log } = stage.visitor;
	const loaded: string[] = [];
	page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
	// Footnotes are loaded with the first reply that is written, in case that it has some.
	const scripts = () => loaded.filter((path) => path.endsWith(".js") && !path.startsWith("/assets/textParts-"));
	stage.clear();
	stage.say("It costs $5 or $10 a month, see `$x$`.");
	await log.getByText("a month").waitFor();
	expect(scripts()).toEqual([]);
	const reply = stage.begin();
	reply.write("The energy is $E = mc");
	await log.getByText("The energy is").waitFor();
	expect(await log.getByRole("math").count()).toBe(0);
	reply.write("^2$, and\n\n$$\n\\int_0^1 x^2\\,dx = \\frac{1}{3}\n$$\n\nholds.");
	const formulas = log.getByRole("math");
	await log.getByText("holds.").waitFor();
	await expect
		.poll(() => formulas.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label"))))
		.toEqual(["E = mc^2", "\\int_0^1 x^2\\,dx = \\frac{1}{3}"]);
	expect(scripts()).toEqual([expect.stringMatching(/^\/assets\/DrawnFormula-/)]);
	expect(await log.locator("math msup").count()).toBe(2);
	expect(await log.locator("math mfrac").count()).toBe(1);
	reply.end();
	expect(await log.locator("article").last().innerText()).not.toContain("$");
	expect(await stage.breaches()).toEqual([]);
});

it("copies formulas as they were written, with the text around them", async () => {
	const { page, log } = stage.visitor;
	stage.clear();
	stage.say("Let **all** $x_1$ be.\n\n| a | b |\n|---|---|\n| 1 | \\(y^2\\) |\n\n$$\n\\frac{1}{2}\n$$");
	await log.locator("mfrac").waitFor();
	await log
		.locator("article")
		.last()
		.evaluate((article) => document.getSelection()?.selectAllChildren(article));
	await page.keyboard.press("ControlOrMeta+C");
	const { text, html } = await copied();
	expect(text).toMatch(/Let all \$x_1\$ be\.\s+a\tb\s+1\t\\\(y\^2\\\)\s+\$\$\s\\frac\{1\}\{2\}\s\$\$/);
	expect(html).toMatch(/<strong>all<\/strong> \$x_1\$ be.*<table.*<td[^>]*>\\\(y\^2\\\)<\/td>/s);
	expect(html).not.toMatch(/<m(ath|i|frac)\b/);
	await page.evaluate(() => document.getSelection()?.empty());
	expect(await stage.breaches()).toEqual([]);
});

it("shows a formula that is wrong or asks for more than mathematics as it was written", async () => {
	const { log } = stage.visitor;
	stage.clear();
	const sources = ["$\\frac{1}{$", "$\\href{https://evil.example}{x}$", "$\\includegraphics{https://evil.example/i.png}$", "$\\nosuch{x}$"];
	stage.say(`${sources.join(", ")} and $ok$.`);
	await log.getByRole("math", { name: "ok" }).waitFor();
	expect(await log.locator("article code").allInnerTexts()).toEqual(sources);
	expect(await stage.breaches()).toEqual([]);
});

it("keeps what a formula draws within its message", async () => {
	const { page, log } = stage.visitor;
	stage.clear();
	stage.say("the message before");
	stage.say("$a\\kern{-400pt}b\\raisebox{200pt}{c}\\rule{900em}{900em}$ and $\\def\\a{\\a\\a}\\a$ and $\\hspace{-400pt}\\Huge{d}$", "Eve");
	await log.getByRole("math").first().waitFor({ state: "attached" });
	const overlaps = await page.evaluate(() => {
		const { left, top, width, height } = (document.querySelector("[role=log] article") as Element).getBoundingClientRect();
		return document.elementFromPoint(left + width / 2, top + height / 2)?.closest("math") != null;
	});
	expect(overlaps).toBe(false);
	const last = log.locator("article").last();
	expect((await last.boundingBox())?.height).toBeLessThan(1_500);
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(page.viewportSize()?.width);
	expect(await stage.breaches()).toEqual([]);
});

it("scrolls a wide formula on its own, also by keyboard", async () => {
	const { page, log } = stage.visitor;
	await page.setViewportSize({ width: 320, height: 640 });
	stage.clear();
	stage.say(`$$ ${"x_1 + ".repeat(30)} y $$`);
	const formula = log.locator("[tabindex='0']:has(> math)");
	await formula.focus();
	await page.keyboard.press("ArrowRight");
	await expect.poll(() => formula.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});

const everything = `The **quadratic formula** solves $ax^2 + bx + c = 0$ for $a \\ne 0$:

$$
x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}
$$

For a matrix \\(A \\in \\mathbb{R}^{n \\times n}\\) with $\\det A \\neq 0$,

\\[
A^{-1} = \\frac{1}{\\det A} \\begin{pmatrix} d & -b \\\\ -c & a \\end{pmatrix}, \\qquad \\left( \\sum_{i=1}^{n} \\frac{x_i}{\\sigma_i} \\right)^2
\\]

1. Expected value $\\mathbb{E}[X] = \\int_{-\\infty}^{\\infty} x f(x)\\,dx$
2. The set $\\mathcal{L} = \\{ x \\mid x > 0 \\}$ costs $5.

| law | formula |
|---|---|
| Gauss | $\\nabla \\cdot \\mathbf{E} = \\rho / \\varepsilon_0$ |
| water | $\\ce{2H2 + O2 -> 2H2O}$ |

$$\\begin{aligned} (a+b)^2 &= a^2 + 2ab + b^2 \\\\ (a-b)^2 &= a^2 - 2ab + b^2 \\end{aligned}$$

$$\\begin{cases} 1 & \\text{if } x > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\qquad \\boxed{E = mc^2} \\tag{1}$$
`;

it("draws what people write", async () => {
	const { log } = stage.visitor;
	await stage.visitor.page.setViewportSize({ width: 1280, height: 1400 });
	stage.clear();
	stage.stream(everything, 10);
	await log.getByRole("math", { name: "\\boxed" }).waitFor();
	expect(await log.locator("article code").count()).toBe(0);
	await look(stage.visitor, "formulas");
	expect(await stage.breaches()).toEqual([]);
});
