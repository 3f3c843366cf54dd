// The memory that connections share.

import { describe, expect, it } from "vitest";
import { HeldBytes } from "../../src/platform/held-bytes.ts";

describe("what is held in memory", () => {
	it("is bounded for everybody, for a person, and for the guests of one network together", () => {
		const held = new HeldBytes({ all: 10, person: 6, network: 5 });
		const network = "192.0.2.1";
		const [ann, guest, other] = [held.hold({ userId: "ann" }), held.hold({ userId: "g1", network }), held.hold({ userId: "g2", network })];
		expect([guest.add(3), other.add(3), other.add(2)]).toEqual([true, false, true]);
		expect([ann.add(7), ann.add(5), ann.add(1)]).toEqual([false, true, false]);
		expect(held.hold({ userId: "g3", network: "192.0.2.2" }).add(1)).toBe(false);
		guest.release();
		expect([ann.add(1), other.add(3), held.hold({ userId: "ann" }).add(1)]).toEqual([true, false, false]);
		ann.release();
		expect([other.add(3), held.hold({ userId: "ann" }).add(5)]).toEqual([true, true]);
	});
});
