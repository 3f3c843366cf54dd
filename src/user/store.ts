// One person's list, settings and sign-out: every SQL statement on them. All calls are synchronous. Nothing is written for a
// person who was only asked for.

import { hasTables, migrate } from "../platform/migrate.ts";
import type { ListEntry, ListEntryChange, ListSummary } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import type { PersonalSettings, SettingsChange } from "../protocol/me.ts";
import { nameOfAuthor } from "../protocol/person.ts";
import { adoptFirstTable, migrations } from "./migrations.ts";

/** A page holds conversations before this one: its last activity, in ms, and its id. */
export type Place = { at: number; id: string };
/** Before every conversation of a list, since it is after every date. */
export const newest: Place = { at: Number.MAX_SAFE_INTEGER, id: "" };
export type Page = { conversations: ListEntry[]; hasMore: boolean };

type Row = {
	id: string;
	title: string;
	assistant: ListEntry["assistant"];
	created_at: string;
	role: ListEntry["role"];
	last_activity_at: number;
	last_message: string | null;
	unread: number;
	mentions: number;
	read_up_to: number;
	revision: number;
	muted: number;
	pinned: number;
	archived: number;
	marks: number;
};

/** The columns that a delivery changes, without the time of the last activity: writing that one also writes its indexes. */
const deliveredColumns = [
	"title",
	"assistant",
	"role",
	"last_message",
	"unread",
	"mentions",
	"read_up_to",
	"revision",
	"marks",
	"archived",
] as const satisfies (keyof Row)[];

export class Store {
	readonly #sql: SqlStorage;
	#isWritten: boolean;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		this.#isWritten = hasTables(sql) || adoptFirstTable(sql);
		if (this.#isWritten) migrate(sql, migrations);
	}

	#createTables(): void {
		if (!this.#isWritten) migrate(this.#sql, migrations);
		this.#isWritten = true;
	}

	// Conversations

	/** Adds or updates an entry, unless the summary is older than the stored one. Returns the entry if it now shows something else. */
	updateEntry(summary: ListSummary): ListEntry | undefined {
		this.#createTables();
		const known = this.#row(summary.id);
		if (known && isOlder(summary, known)) return undefined;
		const next = toRow(summary, known);
		if (!known) {
			this.#insert(next);
			this.markEntered(summary.id);
		} else if (known.last_activity_at !== next.last_activity_at) this.#update(next, [...deliveredColumns, "last_activity_at"]);
		else if (deliveredColumns.some((column) => next[column] !== known[column])) this.#update(next, deliveredColumns);
		const isChanged = !known || JSON.stringify({ ...next, revision: 0 }) !== JSON.stringify({ ...known, revision: 0 });
		return isChanged ? toEntry(next) : undefined;
	}

