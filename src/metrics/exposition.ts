// Writes series in the text format that Prometheus reads. Pure.

import { type Counts, families, familyOf } from "./series.ts";

/** The value of the bound in a series of a histogram; series without one follow those with one. */
function boundOf(series: string): number {
	const bound = /le="([^"]+)"/.exec(series)?.[1];
	if (bound === undefined) return Number.MAX_VALUE;
	return bound === "+Inf" ? Number.MAX_VALUE / 2 : Number(bound);
}

/** Every family is there, those without a value at 0, so that no panel is empty and no alarm rests on a series that is missing. */
export function exposition(counts: Counts): string {
	const byFamily = Object.groupBy(Object.keys(counts), familyOf);
	return Object.entries(families)
		.flatMap(([family, { type, help }]) => {
			const series = (byFamily[family] ?? []).sort((one, other) => boundOf(one) - boundOf(other) || (one < other ? -1 : 1));
			const lines = series.map((name) => `${name} ${counts[name]}`);
			return [
				`# HELP ${family} ${help}`,
				`# TYPE ${family} ${type}`,
				...(lines.length > 0 || type === "histogram" ? lines : [`${family} 0`]),
			];
		})
		.map((line) => `${line}\n`)
		.join("");
}
