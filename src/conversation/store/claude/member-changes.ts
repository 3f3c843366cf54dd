// Changes of the membership that Claude reads, each at its place in the log.

import type { MemberChange } from "../../../protocol/memory/member-change.ts";

/** Released: never edit it. */
export const memberChangesTable = `
	-- Who joined, left or was renamed after a place of the log. former: the name before, if it is another one now.
	CREATE TABLE member_changes (
		id INTEGER PRIMARY KEY,
		after INTEGER NOT NULL,
		change TEXT NOT NULL,
		user_id TEXT NOT NULL,
		username TEXT NOT NULL,
		former TEXT,
		at INTEGER NOT NULL
	) STRICT;
	CREATE INDEX member_changes_after ON member_changes (after);
`;

/** Older changes are dropped so many at once, because each drop loses the prompt cache. Twice as many are kept at most. */
const dropped = 250;

type Row = Omit<MemberChange, "userId" | "formerName"> & { id: number; user_id: string; former: string | null };
export type StoredChange = MemberChange & { id: number };

export class MemberChanges {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Those between two messages at most, oldest first: after the place `from` or later, and before `to`. */
	between(from: number, to: number): MemberChange[] {
		const rows = this.#sql.exec<Row>("SELECT * FROM member_changes WHERE after >= ? AND after < ? ORDER BY id", from, to).toArray();
		return rows.map((row) => {
			const { id: _, ...change } = changeOf(row);
			return change;
		});
	}

	/** The latest change of a person since a message. */
	latest(after: number, userId: string): StoredChange | undefined {
		const query = "SELECT * FROM member_changes WHERE after = ? AND user_id = ? ORDER BY id DESC LIMIT 1";
		return this.#sql.exec<Row>(query, after, userId).toArray().map(changeOf)[0];
	}

	add({ after, change, userId, username, formerName = null, at }: Omit<MemberChange, "formerName"> & { formerName?: string | null }): void {
		const [row] = this.#sql
			.exec<{ id: number }>(
				"INSERT INTO member_changes (after, change, user_id, username, former, at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
				after,
				change,
				userId,
				username,
				formerName,
				at,
			)
			.toArray();
		const id = row?.id ?? 0;
		if (id % dropped === 0) this.#sql.exec("DELETE FROM member_changes WHERE id <= ?", id - dropped);
	}

	delete(id: number): void {
		this.#sql.exec("DELETE FROM member_changes WHERE id = ?", id);
	}
}

function changeOf({ user_id, former, ...row }: Row): StoredChange {
	return { ...row, userId: user_id, ...(former !== null && { formerName: former }) };
}
