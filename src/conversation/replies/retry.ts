// Whether Claude is asked once more for a reply that did not come to its end, and when.

import type { Outcome } from "../store/log.ts";

/** How often Claude is asked for one reply in all. */
const mostAttempts = 3;

/** In ms: the wait before the second attempt where Claude is busy and says no time; and the longest that it may ask for, since people wait. */
const busyWait = { first: 500, longest: 20_000 };

/**
 * How long to wait before Claude is asked once more, in ms; `undefined` where the reply has ended. A stream that broke off goes on
 * at once. Who is busy is given time: as much as it asks for, or a little more each time, and never the same for many at once. `attempts`: how
 * often it was asked.
 */
export function waitBefore(attempts: number, { status, reason }: Outcome, retryAfterMs?: number): number | undefined {
	if (status !== "failed" || attempts >= mostAttempts) return undefined;
	if (reason === "interrupted" || reason === "timed_out") return 0;
	if (reason !== "overloaded" && reason !== "rate_limited" && reason !== "unavailable") return undefined;
	const wait = retryAfterMs ?? Math.round(busyWait.first * 2 ** (attempts - 1) * (1 - Math.random() / 4));
	return wait <= busyWait.longest ? wait : undefined;
}
