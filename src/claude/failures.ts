// What a failure on Claude's side means, in the closed set of reasons, and how long the other side asks to wait.
// Reads errors as the SDK throws them; starts and ends nothing.

import Anthropic from "@anthropic-ai/sdk";
import type { Reason } from "../protocol/errors.ts";

/** How far an answer had come when it failed. */
export type Progress = "asking" | "answering";

/** Why a reply failed; nothing for what is no failure of Claude's side, but a fault of ours. */
export function reasonOf(error: unknown, progress: Progress): Reason | undefined {
	if (error instanceof Anthropic.APIError && error.type === "overloaded_error") return "overloaded";
	if (progress === "answering") return "interrupted";
	if (!(error instanceof Anthropic.APIError)) return undefined;
	if (isSpendLimit(error.errorCode) || error.type === "billing_error") return "spend_limit";
	switch (error.status) {
		case 400:
		case 422:
			return isTooLong(error) ? "context_window" : "bad_request";
		case 401:
		case 403:
			return "bad_key";
		case 402:
			return "spend_limit";
		case 404:
			return "bad_model";
		case 413:
			return "context_window";
		case 429:
			return "rate_limited";
		case 529:
			return "overloaded";
		default:
			return "unavailable";
	}
}

/** Wording may change, but there is no code for it. The second half is how local servers say it. */
function isTooLong({ message }: Error): boolean {
	return /prompt is too long|context[ _](window|length|size)/i.test(message);
}

function isSpendLimit(errorCode: unknown): boolean {
	return typeof errorCode === "string" && errorCode.endsWith("spend_limit_reached");
}

/** How long the other side asks to wait before the next try at `now`, in ms; for ever where it asks not to try. `undefined`: it says nothing. */
export function retryAfterOf(error: unknown, now: number): number | undefined {
	const headers = error instanceof Anthropic.APIError ? error.headers : undefined;
	if (!headers) return undefined;
	if (headers.get("x-should-retry") === "false") return Number.POSITIVE_INFINITY;
	const milliseconds = Number.parseFloat(headers.get("retry-after-ms") ?? "");
	if (milliseconds >= 0) return milliseconds;
	const after = headers.get("retry-after") ?? "";
	const seconds = Number.parseFloat(after);
	const wait = Number.isNaN(seconds) ? Date.parse(after) - now : seconds * 1000;
	return Number.isNaN(wait) ? undefined : Math.max(0, Math.ceil(wait));
}
