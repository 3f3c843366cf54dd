// Maps failures of Claude's side to our closed set of reasons, and reads how long Claude's side asks to wait.
// Reads errors as the SDK throws them. Pure.

import Anthropic from "@anthropic-ai/sdk";
import type { Reason } from "../protocol/errors.ts";
import { sha256 } from "../protocol/hash.ts";
import { fieldsOf } from "./values.ts";

/** The progress of a reply when it failed: `open` once its stream has begun, `answering` once some of it has arrived. */
export type Progress = "asking" | "open" | "answering";

type APIError = InstanceType<typeof Anthropic.APIError>;

/** A response of status 200 that is no stream, such as a web page. */
export class NoStream extends Error {
	override readonly name = "NoStream";
}

/**
 * Returns why a reply failed, or `undefined` if the error is a fault of ours. An error inside a stream has a type and no status.
 * `maxTokens` is what the request allowed for the reply.
 */
export function reasonOf(error: unknown, progress: Progress, maxTokens = 0): Reason | undefined {
	if (error instanceof NoStream) return "bad_server";
	if (!(error instanceof Anthropic.APIError)) return progress === "asking" ? undefined : "interrupted";
	const reason = reasonByCode(error) ?? reasonByMessage(error, maxTokens) ?? reasonByType(error.type) ?? reasonByStatus(statusOf(error));
	return reason === "unavailable" && progress === "answering" ? "interrupted" : reason;
}

function reasonByCode({ errorCode }: APIError): Reason | undefined {
	return errorCode?.endsWith("spend_limit_reached") ? "spend_limit" : undefined;
}

/** For some failures there is only a message. The wording may change; the second half of each expression is that of other servers. */
function reasonByMessage(error: APIError, maxTokens: number): Reason | undefined {
	const { message } = error;
	if (/specified (\w+ )?API usage limits|credit balance is too low|insufficient[_ ]quota/i.test(message)) return "spend_limit";
	if (/max_tokens: \d+ > \d+/i.test(message)) return "bad_max_tokens";
	if (/prompt is too long|exceeds? context limit|context[ _-]?(window|length|size)/i.test(message))
		return maxTokens >= (contextSizeIn(error) ?? Number.POSITIVE_INFINITY) ? "bad_max_tokens" : "prompt_too_long";
	// Anthropic's own API answers 404 to an unknown address too, without naming a model.
	if ((error.status === 404 || error.type === "not_found_error") && error.error !== undefined)
		return /model/i.test(message) ? "bad_model" : "bad_server";
	return undefined;
}

function reasonByType(type: unknown): Reason | undefined {
	switch (type) {
		case "overloaded_error":
			return "overloaded";
		case "rate_limit_error":
			return "rate_limited";
		case "authentication_error":
		case "permission_error":
			return "bad_key";
		case "billing_error":
			return "spend_limit";
		case "request_too_large":
			return "prompt_too_long";
		default:
			return undefined;
	}
}

function reasonByStatus(status: number | undefined): Reason {
	switch (status) {
		case 400:
		case 422:
			return "bad_request";
		case 401:
		case 403:
			return "bad_key";
		case 402:
			return "spend_limit";
		case 404:
		case 405:
		case 415:
			return "bad_server";
		case 413:
			return "prompt_too_long";
		case 429:
			return "rate_limited";
		case 529:
			return "overloaded";
		default:
			// A redirect is not followed.
			return status !== undefined && status >= 300 && status < 400 ? "bad_server" : "unavailable";
	}
}

/** The status of a response, or the one that stands for the type of an error inside a stream. */
export function statusOf(failure: unknown): number | undefined {
	if (!(failure instanceof Anthropic.APIError)) return undefined;
	const { status, type, error } = failure;
	if (status !== undefined) return status;
	if (type === "invalid_request_error") return 400;
	const { code } = fieldsOf(fieldsOf(error).error);
	return typeof code === "number" ? code : undefined;
}

/** The model's context in tokens, if a refusal names it. */
export function contextSizeIn(error: unknown): number | undefined {
	const { message = "" } = error as Partial<Error>;
	const expressions = [
		/context limit: \d+ \+ \d+ > (\d+)/i,
		/tokens > (\d+) maximum/i,
		/context (?:length|window|size) (?:is|of)(?: only)? (\d+)/i,
		/context (?:length|window|size) \((\d+)/i,
		/"n_ctx": ?(\d+)/,
	];
	const size = expressions.map((expression) => expression.exec(message)?.[1]).find((found) => found !== undefined);
	return size === undefined ? undefined : Number(size);
}

/**
 * Returns how long Claude's side asks to wait from `now`, in whole ms: Infinity if it asks not to retry, `undefined` if it says
 * nothing.
 */
export function retryAfterOf(error: unknown, now: number): number | undefined {
	const headers = error instanceof Anthropic.APIError ? error.headers : undefined;
	if (!headers) return undefined;
	if (headers.get("x-should-retry") === "false") return Number.POSITIVE_INFINITY;
	const milliseconds = Number.parseFloat(headers.get("retry-after-ms") ?? "");
	if (milliseconds >= 0) return Math.ceil(milliseconds);
	const after = headers.get("retry-after") ?? "";
	const seconds = Number.parseFloat(after);
	const wait = Number.isNaN(seconds) ? Date.parse(after) - now : seconds * 1000;
	return Number.isNaN(wait) ? undefined : Math.max(0, Math.ceil(wait));
}

/**
 * Returns what distinguishes this failure from others in the log. The message may quote what people wrote, so the log gets a hash of
 * it. Numbers do not count: the same failure has the same fingerprint.
 */
export async function failureFacts(error: unknown): Promise<Record<string, unknown>> {
	const { name, status, type, errorCode, requestID, apiMessage, message } = error as Partial<APIError>;
	const fingerprint = (await sha256((apiMessage ?? message ?? "").replace(/\d+/g, "0"))).slice(0, 12);
	return { name, status, type, errorCode, requestID, fingerprint };
}
