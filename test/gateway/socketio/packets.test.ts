// Packets, the session they make, and what a client means by the same words said twice.

import { describe, expect, it } from "vitest";
import { Engine } from "../../../src/gateway/socketio/engine.ts";
import {
	decodeEnginePacket,
	decodeSocketPacket,
	encodeAck,
	encodeConnect,
	encodeConnectError,
	encodeDisconnect,
	encodeEnginePacket,
	encodeEvent,
} from "../../../src/gateway/socketio/packets.ts";
import { Sends } from "../../../src/gateway/socketio/resends.ts";
import { answerTo, toWire } from "../../../src/gateway/socketio/translate.ts";
import { limits } from "../../../src/protocol/limits.ts";

describe("packets of Engine.IO", () => {
	it.each([
		["0{}", { type: "open", data: "{}" }],
		["1", { type: "close" }],
		["2probe", { type: "ping", data: "probe" }],
		["3", { type: "pong" }],
		["4a\x1eb", { type: "message", data: "a\x1eb" }],
		["5", { type: "upgrade" }],
		["6", { type: "noop" }],
		["bAQID", { type: "binary" }],
		["b!!", { type: "binary" }],
		["", undefined],
		["7", undefined],
		["x4", undefined],
	])("%j", (text, packet) => {
		expect(decodeEnginePacket(text)).toEqual(packet);
		if (packet && packet.type !== "binary")
			expect(encodeEnginePacket(packet.type as "open", "data" in packet ? packet.data : undefined)).toBe(text);
	});
});

describe("packets of Socket.IO", () => {
	it.each([
		["0", { type: "connect", nsp: "/", auth: {} }],
		['0/chat,{"token":"x"}', { type: "connect", nsp: "/chat", auth: { token: "x" } }],
		["0/chat", { type: "connect", nsp: "/chat", auth: {} }],
		["1/chat,", { type: "disconnect", nsp: "/chat" }],
		['2["a",{"b":1}]', { type: "event", nsp: "/", name: "a", payload: { b: 1 } }],
		['2/chat,12["a"]', { type: "event", nsp: "/chat", name: "a", payload: undefined, ackId: 12 }],
		["2[7]", { type: "event", nsp: "/", name: "7", payload: undefined }],
		["31[1]", { type: "ack", nsp: "/" }],
		['51-["a",{"_placeholder":true,"num":0}]', { type: "binary", nsp: "/", attachments: 1 }],
		['510-/chat,7["a"]', { type: "binary", nsp: "/chat", attachments: 10, ackId: 7 }],
		["61-/chat,7[]", { type: "binary", nsp: "/chat", attachments: 1, ackId: 7 }],
	])("%j", (text, packet) => {
		expect(decodeSocketPacket(text)).toEqual(packet);
	});

	it.each([
		"",
		"x",
		"2",
		"2{}",
		"2[]",
		'2["connect"]',
		'2["disconnect"]',
		"0[]",
		"0{",
		"0null",
		"1[]",
		'4{"message":"x"}',
		"5[]",
		"50-[1]",
		'511-["a"]',
		'599-["a"]',
		"51-",
		"6",
		"7",
		'2abc["x"]',
		"3{}",
	])("are none: %j", (text) => {
		expect(decodeSocketPacket(text)).toBeUndefined();
	});

	it("are written as the protocol has them", () => {
		expect([
			encodeConnect("/chat", "s", "p"),
			encodeConnectError("/", { message: "no" }),
			encodeDisconnect("/chat"),
			encodeEvent("/", ["a", { b: 1 }]),
			encodeAck("/chat", 0, { c: 2 }),
		]).toEqual(['0/chat,{"sid":"s","pid":"p"}', '4{"message":"no"}', "1/chat,", '2["a",{"b":1}]', '3/chat,0[{"c":2}]']);
	});
});

describe("a session", () => {
	const heartbeat = { interval: 100, timeout: 50 };

	it("is pinged in its time, and dead when it does not answer in time", () => {
		const engine = new Engine(heartbeat, 0);
		expect([engine.beat(99), engine.beat(100)]).toEqual(["nothing", "ping"]);
		expect(engine.ping(100)).toEqual({ packet: "2", mark: 1 });
		expect([engine.beat(149), engine.beat(150)]).toEqual(["nothing", "dead"]);
		expect(engine.receive("3", 120)).toEqual({ type: "read", mark: 1 });
		expect([engine.due, engine.beat(219), engine.beat(220)]).toEqual([220, "nothing", "ping"]);
	});

	it("lives a little longer by what it says, and not for ever", () => {
		const engine = new Engine(heartbeat, 0);
		engine.ping(100);
		engine.receive("4x", 140);
		expect([engine.beat(189), engine.beat(190)]).toEqual(["nothing", "dead"]);
		engine.receive("4x", 180);
		expect(engine.beat(190)).toBe("dead");
	});

	it("says which pings were answered, one by one, and does not count answers to none", () => {
		const engine = new Engine(heartbeat, 0);
		expect(engine.receive("3", 1)).toEqual({ type: "nothing" });
		engine.ping(10);
		engine.ping(20);
		expect(engine.receive("3", 30)).toEqual({ type: "read", mark: 1 });
		// Each answer is a sign of life.
		expect([engine.beat(79), engine.beat(80)]).toEqual(["nothing", "dead"]);
		expect(engine.receive("3", 40)).toEqual({ type: "read", mark: 2 });
		expect(engine.receive("3", 50)).toEqual({ type: "nothing" });
	});

	it.each([
		["4hello", { type: "message", text: "hello" }],
		["4", { type: "message", text: "" }],
		["b", { type: "binary" }],
		["1", { type: "closed" }],
		["2", { type: "malformed" }],
		["9", { type: "malformed" }],
		["0", { type: "nothing" }],
		["5", { type: "nothing" }],
		["6", { type: "nothing" }],
	])("hears %j", (text, heard) => {
		expect(new Engine(heartbeat, 0).receive(text, 0)).toEqual(heard);
	});

	it("begins with what its client has to know", () => {
		expect(JSON.parse(new Engine(heartbeat, 0).handshake("s", ["websocket"]).slice(1))).toEqual({
			sid: "s",
			upgrades: ["websocket"],
			pingInterval: 100,
			pingTimeout: 50,
			maxPayload: limits.frameBytes,
		});
	});
});

