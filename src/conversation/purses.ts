// The purses of people and of the deployment, which are in other objects. A settlement is a job: it is delivered until it has arrived.

import type { Answer, Limit, Settlement, Wish } from "../money/purse-calls.ts";
import type { SharedAlarm } from "../platform/alarm.ts";
import { inTime } from "../platform/in-time.ts";
import { type RetryPolicy, RetryQueue } from "../platform/retry-queue.ts";
import type { PurseOwner, Purses } from "./ports.ts";

/** A purse in another object. */
export type RemotePurse = {
	reserve(wish: Wish, limits: readonly Limit[]): Promise<Answer>;
	settle(settlement: Settlement): Promise<void>;
	forget(conversationId: string): Promise<void>;
};

type Job = { owner: PurseOwner; settlement: Settlement };

/** In ms. People wait for it. */
const answerWithin = 5_000;
/** About three days: less than a purse remembers what it has settled. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 2, longestPause: 3 * 3600_000, maxTries: 35 };
/** In ms. If the object dies while it delivers, the alarm takes the settlement up after this time. */
const grace = 30_000;

export class RemotePurses implements Purses {
	readonly #purseOf: (owner: PurseOwner) => RemotePurse;
	readonly #queue: RetryQueue<Job>;
	readonly #now: () => number;
	#addedAt: number;

	constructor(parts: { sql: SqlStorage; purseOf: (owner: PurseOwner) => RemotePurse; alarm: SharedAlarm; now: () => number }) {
		const { sql, purseOf, alarm, now } = parts;
		this.#purseOf = purseOf;
		this.#now = now;
		this.#addedAt = now();
		this.#queue = new RetryQueue<Job>({
			sql,
			name: "settlements",
			policy,
			run: async (_key, { owner, settlement }) => {
				await inTime(purseOf(owner).settle(settlement), answerWithin);
				return "done";
			},
			failed: ({ key, error, isLast }) => console.error("A purse could not be settled", key, isLast ? "for good" : "yet", error),
			afterLastTry: "remove",
			alarm,
			now,
		});
	}

	async reserve(owner: PurseOwner, wish: Wish, limits: readonly Limit[]): Promise<Answer> {
		return await inTime(this.#purseOf(owner).reserve(wish, limits), answerWithin);
	}

	settle(owner: PurseOwner, settlement: Settlement): void {
		this.#addedAt = this.#now();
		const key = `${settlement.id} ${owner === "deployment" ? owner : `person ${owner.userId}`}`;
		void this.#queue.enqueue(key, { owner: owner === "deployment" ? owner : { userId: owner.userId }, settlement });
	}

	/** The person is erased: their purse no longer says what they spent in a conversation. Rejects if it cannot be reached. */
	async forget(userId: string, conversationId: string): Promise<void> {
		await inTime(this.#purseOf({ userId }).forget(conversationId), answerWithin);
	}

	get isSettled(): boolean {
		return this.#queue.keys.length === 0;
	}

	/** When the next settlement is to be delivered again, in ms. */
	get dueAt(): number | undefined {
		return this.#queue.dueAt ?? (this.isSettled ? undefined : this.#addedAt + grace);
	}

	runDue(): Promise<void> {
		return this.#queue.runDue();
	}
}
