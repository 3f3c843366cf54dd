// The change of an old message that the next prompt pays for: Claude's cache ends before it.

import type { Person } from "../../../protocol/person.ts";

/** Released: never edit it. */
export const rewritesTable = `
	-- The first place that was changed since Claude read it, when (ms), and by whom, as JSON. One row at most.
	CREATE TABLE rewrites (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		seq INTEGER NOT NULL,
		at INTEGER NOT NULL,
		payer TEXT NOT NULL
	) STRICT;
`;

/** `seq`: the first changed place. `isProgram`: a program changed it for the payer. */
export type Rewrite = { seq: number; at: number; payer: Person & { isProgram?: boolean } };

export class Rewrites {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	get(): Rewrite | undefined {
		const [row] = this.#sql.exec<{ seq: number; at: number; payer: string }>("SELECT seq, at, payer FROM rewrites").toArray();
		return row && { ...row, payer: JSON.parse(row.payer) as Rewrite["payer"] };
	}

	put({ seq, at, payer }: Rewrite): void {
		this.#sql.exec("INSERT OR REPLACE INTO rewrites (one, seq, at, payer) VALUES (1, ?, ?, ?)", seq, at, JSON.stringify(payer));
	}

	/** A person is erased. */
	erase(userId: string): void {
		if (this.get()?.payer.userId === userId) this.#sql.exec("DELETE FROM rewrites");
	}
}
