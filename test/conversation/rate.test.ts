import { describe, expect, it } from "vitest";
import { fullBucket, memory, replay, take } from "../../src/conversation/rate.ts";

const rate = { burst: 3, perSecond: 2 };

/** Takes a token at each of these times. Returns the times that passed and the wait of the last refusal. */
function takeAll(times: number[]) {
	let bucket = fullBucket(rate, 0);
	let told: number | undefined;
	const passed = times.filter((at) => {
		const taken = take(bucket, rate, at);
		if ("bucket" in taken) bucket = taken.bucket;
		else told = taken.retryAfterMs;
		return "bucket" in taken;
	});
	return { passed, told, bucket };
}

describe("sends of one person", () => {
	it("allow a burst and then no more", () => {
		expect(takeAll([0, 0, 0, 0, 0])).toMatchObject({ passed: [0, 0, 0], told: 500 });
	});
	it("allow one more after each interval, exactly when announced", () => {
		expect(takeAll([0, 0, 0, 499, 500, 501])).toMatchObject({ passed: [0, 0, 0, 500], told: 499 });
	});
	it("never exceed the burst after a long pause", () => {
		expect(takeAll([0, 0, 0, 1e9, 1e9, 1e9, 1e9]).passed).toHaveLength(6);
	});
	it("gain nothing from a clock that goes back", () => {
		expect(takeAll([1000, 1000, 1000, 0, 0]).passed).toEqual([1000, 1000, 1000]);
	});
	it("rebuild the same bucket from the log", () => {
		const { passed, bucket } = takeAll([0, 0, 0, 400, 500, 700, 1000, 1001]);
		expect(replay(passed, rate)).toEqual(bucket);
	});
	it("start with a full bucket from an empty log", () => {
		expect(take(replay([], rate), rate, 5)).toEqual({ bucket: { left: 2, at: 5 } });
	});
	it("ignore sends that are older than the bucket remembers", () => {
		const old = [0, 0, 0];
		const now = memory(rate);
		expect(take(replay(old, rate), rate, now)).toEqual(take(replay([], rate), rate, now));
	});
});
