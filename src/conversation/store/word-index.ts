// The full-text index of the messages by their places. It holds no text of its own.

import { limits } from "../../protocol/limits.ts";
import { newlyFolded } from "../../protocol/text/fold.ts";
import { indexed, matchOf, type Query } from "./words.ts";

const { search } = limits;

/** Messages, and UTF-16 units of them, that one step of folding anew reads at most. */
const stepSize = { messages: 20_000, length: 4_000_000 };

type Match = { seq: number; author: string | null };

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
	 * The places between two others whose messages match a query, newest first, of one author if `from` is given. The work is bounded,
	 * however many messages there are and whatever they say. `isPartial`: there may be others.
	 */
	find(query: Query, after: number, before: number, limit: number, from?: string): { places: number[]; isPartial: boolean } {
		let isPartial = false;
		const match = matchOf(query, (prefix) => {
			const words = this.#wordsFrom(prefix, search.completions + 1);
			isPartial ||= words.length > search.completions;
			return words.slice(0, search.completions);
		});
		if (match === undefined) return { places: [], isPartial };
		// Words that are both frequent and never in one message would be compared through the whole index.
		const start = query.length > 1 || query.some(({ words }) => words.length > 1) ? Math.max(after, before - 1 - search.places) : after;
		isPartial ||= start > after;
		const places: number[] = [];
		let looked = 0;
		for (const { seq, author } of this.#matches(match, start, before, from !== undefined)) {
			if (places.length === limit) return { places, isPartial };
			if (looked++ === search.matches) return { places, isPartial: true };
			if (from === undefined || author === from) places.push(seq);
		}
		return { places, isPartial };
	}

	/**
	 * `match` is in the syntax of the index. A number from JavaScript reaches SQLite as a REAL; without the CAST the
	 * index would not use it to skip rows.
	 */
	#matches(match: string, after: number, before: number, isAuthorNeeded: boolean): Iterable<Match> {
		const author = isAuthorNeeded ? "(SELECT author_id FROM messages WHERE seq = words.rowid)" : "NULL";
		return this.#sql.exec<Match>(
			`SELECT rowid AS seq, ${author} AS author FROM words
			WHERE words MATCH ? AND rowid > CAST(? AS INTEGER) AND rowid < CAST(? AS INTEGER) ORDER BY rowid DESC`,
			match,
			after,
			before,
		);
	}

	/**
	 * The first words of the index that begin with a prefix, in order. The index would read every message that has one of them. Each word is
	 * looked up after the one before it, so that the messages that have them are not read here either.
	 */
	#wordsFrom(prefix: string, limit: number): string[] {
		const words: string[] = [];
		for (let from = prefix; words.length < limit; ) {
			const [found] = this.#sql.exec<{ term: string }>("SELECT term FROM word_terms WHERE term >= ? ORDER BY term LIMIT 1", from).toArray();
			if (!found?.term.startsWith(prefix)) break;
			words.push(found.term);
			from = `${found.term}\0`;
		}
		return words;
	}
}
