// A purse: what was spent each day, and what is reserved for requests that run. A conversation, a person and the deployment have one
// each, with the same two tables. All calls are synchronous. Amounts are whole micro-dollars; times in ms.

import { randomId } from "../protocol/random-id.ts";
import { dayOf, endOf, firstDayOf, type Period } from "./periods.ts";
import type { Answer, Limit, Report, Settlement, Spent, Sums, Wish } from "./purse-calls.ts";

/**
 * The tables of a purse, for the migrations of its object. They are released: never edit them. `label` says for what money went: a
 * person in a conversation's purse, a conversation in a person's, a model in the deployment's. A settled reservation stays for some
 * days, so that repeating a call changes nothing.
 */
export const purseTables = `
	CREATE TABLE spending (
		-- In UTC, counted from 1970.
		day INTEGER NOT NULL,
		label TEXT NOT NULL,
		micro_usd INTEGER NOT NULL,
		replies INTEGER NOT NULL,
		input INTEGER NOT NULL,
		output INTEGER NOT NULL,
		cache_read INTEGER NOT NULL,
		cache_write INTEGER NOT NULL,
		searches INTEGER NOT NULL,
		PRIMARY KEY (day, label)
	) STRICT, WITHOUT ROWID;

	CREATE TABLE reservations (
		-- Begins with its time, so that ids are in order.
		id TEXT PRIMARY KEY,
		day INTEGER NOT NULL,
		at INTEGER NOT NULL,
		label TEXT NOT NULL,
		micro_usd INTEGER NOT NULL,
		settled_at INTEGER
	) STRICT, WITHOUT ROWID;
	CREATE INDEX reservations_open ON reservations (day) WHERE settled_at IS NULL;
`;

/** How much a report lists. */
const mostLabels = 100;
const mostDays = 366;
/** Longer than anybody tries to settle. */
const keptFor = 7 * 24 * 3600_000;
/** A reservation that is open for so long does not belong to a running request. */
const runsAtMost = 3600_000;

/** The id of a reservation, the same in all purses that it is made in. Ids sort by their time. */
export function newReservationId(now: number): string {
	return `${idPrefix(now)}-${randomId()}`;
}

function idPrefix(at: number): string {
	return Math.max(0, Math.floor(at)).toString(36).padStart(9, "0");
}

const sums = `ifnull(sum(micro_usd), 0) AS microUsd, ifnull(sum(replies), 0) AS replies, ifnull(sum(input), 0) AS input,
	ifnull(sum(output), 0) AS output, ifnull(sum(cache_read), 0) AS cacheRead, ifnull(sum(cache_write), 0) AS cacheWrite,
	ifnull(sum(searches), 0) AS searches`;

export class Purse {
	readonly #sql: SqlStorage;
	/** The most reservations that may be open at once. */
	readonly #mostOpen: number;

	constructor(sql: SqlStorage, mostOpen: number = Number.POSITIVE_INFINITY) {
		this.#sql = sql;
		this.#mostOpen = mostOpen;
	}

	/** Reserves for a request. Repeated with the same id, it answers as before. The tightest of the limits holds. */
	reserve({ id, label, at, least, most }: Wish, limits: readonly Limit[]): Answer {
		const known = this.#sql
			.exec<{ microUsd: number; isOpen: number }>(
				"SELECT micro_usd AS microUsd, settled_at IS NULL AS isOpen FROM reservations WHERE id = ?",
				id,
			)
			.toArray()[0];
		if (known) return known.isOpen === 1 ? { granted: known.microUsd } : { refused: "settled" };
		if (this.#countOpen(at) >= this.#mostOpen) return { refused: "busy" };
		const lefts = limits.map((limit) => this.#balanceOf(limit, at));
		const spentUp = lefts.filter(({ unspent }) => unspent < least);
		if (spentUp.length > 0) return { refused: "spent", left: leastOf(spentUp), resetsAt: latestOf(spentUp) };
		// Enough is left once what runs has ended, unless it uses everything that is reserved for it.
		if (leastOf(lefts) < least) return { refused: "busy" };
		const granted = Math.min(most, leastOf(lefts));
		this.#sql.exec("INSERT INTO reservations (id, day, at, label, micro_usd) VALUES (?, ?, ?, ?, ?)", id, dayOf(at), at, label, granted);
		return { granted };
	}

	/** Keeps less reserved than was granted, since another purse has less; and says for what it is, which is known only then. */
	narrow(id: string, microUsd: number, label: string): void {
		this.#sql.exec(
			"UPDATE reservations SET micro_usd = min(micro_usd, ?), label = ? WHERE id = ? AND settled_at IS NULL",
			microUsd,
			label,
			id,
		);
	}

	/** Releases a reservation of an object's own purse, where no call can come late. */
	drop(id: string): void {
		this.#sql.exec("DELETE FROM reservations WHERE id = ? AND settled_at IS NULL", id);
	}

	/** Charges what a request has cost, once, and releases its reservation. One that was never made is charged all the same. Returns false if it was settled before. */
	settle({ id, label, at, spent }: Settlement, now: number): boolean {
		const known = this.#sql
			.exec<{ day: number; label: string; isOpen: number }>(
				"SELECT day, label, settled_at IS NULL AS isOpen FROM reservations WHERE id = ?",
				id,
			)
			.toArray()[0];
		if (known?.isOpen === 0) return false;
		if (known) this.#sql.exec("UPDATE reservations SET settled_at = ?, micro_usd = ? WHERE id = ?", now, spent.microUsd, id);
		else
			this.#sql.exec(
				"INSERT INTO reservations (id, day, at, label, micro_usd, settled_at) VALUES (?, ?, ?, ?, ?, ?)",
				id,
				dayOf(at),
				at,
				label,
				spent.microUsd,
				now,
			);
		if (Object.values(spent).some((count) => count > 0)) this.#charge(known?.day ?? dayOf(at), known?.label ?? label, spent);
		this.#sql.exec("DELETE FROM reservations WHERE id < ? AND settled_at IS NOT NULL", idPrefix(now - keptFor));
		return true;
	}

