import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, it } from "vitest";
import { retryAfterOf } from "../../src/claude/failures.ts";

const now = Date.parse("2026-11-24T12:00:00Z");
const refusal = (headers: Record<string, string>) => Anthropic.APIError.generate(429, {}, "", new Headers(headers));

describe("the wait after a refusal", () => {
	it.each<[what: string, headers: Record<string, string>, wait: number | undefined]>([
		["without a header", {}, undefined],
		["with seconds", { "retry-after": "20.5" }, 20_500],
		["with milliseconds, which are more exact", { "retry-after-ms": "1500", "retry-after": "3600" }, 1_500],
		["with a fraction of a millisecond, which the protocol does not have", { "retry-after-ms": "1500.2" }, 1_501],
		["with a date", { "retry-after": "Tue, 24 Nov 2026 12:00:10 GMT" }, 10_000],
		["with a date in the past", { "retry-after": "Tue, 24 Nov 2026 11:00:00 GMT" }, 0],
		["with an unreadable header", { "retry-after": "soon" }, undefined],
		["that asks not to retry", { "retry-after": "1", "x-should-retry": "false" }, Number.POSITIVE_INFINITY],
		["that asks to retry", { "retry-after": "1", "x-should-retry": "true" }, 1_000],
	])("%s", (_what, headers, wait) => {
		expect(retryAfterOf(refusal(headers), now)).toBe(wait);
	});

	it("is unknown if there was no response", () => {
		expect(retryAfterOf(new Anthropic.APIConnectionError({ message: "" }), now)).toBeUndefined();
		expect(retryAfterOf(new Error("other"), now)).toBeUndefined();
	});
});
