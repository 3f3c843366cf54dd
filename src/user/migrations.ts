// A person's tables, as an append-only list: entry n takes a database from version n to n + 1.
// Never edit an entry that was released. After a deploy old and new code run side by side for minutes: only add.

import { jobsTable } from "../platform/job-rows.ts";
import { hasTable, type Migration, migrate } from "../platform/migrate.ts";

export const migrations: readonly Migration[] = [
	`
	CREATE TABLE conversations (
		id TEXT PRIMARY KEY,
		-- How it stands, as it tells.
		title TEXT NOT NULL,
		assistant TEXT NOT NULL,
		created_at TEXT NOT NULL,
		role TEXT NOT NULL,
		-- In ms.
		last_activity_at INTEGER NOT NULL,
		-- As the wire has it, in JSON.
		last_message TEXT,
		unread INTEGER NOT NULL,
		mentions INTEGER NOT NULL,
		read_up_to INTEGER NOT NULL,
		revision INTEGER NOT NULL,
		-- What its person decides.
		muted INTEGER NOT NULL DEFAULT 0,
		pinned INTEGER NOT NULL DEFAULT 0,
		archived INTEGER NOT NULL DEFAULT 0
	) STRICT, WITHOUT ROWID;

	CREATE INDEX conversations_by_activity ON conversations (last_activity_at, id);
	CREATE INDEX conversations_pinned ON conversations (last_activity_at, id) WHERE pinned = 1;

	-- As the wire has them, in JSON.
	CREATE TABLE settings (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		value TEXT NOT NULL
	) STRICT;

	-- When a guest signed out, which is for good.
	CREATE TABLE signed_out (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		at INTEGER NOT NULL
	) STRICT;
	`,
	`
	-- How often its person had marked something of it unread when it last told how it stands.
	ALTER TABLE conversations ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;
	`,
	// An erasure in progress kept its conversations in a table of its own. That stays until the erasure is over: the release
	// before goes on with it after a rollback, and repeating a step does no harm.
	(sql) => {
		sql.exec(jobsTable);
		if (!hasTable(sql, "erasing")) return;
		sql.exec(`INSERT INTO jobs (queue, key, tries, due_at, data)
			SELECT 'erasure', id, tries, 0, json_object('alias', alias, 'after', after) FROM erasing`);
	},
	`
	-- Every conversation that the person was ever in, also those that they left: erasing them reaches all of these.
	CREATE TABLE entered (
		id TEXT PRIMARY KEY
	) STRICT, WITHOUT ROWID;
	INSERT INTO entered SELECT id FROM conversations;
	`,
	`
	-- Since when, in ms, something is stored of the person. A guest's session that was never renewed began before.
	CREATE TABLE known_since (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		at INTEGER NOT NULL
	) STRICT;
	INSERT INTO known_since VALUES (1, unixepoch() * 1000);
	`,
	`
	-- Unread messages that are for the person, and which messages notify them: NULL as their settings say.
	ALTER TABLE conversations ADD COLUMN addressed INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE conversations ADD COLUMN notifications TEXT;
	`,
	`
	-- 1: an administrator has ended all guests, who alone may not delete what they said.
	ALTER TABLE signed_out ADD COLUMN keeps INTEGER NOT NULL DEFAULT 0;
	`,
];

/**
 * The first build had one table of this name and no migrations. Makes its entries those of the list; the next delivery of each
 * conversation corrects what was not known then. Returns false if there is no such table.
 */
export function adoptFirstTable(sql: SqlStorage): boolean {
	if (!hasTable(sql, "conversations")) return false;
	sql.exec("ALTER TABLE conversations RENAME TO first_conversations");
	migrate(sql, migrations);
	sql.exec(`INSERT INTO conversations (id, title, assistant, created_at, role, last_activity_at, unread, mentions, read_up_to, revision)
		SELECT id, title, assistant, created_at, 'member', last_activity_at, 0, 0, 0, 0 FROM first_conversations`);
	sql.exec("DROP TABLE first_conversations");
	return true;
}
