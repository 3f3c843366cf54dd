// When the person of a purse was last erased, and what of that day they had spent by then: the administration has forgotten both, and what
// comes late is not told to it. All calls are synchronous. Amounts are whole micro-dollars; times in ms.

import { dayOf } from "./periods.ts";
import type { Settlement, Spent } from "./purse-calls.ts";

/** For the migrations of its object. It is released: never edit it. */
export const forgottenTable = `
	-- One row at most.
	CREATE TABLE forgotten (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		at INTEGER NOT NULL,
		micro_usd INTEGER NOT NULL,
		replies INTEGER NOT NULL
	) STRICT;
`;

type Amounts = Pick<Spent, "microUsd" | "replies">;
type Row = Amounts & { at: number };

export class Forgotten {
	readonly #sql: SqlStorage;
	#row: Row | undefined;
	#isRead = false;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** The person is erased at this time, by which they had spent so much on its day. */
	put(at: number, { microUsd, replies }: Amounts): void {
		this.#sql.exec("INSERT OR REPLACE INTO forgotten (one, at, micro_usd, replies) VALUES (1, ?, ?, ?)", at, microUsd, replies);
		this.#row = { at, microUsd, replies };
		this.#isRead = true;
	}

	/** A settlement was charged. True if it was reserved before the erasure: then it is counted here. */
	covers({ at, spent }: Pick<Settlement, "at" | "spent">): boolean {
		const row = this.#find();
		if (!row || at > row.at) return false;
		if (dayOf(at) === dayOf(row.at)) this.put(row.at, { microUsd: row.microUsd + spent.microUsd, replies: row.replies + spent.replies });
		return true;
	}

	/** Leaves of what was spent on a day only what belongs to the time since the erasure. */
	since(day: number, { microUsd, replies }: Amounts): Amounts {
		const row = this.#find();
		if (!row || dayOf(row.at) !== day) return { microUsd, replies };
		return { microUsd: microUsd - row.microUsd, replies: replies - row.replies };
	}

	#find(): Row | undefined {
		if (this.#isRead) return this.#row;
		this.#isRead = true;
		[this.#row] = this.#sql.exec<Row>("SELECT at, micro_usd AS microUsd, replies FROM forgotten").toArray();
		return this.#row;
	}
}
