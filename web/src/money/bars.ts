// The bars of the chart of spending: one a day, or one a month if there are many days. Pure; days are dates in UTC.

/** `date`: of the day, or of the first day of the month. */
export type Bar = { date: string; usd: number; isMonth: boolean };

const dayLength = 24 * 3600_000;
/** More would be too narrow on a phone. */
const most = 31;

/** From the first day on which anything was spent to `today`, without gaps. None for a single bar: it says nothing. */
export function barsOf(days: readonly { date: string; usd: number }[], today: string): Bar[] {
	const first = days[0]?.date ?? today;
	const isMonth = daysBetween(first, today) >= most;
	const key = (date: string) => (isMonth ? date.slice(0, 7) : date);
	const sums = new Map<string, number>();
	for (let at = Date.parse(first); at <= Date.parse(today); at += dayLength) sums.set(key(dateOf(at)), 0);
	for (const { date, usd } of days) sums.set(key(date), (sums.get(key(date)) ?? 0) + usd);
	const bars = [...sums].slice(-most).map(([key, usd]) => ({ date: isMonth ? `${key}-01` : key, usd, isMonth }));
	return bars.length > 1 ? bars : [];
}

function daysBetween(from: string, to: string): number {
	return (Date.parse(to) - Date.parse(from)) / dayLength;
}

function dateOf(at: number): string {
	return new Date(at).toISOString().slice(0, 10);
}
