import { describe, expect, it } from "vitest";
import { defaultClaudeSettings } from "../../src/protocol/claude-settings.ts";
import type { Member } from "../../src/protocol/conversation.ts";
import type { ServerEvent } from "../../src/protocol/events.ts";
import { nextToSend } from "../../web/src/live/outgoing.ts";
import { type Action, emptyTranscript, reduce, runningReply, type Transcript } from "../../web/src/live/transcript.ts";
import { unpaidText } from "../../web/src/money/unpaidText.ts";
import { de, en } from "../../web/src/money/words.ts";
import { ann, bob, conversationId, joined, message, reply } from "./fakes.ts";

const now = 1_000;
const received = (...events: ServerEvent[]): Action => ({ type: "received", events, now });
const transcriptOf = (...actions: Action[]): Transcript => actions.reduce(reduce, emptyTranscript);
const said = (clientId: string, content = "hello"): Action => ({ type: "enqueued", clientId, content, now });

const thinking = (messageId: string): ServerEvent => ({ type: "chat:thinking", conversationId, status: "processing", messageId });
const chunk = (messageId: string, offset: number, text: string): ServerEvent => ({
	type: "chat:streaming",
	conversationId,
	messageId,
	chunk: text,
	offset,
	isComplete: false,
});
const thought = (messageId: string, offset: number, text: string): ServerEvent => ({
	type: "chat:thought",
	conversationId,
	messageId,
	chunk: text,
	offset,
});
const closing = (messageId: string, offset: number): ServerEvent => ({
	type: "chat:streaming",
	conversationId,
	messageId,
	chunk: "",
	offset,
	isComplete: true,
});
const whole = (whole: ReturnType<typeof message>): ServerEvent => ({ type: "chat:message", conversationId, message: whole, cursor: "c" });
const updated = (whole: ReturnType<typeof message>): ServerEvent => ({ type: "chat:updated", conversationId, message: whole, cursor: "c" });
const reacted = (messageId: string, revision: number, ...userIds: string[]): ServerEvent => ({
	type: "chat:reacted",
	conversationId,
	messageId,
	reactions: userIds.length > 0 ? [{ emoji: "👍", userIds }] : [],
	revision,
	cursor: "c",
});
const complete = (messageId: string): ServerEvent => ({ type: "chat:complete", conversationId, messageId });
const error = (given: Partial<Extract<ServerEvent, { type: "chat:error" }>>): ServerEvent => ({
	type: "chat:error",
	conversationId,
	error: "Not so.",
	code: "bad_event",
	...given,
});

/** Each message as a line: `seq`, the status unless complete, the quote, the thinking text and the text. */
const view = ({ messages }: Transcript) =>
	messages.map(
		({ seq, status, quoted, thinking, content }) =>
			`${seq}${status === "complete" ? "" : ` ${status}`}${quoted ? ` > ${quoted.content}` : ""}${thinking ? ` (${thinking})` : ""}: ${content}`,
	);

