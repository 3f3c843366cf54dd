// What a client missed, told in the events that it knows; and what lets it come back.

import { describe, expect, it } from "vitest";
import { catchUp, follow, isKnown, type Progress, progressAt, type Told } from "../../../src/gateway/socketio/catch-up.ts";
import { encodeOffset, encodePid, newPid, parseOffset, readPid } from "../../../src/gateway/socketio/recovery.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/message.ts";

type Joined = Extract<ServerEvent, { type: "chat:joined" }>;

const message = (seq: number, fields: Partial<Message> = {}): Message => ({
	id: `m${seq}-x`,
	conversationId: "here",
	role: "user",
	content: `number ${seq}`,
	createdAt: "2026-11-25T00:00:00.000Z",
	author: { userId: "ann", username: "Ann" },
	status: "complete",
	seq,
	revision: seq,
	...fields,
});
const reply = (seq: number, fields: Partial<Message>) => message(seq, { role: "assistant", ...fields });
const joined = (messages: Message[], cursor = "a.9.9"): Joined => ({
	type: "chat:joined",
	conversationId: "here",
	cursor,
	reset: false,
	messages,
	hasMore: false,
	participants: [],
	you: { userId: "ann", username: "Ann" },
});
const at = (cursor: string, live: [string, Told][] = []): Progress => ({ cursor, live: new Map(live) });

/** Events in short: their names, and what they add to a text. */
const short = (events: ServerEvent[]) =>
	events.map((event) =>
		event.type === "chat:streaming" ? (event.isComplete ? "end" : `${event.offset}:${event.chunk}`) : event.type.slice(5),
	);

describe("who comes back is told", () => {
	it.each<[string, Progress, Message[], string[]]>([
		["nothing where nothing happened", at("a.3.3"), [], []],
		["what was said", at("a.3.3"), [message(4), message(5)], ["message", "message"]],
		["what has changed of what it knows", at("a.3.3"), [message(2, { editedAt: "x" }), message(4)], ["updated", "message"]],
		["a reply that began and runs", at("a.3.3"), [reply(4, { status: "streaming", content: "abc" })], ["thinking", "0:abc"]],
		["a reply that began and has said nothing yet", at("a.3.3"), [reply(4, { status: "streaming", content: "" })], ["thinking"]],
		["a reply that began and ended", at("a.3.3"), [reply(4, { content: "abc" })], ["message", "complete"]],
		["the rest of a reply that runs", at("a.3.3", [["m3-x", 2]]), [reply(3, { status: "streaming", content: "abcd" })], ["2:cd"]],
		["no rest where there is none", at("a.3.3", [["m3-x", 4]]), [reply(3, { status: "streaming", content: "abcd" })], []],
		[
			"the rest of a reply, and its end",
			at("a.3.3", [["m3-x", 2]]),
			[reply(3, { content: "abcd" })],
			["2:cd", "end", "message", "complete"],
		],
		["its end, where its stream was closed", at("a.3.3", [["m3-x", "closed"]]), [reply(3, { content: "abcd" })], ["message", "complete"]],
		["that it is complete, where that alone is missing", at("a.3.3", [["m3-x", "whole"]]), [], ["complete"]],
		[
			"a reply from its beginning that lost some of its text",
			at("a.3.3", [["m3-x", 9]]),
			[reply(3, { status: "streaming", content: "abcd" })],
			["thinking", "0:abcd"],
		],
		[
			"a reply from its beginning that goes on from before what was told",
			at("a.3.3", [["m3-x", 3]]),
			[reply(3, { status: "streaming", content: "abxyz", attempts: [{ offset: 2, reason: "interrupted" }] })],
			["thinking", "0:abxyz"],
		],
		["the end alone of one that lost some", at("a.3.3", [["m3-x", 9]]), [reply(3, { content: "abcd" })], ["end", "message", "complete"]],
		[
			"a reply from its beginning where it is not known how much was told",
			at("a.3.3", [["m3-x", "unsure"]]),
			[reply(3, { status: "streaming", content: "abcd" })],
			["thinking", "0:abcd"],
		],
		["that a reply failed", at("a.3.3"), [reply(4, { status: "failed", reason: "overloaded" })], ["message", "complete", "error"]],
		["of a deleted message that it is deleted", at("a.3.3"), [message(2, { content: "", deletedAt: "x" })], ["updated"]],
	])("%s", (_what, progress, messages, expected) => {
		expect(short(catchUp(progress, joined(messages)))).toEqual(expected);
	});

	it("and breaks off anywhere: the next time it is told the rest, and no message twice", () => {
		const messages = [
			message(2, { editedAt: "x" }),
			message(4),
			reply(5, { content: "abcd" }),
			message(6),
			reply(7, { status: "streaming", content: "ab" }),
		];
		const before = at("a.3.3");
		const all = catchUp(before, joined(messages));
		for (let told = 0; told <= all.length; told++) {
			let progress = before;
			for (const event of all.slice(0, told)) progress = follow(progress, event);
			const known = progress;
			const rest = catchUp(
				known,
				joined(messages.filter(({ seq }) => seq > Number(known.cursor.split(".")[2]) || seq === 2 || known.live.has(`m${seq}-x`))),
			);
			const heard = [...all.slice(0, told), ...rest].flatMap((event) => (event.type === "chat:message" ? [event.message.seq] : []));
			expect(heard).toEqual([4, 5, 6]);
		}
	});
});

