import { describe, expect, it, vi } from "vitest";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import { idsAtStart, withIdsFirst } from "../../src/protocol/frames/event-names.ts";
import { isOversize, type ParsedEvent, parseFrame, parseServerFrame } from "../../src/protocol/frames.ts";
import { limits } from "../../src/protocol/limits.ts";

const send = { type: "chat:send", conversationId: "c", content: "Hi", role: "user" };

const frames: [what: string, frame: string, parsed: ParsedEvent[]][] = [
	["an array of one event", JSON.stringify([send]), [{ event: send as never }]],
	["a bare event", JSON.stringify(send), [{ event: send as never }]],
	[
		"events in their order",
		`[{"type":"chat:typing","conversationId":"c","isTyping":true},{"type":"chat:leave","conversationId":"c"}]`,
		[{ event: { type: "chat:typing", conversationId: "c", isTyping: true } }, { event: { type: "chat:leave", conversationId: "c" } }],
	],
	[
		"an event without its unknown fields",
		`{"type":"chat:leave","conversationId":"c","later":1}`,
		[{ event: { type: "chat:leave", conversationId: "c" } }],
	],
	[
		"the other events beside a bad one",
		`[{"type":"x"},{"type":"chat:leave","conversationId":"c"}]`,
		[{ refusal: { code: "unknown_event" } }, { event: { type: "chat:leave", conversationId: "c" } }],
	],
	["text that is not JSON", "chat:send", [{ refusal: { code: "bad_frame" } }]],
	["an empty frame", "", [{ refusal: { code: "bad_frame" } }]],
	["an empty array", "[]", [{ refusal: { code: "bad_frame" } }]],
	["a number", "1", [{ refusal: { code: "bad_frame" } }]],
	["null", "null", [{ refusal: { code: "bad_frame" } }]],
	[
		"values that are not events",
		`[1,null,[],"x"]`,
		[
			{ refusal: { code: "bad_frame" } },
			{ refusal: { code: "bad_frame" } },
			{ refusal: { code: "bad_frame" } },
			{ refusal: { code: "bad_frame" } },
		],
	],
	["too many events", JSON.stringify(Array(limits.eventsPerFrame + 1).fill(send)), [{ refusal: { code: "bad_frame" } }]],
	["an event without a type", `{"conversationId":"c"}`, [{ refusal: { code: "unknown_event" } }]],
	["a type of the server", `{"type":"chat:joined","conversationId":"c"}`, [{ refusal: { code: "unknown_event" } }]],
	["a type that is a property of every object", `{"type":"constructor","conversationId":"c"}`, [{ refusal: { code: "unknown_event" } }]],
	["an event without a conversation", `{"type":"chat:leave"}`, [{ refusal: { code: "bad_event" } }]],
	["an empty conversation id", `{"type":"chat:leave","conversationId":""}`, [{ refusal: { code: "bad_event" } }]],
	["Claude's role", JSON.stringify({ ...send, role: "assistant", clientId: "k" }), [{ refusal: { code: "bad_event", clientId: "k" } }]],
	["a message without a role", `{"type":"chat:send","conversationId":"c","content":"Hi"}`, [{ refusal: { code: "bad_event" } }]],
	[
		"a message of white space",
		JSON.stringify({ ...send, content: " \n\t", clientId: "k" }),
		[{ refusal: { code: "bad_event", clientId: "k" } }],
	],
	["a message of invisible characters", JSON.stringify({ ...send, content: "\u200b\u2060" }), [{ refusal: { code: "bad_event" } }]],
	[
		"half a surrogate pair in an id",
		`{"type":"chat:send","conversationId":"c","content":"Hi","role":"user","clientId":"\\ud800"}`,
		[{ refusal: { code: "bad_event" } }],
	],
	["a message of harmful characters", JSON.stringify({ ...send, content: "\u0000\u202e\u2066" }), [{ refusal: { code: "bad_event" } }]],
	[
		"the longest message",
		JSON.stringify({ ...send, content: "x".repeat(100_000) }),
		[{ event: { ...send, content: "x".repeat(100_000) } as never }],
	],
	[
		"a message that is too long",
		JSON.stringify({ ...send, content: "x".repeat(100_001), clientId: "k" }),
		[{ refusal: { code: "too_large", clientId: "k" } }],
	],
	["a clientId that is too long", JSON.stringify({ ...send, clientId: "k".repeat(65) }), [{ refusal: { code: "bad_event" } }]],
	["typing as text", `{"type":"chat:typing","conversationId":"c","isTyping":"yes"}`, [{ refusal: { code: "bad_event" } }]],
	[
		"a stop of one message",
		`{"type":"chat:stop","conversationId":"c","messageId":"m1"}`,
		[{ event: { type: "chat:stop", conversationId: "c", messageId: "m1" } }],
	],
];

describe("parseFrame", () => {
	it.each(frames)("parses %s", (_what, frame, parsed) => {
		expect(parseFrame(frame)).toEqual(parsed);
	});

	it("refuses text that is nested too deeply", () => {
		expect(parseFrame("[".repeat(500_000))).toEqual([{ refusal: { code: "bad_frame" } }]);
	});
});