describe("messages", () => {
	const cases: [what: string, events: ServerEvent[], seen: string[], isBehind?: boolean][] = [
		["a first page", [joined({ messages: [message(4), message(5)] })], ["4: text 4", "5: text 5"]],
		["messages in order", [joined(), whole(message(1)), whole(message(2))], ["1: text 1", "2: text 2"]],
		[
			"messages out of order",
			[joined({ messages: [message(1)] }), whole(message(3)), whole(message(2))],
			["1: text 1", "2: text 2", "3: text 3"],
		],
		["the same message twice", [joined(), whole(message(1)), whole(message(1))], ["1: text 1"]],
		[
			"a changed message",
			[joined({ messages: [message(1), message(2)] }), updated(message(1, { content: "new", revision: 3 }))],
			["1: new", "2: text 2"],
		],
		[
			"a change of a quoted message",
			[
				joined({ messages: [message(1), message(2, { replyTo: "m1", quoted: { author: ann, content: "text 1" } })] }),
				updated(message(1, { content: "new", editedAt: "2026-11-24T12:01:00.000Z", revision: 3 })),
			],
			["1: new", "2 > new: text 2"],
		],
		[
			"the deletion of a quoted message that is older than the view",
			[
				joined({ messages: [message(8, { replyTo: "m1", quoted: { author: ann, content: "text 1" } })], hasMore: true }),
				updated(message(1, { content: "", deletedAt: "2026-11-24T12:01:00.000Z", revision: 9 })),
			],
			["8 > : text 8"],
		],
		[
			"an older revision of a known message",
			[joined({ messages: [message(1, { content: "new", revision: 3 })] }), updated(message(1))],
			["1: new"],
		],
		[
			"a change of a message that is older than the view",
			[joined({ messages: [message(8)], hasMore: true }), updated(message(2, { revision: 9 }))],
			["8: text 8"],
		],
		[
			"a rejoin with changes",
			[
				joined({ messages: [message(1), message(2)] }),
				joined({ reset: false, messages: [message(2, { content: "new", revision: 3 }), message(3)] }),
			],
			["1: text 1", "2: new", "3: text 3"],
		],
		[
			"a rejoin with a reset",
			[joined({ messages: [message(1), message(2)] }), joined({ messages: [message(90)], hasMore: true })],
			["90: text 90"],
		],

		["a reply that begins", [joined({ messages: [message(1)] }), thinking("m2")], ["1: text 1", "2 streaming: "]],
		[
			"a reply that grows",
			[joined({ messages: [message(1)] }), thinking("m2"), chunk("m2", 0, "Hel"), chunk("m2", 3, "lo")],
			["1: text 1", "2 streaming: Hello"],
		],
		[
			"a reply with thinking",
			[joined(), thinking("m1"), thought("m1", 0, "Hm, "), thought("m1", 4, "well"), thought("m1", 6, "ll."), chunk("m1", 0, "Hello")],
			["1 streaming (Hm, well.): Hello"],
		],
		[
			"a late join in the middle of thinking",
			[joined({ messages: [reply(1, { content: "", thinking: "Hm", status: "streaming" })] }), thought("m1", 2, "m.")],
			["1 streaming (Hmm.): "],
		],
		[
			"a missing chunk of thinking",
			[joined(), thinking("m1"), thought("m1", 0, "Hm"), thought("m1", 9, "lo")],
			["1 streaming (Hm): "],
			true,
		],
		["thinking of an unknown reply", [joined(), thought("m1", 0, "Hm")], [], true],
		[
			"a reply to its end",
			[joined(), thinking("m1"), chunk("m1", 0, "Hi"), closing("m1", 2), whole(reply(1, { content: "Hi" })), complete("m1")],
			["1: Hi"],
		],
		[
			"a message during a reply",
			[joined(), thinking("m1"), chunk("m1", 0, "He"), whole(message(2)), chunk("m1", 2, "y")],
			["1 streaming: Hey", "2: text 2"],
		],
		[
			"a late join in the middle of a reply",
			[joined({ messages: [message(1), reply(2, { content: "Hel", status: "streaming" })] }), chunk("m2", 3, "lo")],
			["1: text 1", "2 streaming: Hello"],
		],
		[
			"a chunk that is partly known",
			[joined(), thinking("m1"), chunk("m1", 0, "Hello"), chunk("m1", 3, "lo you")],
			["1 streaming: Hello you"],
		],
		["a chunk that is known", [joined(), thinking("m1"), chunk("m1", 0, "Hello"), chunk("m1", 1, "el")], ["1 streaming: Hello"]],
		[
			"a chunk after the end",
			[joined({ messages: [reply(1, { content: "Hi", status: "stopped" })] }), chunk("m1", 1, "i there")],
			["1 stopped: Hi"],
		],
		["a missing chunk of a reply", [joined(), thinking("m1"), chunk("m1", 0, "He"), chunk("m1", 9, "lo")], ["1 streaming: He"], true],
		["a chunk of an unknown reply", [joined(), chunk("m1", 0, "He")], [], true],
		[
			"a missing chunk, then the finished reply",
			[joined(), thinking("m1"), chunk("m1", 4, "lo"), whole(reply(1, { content: "Hello" }))],
			["1: Hello"],
			true,
		],
		["the end of a reply without its message", [joined(), thinking("m1"), chunk("m1", 0, "He"), complete("m1")], ["1 streaming: He"], true],
		[
			"a missing chunk that a rejoin supplies",
			[
				joined(),
				thinking("m1"),
				chunk("m1", 4, "o"),
				joined({ reset: false, messages: [reply(1, { content: "Hello", status: "streaming" })] }),
				chunk("m1", 5, "!"),
			],
			["1 streaming: Hello!"],
		],
		[
			"a failed reply that is retried",
			[
				joined({ messages: [reply(1, { content: "Hal", status: "failed" })] }),
				updated(reply(1, { content: "", status: "streaming", revision: 2 })),
				thinking("m1"),
				chunk("m1", 0, "Hello"),
			],
			["1 streaming: Hello"],
		],
		[
			"a surrogate pair that is cut in two",
			[joined(), thinking("m1"), chunk("m1", 0, "a\ud83d"), chunk("m1", 2, "\ude00b")],
			["1 streaming: a😀b"],
		],
	];

	it.each(cases)("%s", (_what, events, seen, isBehind = false) => {
		const transcript = transcriptOf(received(...events));
		expect(view(transcript)).toEqual(seen);
		expect(transcript.isBehind).toBe(isBehind);
		// Nothing depends on how the events were packed.
		expect(transcriptOf(...events.map((event) => received(event)))).toEqual(transcript);
	});

	const tool = (index: number, input: string, status: "running" | "done" = "running"): ServerEvent => ({
		type: "chat:tool",
		conversationId,
		messageId: "m1",
		index,
		tool: { name: "web_search", input, status },
	});
	const source = (index: number, url: string, end?: number): ServerEvent => ({
		type: "chat:source",
		conversationId,
		messageId: "m1",
		index,
		source: { url, title: url },
		...(end !== undefined && { citation: { start: 0, end, source: index } }),
	});

	it("gain what Claude looks up", () => {
		const events = [
			tool(0, ""),
			tool(0, "x"),
			tool(1, "y"),
			tool(0, "x", "done"),
			source(0, "a"),
			source(0, "a", 2),
			source(1, "b", 2),
			source(0, "a", 2),
		];
		const transcript = transcriptOf(received(joined(), thinking("m1"), chunk("m1", 0, "Hi"), ...events));
		expect(transcript.isBehind).toBe(false);
		expect(transcript.messages[0]).toMatchObject({
			tools: [
				{ input: "x", status: "done" },
				{ input: "y", status: "running" },
			],
			sources: [{ url: "a" }, { url: "b" }],
			citations: [
				{ end: 2, source: 0 },
				{ end: 2, source: 1 },
			],
		});
		expect(transcript.messages[0]?.citations).toHaveLength(2);
	});

	it.each([
		["a tool", [thinking("m1"), tool(1, "x")]],
		["a source", [thinking("m1"), source(1, "a")]],
		["the reply", [tool(0, "x")]],
	])("are behind if %s before is missing", (_what, events) => {
		expect(transcriptOf(received(joined(), ...events)).isBehind).toBe(true);
	});

	it("that have ended ignore what Claude looked up before", () => {
		const ended = reply(1, { content: "Hi" });
		expect(transcriptOf(received(joined({ messages: [ended] }), tool(0, "x"), source(0, "a"))).messages).toEqual([ended]);
	});

	it("that do not change stay the same objects", () => {
		const before = transcriptOf(received(joined({ messages: [message(1)] }), thinking("m2")));
		const grown = reduce(before, received(chunk("m2", 0, "Hi")));
		expect(grown.messages[0]).toBe(before.messages[0]);
	});

	it("show at once who asked for a reply", () => {
		const transcript = transcriptOf(received(joined(), { ...thinking("m1"), askedBy: [ann] } as ServerEvent));
		expect(transcript.messages[0]?.askedBy).toEqual([ann]);
	});

	it("show their current reactions, and ignore older ones", () => {
		const one = { emoji: "👍", userIds: ["bob"] };
		const first = [received(joined({ messages: [message(1), message(2)] }))];
		const given = transcriptOf(...first, received(reacted("m1", 3, "bob")));
		expect(given.messages).toEqual([message(1, { reactions: [one], revision: 3 }), message(2)]);
		expect(reduce(given, received(reacted("m1", 4))).messages).toEqual([message(1, { revision: 4 }), message(2)]);
		for (const revision of [2, 3]) expect(reduce(given, received(reacted("m1", revision))).messages).toEqual(given.messages);
		// An older state of the message does not take them away, a newer one may.
		expect(reduce(given, received(updated(message(1, { content: "old", revision: 2 })))).messages).toEqual(given.messages);
		const newer = message(1, { content: "new", revision: 4 });
		expect(reduce(given, received(updated(newer))).messages[0]).toEqual(newer);
		expect(reduce(given, received(reacted("m0", 5, "bob"))).messages).toEqual(given.messages);
	});

	it("show reactions to a streaming reply, which keeps its text", () => {
		const reactions = [{ emoji: "👍", userIds: ["bob"] }];
		const running = transcriptOf(received(joined(), thinking("m1"), chunk("m1", 0, "Hel"), reacted("m1", 2, "bob"), chunk("m1", 3, "lo")));
		expect(running.messages[0]).toMatchObject({ content: "Hello", status: "streaming", reactions });
		const ended = reply(1, { content: "Hello!", reactions, revision: 3 });
		expect(reduce(running, received(whole(ended))).messages).toEqual([ended]);
	});

	it("include the running reply while it is written", () => {
		const before = transcriptOf(received(joined({ messages: [message(1)] }), thinking("m2"), chunk("m2", 0, "Hi")));
		expect(runningReply(before)?.content).toBe("Hi");
		expect(runningReply(reduce(before, received(whole(reply(2, { status: "stopped" })))))).toBeUndefined();
	});
});

