// Decides whether Claude is asked again for a reply that did not come to its end, and how long to wait before. Pure but for chance.

import type { Reason } from "../../protocol/errors.ts";
import type { Outcome } from "../store/log.ts";

/**
 * Attempts of one reply that break off without new text, in a row and in all. Those with new text do not count: a deployment
 * or a move of the object may interrupt a long reply many times. A reply that people continue begins to count anew.
 */
const maxFruitless = { inRow: 3, inAll: 5 };
/** Attempts in all: a server could send a word and break off or be busy again, for ever. */
const maxAttempts = 20;

/** Why a reply ended that people then continued. */
export const continued = "max_tokens" satisfies Reason;

/** In ms. `first`: before the second attempt if Claude's side names no time. It doubles each time up to `longest`. */
const busyDelay = { first: 500, longest: 60_000 };

/** How long people wait for a busy Claude at most, in ms. Overloads take minutes; a server that is away may never come back. */
const patience: { [name in Reason]?: number } = { overloaded: 300_000, rate_limited: 300_000, unavailable: 60_000 };

/** Where an attempt broke off in the text, and why. */
type Break = { offset: number; reason: string };
/**
 * `breaks`: of the attempts before the latest one. `length`: of the text so far. `busyFor`: how long Claude has been busy;
 * both times in ms.
 */
type Attempts = { breaks: readonly Break[]; length: number; retryAfterMs?: number | undefined; busyFor: number };

/** Claude accepts no request now, so that it has to be waited for. */
export function isBusy(reason: string | undefined): reason is Reason {
	return reason !== undefined && Object.hasOwn(patience, reason);
}

/**
 * Returns how long to wait before the next attempt, in ms, or `undefined` if the reply has ended. A stream that broke off is continued
 * at once. A busy server gets the time that it asks for, or more each time; chance keeps many clients from coming back together.
 */
export function retryDelay({ status, reason }: Outcome, { breaks: all, length, retryAfterMs, busyFor }: Attempts): number | undefined {
	if (status !== "failed") return undefined;
	const start = all.findLastIndex((one) => one.reason === continued);
	const breaks = all.slice(start + 1);
	if (isBusy(reason)) {
		const times = breaks.length - 1 - breaks.findLastIndex((one) => !isBusy(one.reason));
		const own = Math.min(busyDelay.longest, busyDelay.first * 2 ** times) * (1 - Math.random() / 4);
		// A server that always asks for no time at all is believed twice.
		const delay = Math.round(retryAfterMs === undefined || times >= 2 ? Math.max(own, retryAfterMs ?? 0) : retryAfterMs);
		const isOver = breaks.length >= maxAttempts || busyFor + delay > (patience[reason] ?? 0);
		return isOver ? undefined : delay;
	}
	if (reason !== "interrupted" && reason !== "timed_out" && reason !== "no_response") return undefined;
	return breaks.length + 1 < maxAttempts && mayBreakOff([...breaks, { offset: length, reason }], all[start]?.offset ?? 0) ? 0 : undefined;
}

/** The attempts of a reply so far. */
export function attemptsOf({ breaks, text }: { breaks: readonly Break[]; text: string }): Pick<Attempts, "breaks" | "length"> {
	return { breaks, length: text.length };
}

/** True unless too many attempts brought no text. `start`: where the first of them began. Waiting for a busy Claude does not count. */
function mayBreakOff(breaks: readonly Break[], start: number): boolean {
	let [inRow, inAll, reached] = [0, 0, start];
	for (const { offset, reason } of breaks) {
		if (offset > reached) inRow = 0;
		else if (!isBusy(reason)) [inRow, inAll] = [inRow + 1, inAll + 1];
		reached = Math.max(reached, offset);
	}
	return inRow < maxFruitless.inRow && inAll < maxFruitless.inAll;
}
