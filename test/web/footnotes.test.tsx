// Footnotes: what they become in a tree and on the page, also while a text grows, and in texts that are made to be slow.

import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, it, vi } from "vitest";
import * as citing from "../../src/markdown/citing.ts";
import { footnotes } from "../../src/markdown/footnotes.ts";
import { loadOpenEnd } from "../../src/markdown/lexer.ts";
import { growMarkdown, nothingRead, readMarkdown } from "../../src/markdown/markdown.ts";
import type { Node } from "../../src/markdown/nodes.ts";
import { Footnotes } from "../../web/src/markdown/Footnotes.tsx";
import { grownTo, textOf } from "./answers/shown.ts";

beforeAll(loadOpenEnd);

const read = (text: string) => readMarkdown(text, [], undefined, footnotes);

/** Blocks are divided by `/`, notes by `|`. */
const brief = (nodes: readonly Node[]): string => nodes.map(briefOf).join(" / ");
const briefOf = (node: Node): string => {
	if (node.type === "footnote") return `(${node.number})`;
	if (node.type === "footnotes") return `notes: ${node.items.map((nodes, index) => `${node.numbers[index]} ${brief(nodes)}`).join(" | ")}`;
	if (node.type === "list") return node.items.map((nodes) => `• ${nodes.map(briefOf).join("")}`).join(" ");
	return "nodes" in node ? node.nodes.map(briefOf).join("") : textOf(node);
};
const whole = (text: string) => brief(read(text).map(({ node }) => node));
const growing = (text: string) => {
	const { finished, open } = grownTo(text, footnotes);
	return brief([...finished, ...open].map(({ node }) => node));
};

describe("a footnote", () => {
	it.each([
		["has its number by the order of first references", "a[^x] b[^1] c[^x]\n\n[^1]: one\n[^x]: ex", "a(1) b(2) c(1) / notes: 1 ex | 2 one"],
		["may be defined first", "[^1]: one\n\na[^1]", "a(1) / notes: 1 one"],
		["may be defined right below a paragraph", "a[^1]\n[^1]: one\nand on", "a(1) / notes: 1 one\nand on"],
		["has the same name in capitals", "a[^Note]\n\n[^nOTE]: one", "a(1) / notes: 1 one"],
		["goes on in indented paragraphs", "a[^1]\n\n[^1]: one\n\n    two\n\n\ttab\n\nafter", "a(1) / after / notes: 1 one / two / tab"],
		["may have a list and code", "a[^1]\n\n[^1]:\n    - x\n\n    ```\n    y\n\n    z\n    ```", "a(1) / notes: 1 • x / y\n\nz"],
		["ends where another block begins", "a[^1]\n\n[^1]: one\n# title\n\n[^1] b", "a(1) / title / (1) b / notes: 1 one"],
		["may be in lists, quotes and tables", "- a[^1]\n  [^1]: one\n\n> b[^2]\n>\n> [^2]: two", "• a(1) / b(2) / notes: 1 one | 2 two"],
		["may be in emphasis", "**a[^1]** *[^1]*\n\n[^1]: one", "a(1) (1) / notes: 1 one"],
		["may refer to others and to itself", "a[^1]\n\n[^1]: b[^2]\n[^2]: c[^1][^2]", "a(1) / notes: 1 b(2) | 2 c(1)(2)"],
		["stays as it is written without a definition", "a[^1] [^x]", "a[^1] [^x]"],
		["keeps its text in place if nothing refers to it", "a\n\n[^1]: one\n\n    two\n\nb", "a / [^1]: one / two / b"],
		["keeps the text of a second definition", "a[^1]\n\n[^1]: one\n[^1]: two", "a(1) / [^1]: two / notes: 1 one"],
		[
			"is none in code, after a backslash or in a link",
			"`[^1]` \\[^1] [l[^1]](https://a.example)\n\n[^1]: one",
			"[^1] [^1] l[^1] / [^1]: one",
		],
		["is no name with spaces", "a[^1 2]\n\n[^1 2]: one", "a[^1 2] / [^1 2]: one"],
		["is none within a note", "a[^1]\n\n[^1]: [^2]: one", "a(1) / notes: 1 [^2]: one"],
	])("%s", (_what, text, expected) => expect(whole(text)).toBe(expected));

	it("is shown as it is written until its code is there", () => {
		const before = growMarkdown(nothingRead, "a[^1]\n\nb");
		expect(brief([...before.finished, ...before.open].map(({ node }) => node))).toBe("a[^1] / b");
		const after = growMarkdown(before, "a[^1]\n\nb\n\n[^1]: one", undefined, footnotes);
		expect(brief([...after.finished, ...after.open].map(({ node }) => node))).toBe("a(1) / b / notes: 1 one");
	});

	it("has the marks of sources in its text", () => {
		const text = "a[^1]\n\n[^1]: one two\n\n    three";
		const end = text.indexOf(" two");
		const blocks = readMarkdown(
			text,
			[],
			{
				citations: [
					{ start: 0, end, source: 4 },
					{ start: end, end: text.length, source: 5 },
				],
				code: citing,
			},
			footnotes,
		);
		const marks = JSON.stringify(blocks).match(/"text":"[^"]*"|"source":\d/g);
		expect(marks).toEqual(['"text":"a"', '"text":"one"', '"source":4', '"text":" two"', '"text":"three"', '"source":5']);
	});

	it("is read around mentions", () => {
		const text = "@Bob[^1]\n\n[^1]: asks @Bob";
		const mentions = [0, text.lastIndexOf("@")].map((offset) => ({ userId: "bob", offset, length: 4 }));
		expect(brief(readMarkdown(text, mentions, undefined, footnotes).map(({ node }) => node))).toBe("@Bob(1) / notes: 1 asks @Bob");
	});
});

