// Maps failures of Claude's side to our closed set of reasons, and reads how long Claude's side asks to wait.
// Reads errors as the SDK throws them. Pure.

import Anthropic from "@anthropic-ai/sdk";
import type { Reason } from "../protocol/errors.ts";

/** How far a reply had come when it failed. */
export type Progress = "asking" | "answering";

/** Returns why a reply failed, or `undefined` if the error is a fault of ours. */
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

/** The wording may change, but there is no code for it. The second alternative is the wording of local servers. */
function isTooLong({ message }: Error): boolean {
	return /prompt is too long|context[ _](window|length|size)/i.test(message);
}

function isSpendLimit(errorCode: unknown): boolean {
	return typeof errorCode === "string" && errorCode.endsWith("spend_limit_reached");
}

/** Returns how long Claude's side asks to wait from `now`, in ms: Infinity if it asks not to retry, `undefined` if it says nothing. */
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