describe("isOversize counts bytes", () => {
	it.each([
		["x".repeat(limits.frameBytes), false],
		["x".repeat(limits.frameBytes + 1), true],
		["€".repeat(Math.floor(limits.frameBytes / 3)), false],
		["€".repeat(Math.ceil(limits.frameBytes / 3)), true],
	])("case %#", (frame, oversize) => {
		expect(isOversize(frame)).toBe(oversize);
	});
});

describe("parseServerFrame", () => {
	it("parses what encodeFrame wrote, with any number of events", () => {
		const events = Array.from({ length: 1000 }, (_, offset) => ({
			type: "chat:streaming" as const,
			conversationId: "c",
			messageId: "m",
			chunk: "x",
			offset,
			isComplete: false,
		}));
		expect(parseServerFrame(encodeFrame(events))).toEqual(events);
	});

	it("skips types that a newer server sends", () => {
		expect(parseServerFrame(`[{"type":"chat:later"},{"type":"chat:complete","conversationId":"c","messageId":"m"},7]`)).toEqual([
			{ type: "chat:complete", conversationId: "c", messageId: "m" },
		]);
	});
});

describe("a frame of the server that cannot be read whole", () => {
	it("skips a notice of a kind that it does not know, and says so", () => {
		const warn = vi.spyOn(console, "warn").mockReturnValue();
		const notice = (action: string) => ({ id: 1, at: "2026-11-24T12:00:00.000Z", after: 0, action, actor: { userId: "a", username: "A" } });
		const events = ["painted", "joined"].map((action) => ({ type: "chat:notice", conversationId: "c", notice: notice(action) }));
		expect(parseServerFrame(JSON.stringify(events))).toEqual([events[1]]);
		expect(warn).toHaveBeenCalledOnce();
		warn.mockRestore();
	});

	const whole = {
		id: "m1-x",
		conversationId: "c",
		role: "assistant",
		content: "Hello",
		createdAt: "2026-11-24T12:00:00.000Z",
		author: { userId: "claude", username: "Claude" },
		status: "complete",
		seq: 1,
		revision: 2,
	};
	const welcome = (messages: unknown[]) => ({
		type: "chat:joined",
		conversationId: "c",
		cursor: "1",
		reset: true,
		messages,
		hasMore: false,
		participants: [],
		you: { userId: "ann", username: "Ann" },
	});
	const unreadable = { ...whole, content: "", status: "failed", reason: "unreadable" };

	it.each([
		["an odd model", { ...whole, model: null }, whole],
		["odd tokens", { ...whole, usage: { input: 12.5, output: 7, cacheRead: 0, cacheWrite: 0 } }, whole],
		["a cost that is none", { ...whole, cost: { usd: null } }, whole],
		[
			"an odd mention beside a good one",
			{ ...whole, mentions: [{ userId: "ann", offset: 0, length: 4 }, 7] },
			{ ...whole, mentions: [{ userId: "ann", offset: 0, length: 4 }] },
		],
		["a state that is unknown", { ...whole, status: "dreaming" }, unreadable],
		["a text that is none", { ...whole, content: 7 }, unreadable],
	])("keeps everything around a message with %s", (_what, odd, read) => {
		const after = { type: "chat:complete", conversationId: "c", messageId: "m1-x" };
		const frame = JSON.stringify([
			welcome([odd, { ...whole, id: "m2-x", seq: 2 }]),
			{ type: "chat:message", conversationId: "c", message: odd, cursor: "2" },
			after,
		]);
		expect(parseServerFrame(frame)).toEqual([
			welcome([read, { ...whole, id: "m2-x", seq: 2 }]),
			{ type: "chat:message", conversationId: "c", message: read, cursor: "2" },
			after,
		]);
	});

	it("says that it skips an event, and keeps the others", () => {
		const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
		const after = { type: "chat:complete", conversationId: "c", messageId: "m1-x" };
		expect(parseServerFrame(JSON.stringify([{ type: "chat:message", conversationId: "c", message: {}, cursor: "2" }, after]))).toEqual([
			after,
		]);
		expect(warn).toHaveBeenCalledWith("An event could not be read", "chat:message");
		warn.mockRestore();
	});
});

describe("the ids at the beginning of a frame", () => {
	const frameOf = (event: object) => encodeFrame([withIdsFirst(event as never)]);

	it.each([
		["a message", { ...send, clientId: 'k"\\1' }, { clientId: 'k"\\1' }],
		["a change", { type: "chat:edit", conversationId: "c", messageId: "m1-x", content: "x".repeat(100_000) }, { messageId: "m1-x" }],
		["both", { type: "chat:x", messageId: "m1-x", content: "", clientId: "k" }, { clientId: "k", messageId: "m1-x" }],
		["an event without ids", { type: "chat:typing", conversationId: "c", isTyping: true }, {}],
	])("are those of %s, which is read as before", (_what, event, ids) => {
		expect(idsAtStart(frameOf(event))).toEqual(ids);
		expect(JSON.parse(frameOf(event))).toEqual([event]);
	});

	it.each([
		"",
		"[]",
		"[{",
		'[{"clientId":"',
		`[{"clientId":"${"x".repeat(9_000)}"}]`,
		'[{"clientId":"\\u12"}]',
		'[{"clientId":7}]',
		'{"clientId":"k"}',
	])("are none in %s", (frame) => {
		expect(idsAtStart(frame)).toEqual({});
	});
});
