// The tables of a conversation, as an append-only list: entry n migrates a database from version n to n + 1.
// Never edit an entry that was released. Only add to the tables: after a deploy, old and new code run side by side for minutes.

import { purseTables } from "../../money/account.ts";
import { jobsTable } from "../../platform/job-rows.ts";
import type { Migration } from "../../platform/migrate.ts";
import { auditBounds, noticeColumns } from "./audit.ts";
import { asidesTable, asideTurnsTable } from "./claude/asides.ts";
import { memberChangesTable } from "./claude/member-changes.ts";
import { promptLimitsTable } from "./claude/prompts.ts";
import { summariesOfFiles, summariesTable } from "./claude/summaries.ts";
import { filesTable, unsentIndex } from "./files.ts";
import { firstMigrations } from "./first-migrations.ts";
import { endedLinks, linkTables } from "./invites.ts";
import { heldPlaces, keepingTables, leftTable, setDaysTable } from "./keeping.ts";
import { linkQuestionsTable } from "./money/link-questions.ts";
import { paymentTables } from "./money/payments.ts";
import { rewritesTable } from "./money/rewrites.ts";
import { memberNamesTables } from "./people/names.ts";
import { relayTables } from "./people/relays.ts";
import { incomingWebhooksTable } from "./webhooks/incoming.ts";
import { webhooksTable } from "./webhooks/outgoing.ts";

