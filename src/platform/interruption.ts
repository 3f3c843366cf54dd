// What to answer where the platform could not finish a call of an object: it was replaced or moved meanwhile, or has too much to do.

import type { Refusal } from "../protocol/refusal.ts";

/** In ms. A replaced object is back within a second. Asking one that has too much to do again at once would keep it busy. */
const pause = { replaced: 1_000, overloaded: 10_000 };

/**
 * The refusal of a call that the platform could not finish; `undefined` for any other error. The runtime has repeated what may run twice
 * by then. https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 */
export function refusalIfInterrupted(error: unknown): Refusal | undefined {
	const { overloaded, retryable } = (error ?? {}) as { overloaded?: unknown; retryable?: unknown };
	if (overloaded === true) return { code: "unavailable", retryAfterMs: pause.overloaded };
	return retryable === true ? { code: "unavailable", retryAfterMs: pause.replaced } : undefined;
}
