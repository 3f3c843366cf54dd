// Brings an object's tables to their newest version. Must not know what they hold.

/** False for an object that was only asked for and never written to. */
export function hasTables(sql: SqlStorage): boolean {
	return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'").toArray().length > 0;
}

/** SQL, or a function for what SQL alone cannot do. */
export type Migration = string | ((sql: SqlStorage) => void);

/**
 * `migrations` is append-only: entry n takes a database from version n to n + 1. Throws on tables of a newer version, so
 * that old code, which runs beside new code for minutes after a deployment, cannot damage what it does not know.
 */
export function migrate(sql: SqlStorage, migrations: readonly Migration[]): void {
	sql.exec("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) STRICT");
	const done = sql.exec<{ version: number | null }>("SELECT MAX(version) AS version FROM migrations").one().version ?? 0;
	if (done > migrations.length) throw new Error(`These tables were written by a newer version (${done}).`);
	for (let version = done; version < migrations.length; version++) {
		const migration = migrations[version] as Migration;
		if (typeof migration === "string") sql.exec(migration);
		else migration(sql);
		sql.exec("INSERT INTO migrations (version) VALUES (?)", version + 1);
	}
}
