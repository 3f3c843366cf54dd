import { describe, expect, it } from "vitest";
import { dateOf, dayOf, endOf, firstDayOf } from "../../src/money/periods.ts";

const at = (time: string) => Date.parse(time);
const firstDate = (period: "day" | "month" | "total", time: string) => dateOf(firstDayOf(period, at(time)));

describe("periods", () => {
	it("are days and months in UTC", () => {
		expect(firstDate("day", "2026-11-29T23:59:59.999Z")).toBe("2026-11-29");
		expect(firstDate("day", "2026-11-30T00:00:00Z")).toBe("2026-11-30");
		expect(firstDate("month", "2026-11-30T23:59:59.999Z")).toBe("2026-11-01");
		expect(firstDate("month", "2026-12-01T00:00:00Z")).toBe("2026-12-01");
		expect(firstDayOf("total", at("2026-11-29T12:00:00Z"))).toBe(0);
		expect(dayOf(at("1970-01-02T00:00:00Z"))).toBe(1);
	});

	it.each([
		["day", "2026-11-29T00:00:00Z", "2026-11-30T00:00:00Z"],
		["day", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"],
		["month", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"],
		["month", "2028-02-29T12:00:00Z", "2028-03-01T00:00:00Z"],
	] as const)("a %s that contains %s ends at %s", (period, time, end) => {
		expect(endOf(period, at(time))).toBe(at(end));
	});

	it("all time has no end", () => expect(endOf("total", at("2026-11-29T12:00:00Z"))).toBeUndefined());
});
