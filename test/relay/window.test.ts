import { expect, it } from "vitest";
import type { ServerEvent } from "../../src/protocol/events.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/message.ts";
import { Window } from "../../src/relay/window.ts";

const conversationId = "room";
const message = (seq: number, revision = seq, rest: Partial<Message> = {}): Message => ({
	...{ id: `m${seq}`, conversationId, role: "user", content: `Number ${seq}`, createdAt: "2026-11-30T10:00:00.000Z" },
	...{ author: { userId: "ann", username: "Ann" }, status: "complete", seq, revision },
	...rest,
});
const at = (revision: number, seq = revision) => `l.${revision}.${seq}`;
const said = (one: Message): ServerEvent => ({ type: "chat:message", conversationId, message: one, cursor: at(one.revision) });
const updated = (one: Message): ServerEvent => ({ type: "chat:updated", conversationId, message: one, cursor: at(one.revision) });
const seqs = (window: Window, cursor: string | undefined, head: string) => window.since(cursor, head)?.messages.map(({ seq }) => seq);

/** With the messages from 11 to 20 of a conversation that has 20. */
const windowAt20 = () =>
	new Window({ messages: Array.from({ length: 10 }, (_, n) => message(n + 11)), hasMore: true, reset: true }, at(20));

it("gives whoever comes without a cursor the newest page", () => {
	const window = windowAt20();
	for (let seq = 21; seq <= 80; seq++) window.follow(said(message(seq)));
	const page = window.since(undefined, at(80));
	expect(page).toMatchObject({ reset: true, hasMore: true });
	expect(page?.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: limits.page.default }, (_, n) => n + 31));
});

it("gives whoever comes back what has changed since", () => {
	const window = windowAt20();
	window.follow(said(message(21)));
	window.follow(updated(message(12, 22, { content: "Edited" })));
	expect(window.since(at(20), at(22, 21))).toMatchObject({ reset: false, hasMore: false, messages: [{ content: "Edited" }, { seq: 21 }] });
	expect(seqs(window, at(21), at(22, 21))).toEqual([12]);
	expect(seqs(window, at(22, 21), at(22, 21))).toEqual([]);
});

it("does not answer a cursor from before it began", () => {
	expect(windowAt20().since(at(19), at(20))).toBeUndefined();
});

it.each(["x", "other.20.20", at(21, 20), at(20, 21)])("gives the newest page for %s, which it cannot have given out", (cursor) => {
	expect(windowAt20().since(cursor, at(20))).toMatchObject({ reset: true });
});

it("knows an older message that has changed, and does not show it beside a gap", () => {
	const window = windowAt20();
	window.follow(updated(message(3, 21)));
	expect(seqs(window, at(20), at(21, 20))).toEqual([3]);
	expect(seqs(window, undefined, at(21, 20))?.[0]).toBe(11);
});

it("passes those on who lack the reactions of a message that it does not have", () => {
	const window = windowAt20();
	const reactions = [{ emoji: "👍", userIds: ["bob"] }];
	window.follow({ type: "chat:reacted", conversationId, messageId: "m15", reactions, revision: 21, cursor: at(21, 20) });
	expect(window.since(at(20), at(21, 20))?.messages).toMatchObject([{ seq: 15, reactions }]);
	window.follow({ type: "chat:reacted", conversationId, messageId: "m3", reactions, revision: 22, cursor: at(22, 20) });
	expect(window.since(at(21, 20), at(22, 20))).toBeUndefined();
	expect(seqs(window, at(22, 20), at(22, 20))).toEqual([]);
});

it("follows a running reply, which everybody who comes back receives", () => {
	const window = windowAt20();
	window.follow(said(message(21, 21, { role: "assistant", status: "streaming", content: "He" })));
	const chunk = (text: string, offset: number) =>
		window.follow({ type: "chat:streaming", conversationId, messageId: "m21", chunk: text, offset, isComplete: false });
	expect(chunk("llo", 2)).toBe(true);
	expect(chunk("lo", 3)).toBe(true);
	expect(window.since(at(21), at(21))?.messages).toMatchObject([{ content: "Hello" }]);
});

it.each<ServerEvent>([
	{ type: "chat:thinking", conversationId, status: "processing", messageId: "m21" },
	{ type: "chat:streaming", conversationId, messageId: "m21", chunk: "x", offset: 0, isComplete: false },
	{ type: "chat:busy", conversationId, messageId: "m20", reason: "overloaded", retryAfterMs: 1 },
])("gives up where it cannot follow: $type", (event) => {
	expect(windowAt20().follow(event)).toBe(false);
});

it("gives up when it becomes too long", () => {
	const window = windowAt20();
	let count = 0;
	while (window.follow(said(message(21 + count, 21 + count, { content: "x".repeat(50_000) })))) count += 1;
	expect(count).toBeLessThan(limits.pageLength / 50_000);
	const many = windowAt20();
	for (count = 0; many.follow(said(message(21 + count))); count += 1);
	expect(count).toBe(limits.changes - 10);
});