describe("how far a client has come", () => {
	it("follows what it is told", () => {
		const id = { conversationId: "here", messageId: "m4-x" };
		let progress = progressAt(joined([message(3), reply(2, { status: "streaming", content: "ab" })], "a.3.3"));
		expect(progress).toEqual(at("a.3.3", [["m2-x", 2]]));
		const steps: [ServerEvent, Progress][] = [
			[
				{ type: "chat:thinking", status: "processing", ...id },
				at("a.3.3", [
					["m2-x", 2],
					["m4-x", 0],
				]),
			],
			[
				{ type: "chat:streaming", chunk: "abc", offset: 0, isComplete: false, ...id },
				at("a.3.3", [
					["m2-x", 2],
					["m4-x", 3],
				]),
			],
			[
				{ type: "chat:streaming", chunk: "", offset: 3, isComplete: true, ...id },
				at("a.3.3", [
					["m2-x", 2],
					["m4-x", "closed"],
				]),
			],
			[
				{ type: "chat:message", conversationId: "here", message: reply(4, {}), cursor: "a.5.4" },
				at("a.5.4", [
					["m2-x", 2],
					["m4-x", "whole"],
				]),
			],
			[{ type: "chat:complete", ...id }, at("a.5.4", [["m2-x", 2]])],
			[{ type: "chat:updated", conversationId: "here", message: message(1), cursor: "a.6.4" }, at("a.6.4", [["m2-x", 2]])],
			[
				{ type: "chat:reacted", conversationId: "here", messageId: "m1-x", reactions: [], revision: 7, cursor: "a.7.4" },
				at("a.7.4", [["m2-x", 2]]),
			],
		];
		for (const [event, expected] of steps) {
			progress = follow(progress, event);
			expect(progress).toEqual(expected);
		}
		expect([message(4), message(5), reply(2, {})].map((one) => isKnown(progress, one))).toEqual([true, false, false]);
	});
});

describe("an offset", () => {
	const rooms = (count: number, live: [string, Told][] = []) =>
		new Map(Array.from({ length: count }, (_, n) => [`abcdefghijklmnopqrst${n}`, at(`0123abcd.${n}.${n}`, live)]));

	it("brings back what it was made of, whatever the ids are", () => {
		const odd = new Map([
			[
				"a;b,c:d %/é",
				at("a.1.1", [
					["m1-;,:", 7],
					["m2-x", "closed"],
					["m3-x", "whole"],
					["m4-x", "unsure"],
				]),
			],
			["x", at("b.2.0")],
		]);
		expect(parseOffset(encodeOffset({ acknowledged: 12, rooms: odd }).text)).toEqual({ acknowledged: 12, rooms: odd });
		expect(parseOffset(encodeOffset({ acknowledged: 0, rooms: new Map() }).text)).toEqual({ acknowledged: 0, rooms: new Map() });
	});

	it("stays short with as many conversations as there may be, and then leaves out how much of a reply was told", () => {
		const few = encodeOffset({ acknowledged: 0, rooms: rooms(5, [["m1-x", 5]]) });
		expect(few.isHandy).toBe(true);
		const many = encodeOffset({ acknowledged: 1, rooms: rooms(limits.conversationsPerSocket, [["m123-0123abcd", 5]]) });
		expect(many.isHandy).toBe(false);
		expect(many.text.length).toBeLessThan(4_096);
		expect(parseOffset(many.text)?.rooms.get("abcdefghijklmnopqrst7")?.live.get("m123-0123abcd")).toBe("unsure");
		const long = new Map(Array.from({ length: 50 }, (_, n) => ["é".repeat(120) + n, at("a.1.1")]));
		expect(parseOffset(encodeOffset({ acknowledged: 0, rooms: long }).text)).toBeUndefined();
	});

	it.each([
		undefined,
		7,
		"",
		"-",
		"x",
		"1;",
		"1;a",
		"1;a,",
		"1;a,A.1",
		"1;%,a.1.1",
		"1;a,a.1.1,m",
		"1;a,a.1.1,m:x",
		"1;a,a.1.1,m:-1",
		"-1",
		`1;${"x".repeat(9_000)},a.1.1`,
		`0${";a,a.1.1".repeat(51)}`,
	])("is none: %j", (text) => {
		expect(parseOffset(text)).toBeUndefined();
	});
});

describe("a pid", () => {
	const base = "a".repeat(22);

	it("is known again for whom it was given to, and for nobody else", async () => {
		const pid = await newPid(base, 3, "/chat ann");
		expect(await readPid(encodePid(pid), "/chat ann")).toEqual(pid);
		for (const owner of ["/chat bob", "/ ann"]) expect(await readPid(encodePid(pid), owner)).toBeUndefined();
		expect(encodePid(await newPid(base, 4, "/chat ann"))).not.toBe(encodePid(pid));
	});

	it.each([undefined, null, 7, {}, "", "x", `${base}.0.`, `${base}.0.${"a".repeat(16)}`, `${base}.0.${"a".repeat(10_000)}`])(
		"is none: %j",
		async (text) => {
			expect(await readPid(text, "/chat ann")).toBeUndefined();
		},
	);
});
