// The events that a client has to be sent after a break, so that it knows what the conversation
// knows. Pure.

import { encodeCursor, parseCursor } from "../../conversation/store/cursor.ts";
import { type Reason, reasons } from "../../protocol/errors.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";
import { isKnown, type Progress, type ReplyProgress } from "./recovery.ts";

type Joined = Extract<ServerEvent, { type: "chat:joined" }>;

/**
 * The events that a client missed. `joined` has no `reset`, so its messages are those that have
 * changed.
 */
export function catchUp(progress: Progress, { conversationId, messages }: Joined): ServerEvent[] {
	const events = messages.flatMap((message) => missedOf(progress, message, cursorAfter(progress, message)));
	// A reply whose final message was sent and has not changed since lacks only its end.
	for (const [messageId, sent] of progress.live)
		if (sent === "whole" && !messages.some(({ id }) => id === messageId)) events.push({ type: "chat:complete", conversationId, messageId });
	return events;
}

/**
 * The cursor of a client that was sent what it missed up to this message. It has all messages
 * before it, but perhaps not all changes of those it knew, so only `seq` advances. A client that
 * breaks off again in the middle of catching up continues from there.
 */
function cursorAfter({ cursor }: Progress, { seq }: Message): string {
	const before = parseCursor(cursor);
	return before ? encodeCursor({ ...before, seq: Math.max(before.seq, seq) }) : cursor;
}

function missedOf(progress: Progress, message: Message, cursor: string): ServerEvent[] {
	const { id: messageId, conversationId, content, status } = message;
	const sent = progress.live.get(messageId);
	if (status === "streaming") return textOf(message, sent);
	if (isKnown(progress, message)) return [{ type: "chat:updated", conversationId, message, cursor }];
	const events: ServerEvent[] = [];
	if (typeof sent === "number" && !isRewritten(message, sent)) events.push(...textOf(message, sent));
	if (sent === "unsure" || typeof sent === "number")
		events.push({ type: "chat:streaming", conversationId, messageId, chunk: "", offset: content.length, isComplete: true });
	events.push({ type: sent === "whole" ? "chat:updated" : "chat:message", conversationId, message, cursor });
	if (message.role === "assistant") events.push({ type: "chat:complete", conversationId, messageId }, ...failureOf(message));
	return events;
}

/**
 * The text of a live reply that a client lacks: the rest of it, or all of it if what the client has
 * is no longer its beginning.
 */
export function textOf(message: Message, sent: ReplyProgress | undefined): ServerEvent[] {
	const { id: messageId, conversationId, content } = message;
	const isRest = typeof sent === "number" && !isRewritten(message, sent);
	const offset = isRest ? sent : 0;
	const events: ServerEvent[] = isRest ? [] : [{ type: "chat:thinking", conversationId, status: "processing", messageId }];
	const chunk = content.slice(offset);
	if (chunk !== "") events.push({ type: "chat:streaming", conversationId, messageId, chunk, offset, isComplete: false });
	return events;
}

/**
 * Returns true if the reply was interrupted and continued from a point before what the client has.
 */
function isRewritten({ content, attempts = [] }: Message, sent: number): boolean {
	return content.length < sent || attempts.some(({ offset }) => offset < sent);
}

function failureOf({ id: messageId, conversationId, status, reason = "" }: Message): ServerEvent[] {
	if (status !== "failed") return [];
	const error = Object.hasOwn(reasons, reason) ? reasons[reason as Reason] : reasons.internal;
	return [{ type: "chat:error", conversationId, error, code: reason, messageId }];
}
