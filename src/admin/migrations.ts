// The administration's tables, as an append-only list: entry n takes a database from version n to n + 1.
// Never edit an entry that was released. After a deploy old and new code run side by side for minutes: only add.

import { jobsTable } from "../platform/job-rows.ts";
import type { Migration } from "../platform/migrate.ts";
import { shorteningsTable } from "./shortenings.ts";

export const migrations: readonly Migration[] = [
	`
	CREATE TABLE suspensions (
		user_id TEXT PRIMARY KEY,
		-- In ms.
		at INTEGER NOT NULL,
		by_user TEXT NOT NULL
	) STRICT, WITHOUT ROWID;

	CREATE TABLE audit (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		at INTEGER NOT NULL,
		action TEXT NOT NULL,
		actor TEXT NOT NULL,
		-- The person, conversation or network that it was done to.
		subject TEXT
	) STRICT;
	`,
	jobsTable,
	`
	-- Times in ms.
	CREATE TABLE people (
		user_id TEXT PRIMARY KEY,
		username TEXT NOT NULL,
		first_seen INTEGER NOT NULL,
		last_seen INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;

	CREATE TABLE conversations (
		id TEXT PRIMARY KEY,
		created_at TEXT NOT NULL,
		last_activity INTEGER NOT NULL,
		reported_at INTEGER NOT NULL,
		members INTEGER NOT NULL,
		messages INTEGER NOT NULL,
		bytes INTEGER NOT NULL,
		connections INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;

	-- What each person has spent on each day, which is counted from 1970 in UTC.
	CREATE TABLE spending (
		day INTEGER NOT NULL,
		user_id TEXT NOT NULL,
		micro_usd INTEGER NOT NULL,
		replies INTEGER NOT NULL,
		PRIMARY KEY (day, user_id)
	) STRICT, WITHOUT ROWID;

	CREATE TABLE networks (
		prefix TEXT PRIMARY KEY,
		at INTEGER NOT NULL,
		until INTEGER NOT NULL,
		by_user TEXT NOT NULL
	) STRICT, WITHOUT ROWID;

	-- When all guests were ended for the last time.
	CREATE TABLE guests_ended (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		at INTEGER NOT NULL
	) STRICT;
	`,
	`
	-- The values of time series, by name with labels.
	CREATE TABLE counters (
		name TEXT PRIMARY KEY,
		value REAL NOT NULL
	) STRICT, WITHOUT ROWID;

	-- Times in ms.
	CREATE TABLE requests (
		id TEXT PRIMARY KEY,
		kind TEXT NOT NULL,
		conversation_id TEXT NOT NULL,
		reason TEXT NOT NULL,
		by_user TEXT NOT NULL,
		at INTEGER NOT NULL,
		confirmed_by TEXT,
		confirmed_at INTEGER
	) STRICT, WITHOUT ROWID;
	`,
	`
	-- The person whom a request concerns; its conversation is then empty.
	ALTER TABLE requests ADD COLUMN user_id TEXT;
	`,
	`
	-- 1: somebody who came as a guest, and signs in with a provider since.
	ALTER TABLE people ADD COLUMN is_account INTEGER NOT NULL DEFAULT 0;
	`,
	`
	-- What administrators let the deployment, all people, all guests or a single person spend. Times in ms.
	CREATE TABLE purses (
		-- A kind, or 'person' and an id with a space between them.
		owner TEXT PRIMARY KEY,
		-- JSON, as they are on the wire.
		limits TEXT NOT NULL,
		until INTEGER,
		at INTEGER NOT NULL,
		by_user TEXT NOT NULL
	) STRICT, WITHOUT ROWID;
	`,
	`
	-- Conversations in which nothing may be deleted. The time in ms.
	CREATE TABLE holds (
		conversation_id TEXT PRIMARY KEY,
		at INTEGER NOT NULL,
		by_user TEXT NOT NULL
	) STRICT, WITHOUT ROWID;
	`,
	`
	-- What vouched for the administrator who made a request, in JSON.
	ALTER TABLE requests ADD COLUMN vouchers TEXT;
	`,
	`
	-- They were stored as they are. Whatever can still be confirmed keeps them for its day.
	UPDATE requests SET vouchers = NULL WHERE confirmed_at IS NOT NULL OR at <= unixepoch() * 1000 - 86400000;
	`,
	shorteningsTable,
];
