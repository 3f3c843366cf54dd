import { describe, expect, it } from "vitest";
import { byConversation, type FoundIn, inOneLine, partsOf, withLines } from "../../web/src/search/findings.ts";
import { message } from "./fakes.ts";

const marked = (snippet: string, ...highlights: [number, number][]) =>
	partsOf({ snippet, highlights })
		.map(({ text, isFound }) => (isFound ? `[${text}]` : text))
		.join("|");

describe("a snippet", () => {
	it("is cut where what was asked for begins and ends", () => {
		expect(marked("tea and cake", [0, 3], [8, 12])).toBe("[tea]| and |[cake]");
		expect(marked("some tea", [5, 8])).toBe("some |[tea]");
		expect(marked("👍 tea", [3, 6])).toBe("👍 |[tea]");
		expect(marked("none")).toBe("none");
	});

	it("stays whole whatever the marks are", () => {
		expect(marked("tea and cake", [0, 6], [4, 7], [2, 3], [8, 99])).toBe("[tea an]|[d]| |[cake]");
	});
});

describe("the lines of what was found", () => {
	const shown = (content: string, snippet: string) => inOneLine(withLines({ message: message(1, { content }), snippet }).snippet);

	it.each([
		["To buy:\n- milk\n- eggs", "To buy: - milk - eggs", "To buy: milk · eggs"],
		["# Plan\n\n> 1. begin\n2. end", "# Plan  > 1. begin 2. end", "# Plan · begin · end"],
		["before it\nfirst\nlast\nafter it", "…first last…", "…first · last…"],
		["a\t-\tb", "a - b", "a\t-\tb"],
		["something else", "of another form", "of another form"],
	])("of %j stand apart from each other", (content, snippet, expected) => {
		expect(shown(content, snippet)).toBe(expected);
	});
});

it("what is found stands by conversation, the one with the newest first", () => {
	const found = (conversationId: string, seq: number): FoundIn => ({ conversationId, message: message(seq), snippet: "", highlights: [] });
	const groups = byConversation([found("b", 9), found("a", 8), found("b", 3)]);
	expect(groups.map(([id, results]) => [id, ...results.map(({ message }) => message.seq)])).toEqual([
		["b", 9, 3],
		["a", 8],
	]);
});
