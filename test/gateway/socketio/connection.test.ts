// An Engine.IO connection on a transport that the test holds, and its heartbeat.

import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { Backend } from "../../../src/gateway/backend.ts";
import { Connection } from "../../../src/gateway/socketio/connection.ts";
import { Heartbeat, RoundTrips } from "../../../src/gateway/socketio/heartbeat.ts";
import { readSettings } from "../../../src/settings.ts";

describe("a heartbeat", () => {
	const times = { interval: 100, timeout: 50 };

	it("pings on time, and counts a client as dead that does not answer in time", () => {
		const heartbeat = new Heartbeat(times, 0);
		expect([heartbeat.check(99), heartbeat.check(100)]).toEqual(["nothing", "ping"]);
		expect(heartbeat.ping(100)).toBe(1);
		expect([heartbeat.check(149), heartbeat.check(150)]).toEqual(["nothing", "dead"]);
		expect(heartbeat.pong(120)).toBe(1);
		expect([heartbeat.due, heartbeat.check(219), heartbeat.check(220)]).toEqual([220, "nothing", "ping"]);
	});

	it("gives a client more time for another packet, but only once", () => {
		const heartbeat = new Heartbeat(times, 0);
		heartbeat.ping(100);
		heartbeat.received(140);
		expect([heartbeat.check(189), heartbeat.check(190)]).toEqual(["nothing", "dead"]);
		heartbeat.received(180);
		expect(heartbeat.check(190)).toBe("dead");
	});

	it("tells which ping each pong answers, and ignores a pong without a ping", () => {
		const heartbeat = new Heartbeat(times, 0);
		expect(heartbeat.pong(1)).toBeUndefined();
		heartbeat.ping(10);
		heartbeat.ping(20);
		expect(heartbeat.pong(30)).toBe(1);
		// Each pong is a sign of life.
		expect([heartbeat.check(79), heartbeat.check(80)]).toEqual(["nothing", "dead"]);
		expect(heartbeat.pong(40)).toBe(2);
		expect(heartbeat.pong(50)).toBeUndefined();
	});
});

describe("the round trip to a client", () => {
	it("is the time of its first answer, then the shortest of the last three", () => {
		const roundTrips = new RoundTrips();
		expect(roundTrips.usual).toBe(0);
		roundTrips.opened(1_000);
		roundTrips.answered(1_300);
		roundTrips.answered(9_000);
		expect(roundTrips.usual).toBe(300);
		for (const late of [900, 400]) roundTrips.add(late);
		expect(roundTrips.usual).toBe(300);
		for (const late of [3_000, 500]) roundTrips.add(late);
		expect(roundTrips.usual).toBe(400);
		expect(new RoundTrips(70).usual).toBe(70);
	});

	it("is not taken from a client that connects after a while", () => {
		const roundTrips = new RoundTrips();
		roundTrips.opened(0);
		roundTrips.answered(5_000);
		expect(roundTrips.usual).toBe(0);
	});
});

describe("a connection", () => {
	/** A connection, and what its transport was asked to do. */
	function connect() {
		const read = readSettings(env);
		if ("problem" in read) throw new Error(read.problem);
		const done: string[] = [];
		const connection = new Connection(new Backend(env, read.settings, undefined), {
			write: (packet) => done.push(packet),
			end: (why) => done.push(why),
		});
		return { connection, done };
	}

	it.each<[string, ReturnType<Connection["receive"]>, string[]]>([
		["40/other", "open", ['44/other,{"message":"Invalid namespace"}']],
		["4hello", "closed", ["ended"]],
		["4", "closed", ["ended"]],
		["b", "closed", ["ended"]],
		["1", "closed", []],
		["2", "malformed", []],
		["9", "malformed", []],
		["0", "open", []],
		["3", "open", []],
		["5", "open", []],
		["6", "open", []],
	])("receives %j: %s", async (packet, outcome, done) => {
		const { connection, done: transport } = connect();
		expect(connection.receive(packet)).toBe(outcome);
		await expect.poll(() => transport).toEqual(done);
		expect(connection.receive("6")).toBe(outcome === "open" ? "open" : "closed");
		connection.close();
	});

	it("ends for an attachment that it does not await, without reading it", () => {
		const { connection, done } = connect();
		const decoding = vi.spyOn(globalThis, "atob");
		expect(connection.receive(`b${"A".repeat(30_000)}`)).toBe("closed");
		expect(done).toEqual(["ended"]);
		expect(decoding).not.toHaveBeenCalled();
		decoding.mockRestore();
	});

	it("sends nothing after it has ended", () => {
		const { connection, done } = connect();
		connection.open("s", []);
		connection.end();
		connection.send("0");
		connection.end();
		expect(done).toEqual([expect.stringMatching(/^0\{"sid":"s"/), "ended"]);
	});
});
