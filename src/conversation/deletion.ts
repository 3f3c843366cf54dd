// Deletes a conversation: its sockets, its alarm and its storage. Membership decides who may do that.

import type { Alarm } from "../platform/alarm.ts";
import { closeCodes } from "../protocol/errors.ts";
import type { Removals } from "./lists/removals.ts";
import type { Registration } from "./registration.ts";
import type { Replies } from "./replies/replies.ts";
import type { Fanout, FanoutClient } from "./sockets/fanout.ts";
import type { Sockets } from "./sockets/sockets.ts";
import type { Store } from "./store/store.ts";

type Dependencies = {
	storage: DurableObjectStorage;
	store: Store;
	clients: Fanout<FanoutClient>;
	sockets: Sockets;
	replies: Replies;
	removals: Removals;
	files: { releaseAll(): Promise<void> };
	registration: Pick<Registration, "forget">;
	webhooks: { endAll(): void; tokenEnds: { readonly settled: Promise<unknown> } };
	relays: { end(): void };
	alarm: Alarm;
	now: () => number;
};

export class Deletion {
	readonly #with: Dependencies;

	constructor(dependencies: Dependencies) {
		this.#with = dependencies;
	}

	/**
	 * From now on the conversation looks as if it did not exist. Its storage is emptied once every member's list has
	 * dropped it; resolves when the lists that answer at once have.
	 */
	async begin(): Promise<void> {
		const { store, clients, sockets, replies, removals, files, registration, webhooks, now } = this.#with;
		store.whole(() => {
			webhooks.endAll();
			store.markDeleted(now());
		});
		registration.forget();
		replies.abandon();
		// Not clients any more when they close, so that nobody is notified that they left.
		for (const socket of sockets.all()) clients.delete(socket);
		sockets.closeAll(closeCodes.deleted, "the conversation was deleted");
		await Promise.all([files.releaseAll(), webhooks.tokenEnds.settled, removals.removeForAll()]);
		await removals.conclude();
	}

	/**
	 * Empties the storage but for one row that marks the conversation as deleted, for ever. Otherwise a token that
	 * grants this id would create it anew, and whoever came first would own a conversation that the others, who know
	 * its address, still trust. Nothing is awaited between the two statements: the platform commits them as one.
	 */
	async finish(): Promise<void> {
		const { storage, store, relays, alarm, now } = this.#with;
		relays.end();
		const emptied = storage.deleteAll();
		store.writeTombstone(now());
		await emptied;
		alarm.clear();
		await alarm.settled;
	}
}
