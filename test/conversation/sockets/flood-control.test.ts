import { describe, expect, it } from "vitest";
import { FloodControl } from "../../../src/conversation/sockets/flood-control.ts";
import { limits } from "../../../src/protocol/limits.ts";

const sends = { burst: 10, perSecond: 1 };
const read = { type: "read" };
const ann = { userId: "ann" };

/** Sends `count` frames at once; returns the verdicts. */
const pour = (control: FloodControl, count: number, now: number, length = 100) =>
	Array.from({ length: count }, () => control.count(ann, length, now).type);

describe("frames of one person", () => {
	it("are read up to far more than anybody types, then refused with one notice a second", () => {
		const control = new FloodControl(sends);
		expect(new Set(pour(control, 400, 0))).toEqual(new Set(["read"]));
		expect(control.count(ann, 100, 0)).toEqual({ type: "refuse", shouldNotify: true, retryAfterMs: 10 });
		expect(control.count(ann, 100, 1)).toMatchObject({ type: "refuse", shouldNotify: false });
		expect(control.count(ann, 100, 11)).toEqual(read);
		expect(control.count({ userId: "bob" }, 100, 1)).toEqual(read);
		expect(pour(control, 200, 1_000)).toContain("refuse");
	});

	it("count for more when they are long", () => {
		expect(pour(new FloodControl(sends), 8, 0, 1024 * 1024).filter((type) => type === "read")).toHaveLength(6);
	});

	it("count as a flood when they keep coming after refusals, over any number of sockets", () => {
		const control = new FloodControl(sends);
		pour(control, 400, 0);
		const verdicts = pour(control, limits.refusedFramesPerMinute, 0);
		expect(verdicts.indexOf("flooding")).toBe(limits.refusedFramesPerMinute - 1);
	});

	it("are allowed as often as the configured send rate needs", () => {
		const busy = new FloodControl({ burst: 10_000, perSecond: 1_000 });
		expect(new Set(pour(busy, 40_000, 0))).toEqual(new Set(["read"]));
	});
});

describe("frames of the guests of one network", () => {
	it("are read up to those of four people, and their senders are not shut out for those of others", () => {
		const control = new FloodControl(sends);
		const verdicts = Array.from({ length: 40 * 100 }, (_, n) =>
			control.count({ userId: `guest-${n % 40}`, network: "2001:db8:1:2::/64" }, 100, 0),
		);
		expect(verdicts.filter(({ type }) => type === "read")).toHaveLength(1_600);
		expect(verdicts.filter(({ type }) => type === "refuse")).toHaveLength(2_400);
		expect(verdicts[1_600]).toEqual({ type: "refuse", shouldNotify: true, retryAfterMs: 3 });
		expect(control.count({ userId: "guest-elsewhere", network: "192.0.2.1" }, 100, 0)).toEqual(read);
	});
});

describe("bad frames", () => {
	const bad = (control: FloodControl, count: number, now: number) => Array.from({ length: count }, () => control.countBad("ann", now));

	it("are too many at fifty within a minute", () => {
		const control = new FloodControl(sends);
		expect(bad(control, 49, 0)).not.toContain(true);
		expect(control.countBad("bob", 1)).toBe(false);
		expect(control.countBad("ann", 59_999)).toBe(true);
	});

	it("are forgotten after a minute", () => {
		const control = new FloodControl(sends);
		bad(control, 49, 0);
		expect(control.countBad("ann", 60_000)).toBe(false);
	});

	it("are remembered over a sleep, from the socket that kept most of them", () => {
		const before = new FloodControl(sends);
		bad(before, 49, 0);
		const after = new FloodControl(sends);
		after.restore("ann", [0], 10_000);
		after.restore("ann", before.badFramesOf("ann"), 10_000);
		after.restore("ann", [], 10_000);
		expect(after.countBad("ann", 10_001)).toBe(true);
	});
});
