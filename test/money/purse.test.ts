import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newReservationId, purseTables } from "../../src/money/account.ts";
import { openColumn, Purse } from "../../src/money/purse.ts";
import { type Limit, nothingSpent, type Spent } from "../../src/money/purse-calls.ts";
import { randomOf } from "../soak/random.ts";

const noon = Date.parse("2026-11-29T12:00:00Z");
const nextDay = Date.parse("2026-11-30T00:00:00Z");
const daily = (microUsd: number): Limit => ({ microUsd, period: "day" });
const wish = (id: string, most: number, { least = 1, at = noon, label = "ann" } = {}) => ({ id, label, at, least, most });
const costing = (microUsd: number): Spent => ({ ...nothingSpent, microUsd, replies: 1, input: 10, output: 20 });
const settlement = (id: string, microUsd: number, { at = noon, label = "ann" } = {}) => ({ id, label, at, spent: costing(microUsd) });

function withPurse(test: (purse: Purse, sql: SqlStorage) => void, mostOpen?: number): Promise<void> {
	return runInDurableObject(env.CONVERSATIONS.getByName(crypto.randomUUID()), (_object, { storage }) => {
		storage.sql.exec(purseTables + openColumn);
		test(new Purse(storage.sql, mostOpen), storage.sql);
	});
}

/** A request that costs what was reserved for it. */
function spend(purse: Purse, id: string, microUsd: number, { at = noon, label = "ann" } = {}): void {
	purse.reserve(wish(id, microUsd, { at, label }), []);
	purse.settle(settlement(id, microUsd, { at, label }), at);
}

describe("reserving", () => {
	it("grants what is wished, and what is left if that is enough", () =>
		withPurse((purse) => {
			expect(purse.reserve(wish("1", 70), [daily(100)])).toEqual({ granted: 70 });
			expect(purse.reserve(wish("2", 70), [daily(100)])).toEqual({ granted: 30 });
			expect(purse.sums("day", noon)).toMatchObject({ microUsd: 0, reserved: 100 });
		}));

	it("is refused if less is left than is needed at least, and says when there will be more", () =>
		withPurse((purse) => {
			spend(purse, "1", 70);
			expect(purse.reserve(wish("2", 70, { least: 31 }), [daily(100)])).toEqual({ refused: "spent", left: 30, resetsAt: nextDay });
			expect(purse.sums("day", noon).reserved).toBe(0);
		}));

	it("is busy if there is enough but for what is reserved", () =>
		withPurse((purse) => {
			purse.reserve(wish("1", 70), [daily(100)]);
			expect(purse.reserve(wish("2", 70, { least: 31 }), [daily(100)])).toEqual({ refused: "busy" });
			expect(purse.sums("day", noon).reserved).toBe(70);
			purse.settle(settlement("1", 69), noon);
			expect(purse.reserve(wish("3", 70, { least: 31 }), [daily(100)])).toEqual({ granted: 31 });
		}));

	it("waits for what is enough if that will be left, and takes what there is if it will not", () =>
		withPurse((purse) => {
			purse.reserve(wish("1", 70), [daily(100)]);
			expect(purse.reserve({ ...wish("2", 90, { least: 20 }), enough: 80 }, [daily(100)])).toEqual({ refused: "busy" });
			purse.settle(settlement("1", 70), noon);
			expect(purse.reserve({ ...wish("3", 90, { least: 20 }), enough: 80 }, [daily(100)])).toEqual({ granted: 30 });
			expect(purse.reserve({ ...wish("4", 90, { least: 20 }), enough: 80 }, [daily(100)])).toEqual({ refused: "busy" });
		}));

	it("answers the same when it is repeated", () =>
		withPurse((purse) => {
			purse.reserve(wish("1", 70), [daily(100)]);
			expect(purse.reserve(wish("1", 70), [daily(10)])).toEqual({ granted: 70 });
			expect(purse.sums("day", noon).reserved).toBe(70);
		}));

	it("obeys the tightest of several limits", () =>
		withPurse((purse) => {
			const total: Limit = { microUsd: 50, period: "total" };
			expect(purse.reserve(wish("1", 70), [daily(100), total])).toEqual({ granted: 50 });
			purse.settle(settlement("1", 50), noon);
			expect(purse.reserve(wish("2", 70), [daily(100), total])).toEqual({ refused: "spent", left: 0, resetsAt: undefined });
		}));

	it("without a limit grants everything", () =>
		withPurse((purse) => expect(purse.reserve(wish("1", 10 ** 12), [])).toEqual({ granted: 10 ** 12 })));

	it("is refused while too many are open, but not for those that nobody settled for an hour", () =>
		withPurse((purse) => {
			purse.reserve(wish("1", 10), []);
			purse.reserve(wish("2", 10), []);
			expect(purse.reserve(wish("3", 10), [])).toEqual({ refused: "busy" });
			purse.settle(settlement("1", 5), noon);
			expect(purse.reserve(wish("3", 10), [])).toEqual({ granted: 10 });
			expect(purse.reserve(wish("4", 10, { at: noon + 3600_001 }), [])).toEqual({ granted: 10 });
		}, 2));

	it("knows the same after the purse has slept, and is not in any report", () =>
		withPurse((purse, sql) => {
			purse.reserve(wish("1", 70), [daily(100)]);
			const woken = new Purse(sql);
			expect(woken.reserve(wish("1", 30), [daily(100)])).toEqual({ granted: 70 });
			expect(woken.reserve(wish("2", 70, { label: "bob" }), [daily(100)])).toEqual({ granted: 30 });
			expect(woken.report("day", noon)).toEqual({ sums: { ...nothingSpent, reserved: 100 }, labels: [], days: [] });
			woken.settle(settlement("2", 5), noon);
			expect(woken.report("day", noon)).toMatchObject({ sums: { microUsd: 5, reserved: 70 }, labels: [{ label: "bob", microUsd: 5 }] });
		}));
});

