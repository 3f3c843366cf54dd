// Messages that a client sends again because it received no acknowledgement.

import { describe, expect, it } from "vitest";
import { Resends } from "../../../src/gateway/socketio/outbound.ts";
import { limits } from "../../../src/protocol/limits.ts";

describe("a message without a clientId", () => {
	const begin = (acknowledged = 0) => new Resends({ base: "base", acknowledged, unread: [] });

	it("is the same one when it is sent again unacknowledged, and two when it is sent twice at once", () => {
		const resends = begin();
		const first = resends.idOf("ok", 0);
		expect(resends.idOf("ok", 100)).toBe(first);
		const other = begin();
		expect(new Set([other.idOf("ok", 0), other.idOf("ok", 0), other.idOf("no", 0)]).size).toBe(3);
	});

	it("is the same one until the client has read its acknowledgement, and a new one afterwards", () => {
		const resends = begin();
		const first = resends.idOf("ok", 0);
		resends.acknowledge(first, { ping: () => 7 });
		expect(resends.idOf("ok", 1_000)).toBe(first);
		resends.pongReceived(6);
		expect(resends.idOf("ok", 2_000)).toBe(first);
		resends.acknowledge(first, { ping: () => 8 });
		resends.pongReceived(7);
		expect(resends.idOf("ok", 3_000)).toBe(first);
		resends.pongReceived(8);
		expect(resends.idOf("ok", 4_000)).not.toBe(first);
		expect(resends.acknowledged).toBe(1);
	});

	it("is a new one after a different message: the client has then received the acknowledgement", () => {
		const resends = begin();
		const first = resends.idOf("ok", 0);
		resends.acknowledge(first, { ping: () => 1 });
		resends.idOf("other", 10);
		expect(resends.idOf("ok", 1_000)).not.toBe(first);
	});

	it("is the same one over another connection if the client has received no acknowledgement since", () => {
		const first = begin(3).idOf("ok", 0);
		expect(begin(3).idOf("ok", 9_000)).toBe(first);
		expect(begin(4).idOf("ok", 9_000)).not.toBe(first);
		expect(new Resends({ base: "other", acknowledged: 3, unread: [] }).idOf("ok", 0)).not.toBe(first);
	});

	it("is recognised after the session moved to another transport", () => {
		const resends = begin();
		const [waiting, acknowledged] = [resends.idOf("one", 0), resends.idOf("two", 0)];
		resends.acknowledge(acknowledged, { ping: () => 1 });
		const after = new Resends(structuredClone(resends.state));
		expect([after.idOf("one", 1_000), after.idOf("two", 1_000), after.acknowledged]).toEqual([waiting, acknowledged, 1]);
	});

	it("gets an id that is short enough, and little is remembered of it", () => {
		const resends = new Resends({ base: "a".repeat(22), acknowledged: 999_999, unread: [] });
		for (let n = 0; n < 2_000; n++) expect(resends.idOf(`number ${n}`, 0).length).toBeLessThanOrEqual(limits.clientId);
		expect(resends.state.unread.length).toBeLessThan(300);
		resends.idOf("x".repeat(100_000), 0);
		expect(JSON.stringify(resends.state).length).toBeLessThan(50_000);
	});
});
