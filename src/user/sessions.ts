// The sessions of a person who has signed in here: every SQL statement on them. A session is renewed by its newest cookie, and each
// renewal makes another one. An old cookie is a copy, so it ends the session, except where a request was late or an answer was lost.
// The tables are created with the first renewal. Times in ms.

import { hasTable } from "../platform/migrate.ts";
import { limits } from "../protocol/limits.ts";
import { randomId } from "../protocol/random-id.ts";

/** A cookie: the session and which of its cookies. */
export type Presented = { id: string; version: string; issuedAt: number };

type Row = { id: string; newest: string; previous: string | null; renewed_at: number; created_at: number; ended_at: number | null };

/**
 * A session may begin with these versions of its cookie. `former`: an earlier release set the cookie, and gave all cookies of a person
 * the same id and version.
 */
const beginnings = ["first", "former"];
/**
 * Two tabs may renew at once, and a request may be overtaken by others. For so long after a cookie was replaced it still gets the newest.
 * A copy that is used within this time is not noticed, so it is short.
 */
const grace = 10_000;
/** As many tabs as a browser may open again at once. */
const mostReuses = 30;
/** A cookie lives for so long. Rows that are older can be deleted: no cookie of theirs is accepted any more. */
const lifetime = limits.sessionSeconds * 1000;

/** Cookies that were replaced within the grace, and how often each was used since. */
const supersededTable = `CREATE TABLE IF NOT EXISTS superseded (id TEXT NOT NULL, version TEXT NOT NULL, at INTEGER NOT NULL,
	reuses INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (id, version)) STRICT, WITHOUT ROWID`;

export class Sessions {
	readonly #sql: SqlStorage;
	readonly #areRegistered: () => boolean;
	#hasTables: boolean;

