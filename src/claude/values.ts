// Reads values of another service: each is taken only in the form that our rows and wire have, and dropped otherwise. Pure. Other
// servers that speak the Messages API leave values out, or send nulls, fractions and strings.

import { limits } from "../protocol/limits.ts";
import type { Usage } from "../protocol/message.ts";
import { sanitizeLine } from "../protocol/text/sanitize.ts";

export type Fields = { readonly [name: string]: unknown };

export const noUsage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** The fields of a JSON object; none of any other value. */
export function fieldsOf(value: unknown): Fields {
	return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** A part of a text, which may begin or end within a character. */
export function textOf(value: unknown): string {
	return typeof value === "string" ? value : "";
}

/** A request's usage after one more report. Counts are cumulative: each replaces the one before it. */
export function usageAfter(before: Usage, report: unknown): Usage {
	const counts = fieldsOf(report);
	const searches = countOf(fieldsOf(counts.server_tool_use).web_search_requests) ?? before.searches;
	return {
		input: countOf(counts.input_tokens) ?? before.input,
		output: countOf(counts.output_tokens) ?? before.output,
		cacheRead: countOf(counts.cache_read_input_tokens) ?? before.cacheRead,
		cacheWrite: countOf(counts.cache_creation_input_tokens) ?? before.cacheWrite,
		...(searches !== undefined && searches > 0 && { searches }),
	};
}

function countOf(value: unknown): number | undefined {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** The id of a model or of a tool, or a stop reason: one line without invisible characters. */
export function nameOf(value: unknown): string | undefined {
	if (typeof value !== "string" || value === "" || value.length > limits.modelName) return undefined;
	return sanitizeLine(value) === value ? value : undefined;
}
