// The events that a client is sent after a break.

import { describe, expect, it } from "vitest";
import { catchUp } from "../../../src/gateway/socketio/catch-up.ts";
import { advance, type Progress } from "../../../src/gateway/socketio/recovery.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { at, joined, message, reply } from "./fixtures.ts";

/** Events in short: their names, and the text that they add. */
const short = (events: ServerEvent[]) =>
	events.map((event) =>
		event.type === "chat:streaming" ? (event.isComplete ? "end" : `${event.offset}:${event.chunk}`) : event.type.slice(5),
	);

describe("a client that returns is sent", () => {
	it.each<[string, Progress, Message[], string[]]>([
		["nothing if nothing has changed", at("a.3.3"), [], []],
		["new messages", at("a.3.3"), [message(4), message(5)], ["message", "message"]],
		[
			"changes of messages that it knows, and new messages",
			at("a.3.3"),
			[message(2, { editedAt: "x" }), message(4)],
			["updated", "message"],
		],
		["a reply that has begun", at("a.3.3"), [reply(4, { status: "streaming", content: "abc" })], ["thinking", "0:abc"]],
		["a reply that has begun and has no text yet", at("a.3.3"), [reply(4, { status: "streaming", content: "" })], ["thinking"]],
		["a reply that has begun and ended", at("a.3.3"), [reply(4, { content: "abc" })], ["message", "complete"]],
		["the rest of a live reply", at("a.3.3", [["m3-x", 2]]), [reply(3, { status: "streaming", content: "abcd" })], ["2:cd"]],
		[
			"nothing of a live reply if there is no more text",
			at("a.3.3", [["m3-x", 4]]),
			[reply(3, { status: "streaming", content: "abcd" })],
			[],
		],
		[
			"the rest of a reply that has ended, and its end",
			at("a.3.3", [["m3-x", 2]]),
			[reply(3, { content: "abcd" })],
			["2:cd", "end", "message", "complete"],
		],
		[
			"the message and the end of a reply whose stream was closed",
			at("a.3.3", [["m3-x", "closed"]]),
			[reply(3, { content: "abcd" })],
			["message", "complete"],
		],
		["only chat:complete if nothing else is missing", at("a.3.3", [["m3-x", "whole"]]), [], ["complete"]],
		[
			"a reply from its beginning if it lost some of its text",
			at("a.3.3", [["m3-x", 9]]),
			[reply(3, { status: "streaming", content: "abcd" })],
			["thinking", "0:abcd"],
		],
		[
			"a reply from its beginning if it was continued from before what was sent",
			at("a.3.3", [["m3-x", 3]]),
			[reply(3, { status: "streaming", content: "abxyz", attempts: [{ offset: 2, reason: "interrupted" }] })],
			["thinking", "0:abxyz"],
		],
		[
			"only the end of a reply that lost some of its text and has ended",
			at("a.3.3", [["m3-x", 9]]),
			[reply(3, { content: "abcd" })],
			["end", "message", "complete"],
		],
		[
			"a reply from its beginning if it is not known how much was sent",
			at("a.3.3", [["m3-x", "unsure"]]),
			[reply(3, { status: "streaming", content: "abcd" })],
			["thinking", "0:abcd"],
		],
		[
			"the error of a reply that failed",
			at("a.3.3"),
			[reply(4, { status: "failed", reason: "overloaded" })],
			["message", "complete", "error"],
		],
		["the deletion of a message that it knows", at("a.3.3"), [message(2, { content: "", deletedAt: "x" })], ["updated"]],
	])("%s", (_what, progress, messages, expected) => {
		expect(short(catchUp(progress, joined(messages)))).toEqual(expected);
	});

	it("the rest, and no message twice, if it breaks off anywhere while it catches up", () => {
		const messages = [
			message(2, { editedAt: "x" }),
			message(4),
			reply(5, { content: "abcd" }),
			message(6),
			reply(7, { status: "streaming", content: "ab" }),
		];
		const before = at("a.3.3");
		const all = catchUp(before, joined(messages));
		for (let sent = 0; sent <= all.length; sent++) {
			let progress = before;
			for (const event of all.slice(0, sent)) progress = advance(progress, event);
			const known = progress;
			const rest = catchUp(
				known,
				joined(messages.filter(({ seq }) => seq > Number(known.cursor.split(".")[2]) || seq === 2 || known.live.has(`m${seq}-x`))),
			);
			const received = [...all.slice(0, sent), ...rest].flatMap((event) => (event.type === "chat:message" ? [event.message.seq] : []));
			expect(received).toEqual([4, 5, 6]);
		}
	});
});
