// The calls of tools that a running reply waits for. A row exists until all calls of its turn are answered, or the reply ends.

/**
 * `waiting` for somebody's decision, `ready` to be made, `started`, or `answered`. `asks`: not read-only, so that it is never repeated.
 * `dueAt`: when a decision is too late, in ms. `tries`: how often it was started.
 */
export type StoredCall = {
	id: string;
	name: string;
	/** JSON; `undefined` if Claude wrote none that can be read. */
	input: string | undefined;
	state: "waiting" | "ready" | "started" | "answered";
	asks: boolean;
	dueAt: number;
	tries: number;
	result: string;
	isError: boolean;
};

type Row = {
	id: string;
	name: string;
	input: string | null;
	state: StoredCall["state"];
	asks: number;
	due_at: number;
	tries: number;
	result: string;
	is_error: number;
};

export class Calls {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** In the order that Claude wrote them. */
	of(seq: number): StoredCall[] {
		return this.#sql
			.exec<Row>("SELECT id, name, input, state, asks, due_at, tries, result, is_error FROM calls WHERE seq = ? ORDER BY rowid", seq)
			.toArray()
			.map(({ input, asks, due_at, is_error, ...row }) => ({
				...row,
				input: input ?? undefined,
				asks: asks === 1,
				dueAt: due_at,
				isError: is_error === 1,
			}));
	}

	put(seq: number, { id, name, input, state, asks, dueAt, tries, result, isError }: StoredCall): void {
		this.#sql.exec(
			`INSERT INTO calls (seq, id, name, input, state, asks, due_at, tries, result, is_error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
			ON CONFLICT (seq, id) DO UPDATE SET state = ?5, tries = ?8, result = ?9, is_error = ?10`,
			seq,
			id,
			name,
			input ?? null,
			state,
			asks ? 1 : 0,
			dueAt,
			tries,
			result,
			isError ? 1 : 0,
		);
	}

	drop(seq: number): void {
		this.#sql.exec("DELETE FROM calls WHERE seq = ?", seq);
	}
}
