// Tells the administration what the conversation is like, a moment after something has happened in it. Never a word of it. Nothing waits for it,
// and what is lost is told again later.

import { Observer } from "../metrics/observer.ts";
import { directoryName, type Report } from "../protocol/admin/records.ts";
import type { ServerEvent } from "../protocol/events.ts";
import type { Clients } from "./ports.ts";
import type { Store } from "./store/store.ts";

type Directory = { report(report: Report): Promise<void>; forgetConversation(id: string): Promise<void> };

/**
 * In ms. A report waits until nothing has happened for the first time, and at most for the second. A timer keeps the object from
 * sleeping, which costs money: it must be short once nothing happens any more.
 */
const delay = { quiet: 1_000, longest: 10_000 };

type Parts = {
	/** The conversation's id. */
	id: string;
	sql: Pick<SqlStorage, "databaseSize">;
	store: Store;
	clients: Pick<Clients, "all" | "peopleElsewhere">;
	/** For how long replies take. */
	now: () => number;
};

export class Registration {
	readonly #with: Parts;
	readonly #directory: Directory;
	readonly #observer: Observer;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Something has happened since it began to wait. */
	#isTouched = false;

	constructor(parts: Parts, directories: { getByName(name: string): Directory }) {
		this.#with = parts;
		this.#directory = directories.getByName(directoryName);
		this.#observer = new Observer(parts.now);
	}

	/** To be called with every event that the conversation sends. */
	observe(event: ServerEvent): void {
		if (this.#observer.observe(event)) this.touch();
	}

	/** Something has happened. */
	touch(): void {
		this.#isTouched = true;
		if (this.#timer === undefined && this.#with.store.exists) this.#waitForQuiet(delay.longest);
	}

	/** Tells it once nothing has happened for a while, and after `left` ms in any case. Reads no clock, which may be set back meanwhile. */
	#waitForQuiet(left: number): void {
		this.#isTouched = false;
		const rest = left - delay.quiet;
		this.#timer = setTimeout(() => (this.#isTouched && rest > 0 ? this.#waitForQuiet(rest) : this.#tell()), delay.quiet);
	}

	#tell(): void {
		const { id, sql, store, clients } = this.#with;
		this.#timer = undefined;
		if (!store.exists) return;
		const { info, members, log } = store;
		const conversation = {
			id,
			createdAt: info.createdAt,
			members: members.count,
			messages: log.head.seq,
			bytes: sql.databaseSize,
			connections: [...clients.all()].length + clients.peopleElsewhere,
		};
		void this.#directory.report({ conversations: [conversation], counts: this.#observer.take() }).catch(() => {});
	}

	/** The conversation was deleted. */
	forget(): void {
		clearTimeout(this.#timer);
		void this.#directory.forgetConversation(this.#with.id).catch(() => {});
	}
}
