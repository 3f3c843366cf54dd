// Ends the personal tokens that were made for webhooks, once those have ended. The owner's object may not answer: it is asked again. Must not
// know why a webhook ended.

import type { SharedAlarm } from "../../platform/alarm.ts";
import { orFull } from "../../platform/full.ts";
import { type RetryPolicy, RetryQueue } from "../../platform/retry-queue.ts";
import type { Store } from "../store/store.ts";

/** 43 minutes of tries. After that its owner can still revoke the token, which permits nothing any more. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 2, maxTries: 10 };

type Parts = {
	sql: SqlStorage;
	store: Pick<Store, "end">;
	/** Revokes a token of this person. Must be safe to repeat. */
	endToken: (userId: string, tokenId: string) => Promise<void>;
	alarm: SharedAlarm;
	now: () => number;
};

export class TokenEnds {
	readonly #queue: RetryQueue<{ userId: string }>;
	#settled: Promise<unknown> = Promise.resolve();

	constructor({ sql, store, endToken, alarm, now }: Parts) {
		this.#queue = new RetryQueue({
			sql,
			name: "webhook tokens",
			policy,
			run: async (tokenId, { userId }) => {
				await endToken(userId, tokenId);
				return "done";
			},
			failed: ({ error, isLast }) => {
				if (isLast) console.error("The token of a webhook that ended could not be revoked", error);
			},
			afterLastTry: "remove",
			isOpen: () => store.end !== "over",
			alarm,
			now,
		});
	}

	/** Stores it if there is room, sets the alarm, and begins. */
	add(userId: string, tokenId: string): void {
		this.#settled = Promise.all([this.#settled, this.#begin(tokenId, { userId })]);
	}

	async #begin(tokenId: string, data: { userId: string }): Promise<void> {
		const refusal = await orFull(() => this.#queue.enqueueAll([[tokenId, data]]));
		if (refusal) await this.#queue.attempt(tokenId, data);
	}

	/** Resolves when those that were added have been tried once. */
	get settled(): Promise<unknown> {
		return this.#settled;
	}

	/** When `runDue` is to be called, in ms. */
	get dueAt(): number | undefined {
		return this.#queue.dueAt;
	}

	/** Resolves when those that are due have been tried. */
	runDue(): Promise<void> {
		return this.#queue.runDue();
	}

	/** True if no owner has to be asked any more. */
	get isSettled(): boolean {
		return this.#queue.keys.length === 0;
	}
}