	#insert(row: Row): void {
		const columns = Object.keys(row);
		this.#sql.exec(
			`INSERT INTO conversations (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
			...Object.values(row),
		);
	}

	#update(row: Row, columns: readonly (keyof Row)[]): void {
		const values = columns.map((column) => row[column]);
		this.#sql.exec(`UPDATE conversations SET ${columns.map((column) => `${column} = ?`).join(", ")} WHERE id = ?`, ...values, row.id);
	}

	/** Returns false if there was no such entry. */
	removeEntry(id: string): boolean {
		if (!this.#row(id)) return false;
		this.#sql.exec("DELETE FROM conversations WHERE id = ?", id);
		return true;
	}

	/** The person is or was in this conversation, though it may be gone from their list. */
	markEntered(id: string): void {
		this.#createTables();
		this.#sql.exec("INSERT OR IGNORE INTO entered (id) VALUES (?)", id);
	}

	/** The conversation was deleted: nothing of the person is left in it. */
	unmarkEntered(id: string): void {
		if (this.#isWritten) this.#sql.exec("DELETE FROM entered WHERE id = ?", id);
	}

	/** Stores what the person decides about an entry. `undefined` if there is no such entry. */
	changeEntry(id: string, change: ListEntryChange): ListEntry | undefined {
		const row = this.#row(id);
		if (!row) return undefined;
		const known = toEntry(row);
		const { muted, pinned, archived } = { ...known, ...change };
		if (muted !== known.muted || archived !== known.archived)
			this.#sql.exec("UPDATE conversations SET muted = ?, archived = ? WHERE id = ?", Number(muted), Number(archived), id);
		// On its own, since it also writes an index.
		if (pinned !== known.pinned) this.#sql.exec("UPDATE conversations SET pinned = ? WHERE id = ?", Number(pinned), id);
		return { ...known, muted, pinned, archived };
	}

	/** Newest activity first. `only`: no conversations but these. */
	page({ at, id }: Place, limit: number, only?: readonly string[]): Page {
		const order = "ORDER BY last_activity_at DESC, id DESC LIMIT ?";
		const place = "WHERE (last_activity_at, id) < (?, ?)";
		if (!only) return pageOf(this.#rows(`${place} ${order}`, at, id, limit + 1), limit);
		const among = "AND id IN (SELECT value FROM json_each(?))";
		return pageOf(this.#rows(`${place} ${among} ${order}`, at, id, JSON.stringify(only), limit + 1), limit);
	}

	/** Pinned entries first, then newest activity. */
	firstPage(limit: number): Page {
		const pinned = this.#rows("WHERE pinned = 1 ORDER BY last_activity_at DESC, id DESC LIMIT ?", limit + 1);
		// `+` makes SQLite walk the index by activity. It skips no more rows than there are pinned ones.
		const others = this.#rows("WHERE +pinned = 0 ORDER BY last_activity_at DESC, id DESC LIMIT ?", limit + 1 - pinned.length);
		return pageOf([...pinned, ...others], limit);
	}

	/** The ids of the list. */
	conversationIds(): string[] {
		return this.#ids("SELECT id FROM conversations");
	}

	/** The ids of every conversation that the person is or was in. The release before adds to the list alone. */
	enteredIds(): string[] {
		return this.#ids("SELECT id FROM entered UNION SELECT id FROM conversations");
	}

	#ids(query: string): string[] {
		if (!this.#isWritten) return [];
		return this.#sql
			.exec<{ id: string }>(query)
			.toArray()
			.map(({ id }) => id);
	}

	#row(id: string): Row | undefined {
		return this.#rows("WHERE id = ?", id)[0];
	}

	#rows(where: string, ...values: SqlStorageValue[]): Row[] {
		return this.#isWritten ? this.#sql.exec<Row>(`SELECT * FROM conversations ${where}`, ...values).toArray() : [];
	}

	// Settings

	get settings(): PersonalSettings {
		if (!this.#isWritten) return {};
		const row = this.#sql.exec<{ value: string }>("SELECT value FROM settings").toArray()[0];
		return row ? (JSON.parse(row.value) as PersonalSettings) : {};
	}

	/** Merges a change; `null` removes a setting. Returns all settings, or `undefined` if there would be too many. */
	changeSettings(change: SettingsChange): PersonalSettings | undefined {
		const merged = Object.entries({ ...this.settings, ...change });
		const settings = Object.fromEntries(merged.filter((entry): entry is [string, PersonalSettings[string]] => entry[1] !== null));
		if (Object.keys(settings).length > limits.settings) return undefined;
		this.#createTables();
		this.#sql.exec(
			"INSERT INTO settings (one, value) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET value = excluded.value",
			JSON.stringify(settings),
		);
		return settings;
	}

	// Deletion

	/** Deletes everything but the sign-out. */
	clear(): void {
		if (!this.#isWritten) return;
		for (const table of ["conversations", "entered", "settings"]) this.#sql.exec(`DELETE FROM ${table}`);
	}

	/** True if there are neither conversations, also former ones, nor settings. */
	get isEmpty(): boolean {
		if (!this.#isWritten) return true;
		const query = "SELECT 1 FROM conversations UNION ALL SELECT 1 FROM entered UNION ALL SELECT 1 FROM settings LIMIT 1";
		return this.#sql.exec(query).toArray().length === 0;
	}

	/** The tables exist. */
	get isWritten(): boolean {
		return this.#isWritten;
	}

	/** In ms. Nothing was stored of the person before, except by releases that did not note the time. */
	get knownSince(): number | undefined {
		return this.#isWritten ? this.#sql.exec<{ at: number }>("SELECT at FROM known_since").toArray()[0]?.at : undefined;
	}

	/** To be called when all tables were deleted. */
	reset(): void {
		this.#isWritten = false;
	}

	// Signing out

	signOut(now: number): void {
		this.#createTables();
		this.#sql.exec("INSERT INTO signed_out (one, at) VALUES (1, ?) ON CONFLICT (one) DO NOTHING", now);
		// Nobody waits for the end of their sessions any more.
		this.#sql.exec("DELETE FROM known_since");
	}

	get isSignedOut(): boolean {
		return this.#isWritten && this.#sql.exec("SELECT 1 FROM signed_out").toArray().length > 0;
	}
}

/** If the revisions are equal, the summary that has read less is older: reading only advances, unless `marks` has grown. */
function isOlder({ revision, marks = 0, readUpTo }: ListSummary, known: Row): boolean {
	if (revision !== known.revision) return revision < known.revision;
	return marks !== known.marks ? marks < known.marks : readUpTo < known.read_up_to;
}

/** A new message unarchives a conversation, unless it is muted. */
function isUnarchived({ lastMessage }: ListSummary, known: Row): boolean {
	const knownSeq = known.last_message === null ? 0 : (JSON.parse(known.last_message) as { seq: number }).seq;
	return known.muted === 0 && (lastMessage?.seq ?? 0) > knownSeq;
}

function toRow(summary: ListSummary, known: Row | undefined): Row {
	return {
		id: summary.id,
		title: summary.title,
		assistant: summary.assistant,
		created_at: summary.createdAt,
		role: summary.role,
		last_activity_at: Date.parse(summary.lastActivityAt),
		last_message: summary.lastMessage ? JSON.stringify(summary.lastMessage) : null,
		unread: summary.unread,
		mentions: summary.mentions,
		read_up_to: summary.readUpTo,
		revision: summary.revision,
		muted: known?.muted ?? 0,
		pinned: known?.pinned ?? 0,
		archived: known && !isUnarchived(summary, known) ? known.archived : 0,
		marks: summary.marks ?? 0,
	};
}

function toEntry(row: Row): ListEntry {
	return {
		id: row.id,
		title: row.title,
		createdAt: row.created_at,
		assistant: row.assistant,
		role: row.role,
		lastActivityAt: new Date(row.last_activity_at).toISOString(),
		...lastMessageOf(row),
		unread: row.unread,
		mentions: row.mentions,
		readUpTo: row.read_up_to,
		muted: row.muted === 1,
		pinned: row.pinned === 1,
		archived: row.archived === 1,
	};
}

function lastMessageOf({ last_message }: Row): Pick<ListEntry, "lastMessage"> {
	if (last_message === null) return {};
	const { author, ...rest } = JSON.parse(last_message) as NonNullable<ListEntry["lastMessage"]>;
	return { lastMessage: { ...rest, author: { ...author, username: nameOfAuthor(author) } } };
}

function pageOf(rows: Row[], limit: number): Page {
	return { conversations: rows.slice(0, limit).map(toEntry), hasMore: rows.length > limit };
}
