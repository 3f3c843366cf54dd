// The tokens by which programs speak for a person: every SQL statement on them, by name. The table comes with the first of them: to ask for
// the tokens of somebody who never was leaves nothing behind. Times in ms.

import { limits } from "../protocol/limits.ts";
import type { PersonalToken } from "../protocol/token.ts";

/** `id`: SHA-256 of the token, in hex: a copy of the database speaks for nobody. `username`: its owner's name when it was made. */
export type NewToken = { id: string; name: string; username: string; expiresAt: number };
/** What a token is good for. */
export type ShownToken = Pick<NewToken, "name" | "username" | "expiresAt">;

type Row = { id: string; name: string; username: string; created_at: number; expires_at: number; used_at: number | null };

/** How exactly it is kept when a token was last used: a row is written so seldom. */
const usedWithin = 3600_000;

export class Tokens {
	readonly #sql: SqlStorage;
	#hasTable: boolean;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		this.#hasTable = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'tokens'").toArray().length > 0;
	}

	/** `undefined` where there are too many. */
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

	/** Newest first; with those that have ended, until a new one is made. */
	list(): PersonalToken[] {
		return this.#rows("WHERE revoked_at IS NULL ORDER BY created_at DESC, id").map((row) => ({
			id: row.id,
			name: row.name,
			createdAt: isoTime(row.created_at),
			expiresAt: isoTime(row.expires_at),
			...(row.used_at !== null && { lastUsedAt: isoTime(row.used_at) }),
		}));
	}

	/** The token that somebody shows, also one that has ended. */
	show(id: string, now: number): ShownToken | undefined {
		const [row] = this.#rows("WHERE id = ? AND revoked_at IS NULL", id);
		if (!row) return undefined;
		if (row.expires_at > now && now - (row.used_at ?? 0) >= usedWithin)
			this.#sql.exec("UPDATE tokens SET used_at = ? WHERE id = ?", now, id);
		return { name: row.name, username: row.username, expiresAt: row.expires_at };
	}

	/** Whether there was one. From now on it is good for nothing, and kept until it is forgotten. */
	revoke(id: string, now: number): boolean {
		if (!this.#hasTable) return false;
		return (
			this.#sql.exec("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL RETURNING id", now, id).toArray().length > 0
		);
	}

	/** The ids of those that are revoked and not forgotten. */
	revoked(): string[] {
		return this.#rows("WHERE revoked_at IS NOT NULL").map(({ id }) => id);
	}

	forget(ids: readonly string[]): void {
		for (const id of ids) this.#sql.exec("DELETE FROM tokens WHERE id = ?", id);
	}

	forgetAll(): void {
		if (this.#hasTable) this.#sql.exec("DELETE FROM tokens");
	}

	#rows(where: string, ...values: SqlStorageValue[]): Row[] {
		return this.#hasTable ? this.#sql.exec<Row>(`SELECT * FROM tokens ${where}`, ...values).toArray() : [];
	}
}

function isoTime(ms: number): string {
	return new Date(ms).toISOString();
}
