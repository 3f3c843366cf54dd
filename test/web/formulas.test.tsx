// Which parts of a text are formulas, also while it grows, and what is drawn of them.

import { beforeAll, describe, expect, it } from "vitest";
import { loadOpenEnd } from "../../src/markdown/lexer.ts";
import { growMarkdown, nothingRead, readMarkdown } from "../../src/markdown/markdown.ts";
import type { Node } from "../../src/markdown/nodes.ts";
import { type MathChild, mathOf } from "../../web/src/markdown/formulas/mathml.ts";
import { grownTo, shownOf } from "./answers/shown.ts";

beforeAll(loadOpenEnd);

function formulasOf(node: Node): string[] {
	switch (node.type) {
		case "formula":
			return [node.isDisplay ? `[${node.tex}]` : node.tex];
		case "list":
			return node.items.flat().flatMap(formulasOf);
		case "table":
			return [node.head, ...node.rows].flat(2).flatMap(formulasOf);
		default:
			return "nodes" in node ? node.nodes.flatMap(formulasOf) : [];
	}
}

const formulas = (text: string) => readMarkdown(text).flatMap(({ node }) => formulasOf(node));

describe("a formula", () => {
	it.each<[what: string, text: string, found: string[]]>([
		["between parentheses", "where \\(x\\) is \\(n+1\\).", ["x", "n+1"]],
		["between brackets", "so \\[ E = mc^2 \\]", ["[E = mc^2]"]],
		["in lines of its own", "so\n\\[\nE = mc^2\n\\]\nholds", ["[E = mc^2]"]],
		["between double dollars", "$$x^2$$", ["[x^2]"]],
		["between double dollars within a line", "so $$x^2$$ holds", ["[x^2]"]],
		["with the comma after it", "$$\nx^2\n$$,\n\nwhere", ["[x^2,]"]],
		["between dollars", "where $x$ and $n = 5$ hold", ["x", "n = 5"]],
		["before a hyphen or an ending", "the $n$-th, the $n$th and some $k$s", ["n", "n", "k"]],
		["in Chinese text", "其中$x$是，$y$是", ["x", "y"]],
		["with a differential", "$\\int_0^1 x dx$ and $\\int f(x) dx$", ["\\int_0^1 x dx", "\\int f(x) dx"]],
		["with text in braces", "$x \\text{ if the sun shines}$", ["x \\text{ if the sun shines}"]],
		["that begins with a number", "$2x + 3$, $10^5$, $0.5$ and $1, 2, \\dots, n$", ["2x + 3", "10^5", "0.5", "1, 2, \\dots, n"]],
		["with marks of emphasis", "*see $a*b_c$ and $d_e*f$*", ["a*b_c", "d_e*f"]],
		["with what would be a list", "$$\na\n- b\n+ c\n$$", ["[a\n- b\n+ c]"]],
		["in an item, a quote, a heading, a cell", "- $a$\n\n> $$\n> b\n> $$\n\n# $c$\n\n| $d$ |\n|---|\n| $e$ |", ["a", "[b]", "c", "d", "e"]],
		["in an item, in lines of its own", "1. So\n\n   $$\n   a\n   $$\n2. and\n   \\[\n   b_1\n   \\]", ["[a]", "[b_1]"]],
		[
			"with line breaks of a matrix",
			"\\[\\begin{pmatrix} a \\\\[2pt] b \\end{pmatrix}\\]",
			["[\\begin{pmatrix} a \\\\[2pt] b \\end{pmatrix}]"],
		],
	])("is found %s", (_what, text, found) => expect(formulas(text)).toEqual(found));

	it.each([
		["a price", "It costs $5 or $10."],
		["two prices", "from $20,$30 to $5/$10, $5-$10 and $1,000"],
		["a price in emphasis", "**$5** or **$6** a month$"],
		["prices with words between", "US$5 here, A$6 there, 5$ and 6$"],
		["variables of a shell", "Set $HOME/bin:$PATH, $HOME and $PATH, $\u007bname}$, $HOME/$USER"],
		["variables of a program", "use $x, $y or $this->a and $that->b"],
		["a function", "$('#a') and $('#b')"],
		["code", "`$x$` and ``\\(y\\)``"],
		["a block of code", "```sh\necho $a$ $$b$$\n\\[x=1\\]\n```\n\n    $x$"],
		["code between dollars", "$a `b$` c"],
		["escaped dollars", "\\$x\\$ and \\$5$"],
		["escaped brackets", "\\[TODO\\] \\[1\\] and \\[text\\](https://a.example)"],
		["escaped parentheses", "\\(above\\) and \\(see the docs\\)"],
		["several dollars", "$$$ or $$$$"],
		["the id of a process", "kill $$ and wait"],
		["dollars far apart", "$a\n\nb$ and $$\n\nx\n\n$$"],
		["a sentence", "$a is a letter and so is b$"],
		["an address", "https://a.example/?a=$b$&c=$d$"],
		["anything too long", `$${"x".repeat(600)}$ and $$${"y".repeat(6_000)}$$`],
	])("is not %s", (_what, text) => expect(formulas(text)).toEqual([]));

	it("keeps what is around it", () => {
		expect(readMarkdown("a **b $x$ c** d")).toMatchObject([
			{
				node: {
					nodes: [
						{ text: "a " },
						{ type: "strong", nodes: [{ text: "b " }, { type: "formula", text: "$x$" }, { text: " c" }] },
						{ text: " d" },
					],
				},
			},
		]);
	});
});

