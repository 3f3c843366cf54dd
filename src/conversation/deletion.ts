// The end of a conversation, as far as it is sockets, alarm and storage. Who may end it is decided elsewhere.

import type { Alarm } from "../platform/alarm.ts";
import { closeCodes } from "../protocol/errors.ts";
import type { Farewells } from "./lists/removals.ts";
import type { Replies } from "./replies/reply.ts";
import type { Fanout } from "./sockets/fanout.ts";
import type { Socket } from "./sockets/socket.ts";
import type { Sockets } from "./sockets/sockets.ts";
import type { Store } from "./store/store.ts";

export class Ending {
	readonly #storage: DurableObjectStorage;
	readonly #store: Store;
	readonly #clients: Fanout<Socket>;
	readonly #sockets: Sockets;
	readonly #replies: Replies;
	readonly #farewells: Farewells;
	readonly #alarm: Alarm;
	readonly #now: () => number;

	constructor(parts: {
		storage: DurableObjectStorage;
		store: Store;
		clients: Fanout<Socket>;
		sockets: Sockets;
		replies: Replies;
		farewells: Farewells;
		alarm: Alarm;
		now: () => number;
	}) {
		this.#storage = parts.storage;
		this.#store = parts.store;
		this.#clients = parts.clients;
		this.#sockets = parts.sockets;
		this.#replies = parts.replies;
		this.#farewells = parts.farewells;
		this.#alarm = parts.alarm;
		this.#now = parts.now;
	}

	/**
	 * From here on it looks as if there were no such conversation; what is stored goes when all lists have been told. Those that can be told
	 * at once have been when this resolves.
	 */
	async begin(): Promise<void> {
		this.#store.markDeleted(this.#now());
		this.#farewells.oweAll();
		this.#replies.abandon();
		for (const socket of this.#sockets.all()) {
			// Before it is closed: that it goes is no news to anybody.
			this.#clients.delete(socket);
			socket.close(closeCodes.deleted, "the conversation was deleted");
		}
		this.#alarm.watch();
		await this.#alarm.settled;
		await this.#farewells.pay();
	}

	/**
	 * Nothing is left but one row that says so, for ever. A token that grants the conversation would otherwise let it begin anew, and
	 * whoever came first would own a room in which the others, who know its address, believe themselves among their own. An issuer that
	 * wants another such room gives it another id. Nothing is awaited between the two: to the platform they are one write.
	 */
	async finish(): Promise<void> {
		const emptied = this.#storage.deleteAll();
		this.#store.bury(this.#now());
		await emptied;
		this.#alarm.clear();
		await this.#alarm.settled;
	}
}
