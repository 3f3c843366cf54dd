// Refuses calls of an object that the platform could not finish, because the object was replaced, moved or overloaded.

import type { Refusal } from "../protocol/refusal.ts";

/** In ms. A replaced object is back within a second. Calling an overloaded one again at once would keep it overloaded. */
const pause = { replaced: 1_000, overloaded: 10_000 };

/**
 * The refusal of a call that the platform could not finish; `undefined` for any other error. By then, the runtime has repeated the calls
 * that may run twice. https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 */
export function refusalIfInterrupted(error: unknown): Refusal | undefined {
	const { overloaded, retryable } = (error ?? {}) as { overloaded?: unknown; retryable?: unknown };
	if (overloaded === true) return { code: "unavailable", retryAfterMs: pause.overloaded };
	return retryable === true ? { code: "unavailable", retryAfterMs: pause.replaced } : undefined;
}
