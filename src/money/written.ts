// How many rows somebody has made the deployment store today by acts that each store many, such as forks. All calls are synchronous.

import { dayOf, endOf } from "./periods.ts";

/** For the migrations of its object. It is released: never edit it. */
export const writtenTable = `
	CREATE TABLE written (
		-- In UTC, counted from 1970.
		day INTEGER PRIMARY KEY,
		count INTEGER NOT NULL
	) STRICT;
`;

export class Written {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Counts rows, or says in how many ms the next day begins if there would be more than `most`. `now` in ms. */
	add(rows: number, most: number, now: number): { retryAfterMs: number } | undefined {
		const day = dayOf(now);
		const [today] = this.#sql.exec<{ count: number }>("SELECT count FROM written WHERE day = ?", day).toArray();
		const count = (today?.count ?? 0) + rows;
		if (count > most) return { retryAfterMs: (endOf("day", now) as number) - now };
		this.#sql.exec("DELETE FROM written WHERE day < ?", day);
		this.#sql.exec("INSERT OR REPLACE INTO written (day, count) VALUES (?, ?)", day, count);
		return undefined;
	}
}