describe("settling", () => {
	it("charges what was spent, releases the rest, and does so once", () =>
		withPurse((purse) => {
			purse.reserve(wish("1", 70), [daily(100)]);
			expect(purse.settle(settlement("1", 25), noon)).toBe(true);
			expect(purse.settle(settlement("1", 25), noon)).toBe(false);
			expect(purse.sums("day", noon)).toEqual({ ...costing(25), reserved: 0 });
		}));

	it("ends a reservation for ever: a call that comes late reserves nothing", () =>
		withPurse((purse) => {
			purse.settle({ id: "1", label: "ann", at: noon, spent: nothingSpent }, noon);
			expect(purse.reserve(wish("1", 70), [daily(100)])).toEqual({ refused: "settled" });
			expect(purse.sums("day", noon)).toEqual({ ...nothingSpent, reserved: 0 });
		}));

	it("charges once, also if the purse has slept before it is repeated", () =>
		withPurse((purse, sql) => {
			purse.reserve(wish("1", 70), [daily(100)]);
			purse.settle(settlement("1", 25), noon);
			expect(new Purse(sql).settle(settlement("1", 25), nextDay)).toBe(false);
			expect(purse.sums("month", noon)).toEqual({ ...costing(25), reserved: 0 });
		}));

	it("charges and releases what an earlier release has reserved", () =>
		withPurse((purse, sql) => {
			const query = "INSERT INTO reservations (id, day, at, label, micro_usd, settled_at) VALUES (?, ?, ?, 'ann', 70, ?)";
			const day = Math.floor(noon / 24 / 3600_000);
			sql.exec(query, "1", day, noon, null);
			sql.exec(query, "2", day, noon, noon);
			expect(purse.sums("day", noon).reserved).toBe(70);
			expect(purse.reserve(wish("1", 10), [daily(100)])).toEqual({ granted: 70 });
			expect(purse.reserve(wish("2", 10), [daily(100)])).toEqual({ refused: "settled" });
			expect(purse.settle(settlement("1", 25), noon)).toBe(true);
			expect(purse.settle(settlement("1", 25), noon)).toBe(false);
			expect(purse.sums("day", noon)).toEqual({ ...costing(25), reserved: 0 });
		}));

	it("charges the day on which it was reserved", () =>
		withPurse((purse) => {
			purse.reserve(wish("1", 70, { at: nextDay - 1 }), [daily(100)]);
			expect(purse.leftOf(daily(100), nextDay)).toBe(100);
			purse.settle(settlement("1", 25), nextDay + 1);
			expect(purse.sums("day", nextDay).microUsd).toBe(0);
			expect(purse.sums("day", noon).microUsd).toBe(25);
			expect(purse.sums("month", noon).microUsd).toBe(25);
		}));

	it("forgets what was given back long ago, and nothing that is open", () =>
		withPurse((purse, sql) => {
			const later = noon + 8 * 24 * 3600_000;
			const [first, second, third] = [newReservationId(noon), newReservationId(noon), newReservationId(later)];
			purse.settle({ id: first, label: "", at: noon, spent: nothingSpent }, noon);
			purse.reserve(wish(second, 10), []);
			purse.settle({ id: third, label: "", at: later, spent: nothingSpent }, later);
			expect(sql.exec("SELECT id FROM reservations ORDER BY id").toArray()).toEqual([{ id: third }]);
			expect(purse.sums("total", later).reserved).toBe(10);
		}));
});

