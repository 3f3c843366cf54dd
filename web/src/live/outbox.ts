// What was said and is not acknowledged, by person and conversation: kept on disk, the same in every tab, sent by one tab at a time.
// Knows the browser's database, channels and locks; nothing of connections. Where there is no disk it lives as long as the page.

import { type DBSchema, type IDBPObjectStore, openDB } from "idb";
import type { OutgoingMessage } from "./transcript.ts";

export type OutboxListener = {
	/** Once, later: what is kept, in the order in which it was said. */
	restored(outgoing: readonly OutgoingMessage[]): void;
	/** Another tab keeps it from now on, or keeps it in this state. */
	saved(outgoing: OutgoingMessage): void;
	/** Deleted in another tab. */
	discarded(clientId: string): void;
	/** Whether this tab is the one that sends. */
	senderChanged(isOurs: boolean): void;
};

export interface Outbox {
	/** Keeps it in its present state; the other tabs show it too. */
	save(outgoing: OutgoingMessage): void;
	/** Whether it is on the disk by now. */
	isSaved(clientId: string): boolean;
	/** It is stored. The other tabs hear that from the server, with the message to show instead. */
	remove(outgoing: OutgoingMessage): void;
	/** Deletes it in every tab. */
	discard(outgoing: OutgoingMessage): void;
	/** Stands in line for sending; `isFirst`: before the others, and instead of the one whose turn it is. */
	requestTurn(isFirst: boolean): void;
	releaseTurn(): void;
	/** Ends it from here, quietly. */
	close(): void;
}

/** Whose it is, the token says, if there is one. Listeners are called later, never before this has returned. */
export type OpenOutbox = (token: string | null, listener: OutboxListener) => Outbox;

type Rows = IDBPObjectStore<Schema, ["outgoing"], "outgoing", "readwrite">;

type Change = { type: "kept"; outgoing: OutgoingMessage } | { type: "discarded"; clientId: string };

/** The key's order is that of saying. */
interface Schema extends DBSchema {
	outgoing: {
		key: [userId: string, conversationId: string, saidAt: number, clientId: string];
		value: { userId: string; conversationId: string; outgoing: OutgoingMessage };
	};
}

/** A person's outbox. Without `locks`, as on a page without https, every tab sends: the `clientId` makes that harmless. */
export function openOutbox(conversationId: string, userId: string, listener: OutboxListener, locks: LockManager | undefined): Outbox {
	const name = JSON.stringify(["outbox", userId, conversationId]);
	const keyOf = ({ saidAt, clientId }: OutgoingMessage): Schema["outgoing"]["key"] => [userId, conversationId, saidAt, clientId];

	// The channel is there before the disk is read, and told after it was written: what is not on the one comes by the other.
	const channel = new BroadcastChannel(name);
	channel.onmessage = ({ data }: MessageEvent<Change>) => {
		if (data.type === "kept") listener.saved(data.outgoing);
		if (data.type === "discarded") listener.discarded(data.clientId);
	};
	const database = openDatabase();
	const line = turnsFor(name, locks, listener.senderChanged);

	/** Given to the disk, which has not taken it, or would not. */
	const unkept = new Set<string>();
	let isOpen = true;
	const everything = () => IDBKeyRange.bound([userId, conversationId], [userId, conversationId, []]);
	database
		.then((database) => database.getAll("outgoing", everything()))
		.catch(() => [])
		.then((kept) => isOpen && listener.restored(kept.map(({ outgoing }) => outgoing)));

	let done: Promise<unknown> = database;
	/** What fails, on a disk that is forbidden, full or gone, lives as long as the page. */
	const write = (clientId: string, ask: (rows: Rows) => Promise<unknown>, change?: Change) => {
		unkept.add(clientId);
		const written = database
			.then((database) => {
				const transaction = database.transaction("outgoing", "readwrite");
				const asked = ask(transaction.store);
				// At once: the browser would do it after an answer, and the tab may be closed by then.
				transaction.commit();
				return Promise.all([asked, transaction.done]);
			})
			.then(() => unkept.delete(clientId))
			.catch(() => {})
			.then(() => change && channel.postMessage(change));
		done = Promise.allSettled([done, written]);
	};
	return {
		save: (outgoing) => {
			// What is under way now will be waiting for whoever finds it.
			const kept: OutgoingMessage = outgoing.state.type === "failed" ? outgoing : { ...outgoing, state: { type: "waiting" } };
			write(kept.clientId, (rows) => rows.put({ userId, conversationId, outgoing: kept }), { type: "kept", outgoing: kept });
		},
		isSaved: (clientId) => !unkept.has(clientId),
		remove: (outgoing) => write(outgoing.clientId, (rows) => rows.delete(keyOf(outgoing))),
		discard: (outgoing) => {
			const { clientId } = outgoing;
			write(clientId, (rows) => rows.delete(keyOf(outgoing)), { type: "discarded", clientId });
		},
		...line,
		close: () => {
			isOpen = false;
			channel.onmessage = null;
			line.releaseTurn();
			void Promise.allSettled([done]).then(() => channel.close());
			// It ends what was asked of it before.
			database.then((database) => database.close()).catch(() => {});
		},
	};
}

/** Deletes what a person said and has not sent, in all their conversations: they are not to come back. */
export async function clearOutbox(userId: string): Promise<void> {
	try {
		const database = await openDatabase();
		await database.delete("outgoing", IDBKeyRange.bound([userId], [userId, []]));
		database.close();
	} catch {
		// Where there is no disk there is nothing on it.
	}
}

/** Fails where the browser allows none. */
async function openDatabase() {
	return openDB<Schema>("outbox", 1, {
		upgrade: (database) => {
			const keyPath = ["userId", "conversationId", "outgoing.saidAt", "outgoing.clientId"];
			database.createObjectStore("outgoing", { keyPath });
		},
		// A newer page wants to change it, and would wait for this one.
		blocking: (_version, _wanted, { target }) => (target as IDBDatabase).close(),
	});
}

/** The tabs that would send, one behind the other: whoever is at its head holds the lock, until it leaves or its tab is gone. */
function turnsFor(
	name: string,
	locks: LockManager | undefined,
	turn: OutboxListener["senderChanged"],
): Pick<Outbox, "requestTurn" | "releaseTurn"> {
	let leave = () => {};
	const enter = (isFirst: boolean) => {
		leave();
		if (!locks) return turn(true);
		const leaving = new AbortController();
		const { signal } = leaving;
		leave = () => leaving.abort();
		const hold = () =>
			new Promise<void>((release) => {
				if (signal.aborted) return release();
				signal.addEventListener("abort", () => release());
				turn(true);
			});
		locks.request(name, isFirst ? { steal: true } : { signal }, hold).catch((error) => {
			if (signal.aborted) return;
			// Forbidden, as the disk may be.
			if ((error as Error).name !== "AbortError") return turn(true);
			// Another tab is first now.
			turn(false);
			enter(false);
		});
	};
	return { requestTurn: enter, releaseTurn: () => leave() };
}

/** The `sub` of a token, for telling people apart on this device; nobody's word is taken for it. */
export function userIdOf(token: string): string {
	const payload = token.split(".")[1] ?? "";
	const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
	return String((JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown }).sub);
}
