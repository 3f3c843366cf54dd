// Stores how far the members' lists were notified, and reads what a round needs. Sending a message writes
// nothing here: the lists are stale if the log's revision is above the one stored here. Must not decide when to notify.

import { readUpTo } from "./members.ts";

/**
 * All lists were notified of `revision`; -1 if everybody is to be notified anew. `at`: when the last round began, in ms.
 * `round`: a round that has more steps to go, the newest revision when it began, and the member after whom it continues.
 */
export type Progress = { revision: number; at: number; round?: { target: number; after: string } };

/** A member, and the seq up to which they have read. */
export type Reader = { userId: string; readUpTo: number };

export class ListDeliveries {
	readonly #sql: SqlStorage;
	#progress: Progress;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		const row = sql.exec<{ revision: number; at: number; target: number | null; after: string | null }>("SELECT * FROM lists").toArray()[0];
		this.#progress = {
			revision: row?.revision ?? 0,
			at: row?.at ?? 0,
			...(row && row.target !== null && row.after !== null && { round: { target: row.target, after: row.after } }),
		};
	}

	get progress(): Progress {
		return this.#progress;
	}

	save(progress: Progress): void {
		const { revision, at, round } = progress;
		this.#sql.exec(
			`INSERT INTO lists (one, revision, at, target, after) VALUES (1, ?, ?, ?, ?)
			ON CONFLICT (one) DO UPDATE SET revision = excluded.revision, at = excluded.at, target = excluded.target, after = excluded.after`,
			revision,
			at,
			round?.target ?? null,
			round?.after ?? null,
		);
		this.#progress = progress;
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

	/** Counts messages after a seq that mention a member, up to a limit. A deleted message mentions nobody. */
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
