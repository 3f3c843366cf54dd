// Packets of Engine.IO 4 and Socket.IO 5 as values and back, by the official parsers, and the
// events and acknowledgements in them. Pure.

import { decodePacket, type PacketType as EngineType, encodePacket } from "engine.io-parser";
import { Decoder, Encoder, type Packet, PacketType } from "socket.io-parser";
import type { ClientEvent, ServerEvent } from "../../protocol/events.ts";
import { type ParsedEvent, parseEvent } from "../../protocol/frames.ts";
import { limits } from "../../protocol/limits.ts";

/** Between the packets of one body of the polling transport. */
export const separator = "\x1e";

export type EnginePacket = { type: Exclude<EngineType, "error">; data?: string };

/** One attachment, as bytes or as `b` and base64. It may be long: look at `byteLengthOf` before `bytesOf`. */
export type BinaryPacket = ArrayBuffer | `b${string}`;

export type EventPacket = { type: "event"; nsp: string; name: string; payload: unknown; ackId?: number };

export type SocketPacket =
	| EventPacket
	| { type: "connect"; nsp: string; auth: Record<string, unknown> }
	/** An event or acknowledgement that is followed by this many binary attachments. Placeholders stand for them. */
	| { type: "binary"; nsp: string; attachments: number; event?: EventPacket; ackId?: number }
	| { type: "disconnect"; nsp: string }
	| { type: "ack"; nsp: string };

/** Binary attachments that one packet may announce. */
const maxAttachments = 10;

// Engine.IO

/** Returns `undefined` for text that is not a packet. */
export function decodeEnginePacket(text: string): EnginePacket | undefined {
	const { type, data } = decodePacket(text);
	return type === "error" ? undefined : { type, data };
}

export const isBinary = (packet: string | ArrayBuffer): packet is BinaryPacket => typeof packet !== "string" || packet.startsWith("b");

/** How many bytes an attachment has, or at most has. Reads none of them. */
export function byteLengthOf(packet: BinaryPacket): number {
	if (typeof packet !== "string") return packet.byteLength;
	const padding = packet.endsWith("==") ? 2 : packet.endsWith("=") ? 1 : 0;
	return Math.floor(((packet.length - 1 - padding) * 3) / 4);
}

/** `undefined` for text that is no base64. */
export function bytesOf(packet: BinaryPacket): Uint8Array<ArrayBuffer> | undefined {
	if (typeof packet !== "string") return new Uint8Array(packet);
	try {
		const characters = atob(packet.slice(1));
		const bytes = new Uint8Array(characters.length);
		// A callback for each character would block the isolate for seconds.
		for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
		return bytes;
	} catch {
		return undefined;
	}
}

export function encodeEnginePacket(type: EngineType, data?: string): string {
	let encoded = "";
	encodePacket({ type, data }, true, (text) => {
		encoded = text;
	});
	return encoded;
}

/** The packet that opens a session. Times in ms. */
export function encodeHandshake(sid: string, upgrades: string[], heartbeat: { interval: number; timeout: number }): string {
	const { interval: pingInterval, timeout: pingTimeout } = heartbeat;
	return encodeEnginePacket("open", JSON.stringify({ sid, upgrades, pingInterval, pingTimeout, maxPayload: limits.frameBytes }));
}

// Socket.IO

/** Reads only the beginning of a packet that is refused unread: its namespace, and the acknowledgement that an event asks for. */
export function headOf(text: string): { nsp: string; ackId?: number } {
	const [, type, nsp = "/", id = ""] = /^(\d)(?:\d{1,3}-)?(?:(\/[^,]{0,64}),)?(\d{1,15})?/.exec(text) ?? [];
	const isEvent = type === "2" || type === "5";
	return { nsp, ...(isEvent && id !== "" && { ackId: Number(id) }) };
}

/** Returns `undefined` for text that is not a packet, and for packets that only servers send. */
export function decodeSocketPacket(text: string): SocketPacket | undefined {
	const binary = /^([56])(\d{1,3})-/.exec(text);
	const packet = decode(binary ? (binary[1] === "5" ? "2" : "3") + text.slice(binary[0].length) : text);
	if (!packet) return undefined;
	const { type, nsp, id, data } = packet;
	const ackId = Number.isSafeInteger(id) && { ackId: id };
	if (binary) {
		const count = Number(binary[2]);
		if (!data || count === 0 || count > maxAttachments) return undefined;
		const event = binary[1] === "5" && { event: { type: "event" as const, nsp, name: String(data[0]), payload: data[1], ...ackId } };
		return { type: "binary", nsp, attachments: count, ...event, ...ackId };
	}
	switch (type) {
		case PacketType.CONNECT:
			return { type: "connect", nsp, auth: data ?? {} };
		case PacketType.EVENT:
			// The parser accepts an event without a name.
			return data ? { type: "event", nsp, name: String(data[0]), payload: data[1], ...ackId } : undefined;
		case PacketType.DISCONNECT:
			return { type: "disconnect", nsp };
		case PacketType.ACK:
			return { type: "ack", nsp };
		default:
			return undefined;
	}
}

function decode(text: string): Packet | undefined {
	// The parser reads an empty text as a packet of type 0.
	if (text === "") return undefined;
	let decoded: Packet | undefined;
	const decoder = new Decoder();
	decoder.on("decoded", (packet) => {
		decoded = packet;
	});
	try {
		decoder.add(text);
	} catch {
		return undefined;
	}
	return decoded;
}

const encoder = new Encoder();

