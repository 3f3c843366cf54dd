// The table of a conversation's files. The bytes are elsewhere; SQL of theirs is in rows.ts. All calls are synchronous.

import { hasTables, type Migration, migrateWhole } from "../platform/migrate.ts";
import type { MessageFile } from "../protocol/files/file.ts";
import { partsTable } from "./rows.ts";

/** Append-only, and never edited once released. */
export const migrations: readonly Migration[] = [
	`
	CREATE TABLE files (
		id TEXT PRIMARY KEY,
		-- As on the wire, in JSON. NULL until all bytes have come.
		file TEXT,
		-- Type and size of its thumbnail, in JSON.
		thumbnail TEXT,
		size INTEGER NOT NULL,
		-- The bytes are in rows, or in the bucket.
		place TEXT NOT NULL,
		added_at INTEGER NOT NULL,
		-- 1: a message names it, as the conversation has said.
		is_named INTEGER NOT NULL DEFAULT 0
	) STRICT, WITHOUT ROWID;
	${partsTable}
	`,
];

export type Place = "rows" | "bucket";
export type Thumbnail = { type: string; size: number };
export type StoredFile = { file: MessageFile; thumbnail?: Thumbnail | undefined; place: Place };

type Storage = Pick<DurableObjectStorage, "sql" | "transactionSync">;
type FileRow = { file: string; thumbnail: string | null; place: Place };

export class FileTable {
	readonly #storage: Storage;
	readonly #sql: SqlStorage;
	#exists: boolean;

	constructor(storage: Storage) {
		this.#storage = storage;
		this.#sql = storage.sql;
		this.#exists = hasTables(storage.sql);
		if (this.#exists) migrateWhole(storage, migrations);
	}

	/** Nothing is written for a conversation that was only asked for files. */
	create(): void {
		if (!this.#exists) migrateWhole(this.#storage, migrations);
		this.#exists = true;
	}

	/** The storage was emptied. */
	gone(): void {
		this.#exists = false;
	}

	get exists(): boolean {
		return this.#exists;
	}

	/** Reserves room for a file that begins to come. `size`: the most that it may have. */
	begin(id: string, size: number, place: Place, now: number): void {
		this.#sql.exec("INSERT INTO files (id, size, place, added_at) VALUES (?, ?, ?, ?)", id, size, place, now);
	}

	/** All bytes have come. False if it was deleted meanwhile. */
	finish(file: MessageFile): boolean {
		const statement = "UPDATE files SET file = ?, size = ? WHERE id = ? RETURNING id";
		return this.#sql.exec(statement, JSON.stringify(file), file.size, file.id).toArray().length > 0;
	}

	/** Changes what is known about a whole file. */
	change({ file, thumbnail }: Omit<StoredFile, "place">): MessageFile {
		const statement = "UPDATE files SET file = ?, thumbnail = ? WHERE id = ?";
		this.#sql.exec(statement, JSON.stringify(file), thumbnail ? JSON.stringify(thumbnail) : null, file.id);
		return file;
	}

	find(id: string): StoredFile | undefined {
		if (!this.#exists) return undefined;
		const statement = "SELECT file, thumbnail, place FROM files WHERE id = ? AND file IS NOT NULL";
		const [row] = this.#sql.exec<FileRow>(statement, id).toArray();
		if (!row) return undefined;
		const thumbnail = row.thumbnail !== null && { thumbnail: JSON.parse(row.thumbnail) as Thumbnail };
		return { file: JSON.parse(row.file) as MessageFile, ...thumbnail, place: row.place };
	}

	has(id: string): boolean {
		return this.#exists && this.#sql.exec("SELECT 1 FROM files WHERE id = ?", id).toArray().length > 0;
	}

	/** The number of files and their bytes, with those that are on their way and with thumbnails. */
	get used(): { files: number; bytes: number } {
		if (!this.#exists) return { files: 0, bytes: 0 };
		const bytes = "IFNULL(SUM(size + IFNULL(json_extract(thumbnail, '$.size'), 0)), 0)";
		return this.#sql.exec<{ files: number; bytes: number }>(`SELECT COUNT(*) AS files, ${bytes} AS bytes FROM files`).one();
	}

	/** The places of these files, whole or not. */
	placesOf(ids: readonly string[]): { id: string; place: Place }[] {
		if (!this.#exists) return [];
		const statement = "SELECT id, place FROM files WHERE id IN (SELECT value FROM json_each(?))";
		return this.#sql.exec<{ id: string; place: Place }>(statement, JSON.stringify(ids)).toArray();
	}

	get ids(): string[] {
		return this.#exists
			? this.#sql
					.exec<{ id: string }>("SELECT id FROM files")
					.toArray()
					.map(({ id }) => id)
			: [];
	}

	remove(ids: readonly string[]): void {
		if (this.#exists) this.#sql.exec("DELETE FROM files WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
	}

	/** Files that have not become whole. */
	unfinished(place: Place): string[] {
		return this.#exists
			? this.#sql
					.exec<{ id: string }>("SELECT id FROM files WHERE file IS NULL AND place = ?", place)
					.toArray()
					.map(({ id }) => id)
			: [];
	}

	/** Forgets the files in rows that are not whole, and returns their ids. */
	takeBroken(): string[] {
		const broken = this.unfinished("rows");
		this.remove(broken);
		return broken;
	}

	/** Whole files of which it is not known that a message names them, and that are older than a time. */
	unnamedBefore(time: number): string[] {
		if (!this.#exists) return [];
		const statement = "SELECT id FROM files WHERE file IS NOT NULL AND is_named = 0 AND added_at <= ? LIMIT 1000";
		return this.#sql
			.exec<{ id: string }>(statement, time)
			.toArray()
			.map(({ id }) => id);
	}

	/** When the oldest file came that is not whole or not known to be named, in ms. */
	get oldestOpen(): number | undefined {
		if (!this.#exists) return undefined;
		const statement = "SELECT MIN(added_at) AS at FROM files WHERE is_named = 0";
		return this.#sql.exec<{ at: number | null }>(statement).one().at ?? undefined;
	}

	markNamed(ids: readonly string[]): void {
		this.#sql.exec("UPDATE files SET is_named = 1 WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
	}
}
