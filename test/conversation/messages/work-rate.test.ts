// How much work one person may give a conversation, and that no usual reading reaches the limit.

import { describe, expect, it } from "vitest";
import { prices, type Read, readOf, WorkRate } from "../../../src/conversation/messages/work-rate.ts";
import type { Requester } from "../../../src/conversation/ports.ts";
import { limits } from "../../../src/protocol/limits.ts";

const longestPage: Read = { rows: 40, length: limits.pageLength };

const bob = { userId: "bob" };

function read(work: WorkRate, what: Read, now = 0, requester: Requester = bob): boolean {
	if (work.begin(requester, now)) return false;
	work.count(requester, now, what);
	return true;
}

describe("work", () => {
	it("is counted by what was read, and refused until it is regained", () => {
		const work = new WorkRate();
		expect(read(work, longestPage) && read(work, longestPage)).toBe(true);
		const refused = work.begin(bob, 0);
		expect(refused).toEqual({ code: "rate_limited", retryAfterMs: expect.any(Number) });
		const at = refused?.retryAfterMs as number;
		expect(work.begin(bob, at - 1)).toBeDefined();
		expect(work.begin(bob, at)).toBeUndefined();
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

	it("grows with mentions and reactions, which may be longer than the text", () => {
		const plain = { content: "@A".repeat(100) };
		const mentions = Array.from({ length: 100 }, (_, n) => ({ userId: "ann", offset: n * 2, length: 2 }));
		const reactions = [{ emoji: "👍", userIds: Array<string>(500).fill("ann") }];
		expect(readOf([{ ...plain, mentions }]).length).toBeGreaterThanOrEqual(JSON.stringify(mentions).length);
		expect(readOf([{ ...plain, reactions }]).length).toBeGreaterThanOrEqual(500 * 40);
	});

	it("of one person leaves that of others alone", () => {
		const work = new WorkRate();
		while (read(work, longestPage));
		expect(read(work, longestPage, 0, { userId: "ann" })).toBe(true);
	});

	it("that nobody waits for leaves a reserve", () => {
		const work = new WorkRate();
		while (!work.begin(bob, 0, prices.call, limits.work.reserve)) work.count(bob, 0, { rows: 1_000, length: 100_000 });
		expect(read(work, { rows: 100, length: 3_000 })).toBe(true);
	});

	it("is never refused to somebody who reads 10,000 messages at once, or whose eight tabs reconnect", () => {
		const work = new WorkRate();
		const page = readOf(Array.from({ length: 100 }, () => ({ content: "A usual message, as people send them." })));
		for (let n = 0; n < 100; n++) expect(read(work, page)).toBe(true);
		const other = new WorkRate();
		for (let tab = 0; tab < limits.socketsPerPerson; tab++) {
			expect(other.begin(bob, 0, prices.connect)).toBeUndefined();
			other.count(bob, 0, { rows: limits.page.default, length: limits.page.default * 2_000 });
			for (let n = 0; n < 3; n++) expect(read(other, { rows: 20, length: 0 })).toBe(true);
		}
	});
});

const guest = (n: number): Requester => ({ userId: `guest-${n}`, network: "2001:db8:1:2::/64" });

describe("the work of 40 guests from one network", () => {
	it("is bounded together as that of four people", () => {
		const work = new WorkRate();
		let done = 0;
		for (let now = 0; now < 60_000; now += 20) for (let n = 0; n < 40; n++) if (read(work, longestPage, now, guest(n))) done++;
		const price = prices.call + longestPage.rows / limits.work.rowsPerCount + longestPage.length / limits.work.lengthPerCount;
		expect(done * price).toBeLessThan(4 * (limits.work.burst + 60 * limits.work.perSecond) + price);
	});

	it("leaves that of guests elsewhere, and of people who are no guests, alone", () => {
		const work = new WorkRate();
		for (let n = 0; n < 40; n++) while (read(work, longestPage, 0, guest(n)));
		expect(read(work, longestPage, 0, { userId: "guest-elsewhere", network: "192.0.2.1" })).toBe(true);
		expect(read(work, longestPage, 0, { userId: "ann" })).toBe(true);
	});
});

/** A class behind one address: everybody joins by a link at once, reads back a little, and then chats. */
it("a class of thirty guests that joins, reads and chats is never refused", () => {
	const work = new WorkRate();
	const refused: string[] = [];
	const begin = (what: string, requester: Requester, now: number, price?: number, reads: Read = { rows: 0, length: 0 }) => {
		if (work.begin(requester, now, price)) refused.push(what);
		work.count(requester, now, reads);
	};
	const page = { rows: limits.page.default, length: limits.page.default * 400 };
	const pupils = Array.from({ length: 30 }, (_, n) => guest(n));
	for (const pupil of pupils) {
		begin("accept", pupil, 0, prices.change);
		begin("connect", pupil, 0, prices.connect, page);
		begin("members", pupil, 0, prices.call, { rows: pupils.length, length: 0 });
		begin("older messages", pupil, 0, prices.call, page);
	}
	for (let now = 1_000; now < 60_000; now += 1_000)
		for (const [n, pupil] of pupils.entries()) {
			if ((now / 1_000 + n) % 2 === 0) begin("mark as read", pupil, now, prices.read);
			if ((now / 1_000 + n) % 10 === 0) begin("older messages", pupil, now, prices.call, page);
		}
	expect(refused).toEqual([]);
});
