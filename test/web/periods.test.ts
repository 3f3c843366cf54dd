import { afterEach, describe, expect, it } from "vitest";
import { de } from "../../web/src/languages/de.ts";
import { en } from "../../web/src/languages/en.ts";
import { groupsOf, nextMidnight } from "../../web/src/list/periods.ts";
import { listed } from "./fakes.ts";

const zone = process.env.TZ;
afterEach(() => {
	process.env.TZ = zone;
});

/** Conversations with these times of their last activity, in groups of times. */
function grouped(times: string[], now: string, words: Pick<typeof en, "period"> = en): [string, string[]][] {
	const conversations = times.map((time) => listed(time, 0, { lastActivityAt: time }));
	return groupsOf(conversations, Date.parse(now)).map(({ period, conversations }) => [
		words.period(period, Date.parse(now)),
		conversations.map(({ id }) => id),
	]);
}

describe("the list is grouped by the last activity", () => {
	it("by days of the calendar, then by months, with the year if it is another one", () => {
		process.env.TZ = "UTC";
		const times = [
			"2026-03-30T00:00:00Z",
			"2026-03-29T23:59:59Z",
			"2026-03-29T00:00:00Z",
			"2026-03-28T23:59:59Z",
			"2026-03-23T00:00:00Z",
			"2026-03-22T23:59:59Z",
			"2026-02-28T00:00:00Z",
			"2026-02-27T23:59:59Z",
			"2026-02-01T00:00:00Z",
			"2026-01-31T23:59:59Z",
			"2025-12-31T23:59:59Z",
			"2025-11-05T12:00:00Z",
		];
		expect(grouped(times, "2026-03-30T08:00:00Z")).toEqual([
			["Today", times.slice(0, 1)],
			["Yesterday", times.slice(1, 3)],
			["Previous 7 days", times.slice(3, 5)],
			["Previous 30 days", times.slice(5, 7)],
			["February", times.slice(7, 9)],
			["January", times.slice(9, 10)],
			["December 2025", times.slice(10, 11)],
			["November 2025", times.slice(11)],
		]);
		expect(grouped([times[0], times[6], times[8], times[10]] as string[], "2026-03-30T08:00:00Z", de).map(([heading]) => heading)).toEqual([
			"Heute",
			"Letzte 30 Tage",
			"Februar",
			"Dezember 2025",
		]);
	});

	it("in the device's time zone", () => {
		const times = ["2026-06-15T11:00:00Z", "2026-06-15T09:00:00Z", "2026-06-14T13:00:00Z"];
		process.env.TZ = "Pacific/Auckland";
		expect(grouped(times, "2026-06-15T12:30:00Z").map(([heading]) => heading)).toEqual(["Yesterday"]);
		process.env.TZ = "America/Los_Angeles";
		expect(grouped(times, "2026-06-15T12:30:00Z")).toEqual([
			["Today", times.slice(0, 2)],
			["Yesterday", times.slice(2)],
		]);
	});

	it("also around the days with 23 and 25 hours", () => {
		process.env.TZ = "Europe/Berlin";
		// The clocks went forward at 2 o'clock on the 29th, and back on the 25th of October.
		expect(grouped(["2026-03-28T23:30:00Z", "2026-03-28T22:30:00Z"], "2026-03-30T05:00:00Z").map(([heading]) => heading)).toEqual([
			"Yesterday",
			"Previous 7 days",
		]);
		expect(grouped(["2026-10-24T22:30:00Z", "2026-10-24T21:30:00Z"], "2026-10-26T05:00:00Z").map(([heading]) => heading)).toEqual([
			"Yesterday",
			"Previous 7 days",
		]);
		expect(new Date(nextMidnight(Date.parse("2026-10-25T00:30:00Z"))).toISOString()).toBe("2026-10-25T23:00:00.000Z");
		expect(new Date(nextMidnight(Date.parse("2026-03-28T23:00:00Z"))).toISOString()).toBe("2026-03-29T22:00:00.000Z");
	});

	it("with pinned conversations first, whenever they were active, and what the server's clock puts into the future today", () => {
		process.env.TZ = "UTC";
		const conversations = [
			listed("pinned", 0, { pinned: true, lastActivityAt: "2020-01-01T00:00:00Z" }),
			listed("ahead", 0, { lastActivityAt: "2026-03-31T00:00:01Z" }),
		];
		const groups = groupsOf(conversations, Date.parse("2026-03-30T23:59:59Z"));
		expect(groups.map(({ key, conversations }) => [key, conversations.map(({ id }) => id)])).toEqual([
			["pinned", ["pinned"]],
			["today", ["ahead"]],
		]);
	});
});
