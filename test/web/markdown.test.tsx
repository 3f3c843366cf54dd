import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { loadOpenEnd } from "../../src/markdown/lexer.ts";
import { type Block, growMarkdown, nothingRead, readMarkdown } from "../../src/markdown/markdown.ts";
import { bare } from "../../src/markdown/marks.ts";
import type { Node } from "../../src/markdown/nodes.ts";
import { Markdown } from "../../web/src/markdown/Markdown.tsx";
import { People } from "../../web/src/markdown/MentionedText.tsx";
import { answerOf } from "../bench/answer.ts";

beforeAll(loadOpenEnd);

/** The HTML inside the outer element. */
function html(source: string, isGrowing = false): string {
	const markup = renderToStaticMarkup(<Markdown source={source} isGrowing={isGrowing} />);
	return markup
		.replace(/^<div[^>]*>/, "")
		.replace(/<\/div>$/, "")
		.replaceAll(' dir="auto"', "");
}

const long = `# Title

A **bold** word, \`code\`, ~~gone~~, *leaning* and [a link](https://a.example/x?y=1&z=2) with ![a picture](https://a.example/i.png).\r
A second line &amp; an entity &#8212; a bare https://b.example/path and me@c.example.

- one
- two
  - nested **x**

  with a paragraph

1. first
2. second

- [x] done
- [ ] open

| Left | Right |
|:-----|------:|
| 1    | \`2\`   |
| 3    | 4     |

> quoted
> > twice

\`\`\`ts
const x = 1; // **not bold**

# no heading
\`\`\`

Setext
======

<details><summary>raw</summary></details>

A last [reference][r] and 2 < 3.

[r]: https://d.example
`;

describe("a text with mentions", () => {
	const people = { nameOf: (userId: string) => (userId === "u-bob" ? "Robert <b>" : undefined), userId: "u-me", isGroup: true };
	const named = (source: string, ...mentions: [userId: string, text: string][]) =>
		renderToStaticMarkup(
			<People value={people}>
				<Markdown
					source={source}
					mentions={mentions.map(([userId, text]) => ({ userId, offset: source.indexOf(text), length: text.length }))}
				/>
			</People>,
		)
			.replace(/<bdi data-you="(\w+)" class="[^"]*">/g, "<bdi $1>")
			.replaceAll(' dir="auto"', "");

	it.each<[what: string, source: string, shown: string]>([
		["shows current names, as text", "hi @Bob!", "<p>hi <bdi false>@Robert &lt;b></bdi>!</p>"],
		[
			"shows a mention within emphasis",
			"**@Bob** and *x @Bob*",
			"<p><strong><bdi false>@Robert &lt;b></bdi></strong> and <em>x @Bob</em></p>",
		],
		["shows no mention in code", "`@Bob` x", "<p><code>@Bob</code> x</p>"],
		["shows no mention in a code block", "```\n@Bob\n```", "<code>@Bob</code>"],
		["shows no mention in an address", "[x](https://a.example/@Bob)", 'href="https://a.example/@Bob"'],
	])("%s", (_what, source, shown) => expect(named(source, ["u-bob", "@Bob"])).toContain(shown));

	it("shows a former member as written, and marks the reader", () => {
		expect(named("@Eve, @Me", ["u-eve", "@Eve"], ["u-me", "@Me"])).toContain("<bdi false>@Eve</bdi>, <bdi true>@Me</bdi>");
	});

	it("leaves no internal mark, wherever a mention is claimed to be", () => {
		const text = "# a\n- [b](https://c.example/d) `e`\n\n|f|g|\n|-|-|\n|h|i|\n\n> <b>j</b> ![k](l)\n\n```m\nn\n```";
		for (let offset = 0; offset < text.length; offset += 1) {
			const markup = renderToStaticMarkup(<Markdown source={text} mentions={[{ userId: "u-bob", offset, length: 5 }]} />);
			expect(bare(markup)).toBe(markup);
			expect(markup).not.toContain("%F4");
		}
	});
});

