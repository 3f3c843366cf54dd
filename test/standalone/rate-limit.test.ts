import { expect, it } from "vitest";
import rateLimit, { WindowCounter } from "../../src/standalone/rate-limit.ts";

/** The instant `seconds` after the beginning of a one-minute period. */
const at = (seconds: number) => 6_000_000 + seconds * 1000;

it("lets through as many requests of each key as the limit says, until the period ends", () => {
	const counter = new WindowCounter(2, 60_000);
	expect([at(0), at(30), at(59), at(59.999)].map((now) => counter.count("ann", now))).toEqual([true, true, false, false]);
	expect([at(59), at(59), at(59)].map((now) => counter.count("bob", now))).toEqual([true, true, false]);
	expect([at(60), at(61), at(62)].map((now) => counter.count("ann", now))).toEqual([true, true, false]);
});

it("remembers a bounded number of keys, and forgets the older half when there are more", () => {
	const counter = new WindowCounter(1, 60_000);
	counter.count("ann", at(0));
	for (let n = 1; n < 50_000; n++) counter.count(`network ${n}`, at(1));
	expect(counter.count("ann", at(2))).toBe(false);
	counter.count("one more", at(3));
	expect(["network 25000", "network 49999", "one more"].map((key) => counter.count(key, at(4)))).toEqual([false, false, false]);
	expect(["ann", "network 24999"].map((key) => counter.count(key, at(5)))).toEqual([true, true]);
});

it("is a binding like those of wrangler.toml", async () => {
	const limiter = rateLimit({ limit: 0, period: 60 });
	expect(await limiter.limit({ key: "ann" })).toEqual({ success: false });
});
