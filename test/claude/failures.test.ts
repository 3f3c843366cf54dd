import { describe, expect, it } from "vitest";
import { boundRetries } from "../../src/claude/failures.ts";

const now = Date.parse("2026-11-24T12:00:00Z");
const spent = JSON.stringify({ error: { details: { error_code: "enforced_spend_limit_reached" } } });

describe("what the SDK may try again", () => {
	it.each<[what: string, headers: Record<string, string>, body: string, retry: string | null]>([
		["nothing is said", {}, "{}", null],
		["a short wait", { "retry-after": "20" }, "{}", null],
		["a long wait", { "retry-after": "20.5" }, "{}", "false"],
		["a long wait that the server recommends", { "retry-after": "3600", "x-should-retry": "true" }, "{}", "false"],
		["a short wait in milliseconds", { "retry-after-ms": "1500", "retry-after": "3600" }, "{}", null],
		["a long wait in milliseconds", { "retry-after-ms": "60000", "retry-after": "1" }, "{}", "false"],
		["a date close by", { "retry-after": "Tue, 24 Nov 2026 12:00:10 GMT" }, "{}", null],
		["a date far off", { "retry-after": "Tue, 24 Nov 2026 13:00:00 GMT" }, "{}", "false"],
		["no sense", { "retry-after": "soon" }, "not json", null],
		["a spent limit", {}, spent, "false"],
		["a spent limit and a short wait", { "retry-after": "1" }, spent, "false"],
	])("after a refusal with %s", async (_what, headers, body, retry) => {
		const bounded = await boundRetries(new Response(body, { status: 429, headers }), now);
		expect(bounded.headers.get("x-should-retry")).toBe(retry);
		expect([bounded.status, await bounded.text()]).toEqual([429, body]);
	});

	it("an answer passes as it came", async () => {
		const answer = new Response("data", { headers: { "retry-after": "3600" } });
		expect(await boundRetries(answer, now)).toBe(answer);
	});
});
