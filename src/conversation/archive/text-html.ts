// A message's text as HTML, read by the same reader as in the web client. Everything in it is escaped, and nothing is loaded. Pure.

import * as citing from "../../markdown/citing.ts";
import { footnotes } from "../../markdown/footnotes.ts";
import { readMarkdown } from "../../markdown/markdown.ts";
import type { Node, Nodes } from "../../markdown/nodes.ts";
import type { Mention } from "../../protocol/message.ts";
import type { Citation } from "../../protocol/sources.ts";

/** `id`: of the message. */
export type Text = { id: string; content: string; mentions?: readonly Mention[] | undefined; citations?: readonly Citation[] | undefined };

/** In UTF-16 units. A longer text stays as it was written: reading a hostile one may take time that grows with its square. */
const mostRead = 20_000;
/** Looks times units: 1,500 looks in the longest text. */
const mostWork = 30_000_000;

/**
 * True for a text that stays as it was written: reading it would keep others on the same thread waiting. The reader looks through the rest
 * of the text at each line, once more for each quote and list that the line is in, and several times for a definition.
 */
function isSlowToRead(text: string): boolean {
	if (text.length > mostRead) return true;
	const lines = text.split(/\r\n?|\n/);
	const marks = lines.reduce((sum, line) => sum + (/^[\s\d>*+.)-]*/.exec(line)?.[0].match(/[>*+.)-]/g)?.length ?? 0), 0);
	const definitions = lines.filter((line) => /^\s*\[.*\]:/.test(line)).length;
	return (lines.length + marks + 5 * definitions) * text.length > mostWork;
}

/** After each passage that rests on a source stands the source's number. */
export function textHtml({ id, content, mentions = [], citations = [] }: Text): string {
	if (isSlowToRead(content)) return `<p dir="auto">${escaped(content)}</p>`;
	const blocks = readMarkdown(content, mentions, citations.length > 0 ? { citations, code: citing } : undefined, footnotes);
	return blocks.map(({ node }) => draw(node, escaped(id), ' dir="auto"')).join("\n");
}

export function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function drawAll(nodes: Nodes, id: string): string {
	return nodes.map((node) => draw(node, id)).join("");
}

/** `id`: begins the names of its footnotes. `attributes`: blocks at the top level have the direction of their text. */
function draw(node: Node, id: string, attributes = ""): string {
	const within = (tag: string, nodes: Nodes) => `<${tag}${attributes}>${drawAll(nodes, id)}</${tag}>`;
	switch (node.type) {
		case "text":
			return escaped(node.text);
		case "mention":
			return `<bdi class="mention">${escaped(node.text)}</bdi>`;
		case "citation":
			return `[${node.source + 1}]`;
		case "footnote": {
			const own = node.isFirst ? ` id="${id}-ref-${node.number}"` : "";
			return `<sup><a${own} href="#${id}-note-${node.number}" aria-label="Footnote ${node.number}">${node.number}</a></sup>`;
		}
		case "footnotes":
			return notesOf(node, id);
		case "break":
			return "<br>";
		case "rule":
			return "<hr>";
		case "task":
			return node.isDone ? "☑ " : "☐ ";
		case "codespan":
			return `<code>${escaped(node.text)}</code>`;
		case "formula":
			return `<code>${escaped(node.tex)}</code>`;
		case "code":
			return `<pre dir="ltr"><code>${escaped(node.text)}</code></pre>`;
		case "paragraph":
			return within("p", node.nodes);
		case "quote":
			return within("blockquote", node.nodes);
		case "strong":
			return within("strong", node.nodes);
		case "emphasis":
			return within("em", node.nodes);
		case "deleted":
			return within("del", node.nodes);
		case "sub":
		case "sup":
		case "kbd":
			return within(node.type, node.nodes);
		case "heading":
			// The page's own headings are h1 and h2.
			return within(`h${Math.min(6, node.level + 2)}`, node.nodes);
		case "list": {
			const items = node.items.map((nodes) => `<li>${drawAll(nodes, id)}</li>`).join("\n");
			return node.start === null ? `<ul${attributes}>${items}</ul>` : `<ol start="${node.start}"${attributes}>${items}</ol>`;
		}
		case "table":
			return tableOf(node, id, attributes);
		case "link":
			return linkOf(node.target, drawAll(node.nodes, id));
		case "picture":
			return node.target ? linkOf(node.target, escaped(node.text || "Image")) : escaped(node.text);
		default:
			return node satisfies never;
	}
}

function notesOf({ numbers, items }: Extract<Node, { type: "footnotes" }>, id: string): string {
	const notes = items.map((nodes, index) => {
		const back = ` <a href="#${id}-ref-${numbers[index]}" aria-label="Back to the text">↩\ufe0e</a>`;
		const last = nodes.at(-1);
		const text =
			last?.type === "paragraph" ? `${drawAll(nodes.slice(0, -1), id)}<p>${drawAll(last.nodes, id)}` : `${drawAll(nodes, id)}<p>`;
		return `<li id="${id}-note-${numbers[index]}" value="${numbers[index]}" dir="auto">${text}${back}</p></li>`;
	});
	return `<section class="notes" aria-label="Footnotes"><ol>${notes.join("\n")}</ol></section>`;
}

function tableOf({ columns, head, rows }: Extract<Node, { type: "table" }>, id: string, attributes: string): string {
	const row = (cells: readonly Nodes[], tag: "th" | "td") =>
		`<tr>${cells.map((nodes, index) => `<${tag}${columns[index] ? ` class="${columns[index]}"` : ""}>${drawAll(nodes, id)}</${tag}>`).join("")}</tr>`;
	return `<table${attributes}>\n<thead>${row(head, "th")}</thead>\n<tbody>${rows.map((cells) => row(cells, "td")).join("\n")}</tbody>\n</table>`;
}

/** Says where it leads, unless its text does. */
function linkOf({ href, where }: { href: string; where: string | null }, inner: string): string {
	const place = where === null ? "" : ` <span class="where">(${escaped(where)})</span>`;
	return `<a href="${escaped(href)}" rel="noopener noreferrer nofollow">${inner}</a>${place}`;
}
