// Between the events of Socket.IO clients and those of our wire: the same names, and what is a `type` here is an event's name there. Pure.

import type { ClientEvent, ServerEvent } from "../../protocol/events.ts";
import { type ParsedEvent, parseEvent } from "../../protocol/frames.ts";
import { limits } from "../../protocol/limits.ts";

/** What a client said, by our wire's own rules. Of what it sent nothing is written again: it may be nested deeper than can be written. */
export function toWire(name: string, payload: unknown): ParsedEvent {
	if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return { refusal: { code: "bad_event" } };
	// A newer token is of the connection, and of no conversation.
	const place = name === "chat:auth" ? { conversationId: "-" } : {};
	return parseEvent({ ...place, ...payload, type: name });
}

/** Which conversation a payload speaks of that could not be read. */
export function placeOf(payload: unknown): { conversationId?: string } {
	const id = (payload as { conversationId?: unknown } | null | undefined)?.conversationId;
	return typeof id === "string" ? { conversationId: id.slice(0, limits.id) } : {};
}

export function toSocketIo({ type, ...payload }: ServerEvent): { name: string; payload: object } {
	return { name: type, payload };
}

/** What a client is told that asked for an acknowledgement of this, if the server's event is the answer to it. `userId`: whose client. */
export function answerTo(event: ClientEvent, heard: ServerEvent, userId: string): object | undefined {
	const name = nameOf(event);
	if (name === undefined) return undefined;
	if (heard.type === "chat:error") return isAbout(heard, name) ? refusalOf(heard) : undefined;
	switch (event.type) {
		case "chat:send": {
			if (heard.type !== "chat:message") return undefined;
			const { author, clientId } = heard.message;
			return clientId === event.clientId && author.userId === userId ? heard.message : undefined;
		}
		case "chat:edit":
		case "chat:delete":
			return heard.type === "chat:updated" && heard.message.id === event.messageId ? heard.message : undefined;
		case "chat:react":
			return reactionAnswer(event, heard, userId);
		case "chat:regenerate":
			return heard.type === "chat:thinking" && heard.messageId === event.messageId ? toSocketIo(heard).payload : undefined;
		default:
			return undefined;
	}
}

/** The acknowledgement is the whole message, which comes to its sender alone. A server of an older version sends `chat:updated` instead. */
function reactionAnswer(event: Extract<ClientEvent, { type: "chat:react" }>, heard: ServerEvent, userId: string): object | undefined {
	if (heard.type !== "chat:reacted" && heard.type !== "chat:updated") return undefined;
	const { id, reactions = [] } = heard.type === "chat:updated" ? heard.message : { ...heard, id: heard.messageId };
	const isOn = reactions.find(({ emoji }) => emoji === event.emoji)?.userIds.includes(userId) ?? false;
	if (id !== event.messageId || isOn !== event.on) return undefined;
	return heard.message ?? (event.whole ? undefined : heard);
}

/** By what the answer to an event is known; `undefined` where it has none. */
function nameOf(event: ClientEvent): { clientId?: string; messageId?: string } | undefined {
	switch (event.type) {
		case "chat:send":
			return { clientId: event.clientId };
		case "chat:edit":
		case "chat:delete":
		case "chat:react":
		case "chat:regenerate":
			return { messageId: event.messageId };
		case "chat:join":
		case "chat:leave":
		case "chat:read":
		case "chat:typing":
		case "chat:stop":
		case "chat:auth":
		case "chat:ack":
			return undefined;
		default:
			return event satisfies never;
	}
}

export function hasAnswer(event: ClientEvent): boolean {
	return nameOf(event) !== undefined;
}

/** Of frames that were too many to be read it is not told what was in them. */
function isAbout(error: { code: string; clientId?: string; messageId?: string }, name: { clientId?: string; messageId?: string }): boolean {
	const isAboutNone = error.clientId === undefined && error.messageId === undefined;
	if (isAboutNone) return error.code === "rate_limited";
	return error.clientId === name.clientId && error.messageId === name.messageId;
}

/** A refusal as it answers: `{error, code}`, and when to try again. */
export function refusalOf({ error, code, retryAfterMs }: { error: string; code: string; retryAfterMs?: number }): object {
	return { error, code, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
