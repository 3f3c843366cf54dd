import { describe, expect, it } from "vitest";
import type { ServerEvent } from "../../src/protocol/events.ts";
import { ReadMark } from "../../web/src/live/readMark.ts";
import { countUnread, firstUnread, readersOf, readsOf, seenBy, withRead } from "../../web/src/live/readPositions.ts";
import { emptyTranscript, reduce } from "../../web/src/live/transcript.ts";
import { ann, bob, conversationId, HandClock, joined, message, reply } from "./fakes.ts";

const received = (...events: ServerEvent[]) => ({ type: "received" as const, events, now: 1_000 });

describe("a read position", () => {
	it("never goes back", () => {
		const reads = readsOf([{ userId: "u-ann", upTo: 4 }]);
		expect(withRead(reads, { userId: "u-ann", upTo: 3 })).toBe(reads);
		expect(withRead(reads, { userId: "u-ann", upTo: 5 }).get("u-ann")).toBe(5);
		expect(withRead(reads, { userId: "u-bob", upTo: 1 })).toEqual(
			readsOf([
				{ userId: "u-ann", upTo: 4 },
				{ userId: "u-bob", upTo: 1 },
			]),
		);
	});

	it("goes back for the person who marks messages unread, and the unread messages begin there", () => {
		const here = reduce(emptyTranscript, received(joined({ reads: [{ userId: "u-ann", upTo: 4 }] })));
		const marked = reduce(here, received({ type: "chat:read", conversationId, userId: "u-ann", upTo: 2, unread: true }));
		expect([marked.reads.get("u-ann"), marked.unreadFrom]).toEqual([2, 3]);
	});

	it("arrives with joining and with each change", () => {
		const here = reduce(emptyTranscript, received(joined({ reads: [{ userId: "u-ann", upTo: 2 }] })));
		const later = reduce(here, received({ type: "chat:read", conversationId, userId: "u-bob", upTo: 2 }));
		expect([...later.reads]).toEqual([
			["u-ann", 2],
			["u-bob", 2],
		]);
	});
});

describe("the first unread message", () => {
	const messages = [message(1), message(2, { author: bob }), reply(3), message(4)];

	it.each([
		["comes after the last position read", 1, 2],
		["is not the person's own", 3, null],
		["does not exist if everything was read", 4, null],
		["does not exist on the first visit", 0, null],
	])("%s", (_what, upTo, from) => {
		expect(firstUnread(messages, readsOf([{ userId: "u-ann", upTo }]), "u-ann")).toBe(from);
	});

	it("comes after the person's own last message", () => {
		const read = readsOf([{ userId: "u-ann", upTo: 1 }]);
		expect(firstUnread([message(1), message(2), message(3), reply(4)], read, "u-ann")).toBe(4);
	});

	it("stays the same while the conversation is open", () => {
		const reads = [{ userId: "u-ann", upTo: 1 }];
		const opened = reduce(emptyTranscript, received(joined({ messages: messages.slice(0, 3), reads })));
		expect(opened.unreadFrom).toBe(2);
		const later = reduce(
			opened,
			received(
				{ type: "chat:read", conversationId, userId: "u-ann", upTo: 3 },
				joined({ reset: false, reads: [{ userId: "u-ann", upTo: 3 }], messages: [message(4, { author: bob })] }),
			),
		);
		expect(later.unreadFrom).toBe(2);
	});
});

describe("the number of unread messages", () => {
	it("counts others' messages after a position, including those not loaded, but no deleted ones", () => {
		const deleted = message(5, { author: bob, deletedAt: "2026-11-24T12:00:00.000Z" });
		const messages = [message(2, { author: bob }), reply(3), message(4), deleted];
		expect([0, 1, 2, 3, 5].map((after) => countUnread(messages, after, "u-ann"))).toEqual([3, 2, 1, 0, 0]);
	});
});

describe("the readers of a message", () => {
	it("are the members who have read that far, except its author", () => {
		const members = [ann, bob, { userId: "u-eve", username: "Eve" }].map((person) => ({ ...person, role: "member" as const }));
		const reads = readsOf(["u-ann", "u-bob", "u-gone"].map((userId) => ({ userId, upTo: 3 })));
		const names = (seq: number) => seenBy(message(seq), reads, members);
		expect([names(3), names(4)]).toEqual([["Bob"], []]);
	});

	it("are as many until the members are known, with the names of those who are present or have written", () => {
		const reads = readsOf(["u-ann", "u-bob", "u-eve", "u-dan"].map((userId) => ({ userId, upTo: 3 })));
		const people = readersOf(reads, [ann, bob], [message(1, { author: { userId: "u-eve", username: "Eve" } })]);
		expect(seenBy(message(3), reads, people)).toEqual(["Bob", "Eve", ""]);
	});
});

describe("reporting the read position", () => {
	function mark() {
		const clock = new HandClock();
		const told: number[] = [];
		let isConnected = true;
		const readMark = new ReadMark({
			clock,
			send: (upTo) => {
				if (isConnected) told.push(upTo);
				return isConnected;
			},
		});
		return {
			readMark,
			clock,
			told,
			lose: () => {
				isConnected = false;
			},
			comeBack: (upTo: number) => {
				isConnected = true;
				readMark.connected(upTo);
			},
		};
	}

	it("happens at once, then at most every two seconds with the newest position", () => {
		const { readMark, clock, told } = mark();
		for (const seq of [1, 2, 3, 2]) readMark.markRead(seq);
		expect(told).toEqual([1]);
		clock.advance(1_999);
		expect(told).toEqual([1]);
		clock.advance(1);
		expect(told).toEqual([1, 3]);
		clock.advance(60_000);
		expect(told).toEqual([1, 3]);
	});

	it("does not repeat a position that the server knows", () => {
		const { readMark, clock, told, comeBack } = mark();
		comeBack(5);
		readMark.markRead(5);
		clock.advance(2_000);
		readMark.markRead(6);
		clock.advance(2_000);
		readMark.markRead(6);
		expect(told).toEqual([6]);
	});

	it("pauses after marking unread, until the person reads on elsewhere", () => {
		const { readMark, clock, told, comeBack } = mark();
		readMark.markRead(5);
		readMark.markRead(6);
		readMark.pause();
		clock.advance(2_000);
		comeBack(3);
		readMark.markRead(7);
		expect(told).toEqual([5]);
		readMark.readElsewhere(8);
		clock.advance(2_000);
		expect(told).toEqual([5]);
		readMark.markRead(9);
		expect(told).toEqual([5, 9]);
	});

	it("repeats after a lost connection what the server has not recorded", () => {
		const { readMark, clock, told, lose, comeBack } = mark();
		readMark.markRead(1);
		lose();
		readMark.markRead(2);
		clock.advance(10_000);
		comeBack(0);
		expect(told).toEqual([1, 2]);
	});
});
