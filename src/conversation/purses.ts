// The purses of people and of the deployment, which are in other objects. What they are to be told stands in the place of its payment
// until it has arrived; what does not arrive at once becomes a job.

import { dayOf } from "../money/periods.ts";
import type { Answer, Charge, Limit, PurseOwner, Settlement, Wish } from "../money/purse-calls.ts";
import type { SharedAlarm } from "../platform/alarm.ts";
import { inTime } from "../platform/in-time.ts";
import { type RetryPolicy, RetryQueue } from "../platform/retry-queue.ts";
import type { Purses } from "./ports.ts";
import type { Payments } from "./store/money/payments.ts";

/** A purse in another object. */
export type RemotePurse = {
	reserve(wish: Wish, limits: readonly Limit[]): Promise<Answer>;
	settle(settlement: Settlement): Promise<void>;
	forget(conversationId: string): Promise<void>;
};

/** Earlier releases stored one charge each. */
type Job = readonly Charge[] | Charge;

/** In ms. People wait for it. */
const answerWithin = 5_000;
/** About three days. */
const policy: RetryPolicy = { firstPause: 5_000, factor: 2, longestPause: 3 * 3600_000, maxTries: 35 };
/** In ms. If the object dies while it delivers, the alarm takes the charges up after this time. */
const grace = 30_000;

export class RemotePurses implements Purses {
	readonly #purseOf: (owner: PurseOwner) => RemotePurse;
	readonly #payments: Pick<Payments, "settle" | "settled" | "delete">;
	readonly #queue: RetryQueue<Job>;
	readonly #now: () => number;
	/** The payments whose charges may not have arrived, and which of them are on their way. */
	readonly #left: Set<string>;
	readonly #underWay = new Set<string>();
	#addedAt: number;

	constructor(parts: {
		sql: SqlStorage;
		payments: Pick<Payments, "settle" | "settled" | "delete">;
		purseOf: (owner: PurseOwner) => RemotePurse;
		alarm: SharedAlarm;
		now: () => number;
	}) {
		const { sql, payments, purseOf, alarm, now } = parts;
		this.#purseOf = purseOf;
		this.#payments = payments;
		this.#now = now;
		this.#addedAt = now();
		this.#left = new Set(payments.settled().map(({ id }) => id));
		this.#queue = new RetryQueue<Job>({
			sql,
			name: "settlements",
			policy,
			run: async (_key, job) => {
				const charges = [job].flat();
				const kept = charges.filter((charge) => !isForgotten(charge, now()));
				if (kept.length < charges.length) return { next: kept };
				await Promise.all(charges.map(({ owner, settlement }) => inTime(purseOf(owner).settle(settlement), answerWithin)));
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

	settle(id: string, charges: readonly Charge[]): void {
		this.#addedAt = this.#now();
		this.#payments.settle(id, charges);
		this.#left.add(id);
		void this.#deliver(id, charges);
	}

	/** Tells the purses. Charges that do not arrive become a job, and only then is the payment deleted. Without room for the job it stays. */
	async #deliver(id: string, charges: readonly Charge[]): Promise<void> {
		this.#underWay.add(id);
		for (const charge of charges) if (isForgotten(charge, this.#now())) this.#giveBack(charge);
		const isSafe = await this.#queue.attempt(id, charges);
		this.#underWay.delete(id);
		if (isSafe) {
			this.#payments.delete(id);
			this.#left.delete(id);
		} else this.#addedAt = this.#now();
	}

	/**
	 * A question from just before midnight may still hold a place in today's purse of its network. That purse is told only once: another try
	 * would need the network, which is not stored for so long.
	 */
	#giveBack({ owner, settlement }: Charge): void {
		const told = inTime(this.#purseOf(owner).settle(settlement), answerWithin);
		told.catch((error) => console.warn("A place in a network's purse could not be given back", error));
	}

	/** The person is erased: their purse no longer says what they spent in a conversation. Rejects if it cannot be reached. */
	async forget(userId: string, conversationId: string): Promise<void> {
		await inTime(this.#purseOf({ userId }).forget(conversationId), answerWithin);
	}

	get isSettled(): boolean {
		return this.#queue.keys.length === 0 && this.#left.size === 0;
	}

	/** When something is to be delivered again, in ms. */
	get dueAt(): number | undefined {
		return this.#queue.dueAt ?? (this.isSettled ? undefined : this.#addedAt + grace);
	}

	/** Also delivers what the object had not delivered when it died. */
	async runDue(): Promise<void> {
		const left = this.#payments.settled().filter(({ id }) => !this.#underWay.has(id));
		await Promise.all([this.#queue.runDue(), ...left.map(({ id, charges }) => this.#deliver(id, charges))]);
	}
}

/** A network's purse has been emptied since, and nothing of it is kept here either. */
function isForgotten({ owner, settlement }: Charge, now: number): boolean {
	return owner !== "deployment" && "network" in owner && dayOf(settlement.at) < dayOf(now);
}