describe("older messages", () => {
	const start = transcriptOf(received(joined({ messages: [message(3)], hasMore: true })), { type: "older requested" });

	it("come before the first", () => {
		const page = { messages: [message(1), message(2)], hasMore: false, hasNewer: true };
		const transcript = reduce(start, { type: "older loaded", before: 3, page });
		expect(view(transcript)).toEqual(["1: text 1", "2: text 2", "3: text 3"]);
		expect(transcript.older).toBe("none");
	});

	it("that cannot be loaded are marked as failed", () => {
		expect(reduce(start, { type: "older loaded", before: 3, page: null }).older).toBe("failed");
	});

	it("of a replaced view are ignored", () => {
		const anew = reduce(start, received(joined({ messages: [message(90)], hasMore: true })));
		const late = reduce(anew, { type: "older loaded", before: 3, page: { messages: [message(2)], hasMore: true, hasNewer: true } });
		expect(view(late)).toEqual(["90: text 90"]);
		expect(late.older).toBe("some");
	});

	it("are still there after a rejoin", () => {
		const transcript = reduce(start, received(joined({ reset: false, messages: [message(4)], hasMore: false })));
		expect(transcript.older).toBe("loading");
	});
});

describe("an outgoing message", () => {
	const states = ({ outgoing }: Transcript) => outgoing.map(({ clientId, state }) => `${clientId} ${state.type}`);

	it("waits, and messages are sent one by one in order", () => {
		const both = transcriptOf(received(joined()), said("a"), said("b"));
		expect(states(both)).toEqual(["a waiting", "b waiting"]);
		expect(nextToSend(both, now)?.clientId).toBe("a");
		const first = reduce(both, { type: "sent", clientId: "a" });
		expect(nextToSend(first, now)).toBeUndefined();
		const acknowledged = reduce(first, received(whole(message(1, { clientId: "a" }))));
		expect(states(acknowledged)).toEqual(["b waiting"]);
		expect(nextToSend(acknowledged, now)?.clientId).toBe("b");
	});

	it("is replaced by its acknowledgement, but not by another person's message with the same id", () => {
		const sent = transcriptOf(received(joined()), said("a"), { type: "sent", clientId: "a" });
		expect(states(reduce(sent, received(whole(message(1, { clientId: "a", author: bob })))))).toEqual(["a sent"]);
		const echoed = reduce(sent, received(whole(message(1, { clientId: "a", content: "hello" }))));
		expect([states(echoed), view(echoed)]).toEqual([[], ["1: hello"]]);
	});

	it("is acknowledged by a rejoin that contains it", () => {
		const lost = transcriptOf(received(joined()), said("a"), { type: "sent", clientId: "a" }, { type: "disconnected" });
		expect(states(lost)).toEqual(["a waiting"]);
		expect(states(reduce(lost, received(joined({ reset: false, messages: [message(1, { clientId: "a" })] }))))).toEqual([]);
		expect(states(reduce(lost, received(joined({ messages: [message(9)] }))))).toEqual(["a waiting"]);
	});

	it("does not leave a gap when it is older than the view", () => {
		const anew = transcriptOf(received(joined()), said("a"), received(joined({ messages: [message(90)], hasMore: true })));
		const acknowledged = reduce(anew, received(whole(message(5, { clientId: "a" }))));
		expect([states(acknowledged), view(acknowledged)]).toEqual([[], ["90: text 90"]]);
	});

	it("that is refused keeps the reason, and can be retried or deleted", () => {
		const refused = transcriptOf(
			received(joined()),
			said("a"),
			said("b"),
			{ type: "sent", clientId: "a" },
			received(error({ clientId: "a" })),
		);
		expect(refused.outgoing[0]?.state).toEqual({ type: "failed", code: "bad_event", text: "Not so." });
		expect(nextToSend(refused, now)?.clientId).toBe("b");
		expect(states(reduce(refused, { type: "retried", clientId: "a" }))).toEqual(["a waiting", "b waiting"]);
		expect(states(reduce(refused, { type: "discarded", clientId: "a" }))).toEqual(["b waiting"]);
	});

	it("that is rate-limited waits, before later messages", () => {
		const limited = error({ code: "rate_limited", clientId: "a", retryAfterMs: 700 });
		const held = transcriptOf(received(joined()), said("a"), said("b"), { type: "sent", clientId: "a" }, received(limited));
		expect(states(held)).toEqual(["a waiting", "b waiting"]);
		expect(nextToSend(held, now + 699)).toBeUndefined();
		expect(nextToSend(held, now + 700)?.clientId).toBe("a");
	});

	it("in flight is what an error without an id is about", () => {
		const sent = transcriptOf(received(joined()), said("a"), { type: "sent", clientId: "a" }, received(error({ code: "internal" })));
		expect(states(sent)).toEqual(["a failed"]);
		expect(sent.notice).toBeNull();
	});

	it("does not fail when the token expires", () => {
		const sent = transcriptOf(received(joined()), said("a"), { type: "sent", clientId: "a" }, received(error({ code: "token_expired" })));
		expect([states(sent), sent.notice]).toEqual([["a sent"], null]);
	});
});

