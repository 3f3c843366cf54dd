// Decides whether Claude is asked again for a reply that did not come to its end, and how long to wait before. Pure but for chance.

import type { Outcome } from "../store/log.ts";

/** For one reply, the first attempt included. */
const maxAttempts = 3;

/** In ms. `first`: before the second attempt if Claude's side names no time. `longest`: people do not wait longer than this. */
const busyDelay = { first: 500, longest: 20_000 };

/**
 * Returns how long to wait before the next attempt, in ms, or `undefined` if the reply has ended. `attempts` counts those already made.
 * A stream that broke off is continued at once. A busy server gets the time that it asks for, or a little more each time; chance keeps
 * many clients from coming back together.
 */
export function retryDelay(attempts: number, { status, reason }: Outcome, retryAfterMs?: number): number | undefined {
	if (status !== "failed" || attempts >= maxAttempts) return undefined;
	if (reason === "interrupted" || reason === "timed_out") return 0;
	if (reason !== "overloaded" && reason !== "rate_limited" && reason !== "unavailable") return undefined;
	const delay = retryAfterMs ?? Math.round(busyDelay.first * 2 ** (attempts - 1) * (1 - Math.random() / 4));
	return delay <= busyDelay.longest ? delay : undefined;
}
