// Compares the weight of the page with its budget. Pure.

import { languages } from "../web/src/languages/language.ts";

/** Sizes in gzipped bytes; `fonts` and `requests` are counts. */
export type Weights = {
	firstScripts: number;
	firstStyles: number;
	fonts: number;
	requests: number;
	largestLater: number;
	/** Without the parts below, which have limits of their own. */
	allScripts: number;
	/** The texts of a language other than English. A visitor loads those of one. */
	largestLanguage: number;
	/** What draws formulas: loaded with the first one. Its fonts come only where the device has none. */
	formulaScripts: number;
	formulaFonts: number;
	/** What draws diagrams, loaded with the first one. */
	diagrams: number;
};

/** The part of the page that a file belongs to if it is weighed apart from the others. */
export function partOf(name: string): "formulas" | "diagrams" | "languages" | undefined {
	if (/\/(DrawnFormula|noto-sans-math|Temml)[\w-]*\.(js|woff2)$/.test(name)) return "formulas";
	if (/^diagrams\/|\/DrawnDiagram[\w-]*\.js$/.test(name)) return "diagrams";
	return languages.some((language) => language !== "en" && new RegExp(`/${language}-[\\w-]{8}\\.js$`).test(name)) ? "languages" : undefined;
}

/** Above `target` deserves a look; above `most` fails the check. */
type Limit = { what: string; unit: "kB" | ""; target: number; most: number };

const budget: Record<keyof Weights, Limit> = {
	firstScripts: { what: "first-load scripts", unit: "kB", target: 95, most: 110 },
	firstStyles: { what: "first-load styles", unit: "kB", target: 12, most: 20 },
	fonts: { what: "fonts", unit: "", target: 0, most: 0 },
	requests: { what: "first-load files", unit: "", target: 6, most: 10 },
	largestLater: { what: "largest later script", unit: "kB", target: 25, most: 40 },
	allScripts: { what: "all scripts but those below", unit: "kB", target: 220, most: 256 },
	largestLanguage: { what: "largest language", unit: "kB", target: 20, most: 26 },
	formulaScripts: { what: "scripts for formulas", unit: "kB", target: 62, most: 68 },
	formulaFonts: { what: "fonts for formulas", unit: "kB", target: 285, most: 300 },
	diagrams: { what: "scripts for diagrams", unit: "kB", target: 790, most: 820 },
};

export type Judged = { what: string; weight: string; target: string; most: string; verdict: "good" | "heavy" | "TOO HEAVY" };

export function judge(weights: Weights): Judged[] {
	return (Object.keys(budget) as (keyof Weights)[]).map((name) => {
		const { what, unit, target, most } = budget[name];
		const weight = unit === "kB" ? weights[name] / 1000 : weights[name];
		const shown = (value: number) => (unit === "kB" ? `${value.toFixed(1)} kB` : String(value));
		const verdict = weight > most ? "TOO HEAVY" : weight > target ? "heavy" : "good";
		return { what, weight: shown(weight), target: shown(target), most: shown(most), verdict };
	});
}