describe("Markdown", () => {
	const cases: [what: string, source: string, shown: string][] = [
		["emphasis", "**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>"],
		["a heading, below the page's own", "# a", "<h2>a</h2>"],
		["a list", "1. a\n2. b", '<ol start="1"><li>a</li><li>b</li></ol>'],
		["entities", "a &amp; b &#60; &lt;b&gt; &nosuch;", "<p>a &amp; b &lt; &lt;b> &amp;nosuch;</p>"],
		["line breaks as written", "a\n  b", "<p>a\n  b</p>"],
		["a paragraph before a dash that may begin a list", "a\n-", "<p>a\n-</p>"],
		["text that only looks like markup", "1 < 2 && 3 > 2 * 1", "<p>1 &lt; 2 &amp;&amp; 3 > 2 * 1</p>"],
	];
	it.each(cases)("shows %s", (_what, source, shown) => {
		expect(html(source)).toBe(shown);
	});

	it("shows a table with its alignment, tasks with their state, code with its language", () => {
		expect(html("| a | b |\n|---|--:|\n| 1 | 2 |")).toMatch(/<table>.*<th>a<\/th>.*<td[^>]*>2<\/td>.*<\/table>/);
		expect(html("- [x] done\n- [ ] open")).toMatch(/type="checkbox"[^>]*checked[^>]*\/>done.*type="checkbox"[^>]*\/>open/);
		expect(html("```ts\na < b\n```")).toMatch(/<span>ts<\/span>.*<button[^>]*>Copy<\/button>.*<pre><code>a &lt; b<\/code><\/pre>/);
	});

	it("leaves the direction of each block to its own text", () => {
		const markup = renderToStaticMarkup(<Markdown source={"a\n\n- b\n\n  c\n\n# d\n\n> e\n\n| f |\n|---|\n| g |"} />);
		expect(markup.match(/<\w+ dir="auto"/g)).toEqual(["p", "ul", "h2", "blockquote", "table"].map((tag) => `<${tag} dir="auto"`));
	});

	it("opens links in a new tab, without a referrer", () => {
		expect(html("[https://a.example/](https://a.example/?x=1&amp;y=2)")).toBe(
			'<p><a href="https://a.example/?x=1&amp;y=2" title="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer nofollow">https://a.example/</a></p>',
		);
		expect(html("www.a.example me@b.example")).toMatch(/href="http:\/\/www\.a\.example\/".*href="mailto:me@b\.example"/);
	});
});

describe("the host beside a link", () => {
	/** The host that is shown beside the first link's text. */
	const beside = (source: string) => /<a [^>]*>.*?(?:<bdi[^>]*>([^<]*)<\/bdi>)?<\/a>/.exec(html(source))?.[1];

	it.each([
		["https://a.example/x?y=1"],
		["<https://a.example>"],
		["www.a.example"],
		["me@a.example"],
		["[a.example](https://a.example/a/long/way)"],
		["[https://A.example/x](https://a.example/y)"],
		["[me@a.example](mailto:me@a.example?subject=x)"],
	])("is left out if the text shows it: %s", (source) => {
		expect(beside(source)).toBeUndefined();
	});

	it.each([
		["[the docs](https://a.example/x)", "a.example"],
		["[the docs](https://a.example:8443)", "a.example:8443"],
		["[https://bank.example](https://evil.example)", "evil.example"],
		["[https://bank&#46;example](https://evil.example)", "evil.example"],
		["[evil.example](https://evil.example.attacker.example)", "evil.example.attacker.example"],
		["[evil.example.attacker.example](https://evil.example)", "evil.example"],
		["https://bank.example@evil.example/", "evil.example"],
		["[evil.example](https://evil.example@evil.example/)", "evil.example"],
		["<https://\u0430pple.example>", "xn--pple-43d.example"],
		["[evil.example/\u202egnp](https://evil.example/\u202egnp)", "evil.example"],
		["[\u200b](https://evil.example)", "evil.example"],
		["[write to us](mailto:me@a.example)", "me@a.example"],
		["[write to us](mailto:?to=me@a.example)", "mailto:?to=me@a.example"],
		["![evil.example](https://evil.example/i.png)", "evil.example"],
		["[![a picture](https://a.example/i.png)](https://b.example)", "b.example"],
	])("stands beside it: %s", (source, where) => {
		expect(beside(source)).toBe(where);
	});

	it("is one: a link in a link is text", () => {
		for (const source of ["[![a](https://a.example/i.png)](https://b.example)", "[x <https://a.example> y](https://b.example)"])
			expect(html(source).match(/<a /g)).toHaveLength(1);
	});
});

