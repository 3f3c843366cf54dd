// How fast each person may send and edit. Sends are counted from the log after a wake, so that neither a sleep nor a
// new connection refills the bucket.

import type { Refusal } from "../../protocol/refusal.ts";
import { type Bucket, memory, type Rate, replay, take } from "../rate.ts";
import type { Store } from "../store/store.ts";

export class SendRate {
	readonly #store: Store;
	readonly #rate: Rate;
	readonly #buckets = new Map<string, Bucket>();

	constructor({ store, rate }: { store: Store; rate: Rate }) {
		this.#store = store;
		this.#rate = rate;
	}

	/** Takes one send of a person at `now` (ms), or refuses it. */
	take(userId: string, now: number): Refusal | undefined {
		const known = this.#buckets.get(userId);
		const bucket = known ?? replay(this.#store.log.sendTimes(userId, now - memory(this.#rate)), this.#rate);
		const taken = take(bucket, this.#rate, now);
		if ("retryAfterMs" in taken) return { code: "rate_limited", ...taken };
		this.#buckets.set(userId, taken.bucket);
	}
}
