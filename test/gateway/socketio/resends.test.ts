// Messages that a client sends again because it received no acknowledgement.

import { describe, expect, it } from "vitest";
import { Resends } from "../../../src/gateway/socketio/resends.ts";
import { limits } from "../../../src/protocol/limits.ts";

describe("a message without a clientId", () => {
	const begin = (acknowledged = 0) => new Resends({ base: "base", acknowledged, unread: [] });

	it("is the same one when it is sent again unacknowledged, and two when it is sent twice at once", () => {
		const resends = begin();
		const first = resends.idOf("ok", 0, 0);
		expect(resends.idOf("ok", 100, 0)).toBe(first);
		const other = begin();
		expect(new Set([other.idOf("ok", 0, 0), other.idOf("ok", 0, 0), other.idOf("no", 0, 0)]).size).toBe(3);
	});

	it("is the same one until the client has read its acknowledgement, and a new one afterwards", () => {
		const resends = begin();
		const first = resends.idOf("ok", 0, 0);
		resends.acknowledge(first, () => 7, 0);
		expect(resends.idOf("ok", 1_000, 0)).toBe(first);
		resends.pongReceived(6);
		expect(resends.idOf("ok", 2_000, 0)).toBe(first);
		resends.acknowledge(first, () => 8, 2_000);
		resends.pongReceived(7);
		expect(resends.idOf("ok", 3_000, 0)).toBe(first);
		resends.pongReceived(8);
		expect(resends.idOf("ok", 4_000, 0)).not.toBe(first);
		expect(resends.acknowledged).toBe(1);
	});

	it("is a new one after a different message: the client has then received the acknowledgement", () => {
		const resends = begin();
		const first = resends.idOf("ok", 0, 0);
		resends.acknowledge(first, () => 1, 5);
		resends.idOf("other", 10, 0);
		expect(resends.idOf("ok", 1_000, 0)).not.toBe(first);
	});

	it("is a new one within a round trip, acknowledged or not: nobody has waited in vain by then", () => {
		const resends = begin();
		const ids: string[] = [];
		for (const at of [0, 120, 240, 360]) {
			ids.push(resends.idOf("ha", at, 300));
			resends.acknowledge(ids.at(-1) as string, () => at, at + 5);
			if (at === 360) resends.pongReceived(0);
		}
		expect(new Set(ids).size).toBe(4);
		expect(resends.idOf("ha", 360 + 356, 300)).toBe(ids.at(-1));
	});

	it("is a new one as long as answers usually take in addition", () => {
		const resends = begin();
		for (const [at, answerTime] of [
			[0, 200],
			[300, 250],
		] as const) {
			resends.acknowledge(resends.idOf(`at ${at}`, at, 10), () => 1, at + answerTime);
			resends.pongReceived(1);
		}
		const ids = [resends.idOf("ha", 1_000, 10), resends.idOf("ha", 1_100, 10)];
		expect(new Set(ids).size).toBe(2);
		expect(resends.idOf("ha", 1_361, 10)).toBe(ids[1]);
	});

	it("is always a new one from a client that does not wait for each acknowledgement", () => {
		const told = begin();
		told.sendsOnce();
		const seen = begin();
		seen.idOf("one", 0, 0);
		seen.idOf("two", 10, 0);
		for (const resends of [told, seen, new Resends(structuredClone(seen.state))])
			expect(new Set([0, 1_000, 2_000].map((at) => resends.idOf("ha", 100 + at, 0))).size).toBe(3);
	});

	it("never has the id of another message", () => {
		const resends = begin();
		const first = resends.idOf("ha", 0, 100);
		resends.acknowledge(first, () => 1, 1);
		const second = resends.idOf("ha", 50, 100);
		resends.pongReceived(1);
		expect(new Set([first, second, resends.idOf("ha", 100, 100)]).size).toBe(3);
	});

	it("is the same one over another connection if the client has received no acknowledgement since", () => {
		const first = begin(3).idOf("ok", 0, 0);
		expect(begin(3).idOf("ok", 9_000, 0)).toBe(first);
		expect(begin(4).idOf("ok", 9_000, 0)).not.toBe(first);
		expect(new Resends({ base: "other", acknowledged: 3, unread: [] }).idOf("ok", 0, 0)).not.toBe(first);
	});

	it("is recognized after the session moved to another transport", () => {
		const resends = begin();
		const acknowledged = resends.idOf("one", 0, 0);
		resends.acknowledge(acknowledged, () => 1, 5);
		const after = new Resends(structuredClone(resends.state));
		expect([after.idOf("one", 1_000, 0), after.acknowledged]).toEqual([acknowledged, 1]);
		const waiting = after.idOf("two", 2_000, 0);
		expect(new Resends(structuredClone(after.state)).idOf("two", 3_000, 0)).toBe(waiting);
	});

	it("gets an id that is short enough, and little is remembered of it", () => {
		const resends = new Resends({ base: "a".repeat(22), acknowledged: 999_999_999, unread: [] });
		for (let n = 0; n < 2_000; n++) expect(resends.idOf(`number ${n}`, 0, 0).length).toBeLessThanOrEqual(limits.clientId);
		expect(resends.state.unread.length).toBeLessThan(300);
		resends.idOf("x".repeat(100_000), 0, 0);
		expect(JSON.stringify(resends.state).length).toBeLessThan(50_000);
	});
});
