// Malformed frames of every kind, over a real socket. Each is refused with its code and sentence, changes nothing and reveals nothing.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { afterEach, describe, expect, it } from "vitest";
import type { ConversationObject } from "../../src/conversation/object.ts";
import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import { errors } from "../../src/protocol/errors.ts";
import { clientEvents } from "../../src/protocol/events.ts";
import { parseServerFrame } from "../../src/protocol/frames.ts";
import { limits } from "../../src/protocol/limits.ts";
import { passTime, startClock } from "../support/clock.ts";
import { rowsOf } from "../support/rows.ts";
import { Client, newConversation } from "../support/socket.ts";

/** A conversation with a message, in which Ann and Bob are connected. */
async function conversationOfTwo(): Promise<{ id: string; ann: Client; bob: Client }> {
	const id = await newConversation("ann");
	const ann = await Client.join("ann", id);
	// By a grant, because so many invites within a minute would be refused.
	const bob = await Client.join("bob", id, { claims: { conversations: [id] } });
	ann.say("Before", "k0");
	await ann.next("chat:user-joined");
	await ann.next("chat:message");
	await bob.next("chat:message");
	return { id, ann, bob };
}

/** The frames received after the first `since`, once everything sent before has been handled. */
async function framesSince(client: Client, since: number): Promise<string[]> {
	client.send({ type: "chat:join" });
	await client.next("chat:joined");
	return client.frames.slice(since, -1);
}

/** Sends frames as Ann and resolves to the error codes, after checking that nothing else happened. `ID` stands for the conversation's id. */
async function refusalsOf(...frames: (string | ArrayBuffer)[]): Promise<string[]> {
	const { id, ann, bob } = await conversationOfTwo();
	const [since, sinceOfBob] = [ann.frames.length, bob.frames.length];
	const before = await rowsOf(id);
	for (const frame of frames) ann.raw(typeof frame === "string" ? frame.replaceAll("ID", id) : frame);
	const answers = await framesSince(ann, since);
	const refused = answers.flatMap((text) => JSON.parse(text) as Record<string, string>[]);
	for (const { type, code, conversationId, error, clientId, messageId, ...others } of refused) {
		expect([type, conversationId, others]).toEqual(["chat:error", id, {}]);
		// Exactly a sentence of the list: no stack, no SQL, no path, nothing that was sent.
		expect(error).toBe(errors[code as keyof typeof errors].text);
	}
	expect(await framesSince(bob, sinceOfBob)).toEqual([]);
	expect(await rowsOf(id)).toEqual(before);
	ann.say("After");
	expect((await bob.next("chat:message")).message).toMatchObject({ content: "After", seq: 2 });
	return refused.map(({ code }) => code as string);
}

const typing = '{"type":"chat:typing","conversationId":"ID","isTyping":true}';
const deep = (open: string, close: string, inner = "") => open.repeat(10_000) + inner + close.repeat(10_000);

describe("a malformed frame", () => {
	it.each([
		["empty", ""],
		["a blank", " "],
		["a word", "chat:send"],
		["nearly a ping", "ping "],
		["cut short", '{"type":"chat:typing","conv'],
		["a bracket", "["],
		["other quotes", typing.replaceAll('"', "'")],
		["no quotes", "{type:1}"],
		["a comma too many", `[${typing},]`],
		["two events without an array", typing + typing],
		["an event and a letter", `${typing}x`],
		["a comment", `/* */${typing}`],
		["a byte order mark", `\ufeff${typing}`],
		["a null", `\u0000${typing}`],
		["not a number", "NaN"],
		["undefined", "undefined"],
		["null", "null"],
		["true", "true"],
		["a number", "0"],
		["an infinite number", "1e999"],
		["a text", '"chat:typing"'],
		["an empty list", "[]"],
		["too many events", `[${Array(limits.eventsPerFrame + 1).fill(typing)}]`],
		["deeply nested lists", deep("[", "]")],
		["deeply nested objects without an end", deep('{"a":', "")],
		["binary, empty", new ArrayBuffer(0)],
		["binary, zeros", new ArrayBuffer(100)],
		["binary, an event", new TextEncoder().encode('{"type":"chat:leave"}').buffer as ArrayBuffer],
		["binary, 2 MiB", new ArrayBuffer(2 * limits.frameBytes)],
	])("(%s) is refused", async (_what, frame) => {
		expect(await refusalsOf(frame)).toEqual(["bad_frame"]);
	});

	it("inside a list is refused, one error each", async () => {
		expect(await refusalsOf(`[null, 1, true, "x", [], [${typing}], [[[]]]]`)).toEqual(Array(7).fill("bad_frame"));
	});
});

