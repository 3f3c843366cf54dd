// What the page may weigh, and whether it does. Pure.

/** In bytes, gzipped, but for what is counted. */
export type Weights = {
	firstScripts: number;
	firstStyles: number;
	fonts: number;
	requests: number;
	largestLater: number;
	allScripts: number;
};

/** Past `target` it is worth a look; past `most` a build fails. */
type Line = { what: string; unit: "kB" | ""; target: number; most: number };

const budget: Record<keyof Weights, Line> = {
	firstScripts: { what: "scripts at first", unit: "kB", target: 135, most: 150 },
	firstStyles: { what: "styles at first", unit: "kB", target: 12, most: 20 },
	fonts: { what: "fonts", unit: "", target: 0, most: 0 },
	requests: { what: "files at first", unit: "", target: 6, most: 10 },
	largestLater: { what: "largest script that comes later", unit: "kB", target: 25, most: 40 },
	allScripts: { what: "all scripts", unit: "kB", target: 220, most: 260 },
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
