// The periods of budgets and of reports: days and months of UTC, and all time. Pure; times in ms.

export const periods = ["day", "month", "total"] as const;
export type Period = (typeof periods)[number];

const dayLength = 24 * 3600_000;

/** The number of a time's day in UTC, counted from 1970. */
export function dayOf(at: number): number {
	return Math.floor(at / dayLength);
}

/** The number of the first day of the period that a time is in. */
export function firstDayOf(period: Period, at: number): number {
	switch (period) {
		case "day":
			return dayOf(at);
		case "month":
			return dayOf(monthOf(at, 0));
		case "total":
			return 0;
		default:
			return period satisfies never;
	}
}

/** When the next period begins. All time has no end. */
export function endOf(period: Period, at: number): number | undefined {
	switch (period) {
		case "day":
			return (dayOf(at) + 1) * dayLength;
		case "month":
			return monthOf(at, 1);
		case "total":
			return undefined;
		default:
			return period satisfies never;
	}
}

/** When the month of a time begins, or one `later`. */
function monthOf(at: number, later: number): number {
	const date = new Date(at);
	return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later);
}

/** A day's date, such as `2026-11-29`. */
export function dateOf(day: number): string {
	return new Date(day * dayLength).toISOString().slice(0, 10);
}
