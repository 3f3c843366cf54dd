// What a failure on Claude's side means, in the closed set of reasons, and which of them trying again cannot help.
// Reads errors as the SDK throws them; starts and ends nothing.

import Anthropic from "@anthropic-ai/sdk";
import type { Reason } from "../protocol/errors.ts";

/** How far an answer had come when it failed. */
export type Progress = "asking" | "answering";

/** The longest wait that another service may ask of us, in ms: the object stays in memory for it, and people look at nothing. */
const longestWait = 20_000;

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

/**
 * An answer as the SDK may see it: a refusal says not to be tried again where the SDK would wait too long for it (at `now`, ms), or
 * in vain because the money is spent. What is no refusal passes untouched.
 */
export async function boundRetries(response: Response, now: number): Promise<Response> {
	if (response.ok) return response;
	const body = await response.text();
	const headers = new Headers(response.headers);
	if (waitOf(headers, now) > longestWait || isSpendLimit(errorCodeOf(body))) headers.set("x-should-retry", "false");
	return new Response(body, { status: response.status, headers });
}

/** How long the SDK would wait before it tries again, in ms; 0 where it is not told. */
function waitOf(headers: Headers, now: number): number {
	const milliseconds = Number.parseFloat(headers.get("retry-after-ms") ?? "");
	if (milliseconds > 0) return milliseconds;
	const after = headers.get("retry-after") ?? "";
	const seconds = Number.parseFloat(after);
	return (Number.isNaN(seconds) ? Date.parse(after) - now : seconds * 1000) || 0;
}

function errorCodeOf(body: string): unknown {
	try {
		return JSON.parse(body)?.error?.details?.error_code;
	} catch {
		return undefined;
	}
}