describe("malicious text", () => {
	const harmful: [what: string, source: string][] = [
		["a script", "<script>alert(1)</script>"],
		["a handler", '<img src=x onerror="alert(1)">'],
		["a handler within a line", 'a <b onclick="alert(1)">b</b>'],
		["a frame", '<iframe srcdoc="<script>alert(1)</script>"></iframe>'],
		["style", '<div style="position:fixed;inset:0">over</div>'],
		["a script's address", "[a](javascript:alert(1))"],
		["a script's address in disguise", "[a](java&#115;cript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](&#x6A;avascript&colon;alert(1))"],
		["a script's address with white space", "[a](<java\tscript:alert(1)>) [b](<\u0001javascript:alert(1)>)"],
		["an automatic script's address", "<javascript:alert(1)>"],
		["a document in an address", "[a](data:text/html;base64,PHNjcmlwdD4=)"],
		["vbscript and files", "[a](vbscript:x) [b](file:///etc/passwd) [c](blob:https://a/b)"],
		["a reference", "[a][x]\n\n[x]: javascript:alert(1)"],
		["a title that breaks out", '[a](https://a.example "\\" onmouseover=\\"alert(1)")'],
		["a language that breaks out", '```"><script>alert(1)</script>\nx\n```'],
		["a picture's text that breaks out", '![" onerror="alert(1)](https://a.example/i.png)'],
	];
	it("shows no link that would begin a sign-in here, as if the page did", () => {
		vi.stubGlobal("location", new URL("https://here.example/c/a"));
		expect(html("[a](https://here.example/api/auth/oidc/default/start) [b](https://HERE.example/c/%2e%2e/api/auth/)")).not.toContain("<a");
		expect(html("[a](https://here.example/c/b) [b](https://there.example/api/auth/)").match(/<a /g)).toHaveLength(2);
		vi.unstubAllGlobals();
	});

	it.each(harmful)("stays text: %s", (_what, source) => {
		for (const isGrowing of [false, true]) {
			const markup = html(source, isGrowing);
			const tags = markup.match(/<[a-z][^>]*>/gi) ?? [];
			for (const tag of tags) {
				expect(tag).toMatch(/^<(p|a|bdi|div|h[2-6]|figure|figcaption|span|button|pre|code)\b/);
				expect(tag).not.toMatch(/\s(on\w+|style|srcdoc|src)=/i);
				const href = /href="([^"]*)"/.exec(tag)?.[1];
				if (href !== undefined) expect(href).toMatch(/^(https?|mailto):/);
			}
		}
	});

	it("shows an image as a link and does not load it", () => {
		const markup = html("![secret](https://evil.example/?q=secret)");
		expect(markup).not.toMatch(/<img/);
		expect(markup).toMatch(/<a href="https:\/\/evil\.example\/\?q=secret"[^>]*>Image: secret<bdi[^>]*>evil\.example<\/bdi><\/a>/);
		expect(html("![x](data:image/png;base64,AAAA)")).toBe("<p>![x](data:image/png;base64,AAAA)</p>");
	});

	it.each([
		["quotes", ">".repeat(20_000)],
		["lists", Array.from({ length: 120 }, (_, depth) => `${"  ".repeat(depth)}- x`).join("\n")],
		["brackets", "[".repeat(20_000)],
		["stars", "**a *".repeat(5_000)],
	])("is shown in some form however deep it is nested: %s", (_what, source) => {
		expect(html(source).length).toBeGreaterThan(0);
		expect(html(source, true).length).toBeGreaterThan(0);
	});
});

