import { describe, expect, it } from "vitest";
import { byConversation, displayedSnippet, type FoundAnywhere, partsOf } from "../../web/src/search/results.ts";
import { message } from "./fakes.ts";

const marked = (snippet: string, ...highlights: [number, number][]) =>
	partsOf({ snippet, highlights })
		.map(({ text, isFound }) => (isFound ? `[${text}]` : text))
		.join("|");

describe("a snippet", () => {
	it("is split at the matches", () => {
		expect(marked("tea and cake", [0, 3], [8, 12])).toBe("[tea]| and |[cake]");
		expect(marked("some tea", [5, 8])).toBe("some |[tea]");
		expect(marked("👍 tea", [3, 6])).toBe("👍 |[tea]");
		expect(marked("none")).toBe("none");
	});

	it("keeps all its text for any highlights", () => {
		expect(marked("tea and cake", [0, 6], [4, 7], [2, 3], [8, 99])).toBe("[tea an]|[d]| |[cake]");
	});
});

describe("the lines of a result", () => {
	const shown = (content: string, snippet: string) =>
		displayedSnippet({ message: message(1, { content }), snippet, highlights: [] })
			.map(({ text }) => text)
			.join("|");

	it.each([
		["To buy:\n- milk\n- eggs", "To buy: - milk - eggs", "To buy: milk · eggs"],
		["# Plan\n\n> 1. begin\n2. end", "# Plan  > 1. begin 2. end", "Plan · begin · end"],
		["before it\nfirst\nlast\nafter it", "…first last…", "…first · last…"],
		["a\t-\tb", "a - b", "a\t-\tb"],
		["something else", "of another form", "of another form"],
	])("of %j are separated", (content, snippet, expected) => {
		expect(shown(content, snippet)).toBe(expected);
	});
});

describe("Markdown in a result", () => {
	/** Brackets mark the found text. */
	const shown = (text: string, content = text.replace(/[⟦⟧]/g, "")) => {
		const highlights: [number, number][] = [];
		let snippet = "";
		for (const [index, piece] of text.split(/[⟦⟧]/).entries()) {
			if (index % 2 === 1) highlights.push([snippet.length, snippet.length + piece.length]);
			snippet += piece.replace(/\s/g, " ");
		}
		return displayedSnippet({ message: message(1, { content }), snippet, highlights })
			.map(({ text, isFound }) => (isFound ? `⟦${text}⟧` : text))
			.join("");
	};

	it.each([
		["## The **⟦tea⟧ plan**", "The ⟦tea⟧ plan"],
		["**⟦tea⟧**, `⟦tea⟧_pot` and ~~some *⟦tea⟧*~~", "⟦tea⟧, ⟦tea⟧_pot and some ⟦tea⟧"],
		["| Name | ⟦Tea⟧ |\n|---|:-:|\n| a | **⟦tea⟧** |", "Name, ⟦Tea⟧ · a, ⟦tea⟧"],
		["see [the ⟦tea⟧](https://a.example/x)", "see the ⟦tea⟧"],
		["see [the ⟦tea⟧](https://a.example/⟦tea⟧)", "see the ⟦tea⟧"],
		["see [this](https://a.example/⟦tea⟧)", "see [this](https://a.example/⟦tea⟧)"],
		["```⟦tea⟧\nbrew()\n```", "⟦tea⟧ · brew()"],
		["⟦snake⟧_case, 2 * ⟦3⟧ * 4, ⟦C⟧#, a | b", "⟦snake⟧_case, 2 * ⟦3⟧ * 4, ⟦C⟧#, a | b"],
	])("is parsed, not displayed: %j", (text, expected) => {
		expect(shown(text)).toBe(expected);
	});

	it("is parsed where the snippet cuts it in two", () => {
		expect(shown("…is bold** and **⟦tea⟧ goes…", "what is bold** and **tea goes on**")).toBe("…is bold and ⟦tea⟧ goes…");
		expect(shown("…is code` and `⟦tea⟧ goes…", "`what is code` and `tea goes on`")).toBe("…is code and ⟦tea⟧ goes…");
		expect(shown("…⟦Tea⟧ | hot | | Coffee | co…", "| Name | Tea | hot |\n| Coffee | cold |")).toBe("…⟦Tea⟧, hot · Coffee, co…");
	});
});

it("results are grouped by conversation, the one with the newest first", () => {
	const found = (conversationId: string, seq: number): FoundAnywhere => ({
		conversationId,
		message: message(seq),
		snippet: "",
		highlights: [],
	});
	const groups = byConversation([found("b", 9), found("a", 8), found("b", 3)]);
	expect(groups.map(([id, results]) => [id, ...results.map(({ message }) => message.seq)])).toEqual([
		["b", 9, 3],
		["a", 8],
	]);
});
