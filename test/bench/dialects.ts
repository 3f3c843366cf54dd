// The dialect of each server: the frames a client sends and the markers it looks for in received ones. Pure. Nothing
// is parsed while measuring, so that a client costs the same with every server.

import { encodeFrame } from "../../src/protocol/encode-frame.ts";
import type { ServerEvent } from "../../src/protocol/events.ts";

export const peers = ["plain", "socketio", "parley"] as const;
export type Peer = (typeof peers)[number];

export type Answer = { tokens: number /** 0: as fast as it goes. */; perSecond: number };

export type Dialect = {
	/** Sent as soon as the socket is open. */
	hello?: string;
	/** The beginning of the frame that confirms a join. Without one, the open socket confirms it. */
	welcome?: string;
	/** A keep-alive frame and the response to it. */
	heartbeat?: { ping: string; pong: string };
	/** The marker of a refusal. A measurement that receives one is invalid. */
	refusal?: string;
	say(room: string, text: string, clientId: string): string;
	/** Asks for a reply that is streamed in tokens. */
	ask(room: string, answer: Answer): string;
	/** The marker of a frame with a chunk of a reply. */
	part: string;
	/** The marker of the last frame of a reply. */
	end: string;
	/** Assembles the text of a reply from one person's frames. */
	textOf(frames: string[]): string;
};

type Token = { type: "token"; chunk: string };

export const dialects: Record<Peer, Dialect> = {
	plain: {
		say: (_room, text) => JSON.stringify({ type: "message", text }),
		ask: (_room, { tokens, perSecond }) => JSON.stringify({ type: "stream", tokens, perSecond }),
		part: '"type":"token"',
		end: '"type":"stream-end"',
		textOf: (frames) =>
			frames
				.map((frame): Token => JSON.parse(frame))
				.map((event) => event.chunk ?? "")
				.join(""),
	},
	socketio: {
		hello: "40",
		welcome: "40{",
		heartbeat: { ping: "2", pong: "3" },
		say: (_room, text) => `42${JSON.stringify(["message", text])}`,
		ask: (_room, { tokens, perSecond }) => `42${JSON.stringify(["stream", tokens, perSecond])}`,
		part: '42["token"',
		end: '42["stream-end"',
		textOf: (frames) =>
			frames
				.filter((frame) => frame.startsWith('42["token"'))
				.map((frame): [string, Token] => JSON.parse(frame.slice(2)))
				.map(([, event]) => event.chunk)
				.join(""),
	},
	parley: {
		welcome: '[{"type":"chat:joined"',
		refusal: '"type":"chat:error"',
		say: (conversationId, content, clientId) => encodeFrame([{ type: "chat:send", conversationId, content, role: "user", clientId }]),
		ask: (conversationId, answer) =>
			encodeFrame([{ type: "chat:send", conversationId, content: `!${JSON.stringify(answer)}`, role: "user" }]),
		part: '"type":"chat:streaming"',
		end: '"type":"chat:complete"',
		textOf: (frames) =>
			frames
				.flatMap((frame): ServerEvent[] => JSON.parse(frame))
				.map((event) => (event.type === "chat:streaming" ? event.chunk : ""))
				.join(""),
	},
};
