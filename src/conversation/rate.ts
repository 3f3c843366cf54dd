// A token bucket: it holds `burst` and regains `perSecond`. It can be rebuilt from past times, such as those in the
// log after a wake. Pure.

export type Rate = { burst: number; perSecond: number };
/** What is left at a time in ms. */
export type Bucket = { left: number; at: number };

export function fullBucket(rate: Rate, now: number): Bucket {
	return { left: rate.burst, at: now };
}

/** Takes `count` from the bucket, or says in how many ms there will be that much. */
export function take(bucket: Bucket, rate: Rate, now: number, count = 1): { bucket: Bucket } | { retryAfterMs: number } {
	const left = leftIn(bucket, rate, now);
	if (left >= count) return { bucket: spend(bucket, rate, now, count) };
	return { retryAfterMs: Math.ceil(((count - left) / rate.perSecond) * 1000) };
}

/** Takes `count` from the bucket in any case. It may then hold less than nothing, which it has to regain first. */
export function spend(bucket: Bucket, rate: Rate, now: number, count: number): Bucket {
	return { left: leftIn(bucket, rate, now) - count, at: Math.max(now, bucket.at) };
}

export function leftIn(bucket: Bucket, rate: Rate, now: number): number {
	return Math.min(rate.burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * rate.perSecond);
}

/** How long a send has an effect, in ms: after that the bucket is full, whatever happened before. */
export function memory(rate: Rate): number {
	return (rate.burst / rate.perSecond) * 1000;
}

/** The bucket after sends at `times` (ms, oldest first). */
export function replay(times: readonly number[], rate: Rate): Bucket {
	let bucket = fullBucket(rate, times[0] ?? 0);
	for (const at of times) {
		const taken = take(bucket, rate, at);
		bucket = "bucket" in taken ? taken.bucket : { left: 0, at };
	}
	return bucket;
}

/** One bucket for each key. Full ones are forgotten. */
export class Buckets {
	readonly #rate: Rate;
	readonly #buckets = new Map<string, Bucket>();

	constructor(rate: Rate, worth = 1) {
		this.#rate = { burst: rate.burst * worth, perSecond: rate.perSecond * worth };
	}

	/** In how many ms there will be `count`; 0 if there is that much now, or nothing is counted without a key. */
	waitFor(key: string | undefined, now: number, count: number): number {
		const bucket = key === undefined ? undefined : this.#buckets.get(key);
		const taken = take(bucket ?? fullBucket(this.#rate, now), this.#rate, now, count);
		return key !== undefined && "retryAfterMs" in taken ? taken.retryAfterMs : 0;
	}

	/** Takes `count` in any case. */
	spend(key: string | undefined, now: number, count: number): void {
		if (key === undefined) return;
		const known = this.#buckets.get(key);
		if (!known) this.#forgetFull(now);
		this.#buckets.set(key, spend(known ?? fullBucket(this.#rate, now), this.#rate, now, count));
	}

	#forgetFull(now: number): void {
		for (const [key, bucket] of this.#buckets) if (leftIn(bucket, this.#rate, now) >= this.#rate.burst) this.#buckets.delete(key);
	}
}
