// Connection state recovery: everything that lets a client return to where it was after a break. The
// client alone keeps it: `pid` names its connection, and `offset`, the last argument of each event,
// names its conversations and what it has been sent of each. Pure. Nothing here is secret or signed:
// whatever a client claims is checked again with its token.

import * as v from "valibot";
import { parseCursor } from "../../conversation/store/cursor.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import { limits } from "../../protocol/limits.ts";
import type { Message } from "../../protocol/message.ts";
import { idSchema } from "../../protocol/person.ts";
import { base64url } from "../../protocol/random-id.ts";

// The connection

/**
 * `base` stays the same while the client remembers it; `life` grows each time the client could not
 * be sent everything it missed.
 */
export type Pid = { base: string; life: number; check: string };

/** `owner`: the namespace and the user, so that nobody else's pid is accepted. */
export async function newPid(base: string, life: number, owner: string): Promise<Pid> {
	return { base, life, check: await checkOf(base, life, owner) };
}

export function encodePid({ base, life, check }: Pid): string {
	return `${base}.${life}.${check}`;
}

/** Returns `undefined` for another owner's pid, and for anything that is not one. */
export async function readPid(text: unknown, owner: string): Promise<Pid | undefined> {
	const [, base = "", life = "", check = ""] = (typeof text === "string" && /^([\w-]{22})\.(\d{1,6})\.([\w-]{16})$/.exec(text)) || [];
	if (base === "" || check !== (await checkOf(base, Number(life), owner))) return undefined;
	return { base, life: Number(life), check };
}

async function checkOf(base: string, life: number, owner: string): Promise<string> {
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${base}.${life}.${owner}`));
	return base64url(new Uint8Array(digest).slice(0, 12));
}

// Progress in one conversation

/**
 * The part of a reply that a client has been sent, if it has not been sent the reply's end: that
 * many UTF-16 units of its text, `unsure` how many, all of it (`closed`), or its final message as
 * well (`whole`).
 */
export type ReplyProgress = number | "unsure" | "closed" | "whole";

/** `live`: replies whose `chat:complete` has not been sent. */
export type Progress = { readonly cursor: string; readonly live: ReadonlyMap<string, ReplyProgress> };

/** The progress of a client that has just been sent all of this. */
export function progressAt({ cursor, messages }: Extract<ServerEvent, { type: "chat:joined" }>): Progress {
	const streaming = messages.filter(({ status }) => status === "streaming");
	return { cursor, live: new Map(streaming.map(({ id, content }) => [id, content.length])) };
}

/** The progress after one more event. */
export function advance(progress: Progress, event: ServerEvent): Progress {
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

/**
 * Returns true if the client has been sent this message before: it then answers something that the
 * client sent twice.
 */
export function isKnown({ cursor, live }: Progress, { seq, id }: Message): boolean {
	return seq <= (parseCursor(cursor)?.seq ?? 0) && !live.has(id);
}

// The offset: progress in all conversations

/** `acknowledged`: how many of its messages the client knows to be acknowledged. */
export type Offset = { acknowledged: number; rooms: ReadonlyMap<string, Progress> };

/**
 * UTF-16 units of an offset that still goes with every chunk of a reply, and of any offset at all.
 */
const shortLength = 512;
const maxLength = 8 * 1024;
/** Stands for an offset that would be too long: the client cannot recover from here. */
const none = "-";

/**
 * `isShort`: short enough to go with every event. A longer one leaves out how much of live replies
 * was sent.
 */
export function encodeOffset(offset: Offset): { text: string; isShort: boolean } {
	const whole = write(offset, String);
	if (whole.length <= shortLength) return { text: whole, isShort: true };
	const text = write(offset, (progress) => (typeof progress === "number" ? "unsure" : progress));
	return { text: text.length <= maxLength ? text : none, isShort: false };
}

function write({ acknowledged, rooms }: Offset, encode: (progress: ReplyProgress) => string): string {
	const written = [...rooms].map(([id, { cursor, live }]) => {
		const replies = [...live].map(([messageId, progress]) => `${encodeURIComponent(messageId)}:${encode(progress)}`);
		return [encodeURIComponent(id), cursor, ...replies].join(",");
	});
	return [acknowledged, ...written].join(";");
}

/** Returns `undefined` for anything that `encodeOffset` did not write. */
export function parseOffset(text: unknown): Offset | undefined {
	if (typeof text !== "string" || text.length > maxLength) return undefined;
	const [acknowledged = "", ...written] = text.split(";");
	if (!/^\d{1,9}$/.test(acknowledged) || written.length > limits.conversationsPerSocket) return undefined;
	const rooms = new Map<string, Progress>();
	for (const room of written) {
		const [id = "", cursor = "", ...replies] = room.split(",");
		const conversationId = decoded(id);
		const live = replies.map(parseReply);
		if (!v.is(idSchema, conversationId) || !/^[0-9a-z.]{1,64}$/.test(cursor) || live.includes(undefined)) return undefined;
		rooms.set(conversationId, { cursor, live: new Map(live.filter((reply) => reply !== undefined)) });
	}
	return { acknowledged: Number(acknowledged), rooms };
}

function parseReply(text: string): [string, ReplyProgress] | undefined {
	const [id = "", progress = ""] = text.split(":");
	const messageId = decoded(id);
	if (!messageId) return undefined;
	if (progress === "unsure" || progress === "closed" || progress === "whole") return [messageId, progress];
	return /^\d{1,9}$/.test(progress) ? [messageId, Number(progress)] : undefined;
}

function decoded(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}
