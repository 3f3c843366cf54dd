// A guest's recovery codes, by their hashes: every SQL statement on them. The table is created with the first ones.

import { hasTable } from "../../platform/migrate.ts";

export class RecoveryCodes {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** The codes that were not used. */
	get left(): number {
		return this.#exist ? this.#sql.exec<{ left: number }>("SELECT COUNT(*) AS left FROM recovery_codes").one().left : 0;
	}

	/** From now on no others are accepted. */
	replace(hashes: readonly string[]): void {
		this.#sql.exec("CREATE TABLE IF NOT EXISTS recovery_codes (hash TEXT PRIMARY KEY) STRICT, WITHOUT ROWID");
		this.deleteAll();
		for (const hash of hashes) this.#sql.exec("INSERT INTO recovery_codes VALUES (?)", hash);
	}

	/** Returns false if there is no such code. */
	spend(hash: string): boolean {
		if (!this.#exist) return false;
		return this.#sql.exec("DELETE FROM recovery_codes WHERE hash = ? RETURNING hash", hash).toArray().length > 0;
	}

	deleteAll(): void {
		if (this.#exist) this.#sql.exec("DELETE FROM recovery_codes");
	}

	get #exist(): boolean {
		return hasTable(this.#sql, "recovery_codes");
	}
}