export const encodeConnect = (nsp: string, sid: string, pid: string | undefined) =>
	encode({ type: PacketType.CONNECT, nsp, data: { sid, pid } });
export const encodeConnectError = (nsp: string, data: object) => encode({ type: PacketType.CONNECT_ERROR, nsp, data });
export const encodeDisconnect = (nsp: string) => encode({ type: PacketType.DISCONNECT, nsp });
export const encodeEvent = (nsp: string, data: unknown[]) => encode({ type: PacketType.EVENT, nsp, data });
export const encodeAck = (nsp: string, id: number, answer: object) => encode({ type: PacketType.ACK, nsp, id, data: [answer] });

function encode(packet: Packet): string {
	return encoder.encode(packet)[0];
}

// Events

/**
 * Reads a client's event, whose name is the `type` of the native socket's. The payload is never
 * encoded again: it may be nested deeper than JSON.stringify can go.
 */
export function toClientEvent(name: string, payload: unknown): ParsedEvent {
	if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return { refusal: { code: "bad_event" } };
	// A token belongs to the connection, not to a conversation, but the schema requires an id.
	const missing = name === "chat:auth" ? { conversationId: "-" } : {};
	return parseEvent({ ...missing, ...payload, type: name });
}

/** The conversation that a refused payload names, if it names one. */
export function conversationIn(payload: unknown): { conversationId?: string } {
	const id = (payload as { conversationId?: unknown } | null | undefined)?.conversationId;
	return typeof id === "string" ? { conversationId: id.slice(0, limits.id) } : {};
}

// Acknowledgements

/**
 * The acknowledgement of a client's event, if this server event answers it. `userId`: of the
 * client's user.
 */
export function answerTo(event: ClientEvent, received: ServerEvent, userId: string): object | undefined {
	const subject = subjectOf(event);
	if (subject === undefined) return undefined;
	if (received.type === "chat:error") return isAbout(received, subject) ? refusalAnswer(received) : undefined;
	switch (event.type) {
		case "chat:ask-privately":
			return received.type === "chat:aside" && received.aside.clientId === event.clientId ? received.aside : undefined;
		case "chat:send":
		case "chat:share": {
			if (received.type !== "chat:message") return undefined;
			const { author, clientId } = received.message;
			return clientId === event.clientId && author.userId === userId ? received.message : undefined;
		}
		case "chat:edit":
		case "chat:delete":
		case "chat:withdraw":
		case "chat:pin":
			return received.type === "chat:updated" && received.message.id === event.messageId ? received.message : undefined;
		case "chat:approve":
			return received.type === "chat:tool" && received.tool.id === event.toolId && received.tool.asks === undefined
				? payloadOf(received)
				: undefined;
		case "chat:react":
			return reactionAnswer(event, received, userId);
		case "chat:list-members":
			return received.type === "chat:member-page" && received.clientId === event.clientId ? payloadOf(received) : undefined;
		case "chat:regenerate":
		case "chat:continue":
			return received.type === "chat:thinking" && received.messageId === event.messageId ? payloadOf(received) : undefined;
		default:
			return undefined;
	}
}

/**
 * A reaction is acknowledged with the whole message, which only the sender receives. A server of an
 * older version sends `chat:updated` instead.
 */
function reactionAnswer(event: Extract<ClientEvent, { type: "chat:react" }>, received: ServerEvent, userId: string): object | undefined {
	if (received.type !== "chat:reacted" && received.type !== "chat:updated") return undefined;
	const { id, reactions = [] } = received.type === "chat:updated" ? received.message : { ...received, id: received.messageId };
	const isOn = reactions.find(({ emoji }) => emoji === event.emoji)?.userIds.includes(userId) ?? false;
	if (id !== event.messageId || isOn !== event.on) return undefined;
	return received.message ?? (event.whole ? undefined : received);
}

function payloadOf({ type: _, ...payload }: ServerEvent): object {
	return payload;
}

type Subject = { clientId?: string; messageId?: string };

/** The message that identifies the answer to an event; `undefined` for events without an answer. */
function subjectOf(event: ClientEvent): Subject | undefined {
	switch (event.type) {
		case "chat:send":
		case "chat:ask-privately":
		case "chat:share":
		case "chat:list-members":
			return { clientId: event.clientId };
		case "chat:edit":
		case "chat:delete":
		case "chat:withdraw":
		case "chat:react":
		case "chat:regenerate":
		case "chat:continue":
		case "chat:pin":
		case "chat:approve":
			return { messageId: event.messageId };
		case "chat:join":
		case "chat:leave":
		case "chat:read":
		case "chat:typing":
		case "chat:stop":
		case "chat:stop-aside":
		case "chat:auth":
		case "chat:ack":
			return undefined;
		default:
			return event satisfies never;
	}
}

export function hasAnswer(event: ClientEvent): boolean {
	return subjectOf(event) !== undefined;
}

/** A refusal names the event also where its frame was not read. One that names none is about an event without an answer. */
function isAbout(error: Subject, subject: Subject): boolean {
	if (error.clientId === undefined && error.messageId === undefined) return false;
	return error.clientId === subject.clientId && error.messageId === subject.messageId;
}

/** The acknowledgement of an event that was refused. */
export function refusalAnswer(refusal: { error: string; code: string; retryAfterMs?: number; scope?: string; resetsAt?: string }): object {
	const { error, code, retryAfterMs, scope, resetsAt } = refusal;
	return {
		error,
		code,
		...(retryAfterMs !== undefined && { retryAfterMs }),
		...(scope !== undefined && { scope }),
		...(resetsAt !== undefined && { resetsAt }),
	};
}
