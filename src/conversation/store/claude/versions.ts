// The former versions of replies, from before they were regenerated.

import { limits } from "../../../protocol/limits.ts";
import type { Version } from "../../../protocol/message.ts";
import { type VersionRow, versionColumns, versionOf } from "../columns.ts";

export class Versions {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/**
	 * Keeps the current text of the reply at a place as a version. Returns the number of versions. If there are too many, the oldest
	 * but the original are dropped: otherwise anybody could push the original out.
	 */
	keep(seq: number): number {
		this.#sql.exec(
			`INSERT INTO versions (seq, version, ${versionColumns.join(", ")})
			SELECT seq, (SELECT IFNULL(MAX(version), 0) + 1 FROM versions WHERE seq = ?1), ${versionColumns.join(", ")}
			FROM messages WHERE seq = ?1`,
			seq,
		);
		this.#sql.exec(
			`DELETE FROM versions WHERE seq = ?1 AND version > (SELECT MIN(version) FROM versions WHERE seq = ?1)
			AND version <= (SELECT MAX(version) FROM versions WHERE seq = ?1) - ?2`,
			seq,
			limits.versions - 1,
		);
		return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM versions WHERE seq = ?", seq).one().count;
	}

	/** The versions of the reply at a place, oldest first. */
	of(seq: number): Version[] {
		return this.#sql.exec<VersionRow>("SELECT * FROM versions WHERE seq = ? ORDER BY version", seq).toArray().map(versionOf);
	}

	/** The number of versions up to a place. */
	countUpTo(seq: number): number {
		return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM versions WHERE seq <= ?", seq).one().count;
	}

	drop(seq: number): void {
		this.#sql.exec("DELETE FROM versions WHERE seq = ?", seq);
	}
}
