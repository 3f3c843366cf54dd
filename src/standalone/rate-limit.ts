// The rate limiters of a deployment without Cloudflare: bindings like those of wrangler.toml, which count in the server's memory.
// A restart forgets the counts.

import { BoundedMap } from "../auth/bounded-map.ts";

/**
 * The keys that one limiter remembers, about 10 MB. Whoever has a /48 has more networks than this: with them, they can make it forget older
 * counts before the period ends, but never all counts at once.
 */
const mostKeys = 50_000;

/** Lets through `limit` requests of each key in each period. Pure. */
export class WindowCounter {
	readonly #limit: number;
	readonly #periodMs: number;
	#period = Number.NaN;
	#counts = new BoundedMap<string, number>(mostKeys);

	constructor(limit: number, periodMs: number) {
		this.#limit = limit;
		this.#periodMs = periodMs;
	}

	/** Counts a request and returns true. Above the limit, counts nothing and returns false. */
	count(key: string, now: number): boolean {
		const period = Math.floor(now / this.#periodMs);
		if (period !== this.#period) {
			this.#period = period;
			this.#counts = new BoundedMap(mostKeys);
		}
		const count = this.#counts.get(key) ?? 0;
		if (count >= this.#limit) return false;
		this.#counts.set(key, count + 1);
		return true;
	}
}

/** Makes the binding once for the server: the Worker and all objects share it. `period` is in seconds, as in wrangler.toml. */
export default function rateLimit({ limit, period }: { limit: number; period: number }): RateLimit {
	const counter = new WindowCounter(limit, period * 1000);
	return { limit: async ({ key }) => ({ success: counter.count(key, Date.now()) }) };
}
