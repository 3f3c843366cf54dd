import { expect, it } from "vitest";
import { judge, partOf, type Weights } from "../../scripts/budget.ts";

const light: Weights = {
	firstScripts: 95_000,
	firstStyles: 12_000,
	fonts: 0,
	requests: 6,
	largestLater: 25_000,
	allScripts: 220_000,
	largestLanguage: 20_000,
	formulaScripts: 62_000,
	formulaFonts: 285_000,
	diagrams: 790_000,
};
const verdictsOf = (weights: Partial<Weights>) =>
	judge({ ...light, ...weights })
		.filter(({ verdict }) => verdict !== "good")
		.map(({ what, verdict }) => `${what}: ${verdict}`);

it("judges a page within its aims as good", () => expect(verdictsOf({})).toEqual([]));

it.each<[name: keyof Weights, heavy: number, tooHeavy: number]>([
	["firstScripts", 95_100, 110_100],
	["firstStyles", 12_100, 20_100],
	["requests", 7, 11],
	["largestLater", 25_100, 40_100],
	["allScripts", 220_100, 256_100],
	["largestLanguage", 20_100, 26_100],
	["formulaScripts", 62_100, 68_100],
	["formulaFonts", 285_100, 300_100],
	["diagrams", 790_100, 820_100],
])("judges %s above its aim as heavy, and above its limit as too heavy", (name, heavy, tooHeavy) => {
	expect(verdictsOf({ [name]: heavy })).toEqual([expect.stringMatching(/: heavy$/)]);
	expect(verdictsOf({ [name]: tooHeavy })).toEqual([expect.stringMatching(/: TOO HEAVY$/)]);
});

it("judges any font as too heavy", () => expect(verdictsOf({ fonts: 1 })).toEqual(["fonts: TOO HEAVY"]));

it("weighs only languages and what draws formulas or diagrams apart from the rest", () => {
	const names = [
		"DrawnFormula-a_-1.js",
		"noto-sans-math-latin-400-normal-b.woff2",
		"Temml-c.woff2",
		"index-d.js",
		"Formula-e.js",
		"other.woff2",
		"de-BFvbHMxC.js",
		"fr-FF3C_v-D.js",
		"from-FF3CSvbD.js",
	];
	const parts = [...Array(3).fill("formulas"), ...Array(3).fill(undefined), "languages", "languages", undefined];
	expect(names.map((name) => partOf(`assets/${name}`))).toEqual(parts);
	const diagrams = ["diagrams/0a1b2c3d4e.htm", "assets/DrawnDiagram-a_-1.js", "assets/Diagram-a_-1.js"];
	expect(diagrams.map(partOf)).toEqual(["diagrams", "diagrams", undefined]);
});
