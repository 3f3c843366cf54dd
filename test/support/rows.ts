// What a conversation's object has stored, all of it.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** Table by table, by name. */
export function rowsOf(conversationId: string): Promise<[table: string, rows: Record<string, SqlStorageValue>[]][]> {
	return runInDurableObject(env.CONVERSATIONS.getByName(conversationId), (_object, { storage }) => {
		const tables = storage.sql
			.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_cf_%'")
			.toArray();
		return tables.map(({ name }) => [name, storage.sql.exec(`SELECT * FROM ${name}`).toArray()]);
	});
}

/** Counts the rows that all statements read and write from now on, whatever object they are of. */
export async function countRows(): Promise<{ total(): { read: number; written: number }; reset(): void }> {
	let cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
	// Every object's storage has the same prototype; any object lends it.
	await runInDurableObject(env.USERS.getByName("somebody"), (_object, { storage }) => {
		const statements: SqlStorage = Object.getPrototypeOf(storage.sql);
		const { exec } = statements;
		statements.exec = function (this: SqlStorage, ...query: Parameters<typeof exec>) {
			const cursor = exec.apply(this, query);
			cursors.push(cursor);
			return cursor;
		} as typeof exec;
	});
	const sum = (count: "rowsRead" | "rowsWritten") => cursors.reduce((total, cursor) => total + cursor[count], 0);
	return {
		// Cursors go on counting while they are read.
		total: () => ({ read: sum("rowsRead"), written: sum("rowsWritten") }),
		reset: () => {
			cursors = [];
		},
	};
}
