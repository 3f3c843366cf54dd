// Where this device keeps what its person saw last, for a visit without a network: who they are, their list, their last conversations.
// Never a token. It is one person's at a time: what another one's tab writes late is not taken. Where there is no disk nothing is kept.

import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import * as v from "valibot";
import { type Listed, listedSchema } from "../../../src/protocol/conversation.ts";
import type { CachedConversation } from "./cachedConversation.ts";

export type Owner = { id: string; name: string };

/** The one of a person; every promise is kept, by nothing if need be. */
export type DeviceCache = {
	readonly userId: string;
	readList(): Promise<readonly Listed[] | undefined>;
	/** What is kept of conversations that are not in it goes. */
	writeList(list: readonly Listed[]): Promise<void>;
	/** What may be a `Kept`, or was one to a former page. */
	readConversation(conversationId: string): Promise<unknown>;
	writeConversation(conversationId: string, kept: CachedConversation, now: number): Promise<void>;
	deleteConversation(conversationId: string): Promise<void>;
};

interface Schema extends DBSchema {
	owner: { key: "owner"; value: Owner };
	list: { key: "list"; value: readonly Listed[] };
	conversations: { key: string; value: { kept: unknown; at: number }; indexes: { at: number } };
}

const stores: ("owner" | "list" | "conversations")[] = ["owner", "list", "conversations"];

/** Conversations that are kept: those one was in last. And how many the list tells of. */
const max = { conversations: 20, listed: 100 };

export function deviceCacheOf(userId: string): DeviceCache {
	/** In one piece, and only if it is this person's. */
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
			const list = v.safeParse(v.array(listedSchema), await withOwnData("readonly", (stored) => stored.objectStore("list").get("list")));
			return list.success ? list.output : undefined;
		},
		writeList: (list) =>
			withOwnData("readwrite", async (stored) => {
				const conversations = stored.objectStore("conversations");
				const known = new Set(list.map(({ id }) => id));
				await stored.objectStore("list").put(list.slice(0, max.listed), "list");
				for (const id of await conversations.getAllKeys()) if (!known.has(id)) await conversations.delete(id);
			}),
		readConversation: async (conversationId) => {
			const row = await withOwnData("readonly", (stored) => stored.objectStore("conversations").get(conversationId));
			return row?.kept;
		},
		writeConversation: (conversationId, kept, at) =>
			withOwnData("readwrite", async (stored) => {
				const conversations = stored.objectStore("conversations");
				await conversations.put({ kept, at }, conversationId);
				const oldestFirst = await conversations.index("at").getAllKeys();
				for (const id of oldestFirst.slice(0, -max.conversations)) await conversations.delete(id);
			}),
		deleteConversation: (conversationId) =>
			withOwnData("readwrite", (stored) => stored.objectStore("conversations").delete(conversationId)),
	};
}

/** Whose it is. */
export function deviceCacheOwner(): Promise<Owner | undefined> {
	return withDatabase((database) => database.get("owner", "owner"));
}

/** From now on it is theirs; what was another one's goes. */
export async function setDeviceCacheOwner(owner: Owner): Promise<void> {
	await withDatabase(async (database) => {
		const transaction = database.transaction(stores, "readwrite");
		const former = await transaction.objectStore("owner").get("owner");
		if (former?.id !== owner.id) for (const name of stores) await transaction.objectStore(name).clear();
		await transaction.objectStore("owner").put(owner, "owner");
		await transaction.done;
	});
}

/** Nobody's. */
export async function clearDeviceCache(): Promise<void> {
	await withDatabase(async (database) => {
		const transaction = database.transaction(stores, "readwrite");
		await Promise.all([...stores.map((name) => transaction.objectStore(name).clear()), transaction.done]);
	});
}

type Transaction = IDBPTransaction<Schema, typeof stores, "readwrite">;

/** What fails, on a disk that is forbidden, full or gone, is not there. */
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
