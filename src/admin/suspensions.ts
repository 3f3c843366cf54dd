// The people whom administrators have suspended: every SQL statement on them. Each person's own object enforces it.

import type { Suspended } from "../protocol/admin/records.ts";
import { isoTime } from "../protocol/iso-time.ts";

export class Suspensions {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	has(userId: string): boolean {
		return this.find(userId) !== undefined;
	}

	find(userId: string): Suspended | undefined {
		const query = "SELECT at, by_user FROM suspensions WHERE user_id = ?";
		const [row] = this.#sql.exec<{ at: number; by_user: string }>(query, userId).toArray();
		return row && { at: isoTime(row.at), by: row.by_user };
	}

	/** False if the person is suspended already. */
	add(userId: string, by: string, now: number): boolean {
		const added = this.#sql.exec("INSERT OR IGNORE INTO suspensions (user_id, at, by_user) VALUES (?, ?, ?)", userId, now, by);
		return added.rowsWritten > 0;
	}

	/** False if the person is not suspended. */
	delete(userId: string): boolean {
		return this.#sql.exec("DELETE FROM suspensions WHERE user_id = ? RETURNING user_id", userId).toArray().length > 0;
	}
}
