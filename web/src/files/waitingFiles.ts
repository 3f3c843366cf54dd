// The database of files that wait to be uploaded. It belongs to one person at a time, as the outbox does.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

interface Schema extends DBSchema {
	/** What one tab holds, without bytes. */
	left: { key: [userId: string, conversationId: string, tab: string]; value: { tab: string; left: unknown } };
	bytes: { key: [userId: string, conversationId: string, key: string]; value: Blob };
}

export type WaitingFiles = IDBPDatabase<Schema>;

/** Fails where the browser forbids databases. */
export async function openWaitingFiles(): Promise<WaitingFiles> {
	return openDB<Schema>("files", 1, {
		upgrade: (database) => {
			database.createObjectStore("left");
			database.createObjectStore("bytes");
		},
		// A newer version of the page wants to upgrade the database, and would wait for this one.
		blocking: (_version, _wanted, { target }) => (target as IDBDatabase).close(),
	});
}

/** Deletes the files of everybody but this person; `null`: of everybody. */
export async function clearWaitingFiles(keptUserId: string | null): Promise<void> {
	try {
		const database = await openWaitingFiles();
		for (const name of ["left", "bytes"] as const) {
			if (keptUserId === null) await database.clear(name);
			else {
				await database.delete(name, IDBKeyRange.upperBound([keptUserId], true));
				await database.delete(name, IDBKeyRange.lowerBound([keptUserId, []], true));
			}
		}
		database.close();
	} catch {
		// Without a disk there is nothing to delete.
	}
}
