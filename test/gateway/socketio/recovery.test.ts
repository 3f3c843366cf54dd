// Everything that a client keeps so that it can return: its progress, offset and pid.

import { describe, expect, it } from "vitest";
import {
	advance,
	encodeOffset,
	encodePid,
	isKnown,
	newPid,
	type Progress,
	parseOffset,
	progressAt,
	type ReplyProgress,
	readPid,
} from "../../../src/gateway/socketio/recovery.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { at, joined, message, reply } from "./fixtures.ts";

describe("a client's progress", () => {
	it("advances with each event that is sent", () => {
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
			progress = advance(progress, event);
			expect(progress).toEqual(expected);
		}
		expect([message(4), message(5), reply(2, {})].map((one) => isKnown(progress, one))).toEqual([true, false, false]);
	});
});

describe("an offset", () => {
	const rooms = (count: number, live: [string, ReplyProgress][] = []) =>
		new Map(Array.from({ length: count }, (_, n) => [`abcdefghijklmnopqrst${n}`, at(`0123abcd.${n}.${n}`, live)]));

	it("is parsed to what it was made of, whatever the ids are", () => {
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

	it("stays short with the maximum of conversations by leaving out how much of each reply was sent", () => {
		const few = encodeOffset({ acknowledged: 0, rooms: rooms(5, [["m1-x", 5]]) });
		expect(few.isShort).toBe(true);
		const many = encodeOffset({ acknowledged: 1, rooms: rooms(limits.conversationsPerSocket, [["m123-0123abcd", 5]]) });
		expect(many.isShort).toBe(false);
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
	])("is rejected: %j", (text) => {
		expect(parseOffset(text)).toBeUndefined();
	});
});

describe("a pid", () => {
	const base = "a".repeat(22);

	it("is accepted from its owner, and from nobody else", async () => {
		const pid = await newPid(base, 3, "/chat ann");
		expect(await readPid(encodePid(pid), "/chat ann")).toEqual(pid);
		for (const owner of ["/chat bob", "/ ann"]) expect(await readPid(encodePid(pid), owner)).toBeUndefined();
		expect(encodePid(await newPid(base, 4, "/chat ann"))).not.toBe(encodePid(pid));
	});

	it.each([undefined, null, 7, {}, "", "x", `${base}.0.`, `${base}.0.${"a".repeat(16)}`, `${base}.0.${"a".repeat(10_000)}`])(
		"is rejected: %j",
		async (text) => {
			expect(await readPid(text, "/chat ann")).toBeUndefined();
		},
	);
});
