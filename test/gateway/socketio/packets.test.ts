// Packets, and the events and acknowledgements in them.

import { describe, expect, it, vi } from "vitest";
import { Attachments } from "../../../src/gateway/socketio/attachments.ts";
import {
	answerTo,
	type BinaryPacket,
	byteLengthOf,
	bytesOf,
	decodeEnginePacket,
	decodeSocketPacket,
	encodeAck,
	encodeConnect,
	encodeConnectError,
	encodeDisconnect,
	encodeEnginePacket,
	encodeEvent,
	encodeHandshake,
	isBinary,
	toClientEvent,
} from "../../../src/gateway/socketio/packets.ts";
import { limits } from "../../../src/protocol/limits.ts";

describe("Engine.IO packets", () => {
	it.each([
		["0{}", { type: "open", data: "{}" }],
		["1", { type: "close" }],
		["2probe", { type: "ping", data: "probe" }],
		["3", { type: "pong" }],
		["4a\x1eb", { type: "message", data: "a\x1eb" }],
		["5", { type: "upgrade" }],
		["6", { type: "noop" }],
		["", undefined],
		["7", undefined],
		["x4", undefined],
	])("decodes %j", (text, packet) => {
		expect(decodeEnginePacket(text)).toEqual(packet);
		if (packet) expect(encodeEnginePacket(packet.type as "open", "data" in packet ? packet.data : undefined)).toBe(text);
	});

	it.each<[BinaryPacket, number, number[] | undefined]>([
		["bAQID", 3, [1, 2, 3]],
		["bAQI=", 2, [1, 2]],
		["bAQ==", 1, [1]],
		["b", 0, []],
		["b!!", 1, undefined],
		[Uint8Array.from([7, 8]).buffer, 2, [7, 8]],
	])("know the size of the attachment %j before they read it", (packet, size, bytes) => {
		expect([isBinary(packet), byteLengthOf(packet)]).toEqual([true, size]);
		expect(bytesOf(packet)).toEqual(bytes && Uint8Array.from(bytes));
	});

	it("tell a client what it needs to know at the beginning", () => {
		expect(JSON.parse(encodeHandshake("s", ["websocket"], { interval: 100, timeout: 50 }).slice(1))).toEqual({
			sid: "s",
			upgrades: ["websocket"],
			pingInterval: 100,
			pingTimeout: 50,
			maxPayload: limits.frameBytes,
		});
	});
});

describe("attachments", () => {
	it("are read while there is room for all of them, and dropped beyond that", () => {
		const event = { type: "event", nsp: "/", name: "chat:send", payload: undefined } as const;
		const hold = { add: () => true, release: () => {} };
		const attachments = Attachments.await({ packet: event, missing: 3, most: 5, isRead: true, dueAt: 0 }, hold);
		expect([attachments.add("bAQID", 0), attachments.at({ _placeholder: true, num: 0 })]).toEqual([false, Uint8Array.from([1, 2, 3])]);
		const decoding = vi.spyOn(globalThis, "atob");
		expect(attachments.add("bAQID", 0)).toBe(false);
		expect([attachments.isTooLarge, attachments.add("bAQ==", 0)]).toEqual([true, true]);
		expect(decoding).not.toHaveBeenCalled();
		decoding.mockRestore();
		expect(attachments.at({ _placeholder: true, num: 0 })).toBeUndefined();
	});
});

describe("Socket.IO packets", () => {
	it.each([
		["0", { type: "connect", nsp: "/", auth: {} }],
		['0/chat,{"token":"x"}', { type: "connect", nsp: "/chat", auth: { token: "x" } }],
		["0/chat", { type: "connect", nsp: "/chat", auth: {} }],
		["1/chat,", { type: "disconnect", nsp: "/chat" }],
		['2["a",{"b":1}]', { type: "event", nsp: "/", name: "a", payload: { b: 1 } }],
		['2/chat,12["a"]', { type: "event", nsp: "/chat", name: "a", payload: undefined, ackId: 12 }],
		["2[7]", { type: "event", nsp: "/", name: "7", payload: undefined }],
		["31[1]", { type: "ack", nsp: "/" }],
		[
			'51-["a",{"_placeholder":true,"num":0}]',
			{ type: "binary", nsp: "/", attachments: 1, event: { type: "event", nsp: "/", name: "a", payload: { _placeholder: true, num: 0 } } },
		],
		[
			'510-/chat,7["a"]',
			{
				type: "binary",
				nsp: "/chat",
				attachments: 10,
				ackId: 7,
				event: { type: "event", nsp: "/chat", name: "a", payload: undefined, ackId: 7 },
			},
		],
		["61-/chat,7[]", { type: "binary", nsp: "/chat", attachments: 1, ackId: 7 }],
	])("decodes %j", (text, packet) => {
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
	])("rejects %j", (text) => {
		expect(decodeSocketPacket(text)).toBeUndefined();
	});

	it("encodes what a server sends", () => {
		expect([
			encodeConnect("/chat", "s", "p"),
			encodeConnectError("/", { message: "no" }),
			encodeDisconnect("/chat"),
			encodeEvent("/", ["a", { b: 1 }]),
			encodeAck("/chat", 0, { c: 2 }),
		]).toEqual(['0/chat,{"sid":"s","pid":"p"}', '4{"message":"no"}', "1/chat,", '2["a",{"b":1}]', '3/chat,0[{"c":2}]']);
	});
});

describe("events of a client", () => {
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
	])("reads %s", (name, payload, expected) => {
		expect(toClientEvent(name, payload)).toEqual(expected);
	});
});

describe("acknowledgements", () => {
	it("ignore messages and errors of others with the same clientId", () => {
		const sent = { type: "chat:send", conversationId: "x", content: "a", role: "user", clientId: "c" } as const;
		const received = (userId: string) =>
			({
				type: "chat:message",
				conversationId: "x",
				cursor: "a.1.1",
				message: { clientId: "c", author: { userId, username: "" } },
			}) as Parameters<typeof answerTo>[1];
		expect(answerTo(sent, received("bob"), "ann")).toBeUndefined();
		expect(answerTo(sent, received("ann"), "ann")).toMatchObject({ clientId: "c" });
		const refused = { type: "chat:error", conversationId: "x", error: "No.", code: "forbidden" } as const;
		expect(answerTo(sent, { ...refused, clientId: "c" }, "ann")).toEqual({ error: "No.", code: "forbidden" });
		expect(answerTo(sent, { ...refused, clientId: "d" }, "ann")).toBeUndefined();
		const tooFast = { ...refused, code: "rate_limited", retryAfterMs: 5 } as const;
		expect(answerTo(sent, { ...tooFast, clientId: "c" }, "ann")).toEqual({ error: "No.", code: "rate_limited", retryAfterMs: 5 });
		// It is about an event that has no answer, such as typing.
		expect(answerTo(sent, tooFast, "ann")).toBeUndefined();
	});
});
