// The refusal of a request that was not carried out.

import type { ErrorCode } from "./errors.ts";

/**
 * Why a request was not carried out; nothing has changed. By `clientId` and `messageId`, its sender
 * recognizes the request.
 */
export type Refusal = { code: ErrorCode; retryAfterMs?: number; clientId?: string; messageId?: string };

export function isRefusal(result: unknown): result is Refusal {
	return typeof result === "object" && result !== null && "code" in result;
}