export const migrations: readonly Migration[] = [
	...firstMigrations,
	`
	${jobsTable}
	-- What was pending in tables of their own, which stay empty from now on. Six tries were the most for a delivery.
	INSERT INTO jobs (queue, key, tries, due_at) SELECT 'lists', user_id, tries, CASE WHEN tries < 6 THEN 0 END FROM owed;
	INSERT INTO jobs (queue, key, tries, due_at) SELECT 'removals', user_id, tries, 0 FROM untold;
	DELETE FROM owed;
	DELETE FROM untold;
	`,
	`
	-- The messages before this place are still indexed with the folding of an earlier version; no row if there are none.
	CREATE TABLE stale_words (
		below INTEGER NOT NULL
	) STRICT;
	INSERT INTO stale_words SELECT seq + 1 FROM messages ORDER BY seq DESC LIMIT 1;
	`,
	`
	-- Of a reply that waits for Claude: why, since when and until when, as JSON.
	ALTER TABLE messages ADD COLUMN busy TEXT;
	`,
	`
	-- The different words of the index. It stores nothing.
	CREATE VIRTUAL TABLE word_terms USING fts5vocab (words, instance);
	`,
	`
	-- The personal token that made the invite, if one did: the invite ends with it.
	ALTER TABLE invites ADD COLUMN by_token TEXT;
	`,
	`
	-- People whom an owner banned: nothing admits them. The name is the one they had here, for the owners' list.
	CREATE TABLE bans (
		user_id TEXT PRIMARY KEY,
		username TEXT,
		banned_by TEXT NOT NULL,
		at INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;

	-- The invites by which people joined, so that these can be revoked when somebody is removed.
	CREATE TABLE invite_uses (
		user_id TEXT NOT NULL,
		invite_id TEXT NOT NULL,
		PRIMARY KEY (user_id, invite_id)
	) STRICT, WITHOUT ROWID;

	-- Invites end with the standing of their maker.
	UPDATE invites SET expires_at = 0 WHERE created_by NOT IN (SELECT user_id FROM members WHERE role = 'owner');

	-- People who left are told of it once more: a person's object now keeps the conversations that they were ever in.
	INSERT OR IGNORE INTO jobs (queue, key, tries, due_at)
		SELECT 'removals', person, 0, 0 FROM
		(SELECT author_id AS person FROM messages WHERE role = 'user' UNION SELECT actor FROM audit WHERE action IN ('created', 'joined', 'left'))
		WHERE person NOT LIKE 'erased-%' AND person NOT IN (SELECT user_id FROM members);
	`,
	`
	-- The name of the program that wrote a message for a person.
	ALTER TABLE messages ADD COLUMN program TEXT;
	`,
	`
	-- The id of the person who gave the title. Of older titles it is known if nobody but the creator was ever an owner.
	ALTER TABLE conversation ADD COLUMN titled_by TEXT;
	UPDATE conversation SET titled_by = (SELECT user_id FROM members WHERE role = 'owner')
		WHERE is_titled = 1 AND (SELECT COUNT(*) FROM members WHERE role = 'owner') = 1
		AND EXISTS (SELECT 1 FROM members JOIN audit ON actor = user_id WHERE role = 'owner' AND action = 'created')
		AND NOT EXISTS (SELECT 1 FROM audit WHERE action = 'role_changed');
	`,
	`
	-- The settings for Claude; NULL is the default. Tools and budget as the wire has them, in JSON.
	ALTER TABLE conversation ADD COLUMN model TEXT;
	ALTER TABLE conversation ADD COLUMN effort TEXT;
	ALTER TABLE conversation ADD COLUMN asks TEXT;
	ALTER TABLE conversation ADD COLUMN tools TEXT;
	ALTER TABLE conversation ADD COLUMN budget TEXT;
	-- The versions of the instructions, each after the place of a message. The last one is current.
	CREATE TABLE instructions (
		id INTEGER PRIMARY KEY,
		after INTEGER NOT NULL,
		text TEXT NOT NULL,
		by_id TEXT NOT NULL,
		by_name TEXT NOT NULL,
		at INTEGER NOT NULL
	) STRICT;
	`,
	`
	-- When Claude declined to answer with this reply, in ms. It outlives the reply's deletion.
	ALTER TABLE messages ADD COLUMN declined_at INTEGER;
	`,
	`
	-- The person who pinned the message, and when.
	ALTER TABLE messages ADD COLUMN pinned_by TEXT;
	ALTER TABLE messages ADD COLUMN pinned_at INTEGER;
	CREATE INDEX messages_pinned ON messages (pinned_at) WHERE pinned_at IS NOT NULL;
	-- Of a fork: the conversation that was copied, and up to which place.
	ALTER TABLE conversation ADD COLUMN forked_from TEXT;
	ALTER TABLE conversation ADD COLUMN forked_at INTEGER;
	`,
	`
	-- The role that an owner gave, or NULL for a removal and for decisions of earlier versions.
	ALTER TABLE decided ADD COLUMN role TEXT;
	`,
	`
	-- Turns of Claude that its server paused, while their replies run: the blocks in the form of its API, as JSON.
	CREATE TABLE turns (
		seq INTEGER PRIMARY KEY,
		rounds INTEGER NOT NULL,
		length INTEGER NOT NULL,
		blocks TEXT NOT NULL
	) STRICT;
	`,
	`
	-- The conversation's purse, and what is paid for now.
	${purseTables}
	${paymentTables}
	`,
	`
	-- 0: the person was a member already when they accepted the invite, so that it was not used up.
	ALTER TABLE invite_uses ADD COLUMN is_counted INTEGER NOT NULL DEFAULT 1;
	`,
	`
	-- When the issuer gave the member's name, in ms: the name of an older token does not replace it.
	ALTER TABLE members ADD COLUMN named_at INTEGER NOT NULL DEFAULT 0;
	`,
	`
	-- What Claude was last asked with for a reply: ids of the texts, and the places of the messages as ranges in JSON.
	CREATE TABLE system_texts (
		id INTEGER PRIMARY KEY,
		text TEXT NOT NULL UNIQUE
	) STRICT;
	CREATE TABLE prompts (
		seq INTEGER PRIMARY KEY,
		at INTEGER NOT NULL,
		model TEXT NOT NULL,
		max_tokens INTEGER NOT NULL,
		system INTEGER NOT NULL,
		instructions INTEGER,
		places TEXT NOT NULL,
		tools TEXT NOT NULL
	) STRICT;
	`,
	`
	${asidesTable}
	-- 1: the answer to a private question, which somebody shared.
	ALTER TABLE messages ADD COLUMN is_shared INTEGER NOT NULL DEFAULT 0;
	`,
	`
	-- Calls of tools that running replies wait for.
	CREATE TABLE calls (
		seq INTEGER NOT NULL,
		id TEXT NOT NULL,
		name TEXT NOT NULL,
		input TEXT,
		state TEXT NOT NULL,
		asks INTEGER NOT NULL,
		due_at INTEGER NOT NULL,
		tries INTEGER NOT NULL,
		result TEXT NOT NULL,
		is_error INTEGER NOT NULL,
		PRIMARY KEY (seq, id)
	) STRICT;
	`,
	auditBounds,
	asideTurnsTable,
	summariesTable,
	memberChangesTable,
	rewritesTable,
	filesTable,
	webhooksTable,
	incomingWebhooksTable,
	`
	-- 1: somebody who came as a guest, and signs in with a provider since.
	ALTER TABLE members ADD COLUMN is_account INTEGER NOT NULL DEFAULT 0;
	`,
	keepingTables,
	linkTables,
	unsentIndex,
	heldPlaces,
	setDaysTable,
	`
	-- The files of its messages, and what Claude has read of them, in JSON.
	ALTER TABLE prompts ADD COLUMN files TEXT;
	`,
	leftTable,
	promptLimitsTable,
	summariesOfFiles,
	linkQuestionsTable,
	relayTables,
	memberNamesTables,
	endedLinks,
	noticeColumns,
];
