// Removes the conversation from people's lists: from a former member's, and from everybody's once it is deleted. A deletion is
// finished when every list has removed it, or has failed too often. Knows nothing of where the lists are.

import type { SharedAlarm } from "../../platform/alarm.ts";
import { type RetryPolicy, RetryQueue } from "../../platform/retry-queue.ts";
import type { Store } from "../store/store.ts";

/** An hour and a half of tries. Opening a conversation that a list still shows after that finds nothing. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 2, maxTries: 10 };

export class Removals {
	readonly #store: Store;
	readonly #finish: () => Promise<void>;
	readonly #isSettled: () => boolean;
	/** Jobs by user id. */
	readonly #queue: RetryQueue;
	/** When this life of the object began, in ms. */
	readonly #wokeAt: number;
	/** Lists that failed in their last try, until that is logged. */
	#givenUp = 0;

	/**
	 * `idle` resolves when nothing is being delivered to this person's list. `finish`: the conversation was deleted, and no
	 * list is waited for any more. `isSettled`: nor does anything else have to be sent from its storage.
	 */
	constructor(parts: {
		sql: SqlStorage;
		store: Store;
		idle: (userId: string) => Promise<unknown>;
		remove: (userId: string) => Promise<void>;
		isSettled: () => boolean;
		finish: () => Promise<void>;
		alarm: SharedAlarm;
		now: () => number;
	}) {
		const { sql, store, idle, remove, finish, isSettled, alarm, now } = parts;
		this.#store = store;
		this.#finish = finish;
		this.#isSettled = isSettled;
		this.#wokeAt = now();
		this.#queue = new RetryQueue({
			sql,
			name: "removals",
			policy,
			run: async (userId) => {
				// A delivery that comes after the removal would bring the conversation back.
				await idle(userId);
				const isBack = store.exists && store.members.find(userId);
				if (!isBack) await remove(userId);
				return "done";
			},
			failed: ({ isLast }) => {
				if (isLast) this.#givenUp += 1;
			},
			afterLastTry: "remove",
			alarm,
			now,
		});
	}

	/** When the next list is to be tried again, in ms. A deletion that has only to be finished is due at once. */
	get dueAt(): number | undefined {
		return this.#isToBeFinished ? this.#wokeAt : this.#queue.dueAt;
	}

	/** Resolves when the list has removed the conversation, or has failed to; then it is tried again. */
	async removeFor(userId: string): Promise<void> {
		await this.#queue.enqueue(userId, undefined);
		await this.conclude();
	}

	/** Like `removeFor`, for as many as one go reaches; the others follow. Everything is stored before the first await. */
	async removeForEach(userIds: readonly string[]): Promise<void> {
		if (userIds.length === 0) return;
		await this.#queue.enqueueAll(userIds.map((userId) => [userId, undefined]));
		await this.conclude();
	}

	/** To be called once the conversation is marked as deleted. Resolves when the lists that one go reaches have been tried. */
	async removeForAll(): Promise<void> {
		const members = this.#store.members.list(Number.MAX_SAFE_INTEGER).map(({ userId }) => userId);
		const userIds = new Set([...this.#queue.keys, ...members]);
		// Earlier removals that wait out a pause start afresh: the deletion waits for them too.
		for (const userId of userIds) this.#queue.cancel(userId);
		await this.#queue.enqueueAll([...userIds].map((userId) => [userId, undefined]));
		await this.conclude();
	}

	/** Forgets a removal that waits to be retried. */
	cancel(userId: string): void {
		this.#queue.cancel(userId);
	}

	/** Tries again what is due. */
	async runDue(): Promise<void> {
		await this.#queue.runDue();
		await this.conclude();
	}

	/** Finishes a deletion that nothing more is awaited for. */
	async conclude(): Promise<void> {
		if (this.#givenUp > 0) console.error("Lists still show a conversation that is gone from them", this.#store.info.id, this.#givenUp);
		this.#givenUp = 0;
		if (this.#isToBeFinished) await this.#finish();
	}

	get #isToBeFinished(): boolean {
		return this.#store.end === "ending" && this.#queue.keys.length === 0 && this.#isSettled();
	}
}
