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
