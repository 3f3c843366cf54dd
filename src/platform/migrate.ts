// Brings an object's tables to their newest version. Must not know what they hold.

/** False for an object that was only asked for and never written to. */
export function hasTables(sql: SqlStorage): boolean {
	return hasTable(sql, "migrations");
}

/** For tables that are created when they are first needed. */
export function hasTable(sql: SqlStorage, name: string): boolean {
	return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", name).toArray().length > 0;
}

/** SQL, or a function for what SQL alone cannot do. */
type Change = string | ((sql: SqlStorage) => void);

/**
 * A change only adds: the release before it goes on reading and writing the tables. After a deployment it runs beside the
 * new one for minutes, and after a rollback alone. A `breaking` change makes every release before it refuse the tables.
 */
export type Migration = Change | { breaking: Change };

/** In every error about tables that this release cannot read. An error that crosses objects keeps only its message. */
const tooNewMark = "changed by a newer release in a way that this one cannot read";

export function isTooNew(error: unknown): boolean {
	return error instanceof Error && error.message.includes(tooNewMark);
}

/**
 * `migrations` is append-only: entry n takes a database from version n to n + 1. Leaves newer tables as they are, and
 * throws if a change since was a breaking one.
 */
export function migrate(sql: SqlStorage, migrations: readonly Migration[]): void {
	sql.exec("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) STRICT");
	const done = sql.exec<{ version: number | null }>("SELECT MAX(version) AS version FROM migrations").one().version ?? 0;
	if (done > migrations.length) refuseIfBroken(sql, migrations.length);
	for (let version = done; version < migrations.length; version++) {
		const migration = migrations[version] as Migration;
		const isBreaking = typeof migration === "object";
		const change = isBreaking ? migration.breaking : migration;
		if (typeof change === "string") sql.exec(change);
		else change(sql);
		if (isBreaking) markBreaking(sql, version + 1);
		sql.exec("INSERT INTO migrations (version) VALUES (?)", version + 1);
	}
}

/** Like `migrate`, in one step: a change without the row that says so would be made again, and never could be. */
export function migrateWhole(storage: Pick<DurableObjectStorage, "sql" | "transactionSync">, migrations: readonly Migration[]): void {
	storage.transactionSync(() => migrate(storage.sql, migrations));
}

/** The table is released: releases to come must find it as it is. */
function markBreaking(sql: SqlStorage, version: number): void {
	sql.exec("CREATE TABLE IF NOT EXISTS breaking_migrations (version INTEGER PRIMARY KEY) STRICT");
	sql.exec("INSERT INTO breaking_migrations (version) VALUES (?)", version);
}

function refuseIfBroken(sql: SqlStorage, known: number): void {
	if (!hasTable(sql, "breaking_migrations")) return;
	const { version } = sql.exec<{ version: number | null }>("SELECT MAX(version) AS version FROM breaking_migrations").one();
	if ((version ?? 0) <= known) return;
	throw new Error(
		`These tables were ${tooNewMark}: they are at version ${version}, and this release knows ${known}. ` +
			"Nothing was changed. Deploy the newer release again, and the data can be used as before.",
	);
}
