// Personal tokens: every SQL statement on them. The table is created with the first token, so that asking for the tokens of
// a person who never existed leaves nothing behind. Times in ms.

import { orFull } from "../platform/full.ts";
import { isoTime } from "../protocol/iso-time.ts";
import { limits } from "../protocol/limits.ts";
import type { PersonalToken, Scope } from "../protocol/token.ts";

/**
 * `id`: SHA-256 of the token in hex, so that a copy of the database is no credential. `username`: its owner's name when it was
 * created. `ownerKind`: `guest`, or `issued` for an issuer's person. `epoch`: the deployment's, when it was created. `session`: the
 * session here that its owner created it with, if any.
 */
export type NewToken = {
	id: string;
	name: string;
	username: string;
	expiresAt: number;
	ownerKind: string;
	epoch: string;
	/** The session that made it, if one of ours did: the token ends with it if a copied cookie ends it. */
	session?: string | undefined;
	scopes: Scope[];
	conversations: PersonalToken["conversations"];
};
/** A token as it is checked when somebody presents it. Null: it was created by a version that stored no such thing. */
export type ShownToken = Omit<NewToken, "id" | "ownerKind" | "epoch" | "session"> & {
	ownerKind: string | null;
	epoch: string | null;
	ownerSeenAt: number | null;
};

type Row = {
	id: string;
	name: string;
	username: string;
	created_at: number;
	expires_at: number;
	used_at: number | null;
	/** `read write`, for example. */
	scopes: string | null;
	/** Ids, as JSON. */
	conversations: string | null;
	owner_kind: string | null;
	owner_seen_at: number | null;
	epoch: string | null;
};

/** In ms. The last use of a token and the owner's presence are stored no more often than this, since each writes a row. */
const precision = 3600_000;

/** Columns that the first version of the table did not have. The version before this one reads and writes the table without them. */
const laterColumns = ["scopes TEXT", "conversations TEXT", "owner_kind TEXT", "owner_seen_at INTEGER", "epoch TEXT", "session TEXT"];

export class Tokens {
	readonly #sql: SqlStorage;
	#hasTable: boolean;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		const [table] = sql.exec<{ sql: string }>("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'tokens'").toArray();
		this.#hasTable = table !== undefined;
		if (table) this.#addColumns(table.sql);
	}

	#createTable(): void {
		this.#sql.exec(`CREATE TABLE tokens (id TEXT PRIMARY KEY, name TEXT NOT NULL, username TEXT NOT NULL, created_at INTEGER NOT NULL,
			expires_at INTEGER NOT NULL, used_at INTEGER, revoked_at INTEGER) STRICT, WITHOUT ROWID`);
		this.#addColumns("");
		this.#hasTable = true;
	}

	/** `known`: the statement that creates the table as it is. */
	#addColumns(known: string): void {
		for (const column of laterColumns) if (!known.includes(column)) this.#sql.exec(`ALTER TABLE tokens ADD COLUMN ${column}`);
	}

	/** `undefined` if there are too many. Deletes those that have ended. */
	add(token: NewToken, now: number): PersonalToken | undefined {
		if (!this.#hasTable) this.#createTable();
		this.#sql.exec("DELETE FROM tokens WHERE (expires_at <= ? OR epoch IS NOT ?) AND revoked_at IS NULL", now, token.epoch);
		if (this.list(token.epoch).length >= limits.tokens) return undefined;
		this.#sql.exec(
			`INSERT INTO tokens (id, name, username, created_at, expires_at, scopes, conversations, owner_kind, owner_seen_at, epoch, session)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			token.id,
			token.name,
			token.username,
			now,
			token.expiresAt,
			token.scopes.join(" "),
			token.conversations === "all" ? null : JSON.stringify(token.conversations),
			token.ownerKind,
			now,
			token.epoch,
			token.session ?? null,
		);
		return this.list(token.epoch).find(({ id }) => id === token.id);
	}

	/** Those of the deployment's epoch, newest first. Expired ones are included until another one is created. */
	list(epoch: string): PersonalToken[] {
		return this.#rows("WHERE revoked_at IS NULL AND epoch IS ? ORDER BY created_at DESC, id", epoch).map((row) => ({
			id: row.id,
			name: row.name,
			createdAt: isoTime(row.created_at),
			expiresAt: isoTime(row.expires_at),
			...(row.used_at !== null && { lastUsedAt: isoTime(row.used_at) }),
			...limitsOf(row),
		}));
	}

	/** Finds a token that somebody presents, even if it has ended, and stores that it was used, if there is room for that. */
	use(id: string, now: number): ShownToken | undefined {
		const [row] = this.#rows("WHERE id = ? AND revoked_at IS NULL", id);
		if (!row) return undefined;
		if (row.expires_at > now && now - (row.used_at ?? 0) >= precision)
			orFull(() => this.#sql.exec("UPDATE tokens SET used_at = ? WHERE id = ?", now, id));
		const { name, username, expires_at, owner_kind, owner_seen_at, epoch } = row;
		return { name, username, expiresAt: expires_at, ownerKind: owner_kind, ownerSeenAt: owner_seen_at, epoch, ...limitsOf(row) };
	}

	/** The owner has come with a token of their issuer's. */
	ownerSeen(now: number): void {
		if (this.#hasTable) this.#sql.exec("UPDATE tokens SET owner_seen_at = ? WHERE owner_seen_at <= ?", now, now - precision);
	}

	/** True if there is no token that is not revoked. */
	get isEmpty(): boolean {
		return this.#rows("WHERE revoked_at IS NULL LIMIT 1").length === 0;
	}

	countLive(now: number): number {
		return this.#rows("WHERE revoked_at IS NULL AND expires_at > ?", now).length;
	}

	/** The token permits nothing any more; its row stays until `delete`. Returns false if there is no such token. */
	revoke(id: string, now: number): boolean {
		if (!this.#hasTable) return false;
		return (
			this.#sql.exec("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL RETURNING id", now, id).toArray().length > 0
		);
	}

	/** Revokes the tokens that this session made. Returns their ids. */
	revokeOf(session: string, now: number): string[] {
		const ids = this.#rows("WHERE session = ? AND revoked_at IS NULL", session).map(({ id }) => id);
		return ids.filter((id) => this.revoke(id, now));
	}

	/** Returns their ids. */
	revokeAll(now: number): string[] {
		const ids = this.#rows("WHERE revoked_at IS NULL").map(({ id }) => id);
		return ids.filter((id) => this.revoke(id, now));
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

function limitsOf(row: Row): Pick<NewToken, "scopes" | "conversations"> {
	return {
		scopes: (row.scopes ?? "").split(" ").filter((scope) => scope !== "") as Scope[],
		conversations: row.conversations === null ? "all" : (JSON.parse(row.conversations) as string[]),
	};
}