describe("notices", () => {
	it("keep a refusal until it is dismissed", () => {
		const refused = transcriptOf(received(joined(), error({})));
		expect(refused.notice).toEqual({ code: "bad_event", text: "Not so." });
		expect(reduce(refused, { type: "notice dismissed" }).notice).toBeNull();
	});

	it("do not repeat the reason of a failed reply", () => {
		const failed = reply(1, { status: "failed", reason: "rate_limited" });
		expect(transcriptOf(received(joined(), whole(failed), error({ code: "rate_limited", messageId: "m1" }))).notice).toBeNull();
		const asked = error({ code: "rate_limited", messageId: "m1", retryAfterMs: 500 });
		expect(transcriptOf(received(joined(), whole(failed), asked)).notice?.text).toBe("Not so.");
	});
});

describe("people", () => {
	const typing = (isTyping: boolean): ServerEvent => ({ type: "chat:user-typing", conversationId, ...bob, isTyping });

	it("join once and leave", () => {
		const here = transcriptOf(
			received(joined(), { type: "chat:user-joined", conversationId, ...bob }, { type: "chat:user-joined", conversationId, ...bob }),
		);
		expect(here.participants).toEqual([ann, bob]);
		expect(reduce(here, received({ type: "chat:user-left", conversationId, ...bob })).participants).toEqual([ann]);
	});

	it("are a number where they are too many to be named, until all are named again", () => {
		const crowded = transcriptOf(received(joined({ participantCount: 4321 })));
		expect([crowded.participants, crowded.participantCount]).toEqual([[], 4321]);
		const more = reduce(crowded, received({ type: "chat:presence", conversationId, participantCount: 4400 }));
		expect([more.participants, more.participantCount]).toEqual([[], 4400]);
		const few = reduce(more, received({ type: "chat:presence", conversationId, participantCount: 2, participants: [ann, bob] }));
		expect([few.participants, few.participantCount]).toEqual([[ann, bob], null]);
	});

	it("are members once the conversation is described, and follow changes", () => {
		const conversation = {
			id: conversationId,
			title: "Tea",
			createdAt: "2026-11-24T12:00:00.000Z",
			assistant: "auto" as const,
			...defaultClaudeSettings,
		};
		const owner = { ...ann, role: "owner" as const };
		const member = (given: Partial<Member>): ServerEvent => ({
			type: "chat:member",
			conversationId,
			member: { ...bob, role: "member", ...given },
		});
		const before = transcriptOf(received(joined(), member({})));
		expect([before.members, before.role]).toEqual([null, null]);
		const known = reduce(before, { type: "described", conversation, members: [owner] });
		expect([known.members, known.role, known.conversation?.title]).toEqual([[owner], "owner", "Tea"]);
		const changed = reduce(
			known,
			received(
				{ type: "chat:user-joined", conversationId, ...bob },
				member({}),
				member({ username: "Robert", role: "reader" }),
				member({ ...ann, role: "reader" }),
				{ type: "chat:conversation", conversationId, conversation: { ...conversation, title: "Coffee" } },
			),
		);
		expect(changed.members).toEqual([
			{ ...ann, role: "reader" },
			{ ...bob, username: "Robert", role: "reader" },
		]);
		expect([changed.role, changed.conversation?.title, changed.participants[1]?.username]).toEqual(["reader", "Coffee", "Robert"]);
		const left = reduce(changed, received({ type: "chat:member-left", conversationId, userId: bob.userId }));
		expect(left.members).toEqual([{ ...ann, role: "reader" }]);
	});

	it("are members who matter in a large conversation, and how many there are", () => {
		const anns: Member = { ...ann, role: "member" };
		const bobs: Member = { ...bob, role: "member" };
		const zoe: Member = { userId: "u-zoe", username: "Zoe", role: "member" };
		const large = transcriptOf(received(joined({ memberCount: 4321, members: [anns] })));
		expect([large.members, large.memberCount]).toEqual([[anns], 4321]);
		const first = large.messages[0]?.seq ?? 0;
		const page = { messages: [], hasMore: false, hasNewer: false, members: [bobs] };
		const more = reduce(large, { type: "older loaded", before: first, page });
		expect(more.members).toEqual([anns, bobs]);
		const changed = reduce(
			more,
			received(
				{ type: "chat:member", conversationId, member: zoe },
				{ type: "chat:member", conversationId, member: { ...bobs, role: "reader" } },
				{ type: "chat:members", conversationId, memberCount: 4400 },
			),
		);
		expect([changed.members, changed.memberCount]).toEqual([[anns, { ...bobs, role: "reader" }], 4400]);
		const back = reduce(changed, received(joined({ memberCount: 4401, members: [anns, zoe] })));
		expect([back.members?.length, back.memberCount]).toEqual([3, 4401]);
		const few = reduce(back, received({ type: "chat:members", conversationId, memberCount: 2, members: [anns, zoe] }));
		expect([few.members, few.memberCount]).toEqual([[anns, zoe], null]);
		const again = reduce(few, received({ type: "chat:members", conversationId, memberCount: 3 }));
		expect([again.members, again.memberCount]).toEqual([[anns, zoe], 3]);
	});

	it("are typing until they stop, send, leave, or the signal expires", () => {
		const seen = transcriptOf(received(joined(), typing(true)));
		expect(seen.typing).toEqual([{ ...bob, until: now + 6_000 }]);
		const ends: Action[] = [
			received(typing(false)),
			received(whole(message(1, { author: bob }))),
			received({ type: "chat:user-left", conversationId, ...bob }),
			{ type: "time passed", now: now + 6_000 },
			{ type: "disconnected" },
		];
		for (const end of ends) expect([end.type, reduce(seen, end).typing]).toEqual([end.type, []]);
		expect(reduce(seen, { type: "time passed", now: now + 5_999 }).typing).toHaveLength(1);
		expect(reduce(seen, { type: "received", events: [typing(true)], now: now + 4_000 }).typing).toEqual([{ ...bob, until: now + 10_000 }]);
	});
});

