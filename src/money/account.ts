// Spending of each day by its purpose, and the amount that may still be reserved under limits. A conversation, a person and the deployment have an
// account each, in a table of the same form. All calls are synchronous. Amounts are whole micro-dollars; times in ms.

import { randomId } from "../protocol/random-id.ts";
import { endOf, firstDayOf, type Period } from "./periods.ts";
import type { Answer, Limit, Report, Spent, Sums, Wish } from "./purse-calls.ts";

/**
 * The tables of an account, for the migrations of its object. They are released: never edit them. `label` says for what money went: a
 * person in a conversation's account, a conversation in a person's, a model in the deployment's. Reservations of earlier releases are
 * in a table of their own.
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

/** The longest lists of a report. */
const mostLabels = 100;
const mostDays = 366;

/** The id of a reservation, the same in all purses that it is made in. Ids sort by their time. */
export function newReservationId(now: number): string {
	return `${idPrefix(now)}-${randomId()}`;
}

/** The beginning of the ids of a time. */
export function idPrefix(at: number): string {
	return Math.max(0, Math.floor(at)).toString(36).padStart(9, "0");
}

/** The columns of what was spent. */
const columns = {
	micro_usd: "microUsd",
	replies: "replies",
	input: "input",
	output: "output",
	cache_read: "cacheRead",
	cache_write: "cacheWrite",
	searches: "searches",
} as const satisfies Record<string, keyof Spent>;
const names = Object.keys(columns) as (keyof typeof columns)[];

const sums = names.map((name) => `ifnull(sum(${name}), 0) AS ${columns[name]}`).join(", ");

/** Adds to a row of `spending`. `replaced`: other columns, which get a new value. */
function addingWith(...replaced: string[]): string {
	const all = ["day", "label", ...names, ...replaced];
	const changes = [...names.map((name) => `${name} = ${name} + excluded.${name}`), ...replaced.map((name) => `${name} = excluded.${name}`)];
	return `INSERT INTO spending (${all}) VALUES (${all.map(() => "?")}) ON CONFLICT (day, label) DO UPDATE SET ${changes}`;
}
const adding = { spent: addingWith(), spentAndOpen: addingWith("open") };

/** False for a row that only holds reservations. */
const isSpent = "(micro_usd > 0 OR replies > 0 OR input > 0 OR output > 0 OR cache_read > 0 OR cache_write > 0)";

export abstract class Account {
	protected readonly sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.sql = sql;
	}

	/** The amount that is reserved for requests of this day and later ones. */
	protected abstract reservedSince(day: number): number;

	/** Adds to what was spent. */
	charge(day: number, label: string, spent: Spent): void {
		this.sql.exec(adding.spent, day, label, ...valuesOf(spent));
	}

	/** Adds to what was spent, and says which reservations the row holds from now on. Only purses have that column. */
	protected chargeAndHold(day: number, label: string, spent: Spent, open: string | null): void {
		this.sql.exec(adding.spentAndOpen, day, label, ...valuesOf(spent), open);
	}

	/** Grants what these limits allow now. The tightest of them holds. */
	protected grant({ at, least, enough = least, most }: Pick<Wish, "at" | "least" | "enough" | "most">, limits: readonly Limit[]): Answer {
		const lefts = limits.map((limit) => this.#balanceOf(limit, at));
		const spentUp = lefts.filter(({ unspent }) => unspent < least);
		if (spentUp.length > 0) return { refused: "spent", left: leastOf(spentUp), resetsAt: latestOf(spentUp) };
		// Enough is left once what runs has ended, unless it uses everything that is reserved for it.
		const wanted = lefts.every(({ unspent }) => unspent >= enough) ? enough : least;
		if (leastOf(lefts) < wanted) return { refused: "busy" };
		return { granted: Math.min(most, leastOf(lefts)) };
	}

	/** The amount that may still be reserved under a limit; less than nothing if it was lowered meanwhile. */
	leftOf(limit: Limit, at: number): number {
		return this.#balanceOf(limit, at).left;
	}

	#balanceOf({ microUsd, period }: Limit, at: number): Left & { unspent: number } {
		const spent = this.sums(period, at);
		const unspent = microUsd - spent.microUsd;
		return { unspent, left: unspent - spent.reserved, resetsAt: endOf(period, at) };
	}

	/** Sums of what was spent and is reserved in the period that a time is in. */
	sums(period: Period, at: number): Sums {
		const from = firstDayOf(period, at);
		const spent = this.sql.exec<Spent>(`SELECT ${sums} FROM spending WHERE day >= ?`, from).one();
		return { ...spent, reserved: this.reservedSince(from) };
	}

	/** What was spent on one day. */
	spentOn(day: number): Spent {
		return this.sql.exec<Spent>(`SELECT ${sums} FROM spending WHERE day = ?`, day).one();
	}

	report(period: Period, at: number): Report {
		return { sums: this.sums(period, at), labels: this.byLabel(period, at, mostLabels), days: this.byDay(period, at, mostDays) };
	}

	/** Spending under each label, the most first. */
	byLabel(period: Period, at: number, limit: number): (Spent & { label: string })[] {
		const query = `SELECT label, ${sums} FROM spending WHERE day >= ? AND ${isSpent} GROUP BY label ORDER BY microUsd DESC, label LIMIT ?`;
		return this.sql.exec<Spent & { label: string }>(query, firstDayOf(period, at), limit).toArray();
	}

	/** Spending on each day of the period on which anything was, oldest first. */
	byDay(period: Period, at: number, limit: number): (Spent & { day: number })[] {
		const query = `SELECT day, ${sums} FROM spending WHERE day >= ? AND ${isSpent} GROUP BY day ORDER BY day DESC LIMIT ?`;
		return this.sql.exec<Spent & { day: number }>(query, firstDayOf(period, at), limit).toArray().reverse();
	}

	/** Puts another label in place of one, such as an alias in place of a person who is erased. */
	relabel(label: string, alias: string): void {
		const days = this.sql.exec<Spent & { day: number }>(`SELECT day, ${sums} FROM spending WHERE label = ? GROUP BY day`, label).toArray();
		this.sql.exec("DELETE FROM spending WHERE label = ?", label);
		for (const { day, ...spent } of days) this.charge(day, alias, spent);
		this.sql.exec("UPDATE reservations SET label = ? WHERE label = ?", alias, label);
	}
}

function valuesOf(spent: Spent): number[] {
	return names.map((name) => spent[columns[name]]);
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
