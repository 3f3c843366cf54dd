// The refusal of a request that was not carried out.

import type { ErrorCode } from "./errors.ts";
import type { BudgetScope } from "./money/notice.ts";

/**
 * Why a request was not carried out; nothing has changed. By `clientId` and `messageId`, its sender
 * recognizes the request. `text`: a more exact sentence than that of the code, and our own.
 */
export type Refusal = {
	code: ErrorCode;
	text?: string;
	scope?: BudgetScope;
	retryAfterMs?: number;
	clientId?: string;
	messageId?: string;
};

export function isRefusal(result: unknown): result is Refusal {
	return typeof result === "object" && result !== null && "code" in result;
}

/** The same is under way, or all places are taken: it is worth another try in a second. */
export const busy: Refusal = { code: "rate_limited", retryAfterMs: 1_000 };
