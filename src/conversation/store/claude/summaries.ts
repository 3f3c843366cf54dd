// Summaries of parts of the log, with the places that they rest on. They hold people's words: none outlives a change of a message that it
// rests on.

import { isoTime } from "../../../protocol/iso-time.ts";
import type { Summary } from "../../../protocol/memory/summary.ts";
import type { Message, Usage } from "../../../protocol/message.ts";

/** Released: never edit it. The trigger also holds while an earlier release changes messages. */
export const summariesTable = `
	-- Summaries of the messages from one place to another. kind: 'memory' is what Claude reads in place of them, 'catch-up' is for people who
	-- have missed them. rests_from: the first place that it rests on, quotes included. after: the newest place when it was made, in the log.
	-- status: 'running', 'made', or 'void' without words, if it came to nothing or if a message that it rests on was changed.
	CREATE TABLE summaries (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		kind TEXT NOT NULL,
		status TEXT NOT NULL,
		from_seq INTEGER NOT NULL,
		upto_seq INTEGER NOT NULL,
		rests_from INTEGER NOT NULL,
		after INTEGER NOT NULL,
		at INTEGER NOT NULL,
		text TEXT NOT NULL DEFAULT '',
		model TEXT NOT NULL DEFAULT '',
		usage TEXT,
		cost TEXT
	) STRICT;
	CREATE TRIGGER summaries_rest_on AFTER UPDATE OF content ON messages WHEN old.content <> new.content BEGIN
		UPDATE summaries SET status = 'void', text = '' WHERE rests_from <= old.seq AND upto_seq >= old.seq AND status <> 'void';
	END;
	-- The summary that Claude read, as JSON: its id, and the places that it covers.
	ALTER TABLE prompts ADD COLUMN summary TEXT;
`;

/** Released: never edit it. What a file says, such as a transcript, goes with its message, which may have no words of its own. */
export const summariesOfFiles = `
	CREATE TRIGGER summaries_rest_on_files AFTER UPDATE OF deleted_at ON messages
	WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL BEGIN
		UPDATE summaries SET status = 'void', text = '' WHERE status <> 'void' AND old.seq BETWEEN rests_from AND upto_seq;
	END;
	UPDATE summaries SET status = 'void', text = ''
	WHERE status <> 'void' AND (SELECT max(deleted_at) FROM messages WHERE EXISTS (SELECT 1 FROM summaries)) >= at;
`;

export type SummaryKind = "memory" | "catch-up";

/** The places that a summary covers, and the first one that it rests on. */
export type Places = { fromSeq: number; uptoSeq: number; restsFrom: number };

export type StoredSummary = Summary & { id: number; restsFrom: number };

/** What Claude wrote. */
export type NewSummary = { text: string; model: string; usage: Usage; cost: Message["cost"] };

type Row = {
	id: number;
	from_seq: number;
	upto_seq: number;
	rests_from: number;
	at: number;
	text: string;
	model: string;
	cost: string | null;
};

/** So many of a kind are kept, and so long, in ms, those that came to nothing. */
const mostKept = 50;
const unusedFor = 2 * 24 * 3600_000;

export class Summaries {
	readonly #sql: SqlStorage;
	/** Called after messages were changed. */
	changed: () => void = () => {};

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** The one that Claude reads for a reply at a place. One that was made after the reply began is for later ones. */
	current(seq = Number.MAX_SAFE_INTEGER): StoredSummary | undefined {
		return this.#made("kind = 'memory' AND after < ? ORDER BY id DESC LIMIT 1", seq);
	}

	/** The newest one for people that begins and ends about there. */
	catchUp({ from, upto }: { from: readonly [number, number]; upto: number }): StoredSummary | undefined {
		return this.#made("kind = 'catch-up' AND from_seq BETWEEN ? AND ? AND upto_seq >= ? ORDER BY id DESC LIMIT 1", ...from, upto);
	}

	/** `undefined` if its words are gone. */
	find(id: number): StoredSummary | undefined {
		return this.#made("id = ?", id);
	}

	#made(where: string, ...values: number[]): StoredSummary | undefined {
		const [row] = this.#sql.exec<Row>(`SELECT * FROM summaries WHERE status = 'made' AND ${where}`, ...values).toArray();
		return row && summaryOf(row);
	}

	/** How many came to nothing since a time, in ms; one that runs counts. */
	countUnused(kind: SummaryKind, since: number): number {
		const statement = "SELECT count(*) AS count FROM summaries WHERE kind = ? AND status <> 'made' AND at >= ?";
		return this.#sql.exec<{ count: number }>(statement, kind, since).one().count;
	}

	/** A summary is about to be asked for. Returns its id. */
	begin(kind: SummaryKind, { fromSeq, uptoSeq, restsFrom }: Places, now: number): number {
		const columns = "kind, status, from_seq, upto_seq, rests_from, after, at";
		const [row] = this.#sql
			.exec<{ id: number }>(
				`INSERT INTO summaries (${columns}) VALUES (?, 'running', ?, ?, ?, 0, ?) RETURNING id`,
				kind,
				fromSeq,
				uptoSeq,
				restsFrom,
				now,
			)
			.toArray();
		this.#sql.exec("DELETE FROM summaries WHERE status <> 'made' AND at < ?", now - unusedFor);
		this.#sql.exec(
			`DELETE FROM summaries WHERE id IN
			(SELECT id FROM summaries WHERE kind = ? AND status = 'made' ORDER BY id DESC LIMIT -1 OFFSET ?)`,
			kind,
			mostKept,
		);
		return (row as { id: number }).id;
	}

	/** False once a message that it rests on was changed. */
	isRunning(id: number): boolean {
		return this.#sql.exec("SELECT 1 FROM summaries WHERE id = ? AND status = 'running'", id).toArray().length > 0;
	}

	/** Stores the words, unless a message that they rest on was changed meanwhile. `after`: the newest place of the log. */
	finish(id: number, { text, model, usage, cost }: NewSummary, after: number, now: number): StoredSummary | undefined {
		this.#sql.exec(
			`UPDATE summaries SET status = 'made', text = ?, model = ?, usage = ?, cost = ?, after = ?, at = ?
			WHERE id = ? AND status = 'running'`,
			text,
			model,
			JSON.stringify(usage),
			cost ? JSON.stringify(cost) : null,
			after,
			now,
			id,
		);
		return this.#made("id = ?", id);
	}

	/** It came to nothing. */
	fail(id: number): void {
		this.#sql.exec("UPDATE summaries SET status = 'void' WHERE id = ?", id);
	}

	/** It was not asked for. */
	drop(id: number): void {
		this.#sql.exec("DELETE FROM summaries WHERE id = ?", id);
	}
}

function summaryOf({ id, from_seq, upto_seq, rests_from, at, text, model, cost }: Row): StoredSummary {
	return {
		id,
		fromSeq: from_seq,
		uptoSeq: upto_seq,
		restsFrom: rests_from,
		text,
		model,
		madeAt: isoTime(at),
		...(cost !== null && { cost: JSON.parse(cost) as Message["cost"] }),
	};
}
