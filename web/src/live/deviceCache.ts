// What one person saw last on this device, on disk for a visit without a network: their name, their list, their last conversations.
// Must never hold a token. It belongs to one person at a time, and ignores late writes by another person's tab. Without a disk it stays empty.

import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import * as v from "valibot";
import { type ListEntry, listEntrySchema } from "../../../src/protocol/conversation.ts";
import type { CachedConversation } from "./cachedConversation.ts";

export type Owner = { id: string; name: string };

/** Promises never reject: a failed read is `undefined`, a failed write is ignored. */
export type DeviceCache = {
	readonly userId: string;
	readList(): Promise<readonly ListEntry[] | undefined>;
	/** Also deletes cached conversations that are not in the list. */
	writeList(list: readonly ListEntry[]): Promise<void>;
	/** To be parsed: an older version of the page may have written it. */
	readConversation(conversationId: string): Promise<unknown>;
	writeConversation(conversationId: string, conversation: CachedConversation, now: number): Promise<void>;
	deleteConversation(conversationId: string): Promise<void>;
};

interface Schema extends DBSchema {
	owner: { key: "owner"; value: Owner };
	list: { key: "list"; value: readonly ListEntry[] };
	conversations: { key: string; value: { kept: unknown; at: number }; indexes: { at: number } };
}

const stores: ("owner" | "list" | "conversations")[] = ["owner", "list", "conversations"];

/** The conversations visited last, and the first entries of the list. */
const max = { conversations: 20, listed: 100 };

export function deviceCacheOf(userId: string): DeviceCache {
	/** Runs in one transaction, and only if the cache belongs to this person. */
	const withOwnData = <T>(mode: "readonly" | "readwrite", ask: (transaction: Transaction) => Promise<T>) =>
		withDatabase(async (database) => {
			const transaction: Transaction = database.transaction(stores, mode as "readwrite");
			const owner = await transaction.objectStore("owner").get("owner");
			const answer = owner?.id === userId ? await ask(transaction) : undefined;
			await transaction.done;
			return answer;
		});
	return {
		userId,
		readList: async () => {
			const list = v.safeParse(
				v.array(listEntrySchema),
				await withOwnData("readonly", (transaction) => transaction.objectStore("list").get("list")),
			);
			return list.success ? list.output : undefined;
		},
		writeList: (list) =>
			withOwnData("readwrite", async (transaction) => {
				const conversations = transaction.objectStore("conversations");
				const known = new Set(list.map(({ id }) => id));
				await transaction.objectStore("list").put(list.slice(0, max.listed), "list");
				for (const id of await conversations.getAllKeys()) if (!known.has(id)) await conversations.delete(id);
			}),
		readConversation: async (conversationId) => {
			const row = await withOwnData("readonly", (transaction) => transaction.objectStore("conversations").get(conversationId));
			return row?.kept;
		},
		writeConversation: (conversationId, conversation, at) =>
			withOwnData("readwrite", async (transaction) => {
				const conversations = transaction.objectStore("conversations");
				await conversations.put({ kept: conversation, at }, conversationId);
				const oldestFirst = await conversations.index("at").getAllKeys();
				for (const id of oldestFirst.slice(0, -max.conversations)) await conversations.delete(id);
			}),
		deleteConversation: (conversationId) =>
			withOwnData("readwrite", (transaction) => transaction.objectStore("conversations").delete(conversationId)),
	};
}

export function deviceCacheOwner(): Promise<Owner | undefined> {
	return withDatabase((database) => database.get("owner", "owner"));
}

/** Deletes everything that belonged to somebody else. */
export async function setDeviceCacheOwner(owner: Owner): Promise<void> {
	await withDatabase(async (database) => {
		const transaction = database.transaction(stores, "readwrite");
		const former = await transaction.objectStore("owner").get("owner");
		if (former?.id !== owner.id) for (const name of stores) await transaction.objectStore(name).clear();
		await transaction.objectStore("owner").put(owner, "owner");
		await transaction.done;
	});
}

export async function clearDeviceCache(): Promise<void> {
	await withDatabase(async (database) => {
		const transaction = database.transaction(stores, "readwrite");
		await Promise.all([...stores.map((name) => transaction.objectStore(name).clear()), transaction.done]);
	});
}

type Transaction = IDBPTransaction<Schema, typeof stores, "readwrite">;

/** Fails silently, as on a full or forbidden disk: the cache is then empty. */
async function withDatabase<T>(ask: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
	let database: IDBPDatabase<Schema> | undefined;
	try {
		database = await openDB<Schema>("kept", 1, {
			upgrade: (database) => {
				database.createObjectStore("owner");
				database.createObjectStore("list");
				database.createObjectStore("conversations").createIndex("at", "at");
			},
		});
		return await ask(database);
	} catch {
		return undefined;
	} finally {
		database?.close();
	}
}
