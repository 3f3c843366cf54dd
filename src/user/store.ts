// Every SQL statement on one person, by name: the conversations they are in, their settings, whether they have signed out. Rows in,
// the wire's values out. All calls are synchronous. Nothing is written for a person who was only asked for.

import { hasTables, migrate } from "../platform/migrate.ts";
import type { ListEntry, ListEntryChange, ListSummary } from "../protocol/conversation.ts";
import type { PersonalSettings } from "../protocol/me.ts";
import { migrations } from "./migrations.ts";

/** Before which conversation a page ends: that of the last activity at this time (ms), with this id. */
export type Place = { at: number; id: string };
/** After every time that a date can tell. */
export const end: Place = { at: Number.MAX_SAFE_INTEGER, id: "" };
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

/** The columns that change by what a conversation tells, but for the time of the last activity: its indexes are paid for. */
const told = [
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
		this.#isWritten = hasTables(sql);
		if (this.#isWritten) migrate(sql, migrations);
	}

	#begin(): void {
		if (!this.#isWritten) migrate(this.#sql, migrations);
		this.#isWritten = true;
	}

	// Conversations

	/** How a conversation stands now. What is older than what is known changes nothing. What it shows from now on, if that is something else than before. */
	remember(standing: ListSummary): ListEntry | undefined {
		this.#begin();
		const known = this.#row(standing.id);
		if (known && isOlder(standing, known)) return undefined;
		const next = toRow(standing, known);
		if (!known) this.#insert(next);
		else if (known.last_activity_at !== next.last_activity_at) this.#update(next, [...told, "last_activity_at"]);
		else if (told.some((column) => next[column] !== known[column])) this.#update(next, told);
		const isNews = !known || JSON.stringify({ ...next, revision: 0 }) !== JSON.stringify({ ...known, revision: 0 });
		return isNews ? toListed(next) : undefined;
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

	/** A conversation is no longer theirs; whether it was. */
	forget(id: string): boolean {
		if (!this.#row(id)) return false;
		this.#sql.exec("DELETE FROM conversations WHERE id = ?", id);
		return true;
	}

	/** What the person decides about one; `undefined` where it is not theirs. */
	change(id: string, change: ListEntryChange): ListEntry | undefined {
		const row = this.#row(id);
		if (!row) return undefined;
		const known = toListed(row);
		const { muted, pinned, archived } = { ...known, ...change };
		if (muted !== known.muted || archived !== known.archived)
			this.#sql.exec("UPDATE conversations SET muted = ?, archived = ? WHERE id = ?", Number(muted), Number(archived), id);
		// By itself, for an index goes with it.
		if (pinned !== known.pinned) this.#sql.exec("UPDATE conversations SET pinned = ? WHERE id = ?", Number(pinned), id);
		return { ...known, muted, pinned, archived };
	}

	/** Newest activity first. */
	page({ at, id }: Place, limit: number): Page {
		return pageOf(
			this.#rows("WHERE (last_activity_at, id) < (?, ?) ORDER BY last_activity_at DESC, id DESC LIMIT ?", at, id, limit + 1),
			limit,
		);
	}

	/** Pinned ones first, then newest activity. */
	first(limit: number): Page {
		const pinned = this.#rows("WHERE pinned = 1 ORDER BY last_activity_at DESC, id DESC LIMIT ?", limit + 1);
		// `+`: looked at in the order of activity. There are no more of them between than were found pinned.
		const others = this.#rows("WHERE +pinned = 0 ORDER BY last_activity_at DESC, id DESC LIMIT ?", limit + 1 - pinned.length);
		return pageOf([...pinned, ...others], limit);
	}

	/** Of all conversations. */
	ids(): string[] {
		if (!this.#isWritten) return [];
		return this.#sql
			.exec<{ id: string }>("SELECT id FROM conversations")
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

	keepSettings(settings: PersonalSettings): void {
		this.#begin();
		this.#sql.exec(
			"INSERT INTO settings (one, value) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET value = excluded.value",
			JSON.stringify(settings),
		);
	}

	// The end

	/** Conversations and settings; not that somebody has signed out. */
	forgetAll(): void {
		if (!this.#isWritten) return;
		this.#sql.exec("DELETE FROM conversations");
		this.#sql.exec("DELETE FROM settings");
	}

	/** Whether there are neither conversations nor settings. */
	get isEmpty(): boolean {
		if (!this.#isWritten) return true;
		return this.#sql.exec("SELECT 1 FROM conversations UNION ALL SELECT 1 FROM settings LIMIT 1").toArray().length === 0;
	}

	/** All tables are gone. */
	emptied(): void {
		this.#isWritten = false;
	}

	// Signing out

	signOut(now: number): void {
		this.#begin();
		this.#sql.exec("INSERT INTO signed_out (one, at) VALUES (1, ?) ON CONFLICT (one) DO NOTHING", now);
	}

	get isSignedOut(): boolean {
		return this.#isWritten && this.#sql.exec("SELECT 1 FROM signed_out").toArray().length > 0;
	}
}

/** Of two of one revision the one that has read less is the older: that only grows, but for what was marked unread. */
function isOlder({ revision, marks = 0, readUpTo }: ListSummary, known: Row): boolean {
	if (revision !== known.revision) return revision < known.revision;
	return marks !== known.marks ? marks < known.marks : readUpTo < known.read_up_to;
}

/** What was said brings an archived conversation back, unless it is muted. */
function isBroughtBack({ lastMessage }: ListSummary, known: Row): boolean {
	const knownSeq = known.last_message === null ? 0 : (JSON.parse(known.last_message) as { seq: number }).seq;
	return known.muted === 0 && (lastMessage?.seq ?? 0) > knownSeq;
}

function toRow(standing: ListSummary, known: Row | undefined): Row {
	return {
		id: standing.id,
		title: standing.title,
		assistant: standing.assistant,
		created_at: standing.createdAt,
		role: standing.role,
		last_activity_at: Date.parse(standing.lastActivityAt),
		last_message: standing.lastMessage ? JSON.stringify(standing.lastMessage) : null,
		unread: standing.unread,
		mentions: standing.mentions,
		read_up_to: standing.readUpTo,
		revision: standing.revision,
		muted: known?.muted ?? 0,
		pinned: known?.pinned ?? 0,
		archived: known && !isBroughtBack(standing, known) ? known.archived : 0,
		marks: standing.marks ?? 0,
	};
}

function toListed(row: Row): ListEntry {
	return {
		id: row.id,
		title: row.title,
		createdAt: row.created_at,
		assistant: row.assistant,
		role: row.role,
		lastActivityAt: new Date(row.last_activity_at).toISOString(),
		...(row.last_message !== null && { lastMessage: JSON.parse(row.last_message) as ListEntry["lastMessage"] }),
		unread: row.unread,
		mentions: row.mentions,
		readUpTo: row.read_up_to,
		muted: row.muted === 1,
		pinned: row.pinned === 1,
		archived: row.archived === 1,
	};
}

function pageOf(rows: Row[], limit: number): Page {
	return { conversations: rows.slice(0, limit).map(toListed), hasMore: rows.length > limit };
}
