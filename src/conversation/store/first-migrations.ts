// The first entries of migrations.ts, released long ago: never edit them.

import type { Migration } from "../../platform/migrate.ts";
import { WordIndex } from "./word-index.ts";

export const firstMigrations: readonly Migration[] = [
	`
	CREATE TABLE conversation (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		id TEXT NOT NULL,
		title TEXT NOT NULL,
		assistant TEXT NOT NULL,
		-- Differs in every life of this database, so that a cursor of another life is known as such.
		lineage TEXT NOT NULL,
		created_at INTEGER NOT NULL
	) STRICT;

	CREATE TABLE members (
		user_id TEXT PRIMARY KEY,
		username TEXT NOT NULL,
		role TEXT NOT NULL,
		joined_at INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;

	CREATE TABLE messages (
		seq INTEGER PRIMARY KEY,
		id TEXT NOT NULL,
		role TEXT NOT NULL,
		author_id TEXT NOT NULL,
		author_name TEXT NOT NULL,
		content TEXT NOT NULL,
		status TEXT NOT NULL,
		reason TEXT,
		client_id TEXT,
		-- Whether it asked Claude, decided when it was said.
		asks INTEGER NOT NULL,
		-- The revision at which the row came, and the one of its latest change.
		born INTEGER NOT NULL,
		revision INTEGER NOT NULL,
		created_at INTEGER NOT NULL,
		-- Of a reply: model, usage and time, as JSON.
		reply TEXT
	) STRICT;

	-- Every row written is paid for: each index holds only the rows its read needs.
	CREATE UNIQUE INDEX messages_by_client ON messages (author_id, client_id) WHERE client_id IS NOT NULL;
	CREATE INDEX messages_changed ON messages (revision) WHERE revision > born;
	CREATE INDEX messages_streaming ON messages (seq) WHERE status = 'streaming';

	CREATE TABLE invites (
		-- SHA-256 of the secret in the link, in hex: a copy of the database opens no door.
		id TEXT PRIMARY KEY,
		role TEXT NOT NULL,
		created_by TEXT NOT NULL,
		created_at INTEGER NOT NULL,
		expires_at INTEGER NOT NULL,
		max_uses INTEGER,
		uses INTEGER NOT NULL DEFAULT 0
	) STRICT, WITHOUT ROWID;
	`,
	`
	-- Who was removed by an owner: a token that grants the conversation does not bring them back, an invite does.
	CREATE TABLE removed (
		user_id TEXT PRIMARY KEY
	) STRICT, WITHOUT ROWID;

	-- Who flooded the conversation, and until when they stay outside.
	CREATE TABLE shut_out (
		user_id TEXT PRIMARY KEY,
		until INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;

	-- What was done to the conversation's doors, and by whom. Nothing is ever changed in it, and it holds nothing that was said.
	CREATE TABLE audit (
		id INTEGER PRIMARY KEY,
		at INTEGER NOT NULL,
		action TEXT NOT NULL,
		-- Who did it, and to whom where that is somebody else.
		actor TEXT NOT NULL,
		subject TEXT
	) STRICT;
	`,
	`
	-- What may become of a message. Times in ms; mentions and reactions as the wire has them, in JSON.
	ALTER TABLE messages ADD COLUMN reply_to INTEGER;
	ALTER TABLE messages ADD COLUMN mentions TEXT;
	ALTER TABLE messages ADD COLUMN reactions TEXT;
	ALTER TABLE messages ADD COLUMN edited_at INTEGER;
	ALTER TABLE messages ADD COLUMN deleted_at INTEGER;
	-- How many former versions of a reply there are in the table of that name.
	ALTER TABLE messages ADD COLUMN versions INTEGER NOT NULL DEFAULT 0;

	CREATE TABLE versions (
		seq INTEGER NOT NULL,
		version INTEGER NOT NULL,
		content TEXT NOT NULL,
		status TEXT NOT NULL,
		reason TEXT,
		reply TEXT,
		PRIMARY KEY (seq, version)
	) STRICT, WITHOUT ROWID;

	-- Which messages name a member or answer them, for counting what they have not read.
	CREATE TABLE mentions (
		user_id TEXT NOT NULL,
		seq INTEGER NOT NULL,
		PRIMARY KEY (user_id, seq)
	) STRICT, WITHOUT ROWID;

	ALTER TABLE members ADD COLUMN read_up_to INTEGER NOT NULL DEFAULT 0;

	-- Whether a person gave the title; one that was found for it gives way.
	ALTER TABLE conversation ADD COLUMN is_titled INTEGER NOT NULL DEFAULT 0;
	UPDATE conversation SET is_titled = 1 WHERE title <> '';
	-- The message of which a title was made that nobody gave; and whether Claude was asked for one, which it is once.
	ALTER TABLE conversation ADD COLUMN titled_from INTEGER;
	ALTER TABLE conversation ADD COLUMN is_title_asked INTEGER NOT NULL DEFAULT 0;
	-- When its owner deleted it: then nothing of it is shown, and it goes when all lists have been told.
	ALTER TABLE conversation ADD COLUMN deleted_at INTEGER;
	-- Whose list has still to forget the conversation, and how often it could not be told.
	CREATE TABLE untold (
		user_id TEXT PRIMARY KEY,
		tries INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;

	-- How far the members' lists have been told: up to which revision, and when; -1 where all are to hear anew, also who is here.
	CREATE TABLE lists (
		one INTEGER PRIMARY KEY CHECK (one = 1),
		revision INTEGER NOT NULL,
		at INTEGER NOT NULL,
		-- Of a round that takes several steps: which revision it tells, and after which member it goes on.
		target INTEGER,
		after TEXT
	) STRICT;
	-- Which members are still to hear how the conversation stands for them, and how often that has failed.
	CREATE TABLE owed (
		user_id TEXT PRIMARY KEY,
		tries INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;

	-- The words of the messages, by their place, as words.ts folds them. It holds no text of its own.
	CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'ascii');
	`,
	// Indexes the messages that are older than the index.
	(sql) => {
		const messages = sql.exec<{ seq: number; content: string }>("SELECT seq, content FROM messages WHERE status <> 'streaming'");
		const words = new WordIndex(sql);
		for (const { seq, content } of messages) words.put(seq, content);
	},
	`
	-- When an owner last removed somebody or gave them a role: an invite that is older gives them nothing, or their own old link would undo it.
	CREATE TABLE decided (
		user_id TEXT PRIMARY KEY,
		at INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
	`,
	`
	-- Of a reply: who asked for it, as the wire has them, in JSON.
	ALTER TABLE messages ADD COLUMN asked_by TEXT;
	`,
	`
	-- From which place on a member wants to have it unread, though they have seen more; and how often they wanted that.
	ALTER TABLE members ADD COLUMN unread_from INTEGER;
	ALTER TABLE members ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;
	`,
	`
	-- The model and the tokens of the request for a title, as JSON.
	ALTER TABLE conversation ADD COLUMN title_usage TEXT;
	`,
];
