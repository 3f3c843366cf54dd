// Which failed uploads and messages are tried again, and when. Pure.

import type { ApiError } from "../../api.ts";

/** In ms. A longer pause is a refusal. */
const patience = 60_000;

/** The least time until an upload is tried again, in ms; `undefined` if it is refused. */
export function uploadAgainIn({ code, retryAfterMs = Number.POSITIVE_INFINITY }: ApiError): number | undefined {
	if (code === "unreachable" || code === "internal") return 0;
	return (code === "rate_limited" || code === "unavailable") && retryAfterMs <= patience ? retryAfterMs : undefined;
}

/** The same for a message. A repetition of one that is stored already counts as sent. */
export function sendAgainIn({ code, retryAfterMs }: ApiError): number | undefined {
	if (code === "unreachable" || code === "rate_limited") return 0;
	return code === "unavailable" ? retryAfterMs : undefined;
}
