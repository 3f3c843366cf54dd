// The numbers of sources in a Markdown text.

import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, it, vi } from "vitest";
import * as code from "../../src/markdown/citing.ts";
import { loadOpenEnd } from "../../src/markdown/lexer.ts";
import { type Block, growMarkdown, nothingRead, readMarkdown } from "../../src/markdown/markdown.ts";
import type { Node, Nodes } from "../../src/markdown/nodes.ts";
import type { Mention } from "../../src/protocol/message.ts";
import { toolErrors } from "../../src/protocol/sources.ts";
import { SourceMark } from "../../web/src/research/SourceMark.tsx";
import { Sources } from "../../web/src/research/Sources.tsx";
import { currentWords, failureOf, phraseOf } from "../../web/src/research/words.ts";

beforeAll(loadOpenEnd);

beforeAll(() => {
	vi.stubGlobal("document", { documentElement: { lang: "en" } });
	return () => vi.unstubAllGlobals();
});

/** A text in which `⟦1⟧` stands at the end of each cited passage. */
function cited(text: string) {
	const citations: { start: number; end: number; source: number }[] = [];
	let content = "";
	for (const piece of text.split(/(⟦\d+⟧)/)) {
		const number = /^⟦(\d+)⟧$/.exec(piece)?.[1];
		if (number === undefined) content += piece;
		else citations.push({ start: Math.max(0, content.length - 1), end: content.length, source: Number(number) - 1 });
	}
	return { content, citing: { citations, code } };
}

/** The tree in short: marks as `[1]`, other nodes by their type. */
function drawn(node: Node): string {
	const all = (nodes: Nodes) => nodes.map(drawn).join("");
	switch (node.type) {
		case "text":
		case "mention":
			return node.text;
		case "citation":
			return `[${node.source + 1}]`;
		case "codespan":
		case "code":
			return `<code>${node.text}</code>`;
		case "list":
			return node.items.map((item) => `<li>${all(item)}</li>`).join("");
		case "table":
			return [node.head, ...node.rows].map((row) => `<tr>${row.map((cell) => `<td>${all(cell)}</td>`).join("")}</tr>`).join("");
		case "picture":
			return `<picture>${node.text}</picture>`;
		default:
			return "nodes" in node ? `<${node.type}>${all(node.nodes)}</${node.type}>` : `<${node.type}>`;
	}
}
const shown = (blocks: readonly Block[]) => blocks.map(({ node }) => drawn(node)).join("");
function marked(text: string, mentions: readonly Mention[] = []): string {
	const { content, citing } = cited(text);
	return shown(readMarkdown(content, mentions, citing));
}

