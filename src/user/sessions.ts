// The sessions of a person who has signed in here: every SQL statement on them. A session is renewed by its newest cookie, and each
// renewal makes another one. An old cookie is a copy, so it ends the session. The tables are created with the first renewal. Times in ms.

import { hasTable } from "../platform/migrate.ts";
import { limits } from "../protocol/limits.ts";
import { randomId } from "../protocol/random-id.ts";

/** A cookie: the session and which of its cookies. `version` is undefined for the person themselves, who present an access token. */
type Presented = { id: string; version: string | undefined; issuedAt: number };

type Row = { id: string; newest: string; previous: string | null; renewed_at: number; created_at: number; ended_at: number | null };

/**
 * A session may begin with these versions of its cookie. `former`: an earlier release set the cookie, and gave all cookies of a person
 * the same id and version.
 */
const beginnings = ["first", "former"];
/** Two tabs may renew at once. Within this time both get the same next cookie. */
const grace = 60_000;
/** A cookie lives for so long. Rows that are older can be deleted: no cookie of theirs is accepted any more. */
const lifetime = limits.sessionSeconds * 1000;

export class Sessions {
	readonly #sql: SqlStorage;
	#hasTables: boolean;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		this.#hasTables = hasTable(sql, "sessions");
	}

	#createTables(): void {
		if (this.#hasTables) return;
		this.#sql.exec(`CREATE TABLE sessions (id TEXT PRIMARY KEY, newest TEXT NOT NULL, previous TEXT, renewed_at INTEGER NOT NULL,
			created_at INTEGER NOT NULL, ended_at INTEGER) STRICT, WITHOUT ROWID`);
		this.#sql.exec("CREATE TABLE name (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL) STRICT");
		this.#hasTables = true;
	}

	/** The version of the next cookie; `undefined` if the session has ended, or ends now because an old cookie was used. */
	renew(presented: Presented, now: number): string | undefined {
		const { id, version } = presented;
		const row = this.#find(id);
		if (!row || isFromRollback(presented, row)) return this.#begin(presented, now);
		if (row.ended_at !== null) return undefined;
		if (version === undefined || version === row.newest) return this.#rotate(id, row.newest, now);
		if (version !== row.previous) return this.#end(id, now);
		// The newest cookie has not been used, so its answer may have been lost. If it was not, its use will show that there are two.
		return now - row.renewed_at < grace ? row.newest : this.#rotate(id, row.previous, now);
	}

	#begin({ id, version = "first" }: Presented, now: number): string | undefined {
		if (!beginnings.includes(version)) return undefined;
		this.#createTables();
		this.#sql.exec("DELETE FROM sessions WHERE renewed_at < ? OR id = ?", now - lifetime, id);
		const newest = randomId();
		this.#sql.exec("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, NULL)", id, newest, version, now, now);
		return newest;
	}

	#rotate(id: string, previous: string, now: number): string {
		const newest = randomId();
		this.#sql.exec("UPDATE sessions SET newest = ?, previous = ?, renewed_at = ? WHERE id = ?", newest, previous, now, id);
		return newest;
	}

	#end(id: string, now: number): undefined {
		this.#sql.exec("UPDATE sessions SET ended_at = ? WHERE id = ?", now, id);
	}

	/** The sessions that have ended since a time, in ms. */
	endedSince(since: number): string[] {
		if (!this.#hasTables) return [];
		const query = "SELECT id FROM sessions WHERE ended_at >= ?";
		return this.#sql
			.exec<{ id: string }>(query, since)
			.toArray()
			.map(({ id }) => id);
	}

	isEnded(id: string): boolean {
		return typeof this.#find(id)?.ended_at === "number";
	}

	/** When the last session ends or has ended, in ms. A session that was never renewed is not known here. */
	get endsAt(): number | undefined {
		if (!this.#hasTables) return undefined;
		const query = "SELECT MAX(COALESCE(ended_at, renewed_at + ?)) AS at FROM sessions";
		return this.#sql.exec<{ at: number | null }>(query, lifetime).one().at ?? undefined;
	}

	#find(id: string): Row | undefined {
		return this.#hasTables ? this.#sql.exec<Row>("SELECT * FROM sessions WHERE id = ?", id).toArray()[0] : undefined;
	}

	/** The person's name, once it is known here. */
	get name(): string | undefined {
		if (!this.#hasTables) return undefined;
		return this.#sql.exec<{ value: string }>("SELECT value FROM name").toArray()[0]?.value;
	}

	saveName(name: string): void {
		this.#createTables();
		this.#sql.exec("INSERT INTO name VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET value = excluded.value", name);
	}

	deleteAll(): void {
		if (!this.#hasTables) return;
		this.#sql.exec("DELETE FROM sessions");
		this.#sql.exec("DELETE FROM name");
	}
}

/** After a rollback, the earlier release sets cookies of its own form again. One that is older than the exchange is a copy. */
function isFromRollback({ version, issuedAt }: Presented, { created_at }: Row): boolean {
	return version === "former" && issuedAt > created_at;
}