describe("words said", () => {
	const begin = (acknowledged = 0) => new Sends({ base: "base", acknowledged, open: [] });

	it("again while they wait are the same message, and twice at once are two", () => {
		const sends = begin();
		const first = sends.idOf("ok", 0);
		expect(sends.idOf("ok", 100)).toBe(first);
		const other = begin();
		expect(new Set([other.idOf("ok", 0), other.idOf("ok", 0), other.idOf("no", 0)]).size).toBe(3);
	});

	it("again before their acknowledgement is known to have come are the same, and afterwards others", () => {
		const sends = begin();
		const first = sends.idOf("ok", 0);
		sends.answered(first, () => 7);
		expect(sends.idOf("ok", 1_000)).toBe(first);
		sends.read(6);
		expect(sends.idOf("ok", 2_000)).toBe(first);
		sends.answered(first, () => 8);
		sends.read(7);
		expect(sends.idOf("ok", 3_000)).toBe(first);
		sends.read(8);
		expect(sends.idOf("ok", 4_000)).not.toBe(first);
		expect(sends.acknowledged).toBe(1);
	});

	it("again after something else are others: who waits for acknowledgements has had it", () => {
		const sends = begin();
		const first = sends.idOf("ok", 0);
		sends.answered(first, () => 1);
		sends.idOf("other", 10);
		expect(sends.idOf("ok", 1_000)).not.toBe(first);
	});

	it("again over another connection are the same where it is known that there was no acknowledgement, and only then", () => {
		const first = begin(3).idOf("ok", 0);
		expect(begin(3).idOf("ok", 9_000)).toBe(first);
		expect(begin(4).idOf("ok", 9_000)).not.toBe(first);
		expect(new Sends({ base: "other", acknowledged: 3, open: [] }).idOf("ok", 0)).not.toBe(first);
	});

	it("are taken along where another one goes on", () => {
		const sends = begin();
		const [waiting, answered] = [sends.idOf("one", 0), sends.idOf("two", 0)];
		sends.answered(answered, () => 1);
		const after = new Sends(structuredClone(sends.state));
		expect([after.idOf("one", 1_000), after.idOf("two", 1_000), after.acknowledged]).toEqual([waiting, answered, 1]);
	});

	it("have an id that fits, and as few of them are kept as wait", () => {
		const sends = new Sends({ base: "a".repeat(22), acknowledged: 999_999, open: [] });
		for (let n = 0; n < 2_000; n++) expect(sends.idOf(`number ${n}`, 0).length).toBeLessThanOrEqual(limits.clientId);
		expect(sends.state.open.length).toBeLessThan(300);
		sends.idOf("x".repeat(100_000), 0);
		expect(JSON.stringify(sends.state).length).toBeLessThan(50_000);
	});
});

describe("events", () => {
	it.each([
		[
			"chat:send",
			{ conversationId: "x", content: "a", role: "user", more: 1 },
			{ event: { type: "chat:send", conversationId: "x", content: "a", role: "user" } },
		],
		["chat:typing", { conversationId: "x", isTyping: true }, { event: { type: "chat:typing", conversationId: "x", isTyping: true } }],
		["chat:join", { conversationId: "x", type: "chat:leave" }, { event: { type: "chat:join", conversationId: "x" } }],
		["chat:joined", { conversationId: "x" }, { refusal: { code: "unknown_event" } }],
		["toString", {}, { refusal: { code: "unknown_event" } }],
		["chat:send", undefined, { refusal: { code: "bad_event" } }],
		["chat:send", [], { refusal: { code: "bad_event" } }],
		["chat:send", "text", { refusal: { code: "bad_event" } }],
		["chat:send", { conversationId: "x", content: "a".repeat(limits.content + 1), role: "user" }, { refusal: { code: "too_large" } }],
		["chat:send", { conversationId: "x", content: "a".repeat(limits.frameBytes), role: "user" }, { refusal: { code: "too_large" } }],
	])("%s", (name, payload, expected) => {
		expect(toWire(name, payload)).toEqual(expected);
	});

	it("of others that happen to have the same clientId are no answers", () => {
		const said = { type: "chat:send", conversationId: "x", content: "a", role: "user", clientId: "c" } as const;
		const heard = (userId: string) =>
			({
				type: "chat:message",
				conversationId: "x",
				cursor: "a.1.1",
				message: { clientId: "c", author: { userId, username: "" } },
			}) as Parameters<typeof answerTo>[1];
		expect(answerTo(said, heard("bob"), "ann")).toBeUndefined();
		expect(answerTo(said, heard("ann"), "ann")).toMatchObject({ clientId: "c" });
		const refused = { type: "chat:error", conversationId: "x", error: "No.", code: "forbidden" } as const;
		expect(answerTo(said, { ...refused, clientId: "c" }, "ann")).toEqual({ error: "No.", code: "forbidden" });
		expect(answerTo(said, { ...refused, clientId: "d" }, "ann")).toBeUndefined();
		expect(answerTo(said, { ...refused, code: "rate_limited", retryAfterMs: 5 }, "ann")).toEqual({
			error: "No.",
			code: "rate_limited",
			retryAfterMs: 5,
		});
	});
});