describe("a message that Claude does not answer because a budget is used up", () => {
	const refusal = error({ code: "budget_exceeded", messageId: "m1", scope: "person", resetsAt: "2026-11-30T00:00:00.000Z" });
	const refused = transcriptOf(received(joined(), whole(message(1)), refusal));

	it("says so, and no notice does", () => {
		expect(refused.unpaid.get("m1")).toEqual({ scope: "person", resetsAt: "2026-11-30T00:00:00.000Z" });
		expect(refused.notice).toBeNull();
	});

	it.each(["budget_exceeded", "unavailable", "decided"] as const)(
		"is not meant by %s about the running reply, of which a notice tells",
		(code) => {
			const running = transcriptOf(received(joined({ messages: [message(1), reply(2, { status: "streaming" })] })));
			const told = reduce(running, received(error({ code, messageId: "m2", scope: "person" })));
			expect([told.unpaid.size, told.notice?.code]).toEqual([0, code]);
		},
	);

	it("says so no longer once it asks again, or its reply begins anew", () => {
		const withdrawn = reduce(refused, received(updated(message(1))));
		expect(withdrawn.unpaid.size).toBe(1);
		expect(reduce(withdrawn, received(updated(message(1, { asksClaude: true })))).unpaid.size).toBe(0);
		const begun = received(thinking("m1"));
		expect(reduce(refused, begun).unpaid.size).toBe(0);
	});

	it("is in the words of either language, with when it goes on", () => {
		const why = { scope: "conversation", resetsAt: "2026-11-30T12:00:00.000Z" } as const;
		expect(unpaidText(why, false, en)).toMatch(
			/^This conversation's budget for Claude is used up, so .* Ask again from Monday, November 30 at \d\d?:00\s[AP]M\.$/,
		);
		expect(unpaidText(why, false, de)).toMatch(
			/^Das Budget dieses Gesprächs für Claude ist aufgebraucht\. .* Frag wieder ab Montag, 30\. November um \d\d:00\.$/,
		);
		expect(unpaidText({ scope: "conversation" }, false, en)).toMatch(/An owner can raise it/);
	});

	it("has its own words for each budget", () => {
		const texts = [en, de].flatMap((words) =>
			(["conversation", "person", "deployment"] as const)
				.map((scope) => unpaidText({ scope }, false, words))
				.concat(unpaidText({ scope: "person" }, true, words)),
		);
		expect(new Set(texts).size).toBe(8);
		expect(texts[3]).toMatch(/^You, or all guests of your network together, have used up what guests may spend on Claude/);
		expect(texts[7]).toMatch(/^Du oder alle Gäste deines Netzes zusammen haben aufgebraucht, was Gäste für Claude ausgeben dürfen/);
	});
});
