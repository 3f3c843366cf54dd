// Reads the model id and the token counts of an answer. Pure. Other servers that speak the Messages API leave them out or send nulls,
// fractions and strings: such values are dropped here, before they reach a row or the wire.

import type { Usage } from "../protocol/message.ts";

export const noUsage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** Token counts by their names in the Messages API. */
type Counts = { [name in "input_tokens" | "output_tokens" | "cache_read_input_tokens" | "cache_creation_input_tokens"]?: unknown };

/** A request's usage after one more report. Counts are cumulative: each replaces the one before it. */
export function usageAfter(before: Usage, counts: Counts | null | undefined): Usage {
	return {
		input: countOf(counts?.input_tokens) ?? before.input,
		output: countOf(counts?.output_tokens) ?? before.output,
		cacheRead: countOf(counts?.cache_read_input_tokens) ?? before.cacheRead,
		cacheWrite: countOf(counts?.cache_creation_input_tokens) ?? before.cacheWrite,
	};
}

function countOf(value: unknown): number | undefined {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function modelIdOf(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}