describe("streaming text", () => {
	it("renders at every length", () => {
		for (let length = 0; length <= long.length; length += 1) html(long.slice(0, length), true);
	});

	it("ends like the complete text, except links to its end", () => {
		const text = `${long.replace("[reference][r]", "reference")}\nThe end.\n`;
		let grown = nothingRead;
		for (let length = 0; length <= text.length; length += 3) grown = growMarkdown(grown, text.slice(0, length));
		grown = growMarkdown(grown, text);
		expect([...grown.finished, ...grown.open]).toEqual(readMarkdown(text));
	});

	it("keeps finished blocks as the same objects", () => {
		let before = nothingRead;
		for (let length = 0; length <= long.length; length += 1) {
			const grown = growMarkdown(before, long.slice(0, length));
			expect(grown.finished.slice(0, before.finished.length).every((block, index) => block === before.finished[index])).toBe(true);
			before = grown;
		}
		expect(before.finished.length).toBeGreaterThan(10);
	});

	it("is parsed again when it is another text", () => {
		const grown = growMarkdown(growMarkdown(nothingRead, "# one\n\ntwo\n\nthree"), "# other");
		expect(grown.finished).toEqual([]);
		expect(grown.open).toEqual(readMarkdown("# other"));
	});

	it("shows no raw Markdown and removes nothing, at any length of a reply", () => {
		const answer = answerOf(20_000);
		const plain = (node: Node): string => {
			if (node.type === "code" || node.type === "codespan") return "";
			if (node.type === "table") return [node.head, ...node.rows].flat(2).map(plain).join("");
			return "text" in node ? node.text : ("nodes" in node ? node.nodes : "items" in node ? node.items.flat() : []).map(plain).join("");
		};
		let [grown, bare, shorter, longest] = [nothingRead, 0, 0, 0];
		for (let length = 10; length <= answer.length; length += 10) {
			grown = growMarkdown(grown, answer.slice(0, length));
			const shown = [...grown.finished, ...grown.open].map(({ node }) => plain(node)).join("");
			if (/\*\*|\]\(|\|:?--|~~/.test(shown.slice(-80))) bare += 1;
			if (shown.length < longest) shorter += 1;
			longest = Math.max(longest, shown.length);
		}
		expect({ bare, shorter }).toEqual({ bare: 0, shorter: 0 });
	});

	it("tells when code is complete, to be highlighted only then", () => {
		const fences = (text: string) => {
			const { finished, open } = growMarkdown(nothingRead, text);
			return [...finished, ...open]
				.flatMap(({ node }) => (node.type === "list" ? node.items.flat() : node))
				.filter(({ type }) => type === "code");
		};
		expect(fences("```ts\na\n``")).toMatchObject([{ isWhole: false }]);
		expect(fences("````ts\na\n```\n")).toMatchObject([{ isWhole: false }]);
		expect(fences("```ts\na\n```")).toMatchObject([{ isWhole: true }]);
		expect(fences("```ts\na\n```\n\n```ts\nb")).toMatchObject([{ isWhole: true }, { isWhole: false }]);
		expect(fences("- a\n  ```ts\n  b\n  ```\n- c")).toMatchObject([{ isWhole: true }]);
		expect(readMarkdown("```ts\na")).toMatchObject([{ node: { type: "code", isWhole: true } }]);
	});

	const halves: [what: string, source: string, shown: string | RegExp][] = [
		["bold", "a **bo", "<p>a <strong>bo</strong></p>"],
		["code", "a `co", "<p>a <code>co</code></p>"],
		["a link, without its address", "a [link](https://a.exa", "<p>a link</p>"],
		["a block of code", "```ts\nconst a", /<pre><code>const a<\/code><\/pre>/],
		["a closing fence: nothing of it", "```ts\nconst a\n``", /<pre><code>const a<\/code><\/pre>/],
		["a table's head: nothing yet", "Look:\n\n| a | b |\n|--", "<p>Look:</p>"],
		["a table, from its second line on", "| a | b |\n|---|---|\n| 1", /<table>/],
		["code within bold", "a **`co", "<p>a <strong><code>co</code></strong></p>"],
		["a link's text, without its brackets", "a [link]", "<p>a link</p>"],
		["emphasis: nothing before its first character", "a **", "<p>a</p>"],
		["a list's next item: nothing before it is one", "1. a\n2", '<ol start="1"><li>a</li></ol>'],
		["a task: nothing before its text", "- [x]", ""],
	];
	it.each(halves)("shows half of %s", (_what, source, shown) => {
		if (typeof shown === "string") expect(html(source, true)).toBe(shown);
		else expect(html(source, true)).toMatch(shown);
	});
});

