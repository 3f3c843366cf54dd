// What a client of a socket that the Worker holds may leave unread, and how fast it enters conversations.

import { describe, expect, it } from "vitest";
import { Joining } from "../../src/gateway/joining.ts";
import { Unread } from "../../src/gateway/unread.ts";
import { limits } from "../../src/protocol/limits.ts";

const second = 1_000;
const full = limits.queuedBytes;

describe("what is sent over a socket", () => {
	it("is bounded for a client that shows signs of life and reads nothing", () => {
		const unread = new Unread(0);
		expect(unread.mayAdd(full, 0)).toBe(true);
		for (let n = 1; n < 100; n++) unread.heard(n);
		expect([unread.mayAdd(2 * full, 100), unread.mayAdd(1, 100)]).toEqual([true, false]);
	});

	it("counts as read by the second sign of life after it", () => {
		const unread = new Unread(0);
		unread.mayAdd(full, 0);
		unread.heard(20 * second);
		expect(unread.length).toBe(full);
		unread.mayAdd(7, 30 * second);
		unread.heard(40 * second);
		expect(unread.length).toBe(7);
	});

	it("counts as read when the client acknowledges it", () => {
		const unread = new Unread(0);
		unread.mayAdd(full, 0);
		unread.acknowledged();
		unread.heard(10 * second);
		unread.heard(20 * second);
		expect(unread.length).toBe(0);
	});

	it("is bounded in all for a client that acknowledges everything and may read nothing", () => {
		const unread = new Unread(0);
		const sent: boolean[] = [];
		for (let n = 0; n < 7; n++) {
			sent.push(unread.mayAdd(full, n));
			unread.acknowledged();
		}
		expect(sent).toEqual([true, true, true, true, true, true, false]);
	});

	it("is what the runtime says, where it does, whatever the client says", () => {
		const unread = new Unread(0);
		for (let n = 0; n < 10; n++) expect(unread.mayAdd(full, 60 * second, 0)).toBe(true);
		unread.acknowledged();
		expect([unread.mayAdd(1, 60 * second, full), unread.mayAdd(1, 60 * second, full + 1)]).toEqual([true, false]);
	});

	it("is less for a client that is silent", () => {
		const unread = new Unread(0);
		expect([unread.mayAdd(full + 1, 30 * second), unread.mayAdd(1, 31 * second)]).toEqual([true, false]);
	});
});

describe("conversations that are entered", () => {
	it("are a few at once, and none while the client has much to read", async () => {
		const unread = { length: 0 };
		const joining = new Joining(unread);
		const entered: number[] = [];
		for (let n = 0; n < 7; n++) void joining.turn().then(() => entered.push(n));
		await Promise.resolve();
		expect(entered).toEqual([0, 1, 2, 3]);
		joining.done();
		await Promise.resolve();
		expect(entered).toEqual([0, 1, 2, 3, 4]);
		unread.length = full;
		joining.done();
		await Promise.resolve();
		expect(entered).toHaveLength(5);
		unread.length = 0;
		joining.proceed();
		await Promise.resolve();
		expect(entered).toEqual([0, 1, 2, 3, 4, 5]);
	});
});
