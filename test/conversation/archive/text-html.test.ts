import { describe, expect, it } from "vitest";
import { drawPiece } from "../../../src/conversation/archive/html.ts";
import { textHtml } from "../../../src/conversation/archive/text-html.ts";

const html = (content: string) => textHtml({ id: "m1", content }).replaceAll(' dir="auto"', "");

describe("the text of a message in an export", () => {
	it.each([
		["a **bold** and *soft* `<b>`", "<p>a <strong>bold</strong> and <em>soft</em> <code>&#60;b&#62;</code></p>"],
		["# Title\n\n~~gone~~", "<h3>Title</h3>\n<p><del>gone</del></p>"],
		["- a\n- b", "<ul><li>a</li>\n<li>b</li></ul>"],
		["3. c\n4. d", '<ol start="3"><li>c</li>\n<li>d</li></ol>'],
		["- [x] done\n- [ ] open", "<ul><li>☑ done</li>\n<li>☐ open</li></ul>"],
		["```ts\nif (a < b) {}\n```", '<pre dir="ltr"><code>if (a &#60; b) {}</code></pre>'],
		["> quoted", "<blockquote><p>quoted</p></blockquote>"],
		["H<sub>2</sub>O and $x^2$", "<p>H<sub>2</sub>O and <code>x^2</code></p>"],
		[
			"| a | b |\n|---|--:|\n| 1 | <i> |",
			'<table>\n<thead><tr><th>a</th><th class="right">b</th></tr></thead>\n<tbody><tr><td>1</td><td class="right">&#60;i&#62;</td></tr></tbody>\n</table>',
		],
		[
			'[here](https://a.example/?x="1"&y=2)',
			'<p><a href="https://a.example/?x=%221%22&#38;y=2" rel="noopener noreferrer nofollow">here</a> <span class="where">(a.example)</span></p>',
		],
		[
			"![cat](https://a.example/cat.png)",
			'<p><a href="https://a.example/cat.png" rel="noopener noreferrer nofollow">cat</a> <span class="where">(a.example)</span></p>',
		],
		["[run](javascript:alert(1)) <script>", "<p>[run](javascript:alert(1)) &#60;script&#62;</p>"],
		["#", "<p>#</p>"],
	])("is read as in the web client: %s", (content, expected) => expect(html(content)).toBe(expected));

	it("has its footnotes, which lead to each other and to no other message", () => {
		const text = (id: string) => textHtml({ id, content: "a[^x]b[^x]\n\n[^x]: <b>\n\n    - c" }).replaceAll(' dir="auto"', "");
		expect(text("m1")).toBe(
			'<p>a<sup><a id="m1-ref-1" href="#m1-note-1" aria-label="Footnote 1">1</a></sup>b<sup><a href="#m1-note-1" aria-label="Footnote 1">1</a></sup></p>\n' +
				'<section class="notes" aria-label="Footnotes"><ol><li id="m1-note-1" value="1"><p>&#60;b&#62;</p><ul><li>c</li></ul>' +
				'<p> <a href="#m1-ref-1" aria-label="Back to the text">↩\ufe0e</a></p></li></ol></section>',
		);
		expect(text('"m2>')).toContain('id="&#34;m2&#62;-note-1"');
	});

	it("has its mentions, and the numbers of its sources", () => {
		const content = "@Bob says **so**.";
		const text = textHtml({
			id: "m1",
			content,
			mentions: [{ userId: "bob", offset: 0, length: 4 }],
			citations: [{ start: 0, end: 17, source: 1 }],
		});
		expect(text).toBe('<p dir="auto"><bdi class="mention">@Bob</bdi> says <strong>so</strong>.[2]</p>');
	});
});

it("leaves a text as it was written that is too long to be read in a moment", () => {
	const nested = Array.from({ length: 200 }, (_, depth) => `${"  ".repeat(depth)}- a`).join("\n");
	expect(nested.length).toBeGreaterThan(20_000);
	expect(textHtml({ id: "m1", content: nested })).toBe(`<p dir="auto">${nested}</p>`);
	expect(textHtml({ id: "m1", content: nested.slice(0, 19_000) })).toMatch(/^<ul/);
});

it.each([
	["|a\n-\n", 20_000],
	["> ", 20_000],
	["- > ", 20_000],
	["1. ", 20_000],
	["> > > > > > > > a\n", 20_000],
	["[a]: http://b.c\n", 20_000],
	["a\n\n", 20_000],
])("leaves a text as it was written that would keep everybody waiting while it is read: %j", (part, length) => {
	const content = part.repeat(length / part.length);
	expect(textHtml({ id: "m1", content }).replace(/&#62;/g, ">")).toBe(`<p dir="auto">${content}</p>`);
});

it.each(["- ", "> ", "1. ", "> - "])("reads %j ten levels deep, and shows what is deeper as it was written", (mark) => {
	const read = (levels: number) =>
		textHtml({ id: "m1", content: `${mark.repeat(levels / mark.trim().split(" ").length)}words\n\nmore words` });
	const depthOf = (html: string) => html.match(/<(ul|ol|blockquote)/g)?.length;
	expect(depthOf(read(10))).toBe(10);
	expect(depthOf(read(1_000))).toBe(10);
	expect(read(1_000)).toContain(mark.trim().replaceAll(">", "&#62;").split(" ")[0]);
	expect(read(1_000)).toContain("more words");
});

it("reads a long reply with headings, lists, quotes, code and tables", () => {
	const part = `## Step\n\nA paragraph with **bold** words, ${"long enough to be one, ".repeat(8)}.\n\n- one\n- two\n  1. three\n\n> Quoted.\n\n\`\`\`ts\nconst a = 1;\n\`\`\`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`;
	expect(textHtml({ id: "m1", content: part.repeat(20_000 / part.length) })).toMatch(/^<h4/);
});

it("lets others have their turn after each text of a page, however little is shown of it", async () => {
	const message = { type: "message", author: { userId: "ann", username: "Ann" }, createdAt: "2026-11-30T12:00:00.000Z" };
	const longTitle = `[a]: http://b.example "${"title ".repeat(3_000)}"\n\n[a]`;
	const messages = Array.from({ length: 6 }, (_, n) => ({ ...message, id: `m${n}`, seq: n, content: longTitle })) as never;
	const piece = { described: undefined, messages, fileNames: new Map<string, string>(), last: 6, exportedAt: "" };
	const parts: string[] = [];
	for await (const text of drawPiece(piece)) parts.push(text);
	expect(parts).toHaveLength(4);
	expect(parts.join("").length).toBeLessThan(5_000);
});

it("leaves out an unread file that nothing names, whatever its id is", async () => {
	const author = { userId: "claude", username: "Claude" };
	const message = { type: "message", id: "m1", seq: 1, author, content: "Hi", createdAt: "2026-11-30T12:00:00.000Z" };
	const messages = [{ ...message, unreadFiles: [{ fileId: "constructor", reason: "type" }] }] as never;
	const piece = { described: undefined, messages, fileNames: new Map<string, string>(), last: 1, exportedAt: "" };
	let page = "";
	for await (const text of drawPiece(piece)) page += text;
	expect(page).toContain("Hi");
});
