// One person's list, settings and sign-out: every SQL statement on them. All calls are synchronous. Nothing is written for a
// person who was only asked for.

import { hasTables, migrateWhole } from "../platform/migrate.ts";
import type { ListEntry, ListEntryChange, ListSummary } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import type { PersonalSettings, SettingsChange } from "../protocol/me.ts";
import { deliveredColumns, isOlder, type Row, toEntry, toRow } from "./list-row.ts";
import { adoptFirstTable, migrations } from "./migrations.ts";

/** A page holds conversations before this one: its last activity, in ms, and its id. */
export type Place = { at: number; id: string };
/** Before every conversation of a list, since it is after every date. */
export const newest: Place = { at: Number.MAX_SAFE_INTEGER, id: "" };
type Storage = Pick<DurableObjectStorage, "sql" | "transactionSync">;
export type Page = { conversations: ListEntry[]; hasMore: boolean };

export class Store {
	readonly #storage: Storage;
	readonly #sql: SqlStorage;
	#isWritten: boolean;

	constructor(storage: Storage) {
		this.#storage = storage;
		this.#sql = storage.sql;
		this.#isWritten = hasTables(storage.sql) || storage.transactionSync(() => adoptFirstTable(storage.sql));
		if (this.#isWritten) migrateWhole(storage, migrations);
	}

	#createTables(): void {
		if (!this.#isWritten) migrateWhole(this.#storage, migrations);
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

	entry(id: string): ListEntry | undefined {
		const row = this.#row(id);
		return row && toEntry(row);
	}

	/** Stores what the person decides about an entry. `undefined` if there is no such entry. */
	changeEntry(id: string, change: ListEntryChange): ListEntry | undefined {
		const known = this.entry(id);
		if (!known) return undefined;
		const { muted, pinned, archived } = { ...known, ...change };
		if (muted !== known.muted || archived !== known.archived)
			this.#sql.exec("UPDATE conversations SET muted = ?, archived = ? WHERE id = ?", Number(muted), Number(archived), id);
		// On its own, since it also writes an index.
		if (pinned !== known.pinned) this.#sql.exec("UPDATE conversations SET pinned = ? WHERE id = ?", Number(pinned), id);
		const { notifications } = change;
		if (notifications !== undefined) this.#sql.exec("UPDATE conversations SET notifications = ? WHERE id = ?", notifications, id);
		return this.entry(id);
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

	/** The next one of these ids, in their order. */
	enteredAfter(id: string): string | undefined {
		return this.#ids("SELECT id FROM (SELECT id FROM entered UNION SELECT id FROM conversations) WHERE id > ? ORDER BY id LIMIT 1", id)[0];
	}

	#ids(query: string, ...values: SqlStorageValue[]): string[] {
		if (!this.#isWritten) return [];
		return this.#sql
			.exec<{ id: string }>(query, ...values)
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

	/** `keeps`: a conversation in which nobody is left after it is not deleted. */
	signOut(now: number, keeps = false): void {
		const wasWritten = this.#isWritten;
		this.#createTables();
		// In a step that is not stored, the tables are gone again.
		this.#isWritten = wasWritten;
		this.#sql.exec("INSERT INTO signed_out (one, at, keeps) VALUES (1, ?, ?) ON CONFLICT (one) DO NOTHING", now, Number(keeps));
		this.#isWritten = true;
		// Nobody waits for the end of their sessions any more.
		this.#sql.exec("DELETE FROM known_since");
	}

	get keepsConversations(): boolean {
		return this.#isWritten && this.#sql.exec("SELECT 1 FROM signed_out WHERE keeps = 1").toArray().length > 0;
	}

	get isSignedOut(): boolean {
		return this.#isWritten && this.#sql.exec("SELECT 1 FROM signed_out").toArray().length > 0;
	}
}

function pageOf(rows: Row[], limit: number): Page {
	return { conversations: rows.slice(0, limit).map(toEntry), hasMore: rows.length > limit };
}
