// The amount that somebody has made the deployment store today: rows, by acts that each store many, such as forks, bytes of files, and seconds
// of speech. All calls are synchronous.

import { dayOf, endOf } from "./periods.ts";

/** For the migrations of its object. It is released: never edit it. */
export const writtenTable = `
	CREATE TABLE written (
		-- In UTC, counted from 1970.
		day INTEGER PRIMARY KEY,
		count INTEGER NOT NULL
	) STRICT;
`;

/** The same for bytes of files. It is released: never edit it. */
export const uploadedTable = writtenTable.replace("TABLE written", "TABLE uploaded");

/** The same for seconds of speech that were written down. It is released: never edit it. */
export const transcribedTable = writtenTable.replace("TABLE written", "TABLE transcribed");

type Table = "written" | "uploaded" | "transcribed";

export class Written {
	readonly #sql: SqlStorage;
	readonly #table: Table;

	constructor(sql: SqlStorage, table: Table) {
		this.#sql = sql;
		this.#table = table;
	}

	/** Counts rows, bytes or seconds, or says in how many ms the next day begins if there would be more than `most`. `now` in ms. */
	add(more: number, most: number, now: number): { retryAfterMs: number } | undefined {
		if (this.count(now) + more > most) return { retryAfterMs: (endOf("day", now) as number) - now };
		this.change(more, now);
		return undefined;
	}

	/** What was counted today. */
	count(now: number): number {
		const rows = this.#sql.exec<{ count: number }>(`SELECT count FROM ${this.#table} WHERE day = ?`, dayOf(now));
		return rows.toArray()[0]?.count ?? 0;
	}

	/** Counts more, or less, whatever the limit is. */
	change(more: number, now: number): void {
		const day = dayOf(now);
		const count = Math.max(0, this.count(now) + more);
		this.#sql.exec(`DELETE FROM ${this.#table} WHERE day < ?`, day);
		this.#sql.exec(`INSERT OR REPLACE INTO ${this.#table} (day, count) VALUES (?, ?)`, day, count);
	}
}
