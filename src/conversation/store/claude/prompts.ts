// What Claude was asked with for each reply: places and ids, and no copy of anybody's words.

/** Places from one to another, both included. */
export type Range = readonly [from: number, to: number];

/** `instructions` is the id of the version in force, if there was one; `at` in ms. */
export type StoredPrompt = {
	at: number;
	model: string;
	maxTokens: number;
	system: string;
	instructions: number | null;
	ranges: Range[];
	tools: string[];
};

/** What a request was made with. `places`: those of the messages in its prompt, ascending. */
type Asked = Pick<StoredPrompt, "model" | "maxTokens" | "system"> & { places: readonly number[]; tools: readonly string[] };

type Row = { at: number; model: string; maxTokens: number; system: string; instructions: number | null; places: string; tools: string };

export class Prompts {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Replaces what an earlier request for the same reply was made with. */
	save(seq: number, { model, maxTokens, system, places, tools }: Asked, instructions: number | undefined, at: number): void {
		// The system text is the same for all replies, until a new release has another one.
		this.#sql.exec("INSERT OR IGNORE INTO system_texts (text) VALUES (?)", system);
		this.#sql.exec(
			`INSERT OR REPLACE INTO prompts (seq, at, model, max_tokens, system, instructions, places, tools)
			SELECT ?, ?, ?, ?, id, ?, ?, ? FROM system_texts WHERE text = ?`,
			seq,
			at,
			model,
			maxTokens,
			instructions ?? null,
			JSON.stringify(rangesOf(places)),
			JSON.stringify(tools),
			system,
		);
	}

	of(seq: number): StoredPrompt | undefined {
		const [row] = this.#sql
			.exec<Row>(
				`SELECT at, model, max_tokens AS maxTokens, text AS system, instructions, places, tools
				FROM prompts JOIN system_texts ON system_texts.id = prompts.system WHERE seq = ?`,
				seq,
			)
			.toArray();
		if (!row) return undefined;
		const { places, tools, ...rest } = row;
		return { ...rest, ranges: JSON.parse(places) as Range[], tools: JSON.parse(tools) as string[] };
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
