// A provider's identities: those by which a person comes in, the sessions that began with one, and, in the object of an identity's own
// id, the person to whom it leads. Every SQL statement on them. The tables are created when they are first needed. Times in ms.

import { hasTable } from "../../platform/migrate.ts";
import type { Identity } from "../../protocol/account/account.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import type { Refusal } from "../../protocol/refusal.ts";

/** `id`: that of the identity's own object. `provider`: its name, for people. `name`: the person's, as the provider has it. */
export type NewIdentity = { id: string; provider: string; name: string };

/** As much of the object of an identity's own id as its person's object needs. */
export type IdentityObjects = {
	getByName(id: string): {
		claimIdentity(userId: string): Promise<{ isDone: true } | Refusal>;
		releaseIdentity(userId: string): Promise<void>;
		identityOwner(): Promise<string | undefined>;
	};
};

type Row = { id: string; provider: string; name: string; joined_at: number; used_at: number; removed_at: number | null };

export class Identities {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** True from the first identity on, also when it is removed again. */
	get everExisted(): boolean {
		return hasTable(this.#sql, "identities");
	}

	get count(): number {
		return this.list().length;
	}

	/** Oldest first. */
	list(): Identity[] {
		return this.#rows("WHERE removed_at IS NULL ORDER BY joined_at, id").map(({ id, provider, name, joined_at, used_at }) => ({
			id,
			provider,
			name,
			joinedAt: isoTime(joined_at),
			lastUsedAt: isoTime(used_at),
		}));
	}

	find(id: string): "joined" | "removed" | undefined {
		const [row] = this.#rows("WHERE id = ?", id);
		return row && (row.removed_at === null ? "joined" : "removed");
	}

	/** Adds an identity, or notes that it was used. */
	add({ id, provider, name }: NewIdentity, now: number): void {
		this.#createTables();
		this.#sql.exec(
			`INSERT INTO identities VALUES (?1, ?2, ?3, ?4, ?4, NULL) ON CONFLICT (id) DO UPDATE SET provider = ?2, name = ?3, used_at = ?4,
			joined_at = CASE WHEN removed_at IS NULL THEN joined_at ELSE ?4 END, removed_at = NULL`,
			id,
			provider,
			name,
			now,
		);
	}

	/** From now on it leads nobody in here. The row stays until its own object knows, so that a sign-in meanwhile cannot bring it back. */
	markRemoved(id: string, now: number): void {
		this.#sql.exec("UPDATE identities SET removed_at = ? WHERE id = ?", now, id);
	}

	/** Forgets an identity that is marked as removed. */
	forget(id: string): void {
		if (this.everExisted) this.#sql.exec("DELETE FROM identities WHERE id = ? AND removed_at IS NOT NULL", id);
	}

	/** A session has begun with this identity, or joined it. `administrator`: see `Suspension.administrator`. */
	noteSession(session: string, id: string, administrator: string | undefined): void {
		this.#createTables();
		if (hasTable(this.#sql, "sessions")) this.#sql.exec("DELETE FROM identity_sessions WHERE session NOT IN (SELECT id FROM sessions)");
		this.#sql.exec("INSERT OR REPLACE INTO identity_sessions VALUES (?, ?, ?)", session, id, administrator ?? null);
	}

	/** The sessions that began with an identity. From now on they have none. */
	takeSessions(id: string): string[] {
		if (!this.everExisted) return [];
		return this.#sql
			.exec<{ session: string }>("DELETE FROM identity_sessions WHERE identity = ? RETURNING session", id)
			.toArray()
			.map(({ session }) => session);
	}

	/** By what a session's person was an administrator when the provider last vouched for them in it. */
	administratorIn(session: string): string | undefined {
		if (!this.everExisted) return undefined;
		const query = "SELECT administrator FROM identity_sessions WHERE session = ?";
		return this.#sql.exec<{ administrator: string | null }>(query, session).toArray()[0]?.administrator ?? undefined;
	}

	/** In the object of an identity's own id: the person to whom it leads. */
	get owner(): string | undefined {
		if (!hasTable(this.#sql, "identity_owner")) return undefined;
		return this.#sql.exec<{ user_id: string }>("SELECT user_id FROM identity_owner").toArray()[0]?.user_id;
	}

	setOwner(userId: string | undefined): void {
		this.#sql.exec("CREATE TABLE IF NOT EXISTS identity_owner (one INTEGER PRIMARY KEY CHECK (one = 1), user_id TEXT NOT NULL) STRICT");
		this.#sql.exec("DELETE FROM identity_owner");
		if (userId !== undefined) this.#sql.exec("INSERT INTO identity_owner VALUES (1, ?)", userId);
	}

	/** The identities of the person, not the person of an identity. */
	deleteAll(): void {
		if (this.everExisted) for (const table of ["identities", "identity_sessions"]) this.#sql.exec(`DELETE FROM ${table}`);
	}

	#createTables(): void {
		this.#sql.exec(`CREATE TABLE IF NOT EXISTS identities (id TEXT PRIMARY KEY, provider TEXT NOT NULL, name TEXT NOT NULL,
			joined_at INTEGER NOT NULL, used_at INTEGER NOT NULL, removed_at INTEGER) STRICT, WITHOUT ROWID`);
		this.#sql.exec(`CREATE TABLE IF NOT EXISTS identity_sessions (session TEXT PRIMARY KEY, identity TEXT NOT NULL,
			administrator TEXT) STRICT, WITHOUT ROWID`);
	}

	#rows(where: string, ...values: SqlStorageValue[]): Row[] {
		return this.everExisted ? this.#sql.exec<Row>(`SELECT * FROM identities ${where}`, ...values).toArray() : [];
	}
}