describe("the number of a source", () => {
	it.each<[what: string, source: string, shown: string]>([
		["stands after its passage", "It rains⟦1⟧ in Jena.", "<paragraph>It rains[1] in Jena.</paragraph>"],
		["stands before the space that ends its passage", "It rains ⟦1⟧in Jena.", "<paragraph>It rains[1] in Jena.</paragraph>"],
		["stands after the full stop of its sentence", "It rains⟦1⟧. More.", "<paragraph>It rains.[1] More.</paragraph>"],
		["stays before a point within a word", "Parley 1⟦1⟧.2", "<paragraph>Parley 1[1].2</paragraph>"],
		["stands beside others", "It rains⟦1⟧⟦3⟧.", "<paragraph>It rains.[1][3]</paragraph>"],
		["stands once where it is claimed twice", "It rains⟦1⟧ ⟦1⟧.", "<paragraph>It rains[1] .</paragraph>"],
		["is the same for the same source", "A⟦2⟧ b⟦2⟧ c", "<paragraph>A[2] b[2] c</paragraph>"],
		["stands at the end of a paragraph", "One.\n⟦1⟧\nTwo.⟦2⟧", "<paragraph>One.[1]</paragraph><paragraph>Two.[2]</paragraph>"],
		["keeps emphasis that punctuation ends", "**It rains.**⟦1⟧ More", "<paragraph><strong>It rains.</strong>[1] More</paragraph>"],
		["stands outside emphasis at its end", "a ~~*b*⟦1⟧~~ c", "<paragraph>a <deleted><emphasis>b</emphasis></deleted>[1] c</paragraph>"],
		["stands within longer emphasis", "**It rains⟦1⟧ here**", "<paragraph><strong>It rains[1] here</strong></paragraph>"],
		["stands at the end of list items", "- a\n- b⟦1⟧\n- c⟦2⟧", "<li>a</li><li>b[1]</li><li>c[2]</li>"],
		["finds items with equal words", "- it\n- it⟦1⟧\n  - it⟦2⟧\n- it", "<li>it</li><li>it[1]<li>it[2]</li></li><li>it</li>"],
		[
			"stands in an item of several lines",
			"1. a\n   b\n\n   c⟦1⟧\n2. d",
			"<li><paragraph>a\nb</paragraph><paragraph>c[1]</paragraph></li><li><paragraph>d</paragraph></li>",
		],
		["stands in a task", "- [x] done⟦1⟧\n- [ ] open", "<li><task>done[1]</li><li><task>open</li>"],
		["stands in table cells", "| a | b |\n|---|---|\n| 1⟦1⟧ | 2⟦2⟧ |", "<tr><td>a</td><td>b</td></tr><tr><td>1[1]</td><td>2[2]</td></tr>"],
		[
			"stands at the end of a table's row",
			"|a|b|\n|-|-|\n|1|2|⟦1⟧\n|3|4|",
			"<tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2[1]</td></tr><tr><td>3</td><td>4</td></tr>",
		],
		[
			"stands after a bar in a cell",
			"|a|\n|-|\n|x \\| y⟦1⟧|\n|z⟦2⟧|",
			"<tr><td>a</td></tr><tr><td>x | y[1]</td></tr><tr><td>z[2]</td></tr>",
		],
		["stands in a heading", "# Rain⟦1⟧\n\nIt", "<heading>Rain[1]</heading><paragraph>It</paragraph>"],
		["stands in a quote", "> one\n> two⟦1⟧\n> three", "<quote><paragraph>one\ntwo[1]\nthree</paragraph></quote>"],
		["stands after code", "Use `npm⟦1⟧ i` now", "<paragraph>Use <code>npm i</code>[1] now</paragraph>"],
		["stands after a code block", "```ts\na⟦1⟧\nb\n```\n\nc", "<code>a\nb</code><paragraph>[1]</paragraph><paragraph>c</paragraph>"],
		[
			"stands after a code block of a list",
			"- a\n  ```\n  b⟦1⟧\n  ```\n- c",
			"<li>a<code>b</code><paragraph>[1]</paragraph></li><li>c</li>",
		],
		["stands after a link", "See [the do⟦1⟧cs](https://a.example/x) here", "<paragraph>See <link>the docs</link>[1] here</paragraph>"],
		["stands after an address", "See https://a.example/x⟦1⟧ here", "<paragraph>See <link>https://a.example/x</link>[1] here</paragraph>"],
		["stands after a picture", "![p](https://a.example/x)⟦1⟧ b", "<paragraph><picture>p</picture>[1] b</paragraph>"],
		["does not split a character reference", "a &a⟦1⟧mp; b", "<paragraph>a &amp;[1] b</paragraph>".replace("&amp;", "&")],
		["does not split a character", "a \ud83d⟦1⟧\ude00 b", "<paragraph>a 😀[1] b</paragraph>"],
		["does not make a list, a heading or a rule of a line", "a⟦1⟧\n- b⟦2⟧\n\n---⟦3⟧", "<paragraph>a[1]</paragraph><li>b[2][3]</li><rule>"],
		["stands after what looks like a tag", "a <b>⟦1⟧ c", "<paragraph>a <b>[1] c</paragraph>"],
		["counts every unit of the text's line ends", "a\r\nb\r\n\r\nc⟦1⟧ d", "<paragraph>a\nb</paragraph><paragraph>c[1] d</paragraph>"],
	])("%s", (_what, source, expected) => expect(marked(source)).toBe(expected));

	it("stands beside mentions, and never within one", () => {
		const mentions = [{ userId: "u-bob", offset: 3, length: 4 }];
		expect(marked("hi @Bob⟦1⟧ and x⟦2⟧ y", mentions)).toBe("<paragraph>hi @Bob[1] and x[2] y</paragraph>");
		expect(marked("hi @B⟦1⟧ob and x", mentions)).toBe("<paragraph>hi @Bob[1] and x</paragraph>");
		expect(marked("hi @Bob and x⟦1⟧ y", mentions)).toBe("<paragraph>hi @Bob and x[1] y</paragraph>");
	});

	const shapes = [
		'# Title *of* `code`\n\nA **bold.** word, ~~gone~~, _leaning_ and [a *link*](https://a.example/x?y=1 "t") with ![p](https://a.example/i.png).',
		"A second line &amp; an entity &#8212; a bare https://b.example/path and me@c.example.\r\nMore  \nand more\\\nand \\*escaped\\*.",
		"- one\n- two\n  - nested **x**\n\n  with a paragraph\n\n1. first\n2. second\n\n- [x] done\n- [ ] open",
		"| Left | Right |\n|:-----|------:|\n| 1 \\| 2 | `2`   |\n| **3**    | [4](https://a.example)     |",
		"> quoted\n> > twice\n\n```ts\nconst x = 1; // **not bold**\n\n# no heading\n```\n\n    indented\n\n---\n\nend",
		"<details><summary>raw</summary></details>\n\nA last [reference][r] and 2 < 3 <b>x</b>.\n\n[r]: https://d.example\n\n😀 ***both*** 中文。",
	];

	it.each(shapes.map((text) => [text]))("changes nothing else, wherever it stands: %j", (text) => {
		const plain = shown(readMarkdown(text));
		const empty = /<paragraph><\/paragraph>/g;
		for (let end = 1; end <= text.length; end += 1) {
			const citing = {
				citations: [
					{ start: 0, end, source: 0 },
					{ start: 0, end: Math.ceil(end / 2), source: 7 },
				],
				code,
			};
			const tree = shown(readMarkdown(text, [], citing));
			expect(tree.replace(/\[[18]\]/g, "").replace(empty, "")).toBe(plain);
			expect(tree).not.toMatch(/<(code|link|picture)>[^<]*\[[18]\]/);
			expect(tree).toContain("[1]");
		}
	});

	it("is found again while the text streams, and finished blocks stay the same objects", () => {
		const { content, citing } = cited("One⟦1⟧ and **two⟦2⟧** more.\n\n- a⟦1⟧\n- b\n\nThe end⟦3⟧ is\n\nnear⟦1⟧.");
		let grown = nothingRead;
		for (let length = 0; length <= content.length; length += 1) {
			const citations = citing.citations.filter(({ end }) => end <= length);
			const next = growMarkdown(grown, content.slice(0, length), { citations, code });
			expect(next.finished.slice(0, grown.finished.length).every((block, index) => block === grown.finished[index])).toBe(true);
			grown = next;
		}
		expect([...grown.finished, ...grown.open]).toEqual(readMarkdown(content, [], citing));
		// A citation may come late.
		const late = growMarkdown(growMarkdown(nothingRead, content), content, citing);
		expect([...late.finished, ...late.open]).toEqual(readMarkdown(content, [], citing));
	});

	it("looks at each citation a few times, however long the text is", () => {
		const text = `${"| a \\| b | c |\n".repeat(3_000)}\n\n${"It **rains**. ".repeat(5_000)}`;
		const citations = Array.from({ length: 300 }, (_, index) => ({ start: 0, end: (index + 1) * 350, source: index % 50 }));
		let looks = 0;
		const counted = new Proxy(citations, {
			get: (target, key) => {
				looks += 1;
				return Reflect.get(target, key);
			},
		});
		readMarkdown(text, [], { citations: counted, code });
		expect(looks).toBeLessThan(20 * citations.length);
	});
});

