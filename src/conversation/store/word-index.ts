// The words of the messages, by their places: every SQL statement on them. The index holds no text of its own.

import { indexed } from "./words.ts";

export class WordIndex {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** What the message at a place says from now on. */
	put(seq: number, content: string): void {
		const words = indexed(content);
		if (words === "") this.#sql.exec("DELETE FROM words WHERE rowid = ?", seq);
		else this.#sql.exec("INSERT OR REPLACE INTO words (rowid, text) VALUES (?, ?)", seq, words);
	}

	clear(): void {
		this.#sql.exec("INSERT INTO words (words) VALUES ('delete-all')");
	}

	/**
	 * Where it is said, by this author if one is given, newest first, between two places. `match` is in the index's own language, which
	 * leaves out what lies beyond a place only where it is given a whole number: one from here is a broken one until it is cast.
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
