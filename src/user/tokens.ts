// Personal tokens: every SQL statement on them. The table is created with the first token, so that asking for the tokens of
// a person who never existed leaves nothing behind. Times in ms.

import { isoTime } from "../protocol/iso-time.ts";
import { limits } from "../protocol/limits.ts";
import type { PersonalToken } from "../protocol/token.ts";

/** `id`: SHA-256 of the token in hex, so that a copy of the database is no credential. `username`: its owner's name when it was created. */
export type NewToken = { id: string; name: string; username: string; expiresAt: number };
/** A token as it is checked when somebody presents it. */
export type ShownToken = Pick<NewToken, "name" | "username" | "expiresAt">;

type Row = { id: string; name: string; username: string; created_at: number; expires_at: number; used_at: number | null };

/** In ms. The last use of a token is stored no more often than this, since it writes a row. */
const usePrecision = 3600_000;

export class Tokens {
	readonly #sql: SqlStorage;
	#hasTable: boolean;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		this.#hasTable = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'tokens'").toArray().length > 0;
	}

	/** `undefined` if there are too many. */
	add(token: NewToken, now: number): PersonalToken | undefined {
		if (!this.#hasTable) {
			this.#sql.exec(`CREATE TABLE tokens (id TEXT PRIMARY KEY, name TEXT NOT NULL, username TEXT NOT NULL, created_at INTEGER NOT NULL,
				expires_at INTEGER NOT NULL, used_at INTEGER, revoked_at INTEGER) STRICT, WITHOUT ROWID`);
			this.#hasTable = true;
		}
		this.#sql.exec("DELETE FROM tokens WHERE expires_at <= ? AND revoked_at IS NULL", now);
		if (this.list().length >= limits.tokens) return undefined;
		this.#sql.exec(
			"INSERT INTO tokens (id, name, username, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
			token.id,
			token.name,
			token.username,
			now,
			token.expiresAt,
		);
		return this.list().find(({ id }) => id === token.id);
	}

	/** Newest first. Expired ones are included until another one is created. */
	list(): PersonalToken[] {
		return this.#rows("WHERE revoked_at IS NULL ORDER BY created_at DESC, id").map((row) => ({
			id: row.id,
			name: row.name,
			createdAt: isoTime(row.created_at),
			expiresAt: isoTime(row.expires_at),
			...(row.used_at !== null && { lastUsedAt: isoTime(row.used_at) }),
		}));
	}

	/** Finds a token that somebody presents, even if it has expired, and stores that it was used. */
	use(id: string, now: number): ShownToken | undefined {
		const [row] = this.#rows("WHERE id = ? AND revoked_at IS NULL", id);
		if (!row) return undefined;
		if (row.expires_at > now && now - (row.used_at ?? 0) >= usePrecision)
			this.#sql.exec("UPDATE tokens SET used_at = ? WHERE id = ?", now, id);
		return { name: row.name, username: row.username, expiresAt: row.expires_at };
	}

	/** The token permits nothing any more; its row stays until `delete`. Returns false if there is no such token. */
	revoke(id: string, now: number): boolean {
		if (!this.#hasTable) return false;
		return (
			this.#sql.exec("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL RETURNING id", now, id).toArray().length > 0
		);
	}

	/** Ids of the revoked tokens that are not yet deleted. */
	revoked(): string[] {
		return this.#rows("WHERE revoked_at IS NOT NULL").map(({ id }) => id);
	}

	delete(ids: readonly string[]): void {
		for (const id of ids) this.#sql.exec("DELETE FROM tokens WHERE id = ?", id);
	}

	deleteAll(): void {
		if (this.#hasTable) this.#sql.exec("DELETE FROM tokens");
	}

	#rows(where: string, ...values: SqlStorageValue[]): Row[] {
		return this.#hasTable ? this.#sql.exec<Row>(`SELECT * FROM tokens ${where}`, ...values).toArray() : [];
	}
}
