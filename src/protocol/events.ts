// The wire: the schemas of every event are its one description, and the types are read off them.
// Knows nothing of sockets, storage or rules. The web client and the tests import the same file.
// An object takes fields it does not know and drops them, so that newer clients may say more.

import * as v from "valibot";
import type { ErrorCode } from "./errors.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";

/**
 * A text without what does harm where it is shown or stored: halves of characters, controls but for tabs and line breaks, and what turns
 * or hides the text beside it. The marks that right-to-left writing needs, and the joiners of scripts and emoji, stay. What is harmless is returned as it is.
 */
export function harmless(text: string): string {
	return text.toWellFormed().replace(/[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|(?![\t\n\r])\p{Cc}/gu, "");
}

/** One line of it: nothing unseen at all but for those joiners, and white space as single spaces. */
export function harmlessLine(text: string): string {
	const line = text.toWellFormed().replace(/\s|\u0085/gu, " ");
	return line
		.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu, "")
		.replace(/ +/g, " ")
		.trim();
}

/** Unpaired surrogates would come back from storage as other text than was sent. */
const wellFormed = v.check<string>((text) => text.isWellFormed());
const text = (min: number, max: number) => v.pipe(v.string(), v.minLength(min), v.maxLength(max), wellFormed);

export const idSchema = text(1, limits.id);
const clientIdSchema = text(1, limits.clientId);
/** What is such a line already. For ids, which are nothing to be mended. */
export const lineSchema = v.regex<string>(/^(?:[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|[\u200c\u200d])*$/u);
/** A name that shows nothing is none, though joiners are in it. */
const isSeen = v.check<string>((text) => /[^\s\p{Cc}\p{Cf}]/u.test(text));
const line = (max: number) => v.pipe(v.string(), v.transform(harmlessLine), v.maxLength(max));
export const usernameSchema = v.pipe(line(limits.username), isSeen);
export const titleSchema = line(limits.title);
export const assistantSchema = v.picklist(["auto", "always", "mention", "off"]);
const roleSchema = v.picklist(["owner", "member", "reader"]);

const cursorSchema = text(0, limits.cursor);
const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

const personSchema = v.object({ userId: idSchema, username: v.string() });

export const messageSchema = v.object({
	id: idSchema,
	conversationId: idSchema,
	role: v.picklist(["user", "assistant"]),
	content: v.string(),
	/** ISO 8601, UTC. */
	createdAt: v.string(),
	author: personSchema,
	status: v.picklist(["complete", "streaming", "stopped", "failed"]),
	/** One of `reasons`, or one that a newer server knows. While it is `streaming`: why Claude is asked again just now. */
	reason: v.optional(v.string()),
	/** Place in the conversation: 1, 2, 3 … without holes. */
	seq: countSchema,
	/** Grows with every change in the conversation. */
	revision: countSchema,
	clientId: v.optional(clientIdSchema),
	/** Of a reply: the model that wrote it. */
	model: v.optional(v.string()),
	/** Of a reply: why the model ended it, in its own word. */
	stopReason: v.optional(v.string()),
	/** Of a reply: tokens as the model's side counted them. */
	usage: v.optional(v.object({ input: countSchema, output: countSchema, cacheRead: countSchema, cacheWrite: countSchema })),
	/** Of a reply that was interrupted and went on: after how much text (UTF-16 units), and why. */
	attempts: v.optional(v.array(v.object({ offset: countSchema, reason: v.string() }))),
	/** Of a reply: milliseconds from its beginning to its end. */
	elapsedMs: v.optional(countSchema),
});

export const conversationSchema = v.object({
	id: idSchema,
	title: v.string(),
	createdAt: v.string(),
	assistant: assistantSchema,
});

export const memberSchema = v.object({ userId: idSchema, username: v.string(), role: roleSchema });

const conversationId = idSchema;

/** What a client says, by type. */
export const clientEvents = {
	"chat:join": v.object({ type: v.literal("chat:join"), conversationId, cursor: v.optional(cursorSchema) }),
	"chat:leave": v.object({ type: v.literal("chat:leave"), conversationId }),
	"chat:send": v.object({
		type: v.literal("chat:send"),
		conversationId,
		content: v.pipe(v.string(), v.maxLength(limits.content), v.transform(harmless), isSeen),
		role: v.literal("user"),
		clientId: v.optional(clientIdSchema),
	}),
	"chat:typing": v.object({ type: v.literal("chat:typing"), conversationId, isTyping: v.boolean() }),
	"chat:stop": v.object({ type: v.literal("chat:stop"), conversationId, messageId: v.optional(idSchema) }),
	"chat:regenerate": v.object({ type: v.literal("chat:regenerate"), conversationId, messageId: idSchema }),
	"chat:auth": v.object({ type: v.literal("chat:auth"), conversationId, token: v.pipe(v.string(), v.minLength(1)) }),
	/** All that was sent until now has been read. */
	"chat:ack": v.object({ type: v.literal("chat:ack"), conversationId }),
} as const;

/** What the server says, by type. */
export const serverEvents = {
	"chat:joined": v.object({
		type: v.literal("chat:joined"),
		conversationId,
		cursor: cursorSchema,
		reset: v.boolean(),
		messages: v.array(messageSchema),
		hasMore: v.boolean(),
		participants: v.array(personSchema),
		you: personSchema,
	}),
	"chat:message": v.object({ type: v.literal("chat:message"), conversationId, message: messageSchema, cursor: cursorSchema }),
	"chat:updated": v.object({ type: v.literal("chat:updated"), conversationId, message: messageSchema, cursor: cursorSchema }),
	"chat:thinking": v.object({
		type: v.literal("chat:thinking"),
		conversationId,
		status: v.literal("processing"),
		messageId: idSchema,
	}),
	/** Claude took no request just now, and is asked again after `retryAfterMs`; what follows of the reply ends it. */
	"chat:busy": v.object({
		type: v.literal("chat:busy"),
		conversationId,
		messageId: idSchema,
		/** One of `reasons`. */
		reason: v.string(),
		retryAfterMs: countSchema,
	}),
	"chat:streaming": v.object({
		type: v.literal("chat:streaming"),
		conversationId,
		messageId: idSchema,
		/** Appended at `offset`, counted in UTF-16 units. */
		chunk: v.string(),
		offset: countSchema,
		isComplete: v.boolean(),
	}),
	"chat:complete": v.object({ type: v.literal("chat:complete"), conversationId, messageId: idSchema }),
	"chat:user-joined": v.object({ type: v.literal("chat:user-joined"), conversationId, userId: idSchema, username: v.string() }),
	"chat:user-left": v.object({ type: v.literal("chat:user-left"), conversationId, userId: idSchema, username: v.string() }),
	"chat:user-typing": v.object({
		type: v.literal("chat:user-typing"),
		conversationId,
		userId: idSchema,
		username: v.string(),
		isTyping: v.boolean(),
	}),
	"chat:error": v.object({
		type: v.literal("chat:error"),
		conversationId,
		/** For people. */
		error: v.string(),
		/** For programs: an `ErrorCode`, or the `reason` of the reply that `messageId` names. */
		code: v.string(),
		retryAfterMs: v.optional(countSchema),
		clientId: v.optional(v.string()),
		messageId: v.optional(v.string()),
	}),
} as const;

type Outputs<T extends Record<string, v.GenericSchema>> = { [K in keyof T]: v.InferOutput<T[K]> }[keyof T];

export type ClientEvent = Outputs<typeof clientEvents>;
export type ServerEvent = Outputs<typeof serverEvents>;
export type Message = v.InferOutput<typeof messageSchema>;
export type MessageStatus = Message["status"];
export type Usage = NonNullable<Message["usage"]>;
export type Person = v.InferOutput<typeof personSchema>;
export type Member = v.InferOutput<typeof memberSchema>;
export type MemberRole = Member["role"];
export type AssistantMode = v.InferOutput<typeof assistantSchema>;
export type ConversationInfo = v.InferOutput<typeof conversationSchema>;

/** Claude, as the author of its messages. No token may have this `sub`. */
export const claude: Person = { userId: "claude", username: "Claude" };

/** An event that could not be taken, with what lets its sender find which one it was. */
export type Refusal = { code: ErrorCode; clientId?: string; messageId?: string };
export type ParsedEvent = { event: ClientEvent } | { refusal: Refusal };

/** Whether a frame is over the limit, in bytes of UTF-8; looks at the text only where its length leaves a doubt. */
export function isOversize(frame: string): boolean {
	if (frame.length > limits.frameBytes) return true;
	return frame.length * 3 > limits.frameBytes && new TextEncoder().encode(frame).length > limits.frameBytes;
}

/** Reads a frame that is not oversize: one entry for each event, in order; one `bad_frame` for what is no frame at all. */
export function parseFrame(frame: string): ParsedEvent[] {
	const values = readJson(frame);
	if (values === undefined || values.length > limits.eventsPerFrame) return [{ refusal: { code: "bad_frame" } }];
	return values.map(parseEvent);
}

function readJson(frame: string): unknown[] | undefined {
	let value: unknown;
	try {
		value = JSON.parse(frame);
	} catch {
		return undefined;
	}
	if (Array.isArray(value)) return value.length > 0 ? value : undefined;
	return typeof value === "object" && value !== null ? [value] : undefined;
}

function parseEvent(value: unknown): ParsedEvent {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return { refusal: { code: "bad_frame" } };
	const fields = value as Record<string, unknown>;
	const type = fields.type;
	if (typeof type !== "string" || !Object.hasOwn(clientEvents, type)) return { refusal: { code: "unknown_event", ...namesOf(fields) } };
	const parsed = v.safeParse(clientEvents[type as keyof typeof clientEvents], value);
	if (parsed.success) return { event: parsed.output };
	const tooLarge = type === "chat:send" && typeof fields.content === "string" && fields.content.length > limits.content;
	return { refusal: { code: tooLarge ? "too_large" : "bad_event", ...namesOf(fields) } };
}

/** The ids by which a sender knows its own event again, where they have the form of one. */
function namesOf(fields: Record<string, unknown>): { clientId?: string; messageId?: string } {
	return {
		...(v.is(clientIdSchema, fields.clientId) ? { clientId: fields.clientId } : {}),
		...(v.is(idSchema, fields.messageId) ? { messageId: fields.messageId } : {}),
	};
}

/** For the client: the events of a server's frame. Types that this version does not know are left out. */
export function parseServerFrame(frame: string): ServerEvent[] {
	const events: ServerEvent[] = [];
	for (const value of readJson(frame) ?? []) {
		const type = (value as { type?: unknown } | null)?.type;
		if (typeof type !== "string" || !Object.hasOwn(serverEvents, type)) continue;
		const parsed = v.safeParse(serverEvents[type as keyof typeof serverEvents], value);
		if (parsed.success) events.push(parsed.output);
	}
	return events;
}

export function encodeFrame(events: readonly (ClientEvent | ServerEvent)[]): string {
	return JSON.stringify(events);
}

/** The event that tells a message which is whole, or one that changed; `cursor`: how far who hears it has come. */
export function messageEvent(type: "chat:message" | "chat:updated", message: Message, cursor: string): ServerEvent {
	return { type, conversationId: message.conversationId, message, cursor };
}

/** The event that tells a refusal. */
export function errorEvent(conversationId: string, refusal: Refusal & { retryAfterMs?: number }): ServerEvent {
	const { code, ...names } = refusal;
	return { type: "chat:error", conversationId, error: errors[code].text, code, ...names };
}
