// Bounds the work of erasures in one conversation.

import { limits } from "../../protocol/limits.ts";
import { type Bucket, fullBucket, spend, take } from "../rate.ts";

/**
 * Lets all erasures of a conversation together take as much of it as one person may. Whoever may enter under new ids could
 * otherwise slow it down by being erased again and again.
 */
export class ErasurePace {
	readonly #now: () => number;
	#bucket: Bucket;

	constructor(now: () => number) {
		this.#now = now;
		this.#bucket = fullBucket(limits.work, now());
	}

	/** Resolves when another step may be made. */
	async wait(counts: number): Promise<void> {
		for (;;) {
			const taken = take(this.#bucket, limits.work, this.#now(), Math.min(counts, limits.work.burst));
			if ("bucket" in taken) return;
			await new Promise((resolve) => setTimeout(resolve, taken.retryAfterMs));
		}
	}

	spend(counts: number): void {
		const { left, at } = spend(this.#bucket, limits.work, this.#now(), counts);
		// First steps never wait: however many there are, the others wait for no more than this.
		this.#bucket = { left: Math.max(left, -limits.work.burst), at };
	}
}
