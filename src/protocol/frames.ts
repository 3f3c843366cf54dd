// Reads the events of a frame, on both ends. encode-frame.ts writes them. Must not depend on rules of the chat.

import * as v from "valibot";
import { type ClientEvent, clientEvents, type ServerEvent, serverEvents } from "./events.ts";
import { readLeniently } from "./lenient.ts";
import { limits } from "./limits.ts";
import { type MeEvent, meEvents } from "./me.ts";
import { clientIdSchema, replaceMessage } from "./message.ts";
import { idSchema } from "./person.ts";
import type { Refusal } from "./refusal.ts";

export type ParsedEvent = { event: ClientEvent } | { refusal: Refusal };

/** True if a frame has too many bytes of UTF-8. Encodes the text only if its length does not decide. */
export function isOversize(frame: string): boolean {
	if (frame.length > limits.frameBytes) return true;
	return frame.length * 3 > limits.frameBytes && new TextEncoder().encode(frame).length > limits.frameBytes;
}

/**
 * Parses a frame that is not oversize: one entry for each event, in order, or one `bad_frame` for a
 * malformed frame.
 */
export function parseFrame(frame: string): ParsedEvent[] {
	const values = readJson(frame);
	if (values === undefined || values.length > limits.eventsPerFrame) return [{ refusal: { code: "bad_frame" } }];
	return values.map(parseEvent);
}

export function readJson(frame: string): unknown[] | undefined {
	let value: unknown;
	try {
		value = JSON.parse(frame);
	} catch {
		return undefined;
	}
	if (Array.isArray(value)) return value.length > 0 ? value : undefined;
	return typeof value === "object" && value !== null ? [value] : undefined;
}

/** Parses one value of a frame. */
export function parseEvent(value: unknown): ParsedEvent {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return { refusal: { code: "bad_frame" } };
	const fields = value as Record<string, unknown>;
	const type = fields.type;
	if (typeof type !== "string" || !Object.hasOwn(clientEvents, type)) return { refusal: { code: "unknown_event", ...idsOf(fields) } };
	const parsed = v.safeParse(clientEvents[type as keyof typeof clientEvents], value);
	if (parsed.success) return { event: parsed.output };
	const tooLarge =
		(type === "chat:send" || type === "chat:edit") && typeof fields.content === "string" && fields.content.length > limits.content;
	return { refusal: { code: tooLarge ? "too_large" : "bad_event", ...idsOf(fields) } };
}

/** The valid ids of an event, by which its sender recognizes it in an error. */
export function idsOf(fields: Record<string, unknown>): { clientId?: string; messageId?: string } {
	return {
		...(v.is(clientIdSchema, fields.clientId) ? { clientId: fields.clientId } : {}),
		...(v.is(idSchema, fields.messageId) ? { messageId: fields.messageId } : {}),
	};
}

/** For clients: the events of a conversation's frame, without types that this version does not know. */
export function parseServerFrame(frame: string): ServerEvent[] {
	return eventsOf<ServerEvent>(frame, serverEvents);
}

/** Like `parseServerFrame`, for the socket of a person's list. */
export function parseMeFrame(frame: string): MeEvent[] {
	return eventsOf<MeEvent>(frame, meEvents);
}

/** What cannot be read in an event is left out. An event that cannot be read at all is skipped, and said so. */
function eventsOf<T>(frame: string, schemas: Record<string, v.GenericSchema<unknown, T>>): T[] {
	const events: T[] = [];
	for (const value of readJson(frame) ?? []) {
		const type = (value as { type?: unknown } | null)?.type;
		const schema = typeof type === "string" && Object.hasOwn(schemas, type) ? schemas[type] : undefined;
		const event = schema && readLeniently(schema, value, replaceMessage);
		if (event !== undefined) events.push(event);
		else if (schema) console.warn("An event could not be read", type);
	}
	return events;
}
