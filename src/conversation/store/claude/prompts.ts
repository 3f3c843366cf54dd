// What Claude was asked with for each reply: places and ids, and no copy of anybody's words.

import type { AskedFiles } from "../../../protocol/files/reading.ts";
import type { StoredSummary } from "./summaries.ts";

/** For the migrations. It is released: never edit it. */
export const promptLimitsTable = `
	-- The first message that Claude may read for a reply, where that is not the first of all. Kept for good: who asked may be gone.
	CREATE TABLE prompt_limits (
		seq INTEGER PRIMARY KEY,
		from_seq INTEGER NOT NULL
	) STRICT;
`;

/** Places from one to another, both included. */
export type Range = readonly [from: number, to: number];

/** `instructions` is the id of the version in force, if there was one; `at` in ms. */
export type StoredPrompt = {
	at: number;
	model: string;
	maxTokens: number;
	system: string;
	instructions: number | null;
	summary: ReadSummary | null;
	ranges: Range[];
	tools: string[];
	/** Of its messages, and what Claude has read of them. */
	files?: AskedFiles;
};

/** The summary that Claude read. */
export type ReadSummary = Pick<StoredSummary, "id" | "fromSeq" | "uptoSeq">;

/** The ids of the texts that Claude read. */
type Texts = { instructions: number | undefined; summary: ReadSummary | undefined };

/** What a request was made with. `places`: those of the messages in its prompt, ascending. */
type Asked = Pick<StoredPrompt, "model" | "maxTokens" | "system"> & {
	places: readonly number[];
	tools: readonly string[];
	files?: AskedFiles;
};

type Row = Omit<StoredPrompt, "summary" | "ranges" | "tools" | "files"> & {
	summary: string | null;
	places: string;
	tools: string;
	files: string | null;
};

export class Prompts {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Replaces what an earlier request for the same reply was made with. */
	save(seq: number, { model, maxTokens, system, places, tools, files }: Asked, { instructions, summary }: Texts, at: number): void {
		// The system text is the same for all replies, until a new release has another one.
		this.#sql.exec("INSERT OR IGNORE INTO system_texts (text) VALUES (?)", system);
		this.#sql.exec(
			`INSERT OR REPLACE INTO prompts (seq, at, model, max_tokens, system, instructions, summary, places, tools, files)
			SELECT ?, ?, ?, ?, id, ?, ?, ?, ?, ? FROM system_texts WHERE text = ?`,
			seq,
			at,
			model,
			maxTokens,
			instructions ?? null,
			summary ? JSON.stringify({ id: summary.id, fromSeq: summary.fromSeq, uptoSeq: summary.uptoSeq }) : null,
			JSON.stringify(rangesOf(places)),
			JSON.stringify(tools),
			files ? JSON.stringify(files) : null,
			system,
		);
	}

	of(seq: number): StoredPrompt | undefined {
		const [row] = this.#sql
			.exec<Row>(
				`SELECT at, model, max_tokens AS maxTokens, text AS system, instructions, summary, places, tools, files
				FROM prompts JOIN system_texts ON system_texts.id = prompts.system WHERE seq = ?`,
				seq,
			)
			.toArray();
		if (!row) return undefined;
		const { summary, places, tools, files, ...rest } = row;
		return {
			...rest,
			summary: summary === null ? null : (JSON.parse(summary) as ReadSummary),
			ranges: JSON.parse(places) as Range[],
			tools: JSON.parse(tools) as string[],
			...(files !== null && { files: JSON.parse(files) as AskedFiles }),
		};
	}

	/** When the latest request was made, and the first and the last message that it had. */
	latest(): { at: number; from: number; to: number } | undefined {
		const [row] = this.#sql.exec<Pick<Row, "at" | "places">>("SELECT at, places FROM prompts ORDER BY seq DESC LIMIT 1").toArray();
		const ranges = row ? (JSON.parse(row.places) as Range[]) : [];
		const [first, last] = [ranges[0], ranges.at(-1)];
		return row && first && last && { at: row.at, from: first[0], to: last[1] };
	}

	/** The place of the first message that the latest request had. */
	latestStart(): number | undefined {
		return this.latest()?.from;
	}

	/** The files of the latest prompt, if it had some. */
	latestFiles(): AskedFiles | undefined {
		const [row] = this.#sql.exec<Pick<Row, "files">>("SELECT files FROM prompts ORDER BY seq DESC LIMIT 1").toArray();
		return row?.files ? (JSON.parse(row.files) as AskedFiles) : undefined;
	}

	/** The reply reads no message before this one, in this life of the object or another. */
	limit(seq: number, from: number): void {
		if (from > 1) this.#sql.exec("INSERT OR REPLACE INTO prompt_limits (seq, from_seq) VALUES (?, ?)", seq, from);
	}

	/** The first message that the reply may read, as far as that was stored. */
	limitOf(seq: number): number {
		return this.#sql.exec<{ from: number }>("SELECT from_seq AS 'from' FROM prompt_limits WHERE seq = ?", seq).toArray()[0]?.from ?? 1;
	}

	drop(seq: number): void {
		this.#sql.exec("DELETE FROM prompts WHERE seq = ?", seq);
	}
}

/** Ascending places as the ranges that they form. */
function rangesOf(places: readonly number[]): Range[] {
	const ranges: [number, number][] = [];
	for (const place of places) {
		const last = ranges.at(-1);
		if (last?.[1] === place - 1) last[1] = place;
		else ranges.push([place, place]);
	}
	return ranges;
}
