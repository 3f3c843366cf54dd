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

	/** Where it is said, newest first, before a place. `match` is in the index's own language. */
	find(match: string, before: number, limit: number): number[] {
		return this.#sql
			.exec<{ seq: number }>(
				"SELECT rowid AS seq FROM words WHERE words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
				match,
				before,
				limit,
			)
			.toArray()
			.map(({ seq }) => seq);
	}
}
