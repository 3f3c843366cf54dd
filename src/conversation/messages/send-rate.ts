// How fast each person, and the guests of each network together, may send and edit. A person's sends are counted from the
// log after a wake, so that neither a sleep nor a new connection refills the bucket.

import { limits } from "../../protocol/limits.ts";
import type { Refusal } from "../../protocol/refusal.ts";
import type { Requester } from "../ports.ts";
import { type Bucket, Buckets, memory, type Rate, replay, take } from "../rate.ts";
import type { Store } from "../store/store.ts";

const { guestsOfNetwork } = limits;

export class SendRate {
	readonly #store: Store;
	readonly #rate: Rate;
	readonly #buckets = new Map<string, Bucket>();
	/** A sleep refills them: it begins only after a pause in which they are regained. */
	readonly #networks: Buckets;

	constructor({ store, rate }: { store: Store; rate: Rate }) {
		this.#store = store;
		this.#rate = rate;
		this.#networks = new Buckets(rate, guestsOfNetwork.sends);
	}

	/** Takes one send of `length` UTF-16 units at `now` (ms), or refuses it. A network's guests pay for length too, because they are many. */
	take({ userId, network }: Requester, length: number, now: number): Refusal | undefined {
		const count = 1 + Math.floor(length / guestsOfNetwork.lengthPerSend);
		const retryAfterMs = this.#networks.waitFor(network, now, count);
		if (retryAfterMs > 0) return { code: "rate_limited", retryAfterMs };
		const known = this.#buckets.get(userId);
		const bucket = known ?? this.#replayed(userId, now);
		const taken = take(bucket, this.#rate, now);
		if ("retryAfterMs" in taken) return { code: "rate_limited", ...taken };
		this.#buckets.set(userId, taken.bucket);
		this.#networks.spend(network, now, count);
	}

	/** A time that has not come yet, by a clock that was wrong, would keep its person from sending until then. */
	#replayed(userId: string, now: number): Bucket {
		const times = this.#store.reader.sendTimes(userId, now - memory(this.#rate));
		return replay(
			times.map((at) => Math.min(at, now)),
			this.#rate,
		);
	}
}
