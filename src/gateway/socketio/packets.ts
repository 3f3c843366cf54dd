// Packets of Engine.IO 4 and Socket.IO 5 as values and back, by the official parsers. Pure. Binary data is recognised and never decoded.

import { decodePacket, type PacketType as EngineType, encodePacket } from "engine.io-parser";
import { Decoder, Encoder, type Packet, PacketType } from "socket.io-parser";

/** Between the packets of one body of the polling transport. */
export const separator = "\x1e";

export type EnginePacket = { type: Exclude<EngineType, "error">; data?: string } | { type: "binary" };

export type SocketPacket = { nsp: string } & (
	| { type: "connect"; auth: Record<string, unknown> }
	| { type: "event"; name: string; payload: unknown; ackId?: number }
	/** An event or acknowledgement whose binary parts come after it, so many. */
	| { type: "binary"; attachments: number; ackId?: number }
	| { type: "disconnect" }
	| { type: "ack" }
);

/** Binary parts that one packet may announce. */
const attachments = 10;

/** `undefined` for what is none. */
export function decodeEnginePacket(text: string): EnginePacket | undefined {
	if (text.startsWith("b")) return { type: "binary" };
	const { type, data } = decodePacket(text);
	return type === "error" ? undefined : { type, data };
}

export function encodeEnginePacket(type: EngineType, data?: string): string {
	let encoded = "";
	encodePacket({ type, data }, true, (text) => {
		encoded = text;
	});
	return encoded;
}

/** `undefined` for what is none, and for what no client says. */
export function decodeSocketPacket(text: string): SocketPacket | undefined {
	const binary = /^([56])(\d{1,3})-/.exec(text);
	const packet = decode(binary ? (binary[1] === "5" ? "2" : "3") + text.slice(binary[0].length) : text);
	if (!packet) return undefined;
	const { type, nsp, id, data } = packet;
	const ackId = Number.isSafeInteger(id) && { ackId: id };
	if (binary) {
		const count = Number(binary[2]);
		return data && count > 0 && count <= attachments ? { type: "binary", nsp, attachments: count, ...ackId } : undefined;
	}
	switch (type) {
		case PacketType.CONNECT:
			return { type: "connect", nsp, auth: data ?? {} };
		case PacketType.EVENT:
			// The parser takes an event without anything in it.
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
	// For the parser nothing begins with a 0.
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

export const encodeConnect = (nsp: string, sid: string, pid: string) => encode({ type: PacketType.CONNECT, nsp, data: { sid, pid } });
export const encodeConnectError = (nsp: string, data: object) => encode({ type: PacketType.CONNECT_ERROR, nsp, data });
export const encodeDisconnect = (nsp: string) => encode({ type: PacketType.DISCONNECT, nsp });
export const encodeEvent = (nsp: string, data: unknown[]) => encode({ type: PacketType.EVENT, nsp, data });
export const encodeAck = (nsp: string, id: number, answer: object) => encode({ type: PacketType.ACK, nsp, id, data: [answer] });

function encode(packet: Packet): string {
	return encoder.encode(packet)[0];
}
