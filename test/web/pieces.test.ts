// The pieces that a growing text is drawn in.

import { expect, it } from "vitest";
import { linesOf, piecesOf } from "../../web/src/markdown/pieces.ts";

it.each([
	["words", "Some words of a sentence that goes on. ".repeat(20)],
	["lines", "const a = 1;\n\n\treturn a;\n".repeat(20)],
	["a text without spaces", "这个问题可以分成两部分来看😀".repeat(30)],
])("pieces of a growing text stay the same, but for the last: %s", (_what, text) => {
	let before: string[] = [];
	for (let length = 0; length <= text.length; length += 1) {
		const pieces = piecesOf(text.slice(0, length));
		expect(pieces.join("")).toBe(text.slice(0, length));
		expect(pieces.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
		before = pieces;
	}
	expect(before.length).toBeGreaterThan(3);
});

it("cuts pieces of any size into lines, which stay the same while the text grows", () => {
	const text = "const a = 1;\n\n\treturn `two\nlines`;\n";
	const joined = (lines: { text: string }[][]) => lines.map((line) => line.map(({ text }) => text).join(""));
	const [whole, ...lines] = [[{ text }], [...text].map((text) => ({ text })), text.split(" ").map((text) => ({ text: `${text} ` }))].map(
		linesOf,
	);
	expect(joined(whole ?? [])).toEqual(["const a = 1;\n", "\n", "\treturn `two\n", "lines`;\n"]);
	expect(joined(lines[0] ?? [])).toEqual(joined(whole ?? []));
	expect(joined(lines[1] ?? []).join("")).toBe(`${text} `);
});
