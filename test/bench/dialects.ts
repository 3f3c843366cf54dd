// How a client speaks to each of the three servers: the frames it says and the few marks it looks for in what it hears.
// Pure. Nothing heard is parsed while it is measured, so that a client costs the same whoever it listens to.

import type { ServerEvent } from "../../src/protocol/events.ts";
import { encodeFrame } from "../../src/protocol/frames.ts";

export const peers = ["plain", "socketio", "parley"] as const;
export type Peer = (typeof peers)[number];

export type Answer = { tokens: number /** 0: as fast as it goes. */; perSecond: number };

export type Dialect = {
	/** Said as soon as the socket is open. */
	hello?: string;
	/** How the frame begins by which a person is in; without one the open socket says it. */
	welcome?: string;
	/** A frame that wants an answer, and that answer. */
	heartbeat?: { ping: string; pong: string };
	/** What a refusal looks like; a measurement that hears it is worthless. */
	refusal?: string;
	say(room: string, text: string, clientId: string): string;
	/** Asks for an answer that comes in tokens. */
	ask(room: string, answer: Answer): string;
	/** Found in a frame that carries a part of an answer. */
	part: string;
	/** Found in the last frame of an answer. */
	end: string;
	/** The text of an answer, from all frames of one person. */
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
