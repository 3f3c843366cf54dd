import { describe, expect, it } from "vitest";
import { Floods } from "../../../src/conversation/sockets/flood-control.ts";
import { limits } from "../../../src/protocol/limits.ts";

const sends = { burst: 10, perSecond: 1 };
const read = { type: "read" };

/** So many frames at once; what became of each. */
const pour = (floods: Floods, count: number, now: number, length = 100) =>
	Array.from({ length: count }, () => floods.take("ann", length, now).type);

describe("frames of one person", () => {
	it("are read up to far more than hands can write, and then refused, told once a second", () => {
		const floods = new Floods(sends);
		expect(new Set(pour(floods, 400, 0))).toEqual(new Set(["read"]));
		expect(floods.take("ann", 100, 0)).toEqual({ type: "refuse", isToBeTold: true, retryAfterMs: 10 });
		expect(floods.take("ann", 100, 1)).toMatchObject({ type: "refuse", isToBeTold: false });
		expect(floods.take("ann", 100, 11)).toEqual(read);
		expect(floods.take("bob", 100, 1)).toEqual(read);
		expect(pour(floods, 200, 1_000)).toContain("refuse");
	});

	it("that are long count for more", () => {
		expect(pour(new Floods(sends), 8, 0, 1024 * 1024).filter((type) => type === "read")).toHaveLength(6);
	});

	it("that keep coming though they are refused are a flood, over any number of sockets", () => {
		const floods = new Floods(sends);
		pour(floods, 400, 0);
		const verdicts = pour(floods, limits.refusedFramesPerMinute, 0);
		expect(verdicts.indexOf("flooding")).toBe(limits.refusedFramesPerMinute - 1);
	});

	it("are as many as the settings' sends need", () => {
		const busy = new Floods({ burst: 10_000, perSecond: 1_000 });
		expect(new Set(pour(busy, 40_000, 0))).toEqual(new Set(["read"]));
	});
});

describe("frames that make no sense", () => {
	const bad = (floods: Floods, count: number, now: number) => Array.from({ length: count }, () => floods.countBad("ann", now));

	it("are too many at fifty within a minute", () => {
		const floods = new Floods(sends);
		expect(bad(floods, 49, 0)).not.toContain(true);
		expect(floods.countBad("bob", 1)).toBe(false);
		expect(floods.countBad("ann", 59_999)).toBe(true);
	});

	it("are forgotten after it", () => {
		const floods = new Floods(sends);
		bad(floods, 49, 0);
		expect(floods.countBad("ann", 60_000)).toBe(false);
	});

	it("are remembered over a sleep, from whichever socket knows most", () => {
		const before = new Floods(sends);
		bad(before, 49, 0);
		const after = new Floods(sends);
		after.restore("ann", [0], 10_000);
		after.restore("ann", before.badFramesOf("ann"), 10_000);
		after.restore("ann", [], 10_000);
		expect(after.countBad("ann", 10_001)).toBe(true);
	});
});
