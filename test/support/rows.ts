// Reads and counts the rows of a conversation's object, except those about notified lists: deliveries change them in the background.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** Returns all tables with their rows. */
export function rowsOf(conversationId: string): Promise<[table: string, rows: Record<string, SqlStorageValue>[]][]> {
	return runInDurableObject(env.CONVERSATIONS.getByName(conversationId), (_object, { storage }) => {
		const tables = storage.sql
			.exec<{ name: string }>(
				"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_cf_%' AND name NOT IN ('lists', 'jobs')",
			)
			.toArray();
		return tables.map(({ name }) => [name, storage.sql.exec(`SELECT * FROM ${name}`).toArray()]);
	});
}

type Counted = Pick<SqlStorageCursor<Record<string, SqlStorageValue>>, "rowsRead" | "rowsWritten">;

/**
 * Counts the rows that statements read and write from now on. Returns a function that gives the counts of one
 * conversation, or of another object, since its last call.
 */
export async function countRows(): Promise<(of: string | DurableObjectStub<undefined>) => Promise<{ read: number; written: number }>> {
	let seen: { sql: SqlStorage; cursor: Counted }[] = [];
	// The storage of every object has the same prototype, so patching it through any object counts for all.
	await runInDurableObject(env.USERS.getByName("somebody"), (_object, { storage }) => {
		const statements: SqlStorage = Object.getPrototypeOf(storage.sql);
		const { exec } = statements;
		statements.exec = function (this: SqlStorage, ...query: Parameters<typeof exec>) {
			const cursor = exec.apply(this, query);
			seen.push({ sql: this, cursor });
			return cursor;
		} as typeof exec;
	});
	return (of) =>
		runInDurableObject(
			typeof of === "string" ? (env.CONVERSATIONS.getByName(of) as DurableObjectStub<undefined>) : of,
			(_object, { storage }) => {
				const own = seen.filter(({ sql }) => sql === storage.sql);
				seen = seen.filter(({ sql }) => sql !== storage.sql);
				// A cursor's counts grow while it is read, so they are summed up only here.
				const sum = (count: keyof Counted) => own.reduce((total, { cursor }) => total + cursor[count], 0);
				return { read: sum("rowsRead"), written: sum("rowsWritten") };
			},
		);
}
