// What is shown of the beginning of a text, while the rest is still to come.

import { beforeAll, describe, expect, it } from "vitest";
import { loadOpenEnd } from "../../src/markdown/lexer.ts";
import { growMarkdown, nothingRead, readMarkdown } from "../../src/markdown/markdown.ts";
import type { Node } from "../../src/markdown/nodes.ts";
import { grownTo, shown, shownOf, textOf } from "./answers/shown.ts";

beforeAll(loadOpenEnd);

describe("what is shown of the beginning of a text", () => {
	const brief = (node: Node): string =>
		node.type === "text"
			? node.text
			: node.type === "list"
				? node.items.map((item) => `•${item.map(brief).join("")}`).join("")
				: `${node.type === "paragraph" ? "" : `${node.type}(`}${"nodes" in node ? node.nodes.map(brief).join("") : textOf(node)}${node.type === "paragraph" ? "" : ")"}`;
	const begun = (text: string, { finished, open } = grownTo(text)) => {
		return [...finished, ...open].map(({ node }) => brief(node)).join(" / ");
	};

	it.each([
		["a picture, not before it is complete", "Status: ![build](https://img.example/ba", "Status:"],
		["a picture in a link, not before both are", "Status: [![build](https://img.example/b.svg)](http", "Status:"],
		["a word with marks inside", "Call _private_method first", "Call _private_method first"],
		["a pattern in quotes", 'grep "*.md" > out', 'grep "*.md" > out'],
		["a mark that opens nothing", "a*?b and foo_bar_baz_ ok", "a*?b and foo_bar_baz_ ok"],
		["an address with marks", "See https://en.example/Stream_(computing) for", "See link(https://en.example/Stream_(computing)) for"],
		["a product", "so 2*3 is six", "so 2*3 is six"],
		["an approximate number", "takes ~5 minutes", "takes ~5 minutes"],
		["an element of a list", "take rows[i][j] then", "take rows[i][j] then"],
		["a reference, without its label", "See [the docs][1] for", "See the docs for"],
		["a link's address with parentheses", "A [stream](https://en.example/a_(b", "A stream"],
		["a link without a space before it", "as said[1](https://a.exa", "as said1"],
		["names that every object has", "[constructor], [x][toString] and [__proto__][]", "[constructor], x and strong(proto)"],
		["bold around a link", "A **[link](https://a.example/x_y", "A strong(link)"],
		["code around marks", "A `**kwargs, *args", "A codespan(**kwargs, *args)"],
		["code with a mark of its own", "A `` `a` b", "A codespan(`a` b)"],
		["emphasis within bold", "A **b *c", "A strong(b emphasis(c))"],
		["both at once", "***a b", "emphasis(strong(a b))"],
		["an entity, not before it is one", "a &am", "a"],
		["a line break in HTML, not before it is one", "one<br", "one"],
		["a line break in HTML", "one<br>two", "onebreak()two"],
		["an item that has no text yet", "- a\n- ", "•a"],
		["a number that may be an item's, after a list", "1. a\n\n2", "•a"],
		["a number in a paragraph", "The answer is:\n42", "The answer is:\n42"],
		["a row that may end the table", "| a |\n|---|\n| 1 |\n-", "table(a1)"],
		["the language of code, not before its line ends", "Run:\n```sh", "Run:"],
		["a fence that may end, within a list", "- a\n  ```\n  b\n  ``", "•acode(b)"],
		["a rule, not before it is one", "a\n\n--", "a"],
		["a definition that is referred to", "See [a b][x].\n\n[x]: https://a.exa", "See a b."],
	])("%s", (_what, text, expected) => expect(begun(text)).toBe(expected));

	it("closes marks at the end of a list or table of any length", () => {
		const atOnce = (text: string) => begun(text, growMarkdown(nothingRead, text));
		const items = Array.from({ length: 80 }, (_, n) => `- **Point ${n}**: \`code_${n}\` is *soft*`).join("\n");
		expect(atOnce(`${items}\n- **Poin`)).toMatch(/emphasis\(soft\)•strong\(Poin\)$/);
		const rows = Array.from({ length: 80 }, (_, n) => `| **Point ${n}** | \`code_${n}\` | *soft* |`).join("\n");
		expect(atOnce(`| a | b | c |\n|---|---|---|\n${rows}\n| **Poin`)).toMatch(/softPoin\)$/);
	});

	it("keeps a list with blank lines in one piece, wherever it is cut", () => {
		const text = "1. a\n\n2. b\n\n   ```sh\n   c\n   ```\n\n3. d";
		const grown = grownTo(text);
		expect([...grown.finished, ...grown.open]).toEqual(readMarkdown(text));
		expect(grown.open).toHaveLength(1);
	});
});

describe("a definition of a link's address", () => {
	it.each([
		["is shown if nothing refers to it", "[Anna]: hello", "[Anna]:hello"],
		["is shown if nothing refers to it, also with an address", "[docs]: https://a.example", "[docs]:https://a.example"],
		["is shown if no link can go there", "see [Bob]\n\n[Bob]: yes", "see[Bob][Bob]:yes"],
		["is shown each time", "Notes\n\n[Bob]: yes\n\n[Bob]: no", "Notes[Bob]:yes[Bob]:no"],
		["is shown if it is a footnote's", "a[^1]\n\n[^1]: https://a.example", "a[^1][^1]:https://a.example"],
		["is left out if a link uses it", "[a b][1]\n\n[1]: https://a.example", "aba.example"],
	])("%s", (_what, text, expected) => expect(shown(readMarkdown(text))).toBe(expected));

	it("makes no link while the text grows, also if it comes first", () => {
		const text = "[x]: https://a.example\nSee [a b][x] for more.";
		let longest = 0;
		for (let length = 1; length <= text.length; length += 1) {
			const { length: now } = shownOf(growMarkdown(grownTo(text.slice(0, length - 1)), text.slice(0, length)));
			expect(now, text.slice(0, length)).toBeGreaterThanOrEqual(longest);
			longest = now;
		}
		expect(shownOf(grownTo(text))).toBe("[x]:https://a.exampleSeeabformore.");
	});

	it("takes back no more than two brackets of a reference without a text, at the end", () => {
		const text = "See [guide] for more.\n\n[guide]: https://a.example/guide\n\nThat is all.";
		expect(shownOf(grownTo(text))).toBe("See[guide]formore.Thatisall.");
		expect(shown(readMarkdown(text))).toBe("Seeguidea.exampleformore.Thatisall.");
	});
});
