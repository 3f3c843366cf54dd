import { describe, expect, it } from "vitest";
import { isBusy, retryDelay } from "../../../src/conversation/replies/retry.ts";
import { type Reason, reasons } from "../../../src/protocol/errors.ts";

const failed = (reason: Reason) => ({ status: "failed", reason }) as const;
/** Attempts that broke off without any text. */
const breaks = (reason: Reason, count: number) => Array.from({ length: count }, () => ({ offset: 0, reason }));
/** The delay after attempts that broke off at these lengths of the text. */
const delayAfter = (...offsets: number[]) => {
	const all = offsets.map((offset) => ({ offset, reason: "interrupted" }));
	return retryDelay(failed("interrupted"), { breaks: all.slice(0, -1), length: all.at(-1)?.offset ?? 0, busyFor: 0 });
};

/** The waits until a reply fails, if every attempt ends like this. */
function waits(reason: Reason, retryAfterMs?: number): number[] {
	const all: number[] = [];
	for (;;) {
		const busyFor = all.reduce((sum, wait) => sum + wait, 0);
		const delay = retryDelay(failed(reason), { breaks: breaks(reason, all.length), length: 0, retryAfterMs, busyFor });
		if (delay === undefined) return all;
		all.push(delay);
	}
}
const total = (waits: number[]) => waits.reduce((sum, wait) => sum + wait, 0);

describe("the wait before the next attempt", () => {
	it.each([
		["overloaded", 180_000, 300_000],
		["rate_limited", 180_000, 300_000],
		["unavailable", 25_000, 60_000],
	] as const)("grows while Claude is %s, for minutes but not for ever", (reason, least, most) => {
		const all = waits(reason);
		expect(all[0]).toBeLessThanOrEqual(500);
		expect(Math.max(...all)).toBeLessThanOrEqual(60_000);
		expect(total(all)).toBeGreaterThan(least);
		expect(total(all)).toBeLessThanOrEqual(most);
		expect(all.length).toBeLessThan(20);
	});

	it("is at least what a busy server asks for, and none if that is longer than people wait", () => {
		expect(waits("overloaded", 40_000)).toEqual(expect.arrayContaining([40_000]));
		expect(Math.min(...waits("overloaded", 40_000))).toBe(40_000);
		expect(waits("overloaded", 300_001)).toEqual([]);
		expect(waits("rate_limited", Number.POSITIVE_INFINITY)).toEqual([]);
	});

	it("grows also for a server that always asks for none", () => {
		const all = waits("overloaded", 0);
		expect(all.slice(0, 3)).toEqual([0, 0, expect.any(Number)]);
		expect(all.length).toBeLessThan(20);
	});

	it("begins anew after an attempt that was not busy, but does not do so for ever", () => {
		const delay = retryDelay(failed("overloaded"), {
			breaks: [...breaks("overloaded", 6), ...breaks("interrupted", 1)],
			length: 0,
			busyFor: 0,
		});
		expect(delay).toBeLessThanOrEqual(500);
		expect(retryDelay(failed("overloaded"), { breaks: breaks("overloaded", 20), length: 0, busyFor: 0 })).toBeUndefined();
	});

	it("is none after an interruption that followed new text, up to 20 attempts in all", () => {
		const grown = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
		expect([5, 19].map((count) => delayAfter(...grown(count)))).toEqual([0, 0]);
		expect(delayAfter(...grown(20))).toBeUndefined();
	});

	it("does not exist after three attempts in a row without new text, nor after five in all", () => {
		expect(delayAfter(9, 9, 9)).toBe(0);
		expect(delayAfter(9, 9, 9, 9)).toBeUndefined();
		expect(delayAfter(9, 9, 9, 10, 10, 10, 11)).toBe(0);
		expect(delayAfter(9, 9, 9, 10, 10, 10, 11, 11)).toBeUndefined();
	});

	it("counts anew once people continue the reply", () => {
		const continued = { offset: 9, reason: "max_tokens" };
		expect(retryDelay(failed("interrupted"), { breaks: [...breaks("interrupted", 2), continued], length: 9, busyFor: 0 })).toBe(0);
		const all = [continued, { offset: 9, reason: "interrupted" }, { offset: 9, reason: "interrupted" }];
		expect(retryDelay(failed("interrupted"), { breaks: all, length: 9, busyFor: 0 })).toBeUndefined();
	});

	it.each(["interrupted", "timed_out", "no_response"] as const)("is none after %s, for three attempts without text", (reason) => {
		expect(waits(reason)).toEqual([0, 0]);
		expect(retryDelay(failed(reason), { breaks: breaks("overloaded", 9), length: 0, busyFor: 0 })).toBe(0);
	});

	it("does not exist for what asking again would not change", () => {
		const others = (Object.keys(reasons) as Reason[]).filter((reason) => !isBusy(reason) && !/interrupted|timed_out|no_resp/.test(reason));
		for (const reason of others) expect(waits(reason), reason).toEqual([]);
		expect(retryDelay({ status: "complete" }, { breaks: [], length: 0, busyFor: 0 })).toBeUndefined();
	});
});
