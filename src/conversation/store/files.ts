// The files of a conversation, as its messages name them. Their bytes are in another object.

import type { MessageFile } from "../../protocol/files/file.ts";

/** For the migrations of a conversation. It is released: never edit it. */
export const filesTable = `
	CREATE TABLE files (
		id TEXT PRIMARY KEY,
		-- Whoever uploaded it.
		user_id TEXT NOT NULL,
		added_at INTEGER NOT NULL,
		-- The place of the message that names it; NULL until one does.
		seq INTEGER,
		-- As on the wire, in JSON.
		file TEXT NOT NULL
	) STRICT, WITHOUT ROWID;
	CREATE INDEX files_named ON files (seq) WHERE seq IS NOT NULL;

	-- The files of a message as on the wire, in JSON.
	ALTER TABLE messages ADD COLUMN files TEXT;
`;

/** For the migrations of a conversation. It is released: never edit it. */
export const unsentIndex = "CREATE INDEX files_unsent ON files (user_id) WHERE seq IS NULL;";

/** `seq`: the place of the message that names it. */
export type KnownFile = { file: MessageFile; userId: string; seq: number | null };

type FileRow = { file: string; user_id: string; seq: number | null };

export class Files {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** A file was uploaded; no message names it yet. */
	add(file: MessageFile, userId: string, now: number): MessageFile {
		const insert = "INSERT INTO files (id, user_id, added_at, file) VALUES (?, ?, ?, ?)";
		this.#sql.exec(insert, file.id, userId, now, JSON.stringify(file));
		return file;
	}

	find(id: string): KnownFile | undefined {
		return this.#all("WHERE id = ?", id)[0];
	}

	#all(where: string, ...values: SqlStorageValue[]): KnownFile[] {
		const rows = this.#sql.exec<FileRow>(`SELECT file, user_id, seq FROM files ${where}`, ...values).toArray();
		return rows.map(({ file, user_id, seq }) => ({ file: JSON.parse(file) as MessageFile, userId: user_id, seq }));
	}

	/** Changes what is known about a file. */
	change(file: MessageFile): MessageFile {
		this.#sql.exec("UPDATE files SET file = ? WHERE id = ?", JSON.stringify(file), file.id);
		return file;
	}

	/** The message at a place names these files from now on. An imported message names files that were never added. */
	name(files: readonly MessageFile[], seq: number, userId: string, now: number): void {
		this.#sql.exec(
			`INSERT INTO files (id, user_id, added_at, seq, file) SELECT value ->> 0, ?2, ?3, ?4, value ->> 1 FROM json_each(?1) WHERE true
			ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, file = excluded.file`,
			JSON.stringify(files.map((file) => [file.id, JSON.stringify(file)])),
			userId,
			now,
			seq,
		);
	}

	/** The files that messages after a place name, in their order. */
	after(seq: number, limit: number): { file: MessageFile; seq: number }[] {
		return this.#all("WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit).map(({ file, seq }) => ({ file, seq: seq ?? 0 }));
	}

	/** The files that messages before a place name, the last ones first. */
	before(seq: number, limit: number): { file: MessageFile; seq: number }[] {
		return this.#all("WHERE seq < ? ORDER BY seq DESC LIMIT ?", seq, limit).map(({ file, seq }) => ({ file, seq: seq ?? 0 }));
	}

	/**
	 * The files that messages name since the reply before a place, and from another place on; the last ones first. A reply without a word
	 * does not count: nobody was answered.
	 */
	sinceReply(seq: number, from: number, limit: number): MessageFile[] {
		const reply = `SELECT seq FROM messages WHERE seq < ?1 AND seq >= ?2 AND role = 'assistant' AND is_shared = 0
			AND (content <> '' OR deleted_at IS NOT NULL) ORDER BY seq DESC LIMIT 1`;
		const where = `WHERE seq < ?1 AND seq > ifnull((${reply}), ?2 - 1) ORDER BY seq DESC LIMIT ?3`;
		return this.#all(where, seq, from, limit).map(({ file }) => file);
	}

	/** The message at a place is gone, and so are its files. Returns their ids. */
	release(seq: number): string[] {
		return this.#ids("DELETE FROM files WHERE seq = ? RETURNING id", seq);
	}

	/** The number of a person's files that no message names yet. */
	countUnsent(userId: string): number {
		const statement = "SELECT COUNT(*) AS n FROM files WHERE user_id = ? AND seq IS NULL";
		return this.#sql.exec<{ n: number }>(statement, userId).one().n;
	}

	/** Forgets a person's files that no message names. Returns their ids. */
	releaseUnsent(userId: string): string[] {
		return this.#ids("DELETE FROM files WHERE user_id = ? AND seq IS NULL RETURNING id", userId);
	}

	remove(id: string): void {
		this.#sql.exec("DELETE FROM files WHERE id = ?", id);
	}

	/** Forgets those of these files that no message names, and returns the others. */
	keepNamed(ids: readonly string[]): string[] {
		const given = "id IN (SELECT value FROM json_each(?))";
		this.#sql.exec(`DELETE FROM files WHERE seq IS NULL AND ${given}`, JSON.stringify(ids));
		return this.#ids(`SELECT id FROM files WHERE ${given}`, JSON.stringify(ids));
	}

	/** False if there never was a file here. */
	get isUsed(): boolean {
		return this.#ids("SELECT id FROM files LIMIT 1").length > 0;
	}

	/** An import begins again. */
	clear(): void {
		this.#sql.exec("DELETE FROM files");
	}

	#ids(statement: string, ...values: SqlStorageValue[]): string[] {
		return this.#sql
			.exec<{ id: string }>(statement, ...values)
			.toArray()
			.map(({ id }) => id);
	}
}