describe("a formula that is being written", () => {
	it.each([
		["between dollars", "so $x^", "so"],
		["whose end may not be one", "so $x$", "so"],
		["that has its end", "so $x$ ", "sox"],
		["in lines of its own", "so\n$$\nx\n- y", "so"],
		["between brackets", "so \\[x", "so"],
		["that turns out to be a price", "so $5 per", "so$5per"],
		["that turns out to be a variable", "so $HOME is", "so$HOMEis"],
		["in code", "so `$x", "so$x"],
		["in emphasis", "so **a $x", "soa"],
	])("shows only what is certain: %s", (_what, text, shown) => expect(shownOf(grownTo(text))).toBe(shown));

	it("is not one if a blank line comes before its end", () => {
		expect(shownOf(grownTo("$$\nx\n\nThe"))).toBe("$$xThe");
	});

	it.each(["$a ", "$$a", "\\[", "\\(a ", "$$\n", "\n\\[a", "a\n\n$$b", "$a$ "])(
		"is parsed in time: %j many times",
		{ timeout: 60_000 },
		(part) => {
			const text = part.repeat(Math.floor(20_000 / part.length));
			readMarkdown(text);
			let growing = nothingRead;
			for (let length = 0; length < 8_000; length += 1_000) growing = growMarkdown(growing, text.slice(0, length));
			expect(growing.source).toBe(text.slice(0, 7_000));
		},
	);
});

describe("what is drawn of a formula", () => {
	/** As in HTML, without attributes and styles. */
	const brief = (node: MathChild | null): string =>
		node === null || typeof node === "string" ? String(node) : `<${node.tag}>${node.children.map(brief).join("")}</${node.tag}>`;

	it("is MathML, in pieces where its lines may break", () => {
		expect(brief(mathOf("ok", false))).toBe("<math><mrow><mi>o</mi><mi>k</mi></mrow></math>");
		expect(brief(mathOf("x = 1 + 2", false))).toBe(
			"<math><mrow><mi>x</mi><mo>=</mo></mrow><mrow><mn>1</mn><mo>+</mo></mrow><mrow><mn>2</mn></mrow></math>",
		);
		expect(mathOf("\\frac{1}{2}", true)).toMatchObject({ tag: "math", attributes: { display: "block" } });
	});

	it.each([
		["a wrong one", "\\frac{1}{"],
		["an unknown command", "\\nosuch{x}"],
		["a link", "\\href{https://evil.example}{x}"],
		["a picture", "\\includegraphics{https://evil.example/i.png}"],
		["an attribute", "\\htmlId{root}{x}"],
		["one that grows for ever", "\\def\\a{\\a\\a}\\a"],
		["one that grows too far", `\\def\\a{xxxxxxxxxx}\\def\\b{${"\\a".repeat(20)}}\\def\\c{${"\\b".repeat(20)}}\\c`],
		["one that is too deep", `${"\\sqrt{".repeat(60)}x${"}".repeat(60)}`],
		["one that is far too deep", `${"{".repeat(2_000)}x${"}".repeat(2_000)}`],
		["one with too many parts", "x_1 ".repeat(1_200)],
	])("is nothing of %s", (_what, tex) => expect(mathOf(tex, true)).toBeNull());

	it("has no sizes without a bound", () => {
		expect(mathOf("a\\rule{900em}{900em}", true)).toMatchObject({ children: [{}] });
		expect(JSON.stringify(mathOf("\\rule{900em}{900em}\\hspace{900em}", true))).not.toContain("900");
		expect(mathOf("\\kern{-9000pt}x", true)).toBeNull();
	});
});