	#charge(day: number, label: string, { microUsd, replies, input, output, cacheRead, cacheWrite, searches }: Spent): void {
		this.#sql.exec(
			`INSERT INTO spending (day, label, micro_usd, replies, input, output, cache_read, cache_write, searches)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, label) DO UPDATE SET micro_usd = micro_usd + excluded.micro_usd,
			replies = replies + excluded.replies, input = input + excluded.input, output = output + excluded.output,
			cache_read = cache_read + excluded.cache_read, cache_write = cache_write + excluded.cache_write,
			searches = searches + excluded.searches`,
			day,
			label,
			microUsd,
			replies,
			input,
			output,
			cacheRead,
			cacheWrite,
			searches,
		);
	}

	/** What may still be reserved under a limit; less than nothing if it was lowered meanwhile. */
	leftOf(limit: Limit, at: number): number {
		return this.#balanceOf(limit, at).left;
	}

	#balanceOf({ microUsd, period }: Limit, at: number): Left & { unspent: number } {
		const spent = this.sums(period, at);
		const unspent = microUsd - spent.microUsd;
		return { unspent, left: unspent - spent.reserved, resetsAt: endOf(period, at) };
	}

	/** What was spent and is reserved in the period that a time is in. */
	sums(period: Period, at: number): Sums {
		const from = firstDayOf(period, at);
		const spent = this.#sql.exec<Spent>(`SELECT ${sums} FROM spending WHERE day >= ?`, from).one();
		return { ...spent, reserved: this.#reservedSince(from) };
	}

	#reservedSince(day: number): number {
		const query = "SELECT ifnull(sum(micro_usd), 0) AS reserved FROM reservations WHERE settled_at IS NULL AND day >= ?";
		return this.#sql.exec<{ reserved: number }>(query, day).one().reserved;
	}

	/** Reservations of requests that run. One that nobody has settled for long is not counted, but stays reserved. */
	#countOpen(at: number): number {
		if (this.#mostOpen === Number.POSITIVE_INFINITY) return 0;
		const query = "SELECT count(*) AS open FROM reservations WHERE settled_at IS NULL AND day >= ? AND at > ?";
		return this.#sql.exec<{ open: number }>(query, dayOf(at - runsAtMost), at - runsAtMost).one().open;
	}

	report(period: Period, at: number): Report {
		return { sums: this.sums(period, at), labels: this.byLabel(period, at, mostLabels), days: this.byDay(period, at, mostDays) };
	}

	/** What was spent under each label, the most first. */
	byLabel(period: Period, at: number, limit: number): (Spent & { label: string })[] {
		const query = `SELECT label, ${sums} FROM spending WHERE day >= ? GROUP BY label ORDER BY microUsd DESC, label LIMIT ?`;
		return this.#sql.exec<Spent & { label: string }>(query, firstDayOf(period, at), limit).toArray();
	}

	/** What was spent on each day of the period on which anything was, oldest first. */
	byDay(period: Period, at: number, limit: number): (Spent & { day: number })[] {
		const query = `SELECT day, ${sums} FROM spending WHERE day >= ? GROUP BY day ORDER BY day DESC LIMIT ?`;
		return this.#sql.exec<Spent & { day: number }>(query, firstDayOf(period, at), limit).toArray().reverse();
	}

	/** Puts another label in place of one, such as an alias in place of a person who is erased. */
	relabel(label: string, alias: string): void {
		const days = this.#sql.exec<Spent & { day: number }>(`SELECT day, ${sums} FROM spending WHERE label = ? GROUP BY day`, label).toArray();
		this.#sql.exec("DELETE FROM spending WHERE label = ?", label);
		for (const { day, ...spent } of days) this.#charge(day, alias, spent);
		this.#sql.exec("UPDATE reservations SET label = ? WHERE label = ?", alias, label);
	}
}

type Left = { left: number; resetsAt: number | undefined };

function leastOf(lefts: readonly Left[]): number {
	return Math.min(...lefts.map(({ left }) => left));
}

/** When all of them begin again; `undefined` if one never does. */
function latestOf(lefts: readonly Left[]): number | undefined {
	return lefts.reduce<number | undefined>((latest, { resetsAt }) => {
		return latest === undefined || resetsAt === undefined ? undefined : Math.max(latest, resetsAt);
	}, 0);
}