	/** `areRegistered`: each session is registered when it begins, and one that is not known here has ended. */
	constructor(sql: SqlStorage, areRegistered: () => boolean = () => false) {
		this.#sql = sql;
		this.#areRegistered = areRegistered;
		this.#hasTables = hasTable(sql, "sessions");
		// An earlier release created the others.
		if (this.#hasTables) sql.exec(supersededTable);
	}

	#createTables(): void {
		if (this.#hasTables) return;
		this.#sql.exec(`CREATE TABLE sessions (id TEXT PRIMARY KEY, newest TEXT NOT NULL, previous TEXT, renewed_at INTEGER NOT NULL,
			created_at INTEGER NOT NULL, ended_at INTEGER) STRICT, WITHOUT ROWID`);
		this.#sql.exec(supersededTable);
		this.#sql.exec("CREATE TABLE name (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL) STRICT");
		this.#hasTables = true;
	}

	/** Begins a session. The sign-in sets its first cookie. Returns those that it ends, because one more is too many. */
	register(id: string, now: number): string[] {
		this.#createTables();
		this.#sql.exec("DELETE FROM sessions WHERE renewed_at < ?", now - lifetime);
		this.#sql.exec("INSERT INTO sessions VALUES (?, ?, NULL, ?, ?, NULL)", id, beginnings[0], now, now);
		const eldest = "SELECT id FROM sessions WHERE ended_at IS NULL AND id <> ? ORDER BY renewed_at DESC, id LIMIT -1 OFFSET ?";
		const ended = this.#sql.exec<{ id: string }>(eldest, id, limits.sessions - 1).toArray();
		for (const session of ended) this.end(session.id, now);
		// Connections that they opened are closed by these rows. Each sign-in may add one.
		const former = "SELECT id FROM sessions WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, id LIMIT -1 OFFSET ?";
		this.#sql.exec(`DELETE FROM sessions WHERE id IN (${former})`, limits.sessions);
		return ended.map((session) => session.id);
	}

	/** Registers a session that began without. */
	adopt(id: string, now: number): string[] {
		if (this.#find(id)) return [];
		const ended = this.register(id, now);
		if (id === "former") this.#sql.exec("UPDATE sessions SET newest = id WHERE id = ?", id);
		return ended;
	}

	/** The version of the next cookie; `undefined` if the session has ended, or ends now because an old cookie was used. */
	renew(presented: Presented, now: number): string | undefined {
		const { id, version } = presented;
		const row = this.#find(id);
		if (!row || isFromRollback(presented, row)) return this.#areRegistered() ? undefined : this.#begin(presented, now);
		if (row.ended_at !== null) return undefined;
		if (version === row.newest) return this.#rotate(id, row.newest, now);
		if (this.#isLate(id, version, now)) return row.newest;
		// The newest cookie has not been used, so its answer may have been lost. If it was not, its use will show that there are two.
		return version === row.previous ? this.#replace(id, row.previous, now) : this.end(id, now);
	}

	/** The cookie was replaced just now, and has not been used too often since. */
	#isLate(id: string, version: string, now: number): boolean {
		const [late] = this.#sql
			.exec<{ reuses: number }>(
				"UPDATE superseded SET reuses = reuses + 1 WHERE id = ? AND version = ? AND at > ? RETURNING reuses",
				id,
				version,
				now - grace,
			)
			.toArray();
		return late !== undefined && late.reuses <= mostReuses;
	}

	#begin({ id, version }: Presented, now: number): string | undefined {
		if (!beginnings.includes(version)) return undefined;
		this.#createTables();
		this.#sql.exec("DELETE FROM sessions WHERE renewed_at < ? OR id = ?", now - lifetime, id);
		const newest = randomId();
		this.#sql.exec("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, NULL)", id, newest, version, now, now);
		this.#supersede(id, version, now);
		return newest;
	}

	/** The newest cookie was used: it gives way to another one. */
	#rotate(id: string, version: string, now: number): string {
		this.#supersede(id, version, now);
		return this.#replace(id, version, now);
	}

	#supersede(id: string, version: string, now: number): void {
		this.#sql.exec("DELETE FROM superseded WHERE at <= ?", now - grace);
		this.#sql.exec("INSERT OR IGNORE INTO superseded (id, version, at) VALUES (?, ?, ?)", id, version, now);
	}

	#replace(id: string, previous: string, now: number): string {
		const newest = randomId();
		this.#sql.exec("UPDATE sessions SET newest = ?, previous = ?, renewed_at = ? WHERE id = ?", newest, previous, now, id);
		return newest;
	}

	end(id: string, now: number): undefined {
		if (!this.#hasTables) return;
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

	/** Those that can be renewed, the last used first. */
	live(now: number): { id: string; renewedAt: number }[] {
		if (!this.#hasTables) return [];
		const query = "SELECT id, renewed_at FROM sessions WHERE ended_at IS NULL AND renewed_at > ? ORDER BY renewed_at DESC, id";
		return this.#sql
			.exec<Pick<Row, "id" | "renewed_at">>(query, now - lifetime)
			.toArray()
			.map(({ id, renewed_at }) => ({ id, renewedAt: renewed_at }));
	}

	/** True if a session besides this one lives. False for sessions that were never renewed, too. */
	hasLive(now: number, besides = ""): boolean {
		const live = "SELECT 1 FROM sessions WHERE ended_at IS NULL AND renewed_at > ? AND id IS NOT ? LIMIT 1";
		return this.#hasTables && this.#sql.exec(live, now - lifetime, besides).toArray().length > 0;
	}

	countLive(now: number): number {
		const live = "SELECT count(*) AS count FROM sessions WHERE ended_at IS NULL AND renewed_at > ?";
		return this.#hasTables ? this.#sql.exec<{ count: number }>(live, now - lifetime).one().count : 0;
	}

	isEnded(id: string): boolean {
		const row = this.#find(id);
		return row ? row.ended_at !== null : this.#areRegistered();
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

	get isEmpty(): boolean {
		return !this.#hasTables || this.#sql.exec("SELECT 1 FROM sessions LIMIT 1").toArray().length === 0;
	}

	deleteAll(): void {
		if (!this.#hasTables) return;
		this.#sql.exec("DELETE FROM sessions");
		this.#sql.exec("DELETE FROM superseded");
		this.#sql.exec("DELETE FROM name");
	}
}

/** After a rollback, the earlier release sets cookies of its own form again. One that is older than the exchange is a copy. */
function isFromRollback({ version, issuedAt }: Presented, { created_at }: Row): boolean {
	return version === "former" && issuedAt > created_at;
}
