// The full-text index of the messages by their places. It holds no text of its own.

import { indexed } from "./words.ts";

export class WordIndex {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Indexes the new text of the message at a place. */
	put(seq: number, content: string): void {
		const words = indexed(content);
		if (words === "") this.#sql.exec("DELETE FROM words WHERE rowid = ?", seq);
		else this.#sql.exec("INSERT OR REPLACE INTO words (rowid, text) VALUES (?, ?)", seq, words);
	}

	clear(): void {
		this.#sql.exec("INSERT INTO words (words) VALUES ('delete-all')");
	}

	/**
	 * The places between two others whose messages match, newest first, of one author if `from` is given. `match` is in the syntax of
	 * the index. A number from JavaScript reaches SQLite as a REAL; without the CAST the index would not use it to skip rows.
	 */
	find(match: string, after: number, before: number, limit: number, from?: string): number[] {
		return this.#sql
			.exec<{ seq: number }>(
				`SELECT rowid AS seq FROM words WHERE words MATCH ? AND rowid > CAST(? AS INTEGER) AND rowid < CAST(? AS INTEGER)
				${from === undefined ? "" : "AND EXISTS (SELECT 1 FROM messages WHERE seq = words.rowid AND author_id = ?)"}
				ORDER BY rowid DESC LIMIT ?`,
				match,
				after,
				before,
				...(from === undefined ? [] : [from]),
				limit,
			)
			.toArray()
			.map(({ seq }) => seq);
	}
}
