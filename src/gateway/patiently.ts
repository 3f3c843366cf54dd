// Waits and goes on where a conversation refuses a request of ours as too fast. Must not know what is requested.

import { limits } from "../protocol/limits.ts";
import { isRefusal, type Refusal } from "../protocol/refusal.ts";

/**
 * Makes a request again after each wait that it is refused with, and returns its last result. Several requests of one
 * person do not return at the same moment. `patience`: how long to wait altogether, in ms.
 */
export async function patiently<T>(request: () => Promise<T>, patience: number = limits.patience): Promise<T> {
	const until = Date.now() + patience;
	for (;;) {
		const result = await request();
		const pause = (pauseOf(result) ?? Number.POSITIVE_INFINITY) * (1 + Math.random() / 4);
		if (Date.now() + pause > until || pause === Number.POSITIVE_INFINITY) return result;
		await new Promise((resolve) => setTimeout(resolve, pause));
	}
}

function pauseOf(result: unknown): Refusal["retryAfterMs"] {
	return isRefusal(result) && result.code === "rate_limited" ? result.retryAfterMs : undefined;
}
