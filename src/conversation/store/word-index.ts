// The full-text index of the messages by their places. It holds no text of its own.

import { newlyFolded } from "../../protocol/text/fold.ts";
import { indexed } from "./words.ts";

/** Messages, and UTF-16 units of them, that one step of folding anew reads at most. */
const stepSize = { messages: 20_000, length: 4_000_000 };

export class WordIndex {
	readonly #sql: SqlStorage;
	#isCurrent = false;

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
	 * Indexes older messages anew whose words are folded differently since, newest first. One step of bounded length; once all messages
	 * are done, there is nothing left to read.
	 */
	bringUpToDate(): void {
		if (this.#isCurrent) return;
		const [stale] = this.#sql.exec<{ below: number }>("SELECT below FROM stale_words");
		this.#isCurrent = stale === undefined;
		if (stale === undefined) return;
		const older = this.#sql.exec<{ seq: number; content: string }>(
			"SELECT seq, content FROM messages WHERE seq < ? AND status <> 'streaming' ORDER BY seq DESC LIMIT ?",
			stale.below,
			stepSize.messages,
		);
		let next = 0;
		let length = 0;
		const changed: { seq: number; content: string }[] = [];
		for (const { seq, content } of older) {
			if (newlyFolded.test(content)) changed.push({ seq, content });
			length += content.length;
			next = seq;
			if (length >= stepSize.length) break;
		}
		for (const { seq, content } of changed) this.put(seq, content);
		if (next > 1) this.#sql.exec("UPDATE stale_words SET below = ?", next);
		else this.#sql.exec("DELETE FROM stale_words");
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
