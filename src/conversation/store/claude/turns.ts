// Turns of Claude that its server paused: what is sent back to go on. A row exists only while its reply runs.

/** `rounds`: how often the turn was paused. `length`: that of the message's text at the last pause. */
export type StoredTurn = { rounds: number; length: number; turn: readonly object[] };

export class Turns {
	readonly #sql: SqlStorage;
	readonly #table: "turns" | "aside_turns";

	/** In `aside_turns`, `seq` is the number of an aside. */
	constructor(sql: SqlStorage, table: "turns" | "aside_turns" = "turns") {
		this.#sql = sql;
		this.#table = table;
	}

	save(seq: number, { rounds, length, turn }: StoredTurn): void {
		const columns = `INSERT OR REPLACE INTO ${this.#table} (seq, rounds, length, blocks) VALUES (?, ?, ?, ?)`;
		this.#sql.exec(columns, seq, rounds, length, JSON.stringify(turn));
	}

	of(seq: number): StoredTurn | undefined {
		const columns = `SELECT rounds, length, blocks FROM ${this.#table} WHERE seq = ?`;
		const [row] = this.#sql.exec<{ rounds: number; length: number; blocks: string }>(columns, seq).toArray();
		return row && { rounds: row.rounds, length: row.length, turn: JSON.parse(row.blocks) as object[] };
	}

	drop(seq: number): void {
		this.#sql.exec(`DELETE FROM ${this.#table} WHERE seq = ?`, seq);
	}
}