describe("a source", () => {
	it("opens its page in a new tab, by its title", () => {
		const markup = renderToStaticMarkup(<SourceMark index={1} source={{ url: "https://a.example/x", title: "The <b> rain" }} />);
		expect(markup).toContain('href="https://a.example/x"');
		expect(markup).toContain('aria-label="Source 2: The &lt;b> rain"');
		expect(markup).toMatch(/target="_blank" rel="noopener noreferrer nofollow"/);
		// The text of the page does not have the number.
		expect(markup.replace(/<(?:"[^"]*"|[^">])*>/g, "")).toBe("");
	});

	it.each(["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://a:b@c.example/", "nonsense"])(
		"is text if its address is no web page's: %s",
		(url) => {
			const source = { url, title: "T" };
			const markup = renderToStaticMarkup(<Sources sources={[source]} />) + renderToStaticMarkup(<SourceMark index={0} source={source} />);
			expect(markup).not.toMatch(/href|<a\b/);
			expect(markup).toContain("T");
		},
	);

	it("stands in a list with its host, folded if there are many", () => {
		const sources = Array.from({ length: 4 }, (_, index) => ({ url: `https://${index}.example/x`, title: `T${index}` }));
		const few = renderToStaticMarkup(<Sources sources={sources.slice(1)} />);
		expect(few.replace(/<[^>]*>/g, "")).toBe("3 sourcesT1 1.exampleT2 2.exampleT3 3.example");
		expect(renderToStaticMarkup(<Sources sources={sources} />).replace(/<[^>]*>/g, "")).toBe("4 sources");
	});
});

describe("a lookup", () => {
	const phrase = (name: string, input: string, status: "running" | "done" | "failed") =>
		Object.values(phraseOf({ name, input, status }, currentWords())).join(" ").trim();

	it("is named by what is searched for, or by the page's host", () => {
		expect(phrase("web_search", "", "running")).toBe("Searching the web…");
		expect(phrase("web_search", "rain", "running")).toBe("Searching the web: rain");
		expect(phrase("web_fetch", "https://a.example/x", "running")).toBe("Reading a.example");
		expect(phrase("web_fetch", "https://a.example/x", "done")).toBe("Read https://a.example/x");
		expect(phrase("search_conversation", '{"query":"budget"}', "done")).toBe("Searched this conversation: budget");
		expect(phrase("search_conversation", '{"que', "running")).toBe("Searching this conversation…");
		expect(phrase("constructor", "", "done")).toBe("Used constructor");
		expect(phrase("tickets", "", "failed")).toBe("Tried to use tickets");
	});

	it("has a sentence for each way to fail, and for those of newer servers", () => {
		const sentences = [...toolErrors, "newer"].map((error) =>
			failureOf({ name: "web_search", input: "", status: "failed", error }, currentWords()),
		);
		expect(new Set(sentences).size).toBe(toolErrors.length);
		for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
	});
});
