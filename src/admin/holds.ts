// The conversations in which nothing may be deleted, for a legal reason: every SQL statement on them. Each conversation enforces it.

import type { Hold } from "../protocol/admin/records.ts";
import { isoTime } from "../protocol/iso-time.ts";

export class Holds {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	has(conversationId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM holds WHERE conversation_id = ?", conversationId).toArray().length > 0;
	}

	/** `by`: who has confirmed it. */
	set(conversationId: string, isHeld: boolean, by: string, now: number): void {
		if (isHeld) this.#sql.exec("INSERT OR IGNORE INTO holds (conversation_id, at, by_user) VALUES (?, ?, ?)", conversationId, now, by);
		else this.#sql.exec("DELETE FROM holds WHERE conversation_id = ?", conversationId);
	}

	/** The latest first. */
	list(limit: number): Hold[] {
		const query = "SELECT conversation_id AS conversationId, at, by_user AS by FROM holds ORDER BY at DESC, conversation_id LIMIT ?";
		const rows = this.#sql.exec<{ conversationId: string; at: number; by: string }>(query, limit).toArray();
		return rows.map(({ conversationId, at, by }) => ({ conversationId, at: isoTime(at), by }));
	}
}
