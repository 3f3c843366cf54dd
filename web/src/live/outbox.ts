// Unacknowledged messages of a person in a conversation: on disk, shown in all their tabs, sent by one tab at a time.
// Uses the browser's database, channels and locks, and must not depend on connections. Without a disk, messages live as long as the page.

import { type DBSchema, type IDBPObjectStore, openDB } from "idb";
import type { OutgoingMessage } from "./outgoing.ts";

export type OutboxListener = {
	/** Called once: the saved messages, in the order in which they were written. */
	restored(outgoing: readonly OutgoingMessage[]): void;
	/** Another tab saved a message, or a new state of it. */
	saved(outgoing: OutgoingMessage): void;
	/** Another tab deleted a message. */
	discarded(clientId: string): void;
	/** This tab became the one that sends, or stopped being it. */
	turnChanged(isOurs: boolean): void;
};

export interface Outbox {
	/** Saves a message in its present state; the other tabs show it too. */
	save(outgoing: OutgoingMessage): void;
	/** True once the message is on disk. */
	isSaved(clientId: string): boolean;
	/** Deletes a message that the server has stored. The other tabs learn that from the server. */
	remove(outgoing: OutgoingMessage): void;
	/** Deletes a message in every tab. */
	discard(outgoing: OutgoingMessage): void;
	/** Queues for being the tab that sends. `isFirst`: takes over from the tab whose turn it is. */
	requestTurn(isFirst: boolean): void;
	releaseTurn(): void;
	/** Calls no listener any more. */
	close(): void;
}

/** The token says whose outbox it is. Listeners are never called before this has returned. */
export type OpenOutbox = (token: string | null, listener: OutboxListener) => Outbox;

type Rows = IDBPObjectStore<Schema, ["outgoing"], "outgoing", "readwrite">;

/** Posted to the other tabs, which may run an older page: the words must stay. */
type Change = { type: "kept"; outgoing: OutgoingMessage } | { type: "discarded"; clientId: string };

/** Rows are ordered as the messages were written. */
interface Schema extends DBSchema {
	outgoing: {
		key: [userId: string, conversationId: string, saidAt: number, clientId: string];
		value: { userId: string; conversationId: string; outgoing: OutgoingMessage };
	};
}

/** Without `locks`, as on a page without HTTPS, every tab sends: the `clientId` makes that harmless. */
export function openOutbox(conversationId: string, userId: string, listener: OutboxListener, locks: LockManager | undefined): Outbox {
	const name = JSON.stringify(["outbox", userId, conversationId]);
	const keyOf = ({ saidAt, clientId }: OutgoingMessage): Schema["outgoing"]["key"] => [userId, conversationId, saidAt, clientId];

	// The channel opens before the disk is read, and posts after it was written: a message missing from the one comes by the other.
	const channel = new BroadcastChannel(name);
	channel.onmessage = ({ data }: MessageEvent<Change>) => {
		if (data.type === "kept") listener.saved(data.outgoing);
		if (data.type === "discarded") listener.discarded(data.clientId);
	};
	const database = openDatabase();
	const turns = turnsFor(name, locks, listener.turnChanged);

	/** Not written to disk yet, or refused by it. */
	const unsaved = new Set<string>();
	let isOpen = true;
	const everything = () => IDBKeyRange.bound([userId, conversationId], [userId, conversationId, []]);
	database
		.then((database) => database.getAll("outgoing", everything()))
		.catch(() => [])
		.then((saved) => isOpen && listener.restored(saved.map(({ outgoing }) => outgoing)));

	let done: Promise<unknown> = database;
	/** A write that fails, as on a full or forbidden disk, is ignored: the message then lives as long as the page. */
	const write = (clientId: string, ask: (rows: Rows) => Promise<unknown>, change?: Change) => {
		unsaved.add(clientId);
		const written = database
			.then((database) => {
				const transaction = database.transaction("outgoing", "readwrite");
				const asked = ask(transaction.store);
				// The browser would commit after its answer, and the tab may be closed by then.
				transaction.commit();
				return Promise.all([asked, transaction.done]);
			})
			.then(() => unsaved.delete(clientId))
			.catch(() => {})
			.then(() => change && channel.postMessage(change));
		done = Promise.allSettled([done, written]);
	};
	return {
		save: (outgoing) => {
			// A message in flight is waiting for whoever restores it.
			const saved: OutgoingMessage = outgoing.state.type === "failed" ? outgoing : { ...outgoing, state: { type: "waiting" } };
			write(saved.clientId, (rows) => rows.put({ userId, conversationId, outgoing: saved }), { type: "kept", outgoing: saved });
		},
		isSaved: (clientId) => !unsaved.has(clientId),
		remove: (outgoing) => write(outgoing.clientId, (rows) => rows.delete(keyOf(outgoing))),
		discard: (outgoing) => {
			const { clientId } = outgoing;
			write(clientId, (rows) => rows.delete(keyOf(outgoing)), { type: "discarded", clientId });
		},
		...turns,
		close: () => {
			isOpen = false;
			channel.onmessage = null;
			turns.releaseTurn();
			void Promise.allSettled([done]).then(() => channel.close());
			// Requests made before are completed.
			database.then((database) => database.close()).catch(() => {});
		},
	};
}

/** Deletes the unsent messages of everybody but this person; `null`: of everybody. */
export async function clearOutbox(keptUserId: string | null): Promise<void> {
	try {
		const database = await openDatabase();
		if (keptUserId === null) await database.clear("outgoing");
		else {
			await database.delete("outgoing", IDBKeyRange.upperBound([keptUserId], true));
			await database.delete("outgoing", IDBKeyRange.lowerBound([keptUserId, []], true));
		}
		database.close();
	} catch {
		// Without a disk there is nothing to delete.
	}
}

/** Fails where the browser forbids databases. */
async function openDatabase() {
	return openDB<Schema>("outbox", 1, {
		upgrade: (database) => {
			const keyPath = ["userId", "conversationId", "outgoing.saidAt", "outgoing.clientId"];
			database.createObjectStore("outgoing", { keyPath });
		},
		// A newer version of the page wants to upgrade the database, and would wait for this one.
		blocking: (_version, _wanted, { target }) => (target as IDBDatabase).close(),
	});
}

/** Tabs queue for a lock; its holder sends, until it releases the lock or its tab is closed. */
function turnsFor(
	name: string,
	locks: LockManager | undefined,
	turnChanged: OutboxListener["turnChanged"],
): Pick<Outbox, "requestTurn" | "releaseTurn"> {
	let releaseTurn = () => {};
	const requestTurn = (isFirst: boolean) => {
		releaseTurn();
		if (!locks) return turnChanged(true);
		const leaving = new AbortController();
		const { signal } = leaving;
		releaseTurn = () => leaving.abort();
		const hold = () =>
			new Promise<void>((release) => {
				if (signal.aborted) return release();
				signal.addEventListener("abort", () => release());
				turnChanged(true);
			});
		locks.request(name, isFirst ? { steal: true } : { signal }, hold).catch((error) => {
			if (signal.aborted) return;
			// Locks may be forbidden, as the disk may be.
			if ((error as Error).name !== "AbortError") return turnChanged(true);
			// Another tab took over.
			turnChanged(false);
			requestTurn(false);
		});
	};
	return { requestTurn, releaseTurn: () => releaseTurn() };
}

/** The `sub` of a token, to tell people apart on this device. It is not verified, so it must not grant anything. */
export function userIdOf(token: string): string {
	const payload = token.split(".")[1] ?? "";
	const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
	return String((JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown }).sub);
}
