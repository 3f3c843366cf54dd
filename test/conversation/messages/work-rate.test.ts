// How much work one person may give a conversation, and that no usual reading reaches the limit.

import { describe, expect, it } from "vitest";
import { prices, type Read, readOf, WorkRate } from "../../../src/conversation/messages/work-rate.ts";
import { limits } from "../../../src/protocol/limits.ts";

const longestPage: Read = { rows: 40, length: limits.pageLength };

function read(work: WorkRate, what: Read, now = 0, userId = "bob"): boolean {
	if (work.begin(userId, now)) return false;
	work.count(userId, now, what);
	return true;
}

describe("work", () => {
	it("is counted by what was read, and refused until it is regained", () => {
		const work = new WorkRate();
		expect(read(work, longestPage) && read(work, longestPage)).toBe(true);
		const refused = work.begin("bob", 0);
		expect(refused).toEqual({ code: "rate_limited", retryAfterMs: expect.any(Number) });
		const at = refused?.retryAfterMs as number;
		expect(work.begin("bob", at - 1)).toBeDefined();
		expect(work.begin("bob", at)).toBeUndefined();
	});

	it("of a minute is bounded, however it is divided", () => {
		for (const what of [longestPage, { rows: 1, length: 100 }, { rows: 200, length: 6_000 }]) {
			const work = new WorkRate();
			let done = 0;
			for (let now = 0; now < 60_000; now += 20) if (read(work, what, now)) done++;
			const price = prices.call + what.rows / limits.work.rowsPerCount + what.length / limits.work.lengthPerCount;
			expect(done * price).toBeLessThan(limits.work.burst + 60 * limits.work.perSecond + price);
		}
	});

	it("of one person leaves that of others alone", () => {
		const work = new WorkRate();
		while (read(work, longestPage));
		expect(read(work, longestPage, 0, "ann")).toBe(true);
	});

	it("that nobody waits for leaves a reserve", () => {
		const work = new WorkRate();
		while (!work.begin("bob", 0, prices.call, limits.work.reserve)) work.count("bob", 0, { rows: 1_000, length: 100_000 });
		expect(read(work, { rows: 100, length: 3_000 })).toBe(true);
	});

	it("is never refused to somebody who reads 10,000 messages at once, or whose eight tabs reconnect", () => {
		const work = new WorkRate();
		const page = readOf(Array.from({ length: 100 }, () => ({ content: "A usual message, as people send them." })));
		for (let n = 0; n < 100; n++) expect(read(work, page)).toBe(true);
		const other = new WorkRate();
		for (let tab = 0; tab < limits.socketsPerPerson; tab++) {
			expect(other.begin("bob", 0, prices.connect)).toBeUndefined();
			other.count("bob", 0, { rows: limits.page.default, length: limits.page.default * 2_000 });
			for (let n = 0; n < 3; n++) expect(read(other, { rows: 20, length: 0 })).toBe(true);
		}
	});
});
