// How far one client has come in one conversation, and what it has to be told to come as far as the conversation is, in the events that it
// knows. Pure.

import { encodeCursor, parseCursor } from "../../conversation/store/cursor.ts";
import { type Reason, reasons } from "../../protocol/errors.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/message.ts";

type Joined = Extract<ServerEvent, { type: "chat:joined" }>;

/**
 * What a client was told of a reply whose end it was not told: so much of its text, in UTF-16 units, `unsure` how much, that its stream is
 * `closed`, or also its `whole` message.
 */
export type Told = number | "unsure" | "closed" | "whole";

export type Progress = { readonly cursor: string; readonly live: ReadonlyMap<string, Told> };

/** The progress of who has just been told all of this. */
export function progressAt({ cursor, messages }: Joined): Progress {
	const streaming = messages.filter(({ status }) => status === "streaming");
	return { cursor, live: new Map(streaming.map(({ id, content }) => [id, content.length])) };
}

/** The progress of who has been told one event more. */
export function follow(progress: Progress, event: ServerEvent): Progress {
	const live = new Map(progress.live);
	switch (event.type) {
		case "chat:message":
			if (live.has(event.message.id)) live.set(event.message.id, "whole");
			return { cursor: event.cursor, live };
		case "chat:updated":
		case "chat:reacted":
			return { ...progress, cursor: event.cursor };
		case "chat:thinking":
			return { ...progress, live: live.set(event.messageId, 0) };
		case "chat:streaming":
			return { ...progress, live: live.set(event.messageId, event.isComplete ? "closed" : event.offset + event.chunk.length) };
		case "chat:complete":
			live.delete(event.messageId);
			return { ...progress, live };
		default:
			return progress;
	}
}

/** Whether a message is one that its client was told before: the answer to something that was said again. */
export function isKnown({ cursor, live }: Progress, { seq, id }: Message): boolean {
	return seq <= (parseCursor(cursor)?.seq ?? 0) && !live.has(id);
}

/** What a client missed, where a `chat:joined` without `reset` says what has changed. */
export function catchUp(progress: Progress, { conversationId, messages }: Joined): ServerEvent[] {
	const events = messages.flatMap((message) => missedOf(progress, message, cursorAfter(progress, message)));
	// Whose message was told and has not changed since: its end alone is missing.
	for (const [messageId, told] of progress.live)
		if (told === "whole" && !messages.some(({ id }) => id === messageId)) events.push({ type: "chat:complete", conversationId, messageId });
	return events;
}

/**
 * How far a client has come that was told what it missed up to this message: it knows all before it, and perhaps not all changes of what it
 * knew. Whoever breaks off in the middle of being told goes on from there.
 */
function cursorAfter({ cursor }: Progress, { seq }: Message): string {
	const before = parseCursor(cursor);
	return before ? encodeCursor({ ...before, seq: Math.max(before.seq, seq) }) : cursor;
}

function missedOf(progress: Progress, message: Message, cursor: string): ServerEvent[] {
	const { id: messageId, conversationId, content, status } = message;
	const told = progress.live.get(messageId);
	if (status === "streaming") return textOf(message, told);
	if (isKnown(progress, message)) return [{ type: "chat:updated", conversationId, message, cursor }];
	const events: ServerEvent[] = [];
	if (typeof told === "number" && !isRewritten(message, told)) events.push(...textOf(message, told));
	if (told === "unsure" || typeof told === "number")
		events.push({ type: "chat:streaming", conversationId, messageId, chunk: "", offset: content.length, isComplete: true });
	events.push({ type: told === "whole" ? "chat:updated" : "chat:message", conversationId, message, cursor });
	if (message.role === "assistant") events.push({ type: "chat:complete", conversationId, messageId }, ...failureOf(message));
	return events;
}

/** What a client lacks of a reply's text so far: the rest of it, or from its beginning where that is no rest. */
export function textOf(message: Message, told: Told | undefined): ServerEvent[] {
	const { id: messageId, conversationId, content } = message;
	const isRest = typeof told === "number" && !isRewritten(message, told);
	const offset = isRest ? told : 0;
	const events: ServerEvent[] = isRest ? [] : [{ type: "chat:thinking", conversationId, status: "processing", messageId }];
	const chunk = content.slice(offset);
	if (chunk !== "") events.push({ type: "chat:streaming", conversationId, messageId, chunk, offset, isComplete: false });
	return events;
}

/** Whether a reply was interrupted and goes on from before what was told of it. */
function isRewritten({ content, attempts = [] }: Message, told: number): boolean {
	return content.length < told || attempts.some(({ offset }) => offset < told);
}

function failureOf({ id: messageId, conversationId, status, reason = "" }: Message): ServerEvent[] {
	if (status !== "failed") return [];
	const error = Object.hasOwn(reasons, reason) ? reasons[reason as Reason] : reasons.internal;
	return [{ type: "chat:error", conversationId, error, code: reason, messageId }];
}
