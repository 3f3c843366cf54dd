// What a reader sees of a text. Pure.

import { type Block, type GrowingMarkdown, growMarkdown, nothingRead } from "../../../src/markdown/markdown.ts";
import type { Footnotes, Node, Nodes } from "../../../src/markdown/nodes.ts";

const joined = (nodes: readonly Nodes[]) => nodes.flat().map(textOf).join("");

/** All that a reader sees, but for spaces, bullets and numbers. */
export function textOf(node: Node): string {
	switch (node.type) {
		case "list":
			return joined(node.items);
		case "table":
			return joined([node.head, ...node.rows].flat());
		case "link":
			return joined([node.nodes]) + (node.target.where ?? "");
		case "footnote":
			return String(node.number);
		case "footnotes":
			return node.items.map((nodes, index) => `${node.numbers[index]}${joined([nodes])}`).join("");
		// Without its delimiters: they are not seen, at any time.
		case "formula":
			return node.tex;
		case "picture":
			return node.text + (node.target?.where ?? "");
		default:
			return "nodes" in node ? joined([node.nodes]) : "text" in node ? node.text : "";
	}
}

export const shown = (blocks: readonly Block[]) => joined([blocks.map(({ node }) => node)]).replace(/\s/g, "");
export const shownOf = ({ finished, open }: GrowingMarkdown) => shown([...finished, ...open]);

/** The text as it is read when it comes one character at a time. `begin`: reads footnotes. */
export function grownTo(text: string, begin?: () => Footnotes): GrowingMarkdown {
	let grown = nothingRead;
	for (let length = 1; length <= text.length; length += 1) grown = growMarkdown(grown, text.slice(0, length), undefined, begin);
	return grown;
}
