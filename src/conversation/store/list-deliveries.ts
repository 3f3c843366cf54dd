// What the members' lists have been told and who is still to hear: every SQL statement on it, by name. That news is owed is written
// down by nobody: the log is further on than what was told. Decides nothing of when anybody hears.

import { readUpTo } from "./members.ts";

/** How far the lists have been told; `at` in ms. Of a round that takes several steps: what it tells, and after which member it goes on. */
export type Told = { revision: number; at: number; round?: { target: number; after: string } };

/** A member as far as counting needs it. */
export type Reader = { userId: string; readUpTo: number };

export class Outbox {
	readonly #sql: SqlStorage;
	#told: Told;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		const row = sql.exec<{ revision: number; at: number; target: number | null; after: string | null }>("SELECT * FROM lists").toArray()[0];
		this.#told = {
			revision: row?.revision ?? 0,
			at: row?.at ?? 0,
			...(row && row.target !== null && row.after !== null && { round: { target: row.target, after: row.after } }),
		};
	}

	get told(): Told {
		return this.#told;
	}

	keep(told: Told): void {
		const { revision, at, round } = told;
		this.#sql.exec(
			`INSERT INTO lists (one, revision, at, target, after) VALUES (1, ?, ?, ?, ?)
			ON CONFLICT (one) DO UPDATE SET revision = excluded.revision, at = excluded.at, target = excluded.target, after = excluded.after`,
			revision,
			at,
			round?.target ?? null,
			round?.after ?? null,
		);
		this.#told = told;
	}

	/** Members in the order of their ids. */
	readersAfter(userId: string, limit: number): Reader[] {
		return this.#sql
			.exec<Reader>(
				`SELECT user_id AS userId, ${readUpTo} AS readUpTo FROM members
				WHERE user_id > ? ORDER BY user_id LIMIT ?`,
				userId,
				limit,
			)
			.toArray();
	}

	/** How many messages after a place name a member, up to a limit; those that are deleted name nobody. */
	countMentions(userId: string, after: number, limit: number): number {
		return this.#sql
			.exec<{ count: number }>(
				`SELECT count(*) AS count FROM (SELECT 1 FROM mentions JOIN messages USING (seq)
				WHERE user_id = ? AND seq > ? AND deleted_at IS NULL LIMIT ?)`,
				userId,
				after,
				limit,
			)
			.one().count;
	}
}
