import { describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { plainLine } from "../../web/src/list/plainLine.ts";

describe("the plain line of a text", () => {
	it.each([
		["plain words", "plain words"],
		["several\n\nlines  of\tit", "several lines of it"],
		["## A heading\nand more", "A heading and more"],
		["> quoted\n> twice", "quoted twice"],
		["- one\n- [x] two\n* three", "one two three"],
		["**bold**, `code` and ~~gone~~", "bold, code and gone"],
		["see [the page](https://a.example/x)", "see the page"],
		["![a cat](https://a.example/cat.png)", "a cat"],
		["```ts\nconst a = 1;\n```\nthat was it", "const a = 1; that was it"],
		["a_name_with_lines, 2 * 3 * 4, C#, a > b", "a_name_with_lines, 2 * 3 * 4, C#, a > b"],
		["**open, and `open", "**open, and `open"],
		["*soft*, _soft_ and ***both***, not 2 ** 3 or *this", "soft, soft and both, not 2 ** 3 or *this"],
		["**Use `code` *here***", "Use code here"],
		["snake__case__name and __loud__", "snake__case__name and loud"],
		["> - **quoted** item", "quoted item"],
		["| Name | **Price** |\n|:---|---:|\n| Tea | `2` |", "Name, Price Tea, 2"],
		["|a|b|\n|-|-|\n|1|2|", "a, b 1, 2"],
		["either a | b, ||, |x| = 3 and :-|", "either a | b, ||, |x| = 3 and :-|"],
		["|x| = 3", "|x| = 3"],
		["above\n\n---\n\nbelow -- or --- beside", "above below -- or --- beside"],
		["**cut off he…", "cut off he…"],
		["H<sub>2</sub>O, <KBD>Esc</KBD> and <b>", "H2O, Esc and <b>"],
		[">", ">"],
		["```\n```", "``` ```"],
		["", ""],
	])("%j", (text, line) => expect(plainLine(text)).toBe(line));

	it("is made of any text", () => {
		// Time that grows faster than their square would exceed the limit of a test.
		for (const piece of ["**", "*", "`", "[", "](", "> ", "~~a", "- ", "| ", "|-", "*a", "_a ", "…|", "---", "[a](", "\n"])
			expect(plainLine(piece.repeat(limits.excerpt)).length).toBeLessThanOrEqual(2 * piece.length * limits.excerpt);
	});
});