describe("a type", () => {
	const types = [
		...["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "prototype", "length", "0"],
		...["", " ", "chat", "chat:", "chat:nonsense", "CHAT:TYPING", " chat:typing", "chat:typing\u0000", "chat:typing\n", "x".repeat(10_000)],
		...["chat:message", "chat:joined", "chat:error", "me:conversations", "\ud800"],
		...[null, true, 7, 1e308, ["chat:typing"], { type: "chat:typing" }, undefined],
	];

	it("that does not exist is unknown, whatever its name", async () => {
		const frame = JSON.stringify(types.map((type) => ({ type, conversationId: "ID", isTyping: true })));
		expect(await refusalsOf(frame)).toEqual(Array(types.length).fill("unknown_event"));
	});

	it.each([
		["given twice, the second time unknown", '{"type":"chat:typing","conversationId":"ID","isTyping":true,"type":"chat:nonsense"}'],
		["inside a __proto__ field", `{"__proto__":${typing}}`],
		["inside a constructor.prototype field", `{"constructor":{"prototype":${typing}}}`],
		["in a deep object", deep('{"type":', "}", "1")],
	])("(%s) is unknown", async (_what, frame) => {
		expect(await refusalsOf(frame)).toEqual(["unknown_event"]);
	});
});

describe("an event", () => {
	type Schema = v.GenericSchema & { type: string; literal?: unknown; wrapped?: Schema; item?: Schema; entries?: Record<string, Schema> };
	const kinds = Object.entries(clientEvents) as [string, Schema][];

	const values: unknown[] = [
		...[undefined, null, true, false, 0, -1, 0.5, 1e21, -1e308],
		...["", " ", "x", "\ud800", "\u0000", "x".repeat(1_000), "1", "true", "chat:leave", "ID"],
		...[[], [null], [[]], ["x"], {}, { length: 1 }, { toString: "x" }, { type: "chat:leave" }],
	];

	/** A value that the schema accepts. */
	function sampleOf(schema: Schema): unknown {
		if (schema.wrapped) return sampleOf(schema.wrapped);
		if (schema.type === "array") return [];
		if (schema.entries) return Object.fromEntries(Object.entries(schema.entries).map(([name, field]) => [name, sampleOf(field)]));
		const sample = [schema.literal, "x", 1, true, "👍"].find((value) => v.is(schema, value));
		if (sample === undefined) throw new Error(`No sample fits a ${schema.type}.`);
		return sample;
	}

	/** Values that the schema rejects, down to the fields of its fields. */
	function wrongsOf(schema: Schema): unknown[] {
		const { wrapped, item, entries } = schema;
		const inner = wrapped
			? wrongsOf(wrapped)
			: item
				? wrongsOf(item).map((value) => [value])
				: entries
					? wrongFieldsOf(schema, entries)
					: [];
		return [...values, ...inner].filter((value) => !v.is(schema, value));
	}

	function wrongFieldsOf(schema: Schema, fields: Record<string, Schema>): object[] {
		const sample = sampleOf(schema) as object;
		return Object.entries(fields).flatMap(([name, field]) => wrongsOf(field).map((value) => ({ ...sample, [name]: value })));
	}

	it.each(kinds)("(%s) with a wrong value in any of its fields is refused", async (_type, schema) => {
		const { type: _, ...fields } = schema.entries as Record<string, Schema>;
		const wrong = wrongFieldsOf(schema, fields);
		expect(wrong.length).toBeGreaterThan(10);
		const refusals: string[] = [];
		// Each frame by somebody else: one person may not send so many.
		for (let at = 0; at < wrong.length; at += limits.eventsPerFrame)
			refusals.push(...(await refusalsOf(JSON.stringify(wrong.slice(at, at + limits.eventsPerFrame)))));
		expect(refusals).toEqual(Array(wrong.length).fill("bad_event"));
	});

	it.each([
		["a field given twice, the second time wrong", typing.replace("true", 'true,"isTyping":"yes"')],
		["an infinite number", typing.replace("true", "1e999")],
		["a deep field", typing.replace("true", deep("[", "]"))],
		["a deep id", typing.replace('"ID"', deep('{"a":', "}", "1"))],
		["its field inside __proto__", '{"type":"chat:typing","conversationId":"ID","__proto__":{"isTyping":true}}'],
		["Claude's role", '{"type":"chat:send","conversationId":"ID","content":"x","role":"assistant"}'],
		["invisible content", '{"type":"chat:send","conversationId":"ID","content":" \\n\\u200b\\u0000","role":"user"}'],
		["half a character in its id", '{"type":"chat:send","conversationId":"ID","content":"x","role":"user","clientId":"\\ud800"}'],
	])("with %s is refused", async (_what, frame) => {
		expect(await refusalsOf(frame)).toEqual(["bad_event"]);
		expect(Object.keys(Object.prototype)).toEqual([]);
		expect("isTyping" in {}).toBe(false);
	});

	it("that is too long is refused as too_large, with its clientId", async () => {
		const { ann } = await conversationOfTwo();
		ann.say("x".repeat(limits.content + 1), "k1");
		expect(await ann.next("chat:error")).toMatchObject({ code: "too_large", clientId: "k1" });
		expect(await refusalsOf(JSON.stringify({ type: "chat:send", content: "x".repeat(limits.content + 1) }))).toEqual(["too_large"]);
	});

	it("of another conversation is refused", async () => {
		expect(await refusalsOf(typing.replace("ID", "elsewhere"))).toEqual(["conversation_mismatch"]);
	});

	it("between malformed ones is carried out", async () => {
		const { id, ann, bob } = await conversationOfTwo();
		ann.raw(`[null,{"type":"x"},${typing.replace("ID", id)},{"type":"chat:send"}]`);
		expect(await bob.next("chat:user-typing")).toMatchObject({ userId: "ann", isTyping: true });
		await framesSince(ann, 0);
		expect(ann.all("chat:error").map(({ code }) => code)).toEqual(["bad_frame", "unknown_event", "bad_event"]);
	});

	it("with unknown fields is carried out without them", async () => {
		const { id, ann, bob } = await conversationOfTwo();
		const canary = "canary-4e1c";
		const fields = { id: canary, seq: 99, revision: 99, status: "failed", author: { userId: canary }, createdAt: canary, [canary]: canary };
		const event = JSON.stringify({ ...fields, type: "chat:send", conversationId: id, content: "Hello", role: "user" });
		ann.raw(`${event.slice(0, -1)},"deep":${deep("[", "]")}}`);
		const { message } = await bob.next("chat:message");
		expect(message).toMatchObject({ content: "Hello", seq: 2, status: "complete", author: { userId: "ann" } });
		expect(JSON.stringify([bob.frames, await rowsOf(id)])).not.toContain(canary);
	});

	it("with half a surrogate pair is stored with a replacement character", async () => {
		const { id, ann, bob } = await conversationOfTwo();
		ann.raw(`{"type":"chat:send","conversationId":"${id}","content":"a\\ud800b","role":"user"}`);
		expect((await bob.next("chat:message")).message.content).toBe("a\ufffdb");
		expect(JSON.stringify(await rowsOf(id))).toContain("a\ufffdb");
	});

	it("is carried out in a frame with as many events as allowed", async () => {
		const { ann } = await conversationOfTwo();
		const since = ann.frames.length;
		ann.raw(JSON.stringify(Array(limits.eventsPerFrame).fill({ type: "chat:ack", conversationId: ann.conversationId })));
		expect(await framesSince(ann, since)).toEqual([]);
	});
});

describe("frames that follow soon on each other in a busy conversation", () => {
	afterEach(startClock);

	/** As many sockets as make it busy: from ten on, frames wait a moment for others. */
	async function busyConversation(): Promise<{ id: string; ann: Client; bob: Client }> {
		const id = await newConversation("ann");
		const ann = await Client.join("ann", id);
		const granted = { claims: { conversations: [id] } };
		const [bob] = await Promise.all(
			["bob", ...Array.from({ length: 19 }, (_, n) => `user${n}`)].map((name) => Client.join(name, id, granted)),
		);
		return { id, ann, bob: bob as Client };
	}

	/** Hands frames of Ann's socket to the object, all before it does anything else. */
	const receiveAtOnce = (id: string, contents: string[], close = false) =>
		runInDurableObject(env.CONVERSATIONS.getByName(id), (object: ConversationObject, state) => {
			const socket = state.getWebSockets().find((socket) => socket.deserializeAttachment().person.userId === "ann") as WebSocket;
			for (const content of contents)
				object.webSocketMessage(socket, encodeFrame([{ type: "chat:send", conversationId: id, content, role: "user" }]));
			if (close) object.webSocketClose(socket, 1000, "");
		});

	const contentsOf = (client: Client) =>
		client.frames
			.map((frame) => parseServerFrame(frame).flatMap((event) => (event.type === "chat:message" ? [event.message.content] : [])))
			.filter((contents) => contents.length > 0);

	it("are handled in their order, those after the first together", async () => {
		const { id, bob } = await busyConversation();
		// Nothing was sent a moment ago, and the clock stands still while they come.
		passTime(1_000);
		await receiveAtOnce(id, ["1", "2", "3", "4", "5", "6"]);
		await bob.next("chat:message", ({ message }) => message.content === "6");
		expect(contentsOf(bob)).toEqual([["1"], ["2", "3", "4", "5", "6"]]);
	});

	it("are handled before their socket is gone", async () => {
		const { id, bob } = await busyConversation();
		await receiveAtOnce(id, ["1", "2", "3", "4", "5"], true);
		await bob.next("chat:message", ({ message }) => message.content === "5");
		if (bob.all("chat:user-left").length === 0) await bob.next("chat:user-left");
		const happened = bob.events.flatMap((event) =>
			event.type === "chat:message" ? [event.message.content] : event.type === "chat:user-left" ? ["left"] : [],
		);
		expect(happened).toEqual(["1", "2", "3", "4", "5", "left"]);
	});
});

describe("a frame of 1 MiB", () => {
	const bytesOf = (text: string) => new TextEncoder().encode(text).length;
	/** A frame of exactly so many bytes that sends a message. */
	function padded(conversationId: string, character: string, bytes: number): string {
		const frame = (pad: string) => JSON.stringify([{ type: "chat:send", conversationId, content: "Hello", role: "user", pad }]);
		const left = bytes - bytesOf(frame(""));
		const size = bytesOf(character);
		return frame(character.repeat(Math.floor(left / size)) + "x".repeat(left % size));
	}

	it.each(["x", "é", "€", "🙂"])("of %s is read, and one more byte closes the socket unread", async (character) => {
		const { id, ann, bob } = await conversationOfTwo();
		const whole = padded(id, character, limits.frameBytes);
		expect(bytesOf(whole)).toBe(limits.frameBytes);
		ann.raw(whole);
		expect((await bob.next("chat:message")).message.content).toBe("Hello");
		const before = await rowsOf(id);
		ann.raw(padded(id, character, limits.frameBytes + 1));
		expect(await ann.closed).toBe(1009);
		expect(await rowsOf(id)).toEqual(before);
		expect(await bob.next("chat:user-left")).toMatchObject({ userId: "ann" });
		expect(bob.all("chat:message")).toHaveLength(2);
	});
});
