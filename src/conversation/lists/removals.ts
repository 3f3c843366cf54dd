// Whose list is to forget the conversation: whoever is out of it, and everybody once it is deleted. It is kept who has not been told yet,
// so that neither a failure nor the death of the object leaves it in a list; each is told a few times, with longer and longer pauses.
// Knows nothing of where the lists are.

import { limits } from "../../protocol/limits.ts";
import type { Store } from "../store/store.ts";

/** In ms: the pause after the first failure, doubled after each; and the longest. */
const pause = { first: 5_000, longest: 3_600_000 };
/** How often a list is told that cannot be, which takes an hour and a half: whoever opens what it still shows finds nothing. */
const mostTries = 10;

export class Farewells {
	readonly #sql: SqlStorage;
	readonly #store: Store;
	readonly #forget: (userId: string) => Promise<void>;
	readonly #over: () => Promise<void>;
	readonly #now: () => number;
	/** When the next ones are to be told, in ms. */
	#dueAt: number | undefined;
	#paying: Promise<void> | undefined;

	/** `over`: all have been told that the conversation was deleted. */
	constructor(parts: {
		sql: SqlStorage;
		store: Store;
		forget: (userId: string) => Promise<void>;
		over: () => Promise<void>;
		now: () => number;
	}) {
		this.#sql = parts.sql;
		this.#store = parts.store;
		this.#forget = parts.forget;
		this.#over = parts.over;
		this.#now = parts.now;
		if (this.#store.end === "ending" || (this.#store.exists && this.#untold(1).length > 0)) this.#dueAt = this.#now();
	}

	get dueAt(): number | undefined {
		return this.#dueAt;
	}

	owe(userId: string): void {
		this.#sql.exec("INSERT INTO untold (user_id, tries) VALUES (?, 0) ON CONFLICT (user_id) DO NOTHING", userId);
		this.#dueAt ??= this.#now() + pause.first;
	}

	oweAll(): void {
		this.#sql.exec("INSERT INTO untold (user_id, tries) SELECT user_id, 0 FROM members WHERE true ON CONFLICT (user_id) DO NOTHING");
		this.#dueAt = this.#now() + pause.first;
	}

	/** Tells those whose turn it is, as many as may be told in one go; one such going at a time. */
	pay(): Promise<void> {
		this.#paying ??= this.#pay().finally(() => {
			this.#paying = undefined;
		});
		return this.#paying;
	}

	async #pay(): Promise<void> {
		const untold = this.#untold(limits.calls);
		const results = await Promise.allSettled(untold.map(({ userId }) => this.#forget(userId)));
		let givenUp = 0;
		for (const [index, { userId, tries }] of untold.entries()) {
			const isTold = results[index]?.status === "fulfilled";
			const isLast = tries + 1 === mostTries;
			if (isTold || isLast) this.#sql.exec("DELETE FROM untold WHERE user_id = ?", userId);
			else this.#sql.exec("UPDATE untold SET tries = ? WHERE user_id = ?", tries + 1, userId);
			if (!isTold && isLast) givenUp += 1;
		}
		if (givenUp > 0) console.error("Lists still show a conversation that is gone from them", this.#store.info.id, givenUp);
		const [next] = this.#untold(1);
		this.#dueAt = next && this.#now() + (next.tries === 0 ? 0 : Math.min(pause.longest, pause.first * 2 ** (next.tries - 1)));
		if (!next && this.#store.end === "ending") await this.#over();
	}

	/** Who failed least comes first: nobody waits for those who cannot be told. */
	#untold(limit: number): { userId: string; tries: number }[] {
		return this.#sql
			.exec<{ userId: string; tries: number }>("SELECT user_id AS userId, tries FROM untold ORDER BY tries, user_id LIMIT ?", limit)
			.toArray();
	}
}