describe("a footnote of a text that grows", () => {
	it.each([
		["has its number before its definition comes", "a[^1] b[^x", "a(1) b"],
		["is not shown before its name is complete", "a [^", "a"],
		["is none with a space in its name", "a [^b c", "a [^b c"],
		["is none in a regular expression", 'a [^a-z] [^"] [^0-9]', 'a [^a-z] [^"] [^0-9]'],
		["has no definition before there is some of its text", "a[^1]\n\n[^1]: ", "a(1)"],
		["has what there is of its definition", "a[^1] b[^2]\n\n[^1]: one **tw", "a(1) b(2) / notes: 1 one tw"],
		["may begin a line", "a\n[^1]", "a"],
		["may begin a line, and more follows", "a\n[^1] b", "a\n(1) b"],
		["stays as it was first shown if its definition comes first", "[^1]: one\n\na[^1]", "[^1]: one / a(1)"],
		["stands behind what is written after it", "a[^1]\n\n[^1]: one\n\nb", "a(1) / b / notes: 1 one"],
		["stays in a code that has no end", "a `[^1", "a [^1"],
	])("%s", (_what, text, expected) => expect(growing(text)).toBe(expected));

	it("is in the end as in the whole", () => {
		const text = "a[^1] **b**[^x]\n\n- c[^1]\n\n[^1]: one\n\n    two\n[^x]: three[^1]\n\nThe end.";
		const { finished, open } = grownTo(text, footnotes);
		expect([...finished, ...open]).toEqual(read(text));
	});
});

describe("footnotes on the page", () => {
	const draw = (text: string, id: string) =>
		read(text)
			.flatMap(({ node }) => (node.type === "paragraph" ? node.nodes : [node]))
			.map((node) =>
				node.type === "footnote" || node.type === "footnotes"
					? renderToStaticMarkup(<Footnotes id={id} node={node} draw={(nodes) => brief(nodes)} />)
					: briefOf(node),
			)
			.join("");

	beforeAll(() => {
		vi.stubGlobal("document", { documentElement: { lang: "en" } });
	});

	it("lead to each other, with names of their own in each text", () => {
		const text = draw("a[^x]b[^x]\n\n[^x]: one", "P0-3");
		expect(text).toMatch(
			/a<sup[^>]*><a id="P0-3-ref-1" href="#P0-3-note-1" aria-label="Footnote 1"><span data-number="1"><\/span><\/a><\/sup>b/,
		);
		expect(text.match(/ id="[^"]*"/g)).toEqual([' id="P0-3-ref-1"', ' id="P0-3-note-1"']);
		expect(text).toMatch(/<section aria-label="Footnotes"[^>]*><ol><li id="P0-3-note-1" value="1" tabindex="-1"/i);
		expect(text).toMatch(/one.*href="#P0-3-ref-1" aria-label="Back to the text"/);
	});
});

describe("footnotes that are made to be slow", () => {
	const many = (write: (number: number) => string) => Array.from({ length: 10_000 }, (_, number) => write(number)).join("");

	// Some of these would take minutes if the parser searched the rest of the text for each.
	it.each([
		["references to one note", `${many(() => "[^1] ")}\n\n[^1]: a`],
		["references and definitions by turns", many(() => "[^1]: a\n[^1] ")],
		["definitions", many((n) => `[^${n}]: a\n`)],
		["definitions of nothing", many((n) => `[^${n}]:\n`)],
		["definitions that refer to themselves", many((n) => `[^${n}]: [^${n}]\n`)],
		["definitions that refer to the next", many((n) => `[^${n}]: [^${n + 1}]\n\n`)],
		["definitions in definitions", many((n) => `[^${n}]: `)],
		["definitions in a quote", many((n) => `> > [^${n}]: a [^${n}]\n`)],
		["definitions in a list", many((n) => `- a[^${n}]\n  [^${n}]: b\n`)],
		[
			"definitions in lists in lists",
			Array.from({ length: 200 }, (_, n) => `${"  ".repeat(n)}- a[^${n}]\n${"  ".repeat(n)}  [^${n}]: b\n`).join(""),
		],
		["lines of an item", `- [^1]${"\na".repeat(30_000)}`],
		["definitions between headings", many(() => "a\n# b\n[^1] ")],
		["definitions that end in items", many((n) => `[^${n}]: a\n2. b\n`)],
		["names without an end", many(() => "[^a ")],
		["long names", many(() => `[^${"a".repeat(199)} `).slice(0, 100_000)],
		["blank lines", `[^1]: a${"\n".repeat(100_000)}`],
		["lines of spaces", `[^1]: a${`\n${" ".repeat(1_000)}`.repeat(100)}`],
	])("are read in time: %s", { timeout: 10_000 }, (_what, text) => {
		expect(read(text).length).toBeGreaterThan(0);
		let grown = nothingRead;
		for (let length = 9_000; length < 10_000; length += 500) grown = growMarkdown(grown, text.slice(0, length), undefined, footnotes);
		expect(grown.source).not.toBe("");
	});

	it("nest no deeper than other text", () => {
		const depth = (nodes: readonly Node[]): number =>
			Math.max(0, ...nodes.map((node) => ("nodes" in node ? 1 + depth(node.nodes) : "items" in node ? 1 + depth(node.items.flat()) : 1)));
		const text = `a[^1]\n\n${"> - ".repeat(100)}[^1]: ${"> - ".repeat(100)}b`;
		expect(depth(read(text).map(({ node }) => node))).toBeLessThan(40);
	});
});