describe("HTML in a text", () => {
	it.each([
		["H<sub>2</sub>O", "<p>H<sub>2</sub>O</p>"],
		["**x<sup>*n*</sup>**", "<p><strong>x<sup><em>n</em></sup></strong></p>"],
		["<kbd>Ctrl</kbd>+<KBD>C</KBD>", "<p><kbd>Ctrl</kbd>+<kbd>C</kbd></p>"],
		["<sub>a<sup>b</sup></sub>", "<p><sub>a<sup>b</sup></sub></p>"],
	])("is drawn where it is raised, lowered or a key: %s", (source, shown) => expect(html(source)).toBe(shown));

	it.each(["a<sub>b", "a</sub>b", '<sub onclick="x">a</sub>', "<sub><sup>a</sub></sup>", "<b>a</b>", "<kbd >a</kbd>"])(
		"is text otherwise: %s",
		(source) => expect(html(source).replace(/<\/?(?:p|sub)>/g, "")).toContain("&lt;"),
	);

	it("is drawn while its end is still to come", () => {
		expect(html("H<sub>2", true)).toBe("<p>H<sub>2</sub></p>");
		expect(html("H<sub>2</s", true)).toBe("<p>H<sub>2</sub></p>");
	});
});

describe("a text of marks alone", () => {
	it.each(["#", ">", "> >", "-", "1.", "***", "```\n```", "| |\n|-|", "<br>"])("is shown as it is written: %j", (source) => {
		expect(html(source)).toBe(renderToStaticMarkup(<p>{source}</p>));
	});

	it.each(["- `x`", "$x$", "![](https://a.example/i.png)", "> a"])("is something else: %j", (source) => {
		expect(html(source)).not.toBe(renderToStaticMarkup(<p>{source}</p>));
	});
});

describe("text that is made to be slow", () => {
	/** The text of blocks without inline markup. */
	const textOf = (blocks: readonly Block[]) =>
		blocks.map(({ node }) => ("nodes" in node ? node.nodes : [node]).map((one) => ("text" in one ? one.text : "")).join("")).join("");

	// Each of these took from seconds to minutes. What is shown in time is shown as it was written.
	it.each([
		["is parsed in time: emphasis that never ends", "a_*"],
		["is parsed in time: the same in reverse", "*a_"],
		["is parsed in time: a word that may be an address", "a+"],
		["is parsed in time: globs", "**/*.test.ts *_spec.rb __init__.py "],
		["is parsed in time: pointers", "char *a_b, *c_d; "],
	])(
		"%s",
		(_what, part) => {
			const text = part.repeat(Math.floor(100_000 / part.length));
			expect(textOf(readMarkdown(text)).trim() === text.trim()).toBe(true);
			let growing = nothingRead;
			for (let length = 0; length < 20_000; length += 1_000) growing = growMarkdown(growing, text.slice(0, length));
			expect(growing.source).toBe(text.slice(0, 19_000));
		},
		5_000,
	);

	it.each([" ", "a ", "a\n", "a|", "[", "a`"])("is parsed in time while it grows: %j many times", (text) => {
		const [first = "", last = ""] = [text.slice(0, -1), text.slice(-1)];
		let growing = nothingRead;
		for (let length = 90_000; length < 100_000; length += 1_000) growing = growMarkdown(growing, first + last.repeat(length));
		expect(growing.source).toHaveLength(99_000 + first.length);
	});

	it("keeps the markup of an ordinary long paragraph", () => {
		const [block] = readMarkdown("Some **bold** and *soft* words, and `code`. ".repeat(40));
		expect(block?.node.type === "paragraph" && block.node.nodes.filter(({ type }) => type === "strong")).toHaveLength(40);
	});
});
