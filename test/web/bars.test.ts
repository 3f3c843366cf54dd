import { describe, expect, it } from "vitest";
import { barsOf } from "../../web/src/money/bars.ts";

const today = "2026-11-29";

describe("the chart of spending", () => {
	it("has a bar for each day up to today, also for those without spending", () => {
		const bars = barsOf(
			[
				{ date: "2026-11-26", usd: 1 },
				{ date: "2026-11-28", usd: 2 },
			],
			today,
		);
		expect(bars).toEqual([
			{ date: "2026-11-26", usd: 1, isMonth: false },
			{ date: "2026-11-27", usd: 0, isMonth: false },
			{ date: "2026-11-28", usd: 2, isMonth: false },
			{ date: "2026-11-29", usd: 0, isMonth: false },
		]);
	});

	it("has a bar for each month if there are many days", () => {
		const days = [
			{ date: "2026-09-30", usd: 1 },
			{ date: "2026-11-01", usd: 2 },
			{ date: "2026-11-29", usd: 3 },
		];
		expect(barsOf(days, today)).toEqual([
			{ date: "2026-09-01", usd: 1, isMonth: true },
			{ date: "2026-10-01", usd: 0, isMonth: true },
			{ date: "2026-11-01", usd: 5, isMonth: true },
		]);
	});

	it("has the days of one whole month", () => {
		expect(barsOf([{ date: "2026-10-01", usd: 1 }], "2026-10-31")).toHaveLength(31);
	});

	it("has at most 31 bars, the latest ones", () => {
		const bars = barsOf([{ date: "2020-01-01", usd: 1 }], today);
		expect([bars.length, bars.at(-1)?.date]).toEqual([31, "2026-11-01"]);
	});

	it.each([[[]], [[{ date: today, usd: 1 }]]])("is left out where it would say nothing: %j", (days) =>
		expect(barsOf(days, today)).toEqual([]),
	);
});