describe("reports", () => {
	it("sum up labels and days of a period", () =>
		withPurse((purse) => {
			spend(purse, "1", 5, { label: "bob" });
			spend(purse, "2", 25);
			spend(purse, "3", 10, { at: nextDay });
			expect(purse.byLabel("month", noon, 10).map(({ label, microUsd, replies }) => [label, microUsd, replies])).toEqual([
				["ann", 35, 2],
				["bob", 5, 1],
			]);
			expect(purse.byLabel("day", nextDay, 10)).toEqual([{ label: "ann", ...costing(10) }]);
			expect(purse.byDay("total", noon, 10).map(({ microUsd }) => microUsd)).toEqual([30, 10]);
		}));

	it("keep their sums when a label is replaced", () =>
		withPurse((purse) => {
			spend(purse, "1", 5, { label: "bob" });
			spend(purse, "2", 25);
			purse.reserve(wish("3", 10), []);
			purse.relabel("ann", "bob");
			purse.reserve(wish("4", 10, { label: "bob" }), []);
			expect(purse.sums("day", noon).reserved).toBe(20);
			for (const id of ["3", "4"]) purse.settle(settlement(id, 7), noon);
			expect(purse.byLabel("day", noon, 10).map(({ label, microUsd }) => [label, microUsd])).toEqual([["bob", 44]]);
			expect(purse.sums("day", noon).reserved).toBe(0);
		}));
});

it("never holds more than its limit, whatever happens in whatever order", () =>
	withPurse((purse) => {
		const seed = 20261129;
		const random = randomOf(seed);
		const limits: Limit[] = [daily(1_000), { microUsd: 1_500, period: "month" }];
		const open: { id: string; at: number; granted: number }[] = [];
		const settled: { id: string; at: number; granted: number }[] = [];
		let at = noon;
		let spent = 0;
		for (let step = 0; step < 400; step++) {
			if (random.chance(0.01)) at += 12 * 3600_000;
			const most = 1 + random.below(400);
			switch (random.below(4)) {
				case 0:
				case 1: {
					const id = newReservationId(at);
					const least = 1 + random.below(most);
					const canPay = limits.every(({ microUsd, period }) => purse.sums(period, at).microUsd + least <= microUsd);
					const answer = purse.reserve(wish(id, most, { at, least }), limits);
					// What is only reserved is no reason to send anybody away for the day.
					if ("refused" in answer) expect(answer.refused, `seed ${seed}, step ${step}`).toBe(canPay ? "busy" : "spent");
					if ("granted" in answer) open.push({ id, at, granted: answer.granted });
					break;
				}
				case 2: {
					const [one] = open.splice(random.below(open.length + 1), 1);
					if (!one) break;
					const cost = random.below(one.granted + 1);
					purse.settle(settlement(one.id, cost, { at: one.at }), at);
					spent += cost;
					settled.push(one);
					break;
				}
				default: {
					// A repeated call.
					const one = settled[random.below(settled.length + 1)];
					if (one) purse.settle(settlement(one.id, one.granted, { at: one.at }), at);
					const other = open[random.below(open.length + 1)];
					if (other) purse.reserve(wish(other.id, most, { at: other.at }), limits);
				}
			}
			for (const limit of limits) expect(purse.leftOf(limit, at), `seed ${seed}, step ${step}`).toBeGreaterThanOrEqual(0);
		}
		const { microUsd, reserved } = purse.sums("total", at);
		expect([microUsd, reserved], `seed ${seed}`).toEqual([spent, open.reduce((sum, { granted }) => sum + granted, 0)]);
	}));
