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
