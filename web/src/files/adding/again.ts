// Which failed uploads and messages are tried again, and when. Pure.

import type { ApiError } from "../../api.ts";

/** In ms. A longer pause is a refusal. */
const patience = 60_000;

/** How often the server may fail at one upload: every attempt sends the file again, and counts to what one may upload a day. */
const mostFailures = 3;

/**
 * The least time until an upload is tried again, in ms; `undefined` if it is refused. `failures`: how often the server failed at it, this
 * time included.
 */
export function uploadAgainIn({ code, retryAfterMs = Number.POSITIVE_INFINITY }: ApiError, failures: number): number | undefined {
	if (code === "unreachable") return 0;
	if (code === "internal") return failures < mostFailures ? 0 : undefined;
	return (code === "rate_limited" || code === "unavailable") && retryAfterMs <= patience ? retryAfterMs : undefined;
}

/** The same for a message. A repetition of one that is stored already counts as sent. */
export function sendAgainIn({ code, retryAfterMs }: ApiError): number | undefined {
	if (code === "unreachable" || code === "rate_limited") return 0;
	return code === "unavailable" ? retryAfterMs : undefined;
}
