// Percentiles. Pure.

/** The nearest-rank percentile of values in any order; NaN without values. */
export function percentile(values: readonly number[], rank: number): number {
	const sorted = Float64Array.from(values).sort();
	return sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
	return percentile(values, 50);
}
