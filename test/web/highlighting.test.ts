import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Kind } from "../../web/src/markdown/highlighter.ts";
import { highlight, languageOf, loadLanguage } from "../../web/src/markdown/highlighting.ts";

const kindsIn = async (name: string, code: string) => {
	const language = languageOf(name, code);
	if (!language) throw new Error(`Code in ${name} has no colours.`);
	await loadLanguage(language);
	const pieces = highlight(language, code) ?? [];
	expect(pieces.map(({ text }) => text).join("")).toBe(code);
	return Object.fromEntries(pieces.filter(({ kind }) => kind !== null).map(({ text, kind }) => [text, kind]));
};

describe("highlighted code", () => {
	it.each<[name: string, code: string, kinds: Record<string, Kind>]>([
		["ts", "const a = 1; // b", { const: "keyword", "1": "number", "// b": "comment" }],
		["Python", "def f(x: int):\n    return 'y'", { def: "keyword", f: "name", int: "type", "'y'": "string" }],
		["sh", "# a\necho $HOME", { "# a": "comment", echo: "type", $HOME: "attribute" }],
		["json", '{"a": true}', { '"a"': "attribute", true: "keyword" }],
		["html", '<a href="b">c</a>', { a: "tag", href: "attribute", '"b"': "string" }],
		["css", ".a { color: red }", { ".a": "name", color: "attribute" }],
		["sql", "SELECT a FROM b WHERE c = 'd'", { SELECT: "keyword", "'d'": "string" }],
		["diff", "+ a\n- b", { "+ a": "added", "- b": "removed" }],
		["yml", "a: 1", { "a:": "attribute", "1": "number" }],
		["golang", 'func a() { return "b" }', { func: "keyword", '"b"': "string" }],
		["rs", "let a = 1;", { let: "keyword", "1": "number" }],
		["java", "class A {}", { class: "keyword", A: "name" }],
		["c++", "int a = 0;", { int: "type", "0": "number" }],
		["js", "let a = f('b')", { let: "keyword", f: "name", "'b'": "string" }],
	])("in %s has its kinds, and the same text", async (name, code, kinds) => {
		expect(await kindsIn(name, code)).toMatchObject(kinds);
	});

	it("is plain until its language is loaded, in an unknown language, and if it is very long", () => {
		for (const name of ["", "cobol", "__proto__"]) expect(languageOf(name, "a")).toBeUndefined();
		expect(languageOf("ts", "a".repeat(20_001))).toBeUndefined();
		expect(highlight("never" as never, "a")).toBeNull();
	});
});

describe("highlighting colours", () => {
	const source = (name: string) => readFileSync(new URL(`../../web/src/${name}`, import.meta.url), "utf8");
	const tokens = source("tokens.css");
	/** The light and the dark value of a custom property. */
	const colours = (name: string) => new RegExp(`${name}: light-dark\\((#\\w{6}), (#\\w{6})\\);`).exec(tokens)?.slice(1) ?? [];
	const luminance = (colour: string) => {
		const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
			const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
			return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	};
	const contrast = (one: string, other: string) => {
		const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
		return (light + 0.05) / (dark + 0.05);
	};

	const kinds = ["keyword", "string", "number", "comment", "name", "type", "attribute", "tag", "added", "removed"] satisfies Kind[];
	it.each(kinds)("have enough contrast in both themes: %s", (kind) => {
		const variable =
			new RegExp(`\\[data-kind="${kind}"\\] \\{\\n\\tcolor: var\\((--[\\w-]+)\\);\\n\\}`).exec(
				source("markdown/Markdown.module.css"),
			)?.[1] ?? "";
		const papers = colours("--raised");
		const inks = colours(variable);
		expect(inks).toHaveLength(2);
		for (const [theme, ink] of inks.entries()) expect(contrast(ink, papers[theme] ?? "")).toBeGreaterThanOrEqual(4.5);
	});
});
