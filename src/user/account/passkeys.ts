// A guest's passkeys and the challenges that they have signed: every SQL statement on them. The tables are created with the first
// passkey. Times in ms.

import { hasTable } from "../../platform/migrate.ts";
import type { Passkey } from "../../protocol/account/account.ts";
import { isoTime } from "../../protocol/iso-time.ts";

/** `publicKey`: SPKI in base64url. `algorithm`: COSE's number. `counter`: 0 where the authenticator does not count. */
export type Credential = { id: string; publicKey: string; algorithm: number; counter: number };
/** `until`: when it ends by itself. */
export type Challenge = { id: string; until: number };

type Row = {
	id: string;
	name: string;
	public_key: string;
	algorithm: number;
	counter: number;
	created_at: number;
	used_at: number | null;
};

export class Passkeys {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** True from the first passkey on, also when it is removed again. */
	get everExisted(): boolean {
		return hasTable(this.#sql, "passkeys");
	}

	get count(): number {
		return this.#rows("").length;
	}

	/** Oldest first. */
	list(): Passkey[] {
		return this.#rows("ORDER BY created_at, id").map(toPasskey);
	}

	find(id: string): (Credential & { name: string }) | undefined {
		const [row] = this.#rows("WHERE id = ?", id);
		return row && { id, name: row.name, publicKey: row.public_key, algorithm: row.algorithm, counter: row.counter };
	}

	add({ id, publicKey, algorithm, counter }: Credential, name: string, now: number): Passkey {
		this.#createTables();
		this.#sql.exec("INSERT INTO passkeys VALUES (?, ?, ?, ?, ?, ?, NULL)", id, name, publicKey, algorithm, counter, now);
		return { id, name, createdAt: isoTime(now) };
	}

	rename(id: string, name: string): Passkey | undefined {
		if (!this.find(id)) return undefined;
		this.#sql.exec("UPDATE passkeys SET name = ? WHERE id = ?", name, id);
		return this.list().find((passkey) => passkey.id === id);
	}

	remove(id: string): void {
		this.#sql.exec("DELETE FROM passkeys WHERE id = ?", id);
	}

	noteUse(id: string, counter: number, now: number): void {
		this.#sql.exec("UPDATE passkeys SET counter = ?, used_at = ? WHERE id = ?", counter, now, id);
	}

	/** Returns false if the challenge was used before. Deletes those that have ended. */
	spendChallenge({ id, until }: Challenge, now: number): boolean {
		this.#createTables();
		this.#sql.exec("DELETE FROM used_challenges WHERE until <= ?", now);
		return this.#sql.exec("INSERT OR IGNORE INTO used_challenges VALUES (?, ?) RETURNING id", id, until).toArray().length > 0;
	}

	deleteAll(): void {
		if (this.everExisted) for (const table of ["passkeys", "used_challenges"]) this.#sql.exec(`DELETE FROM ${table}`);
	}

	#createTables(): void {
		this.#sql.exec(`CREATE TABLE IF NOT EXISTS passkeys (id TEXT PRIMARY KEY, name TEXT NOT NULL, public_key TEXT NOT NULL,
			algorithm INTEGER NOT NULL, counter INTEGER NOT NULL, created_at INTEGER NOT NULL, used_at INTEGER) STRICT, WITHOUT ROWID`);
		this.#sql.exec("CREATE TABLE IF NOT EXISTS used_challenges (id TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID");
	}

	#rows(where: string, ...values: SqlStorageValue[]): Row[] {
		return this.everExisted ? this.#sql.exec<Row>(`SELECT * FROM passkeys ${where}`, ...values).toArray() : [];
	}
}

function toPasskey({ id, name, created_at, used_at }: Row): Passkey {
	return { id, name, createdAt: isoTime(created_at), ...(used_at !== null && { lastUsedAt: isoTime(used_at) }) };
}
