// The public types of the adapter for the AI SDK, by its structure. The build publishes this file as declarations.

import type { ParleyClient, State } from "./types.ts";

type Part = { type: string; text?: string };

/** A message of the AI SDK, as far as it is read. */
export type UIMessageLike = { id: string; role: string; parts: readonly Part[] };

export type TextMessage = { id: string; role: "user" | "assistant"; parts: { type: "text"; text: string }[] };

export type Chunk =
	| { type: "start"; messageId: string }
	| { type: "text-start" | "text-end"; id: string }
	| { type: "text-delta"; id: string; delta: string }
	| { type: "error"; errorText: string }
	| { type: "finish" };

/** A `ChatTransport` of the AI SDK. */
export type Transport = {
	sendMessages(options: {
		trigger: "submit-message" | "regenerate-message";
		messages: readonly UIMessageLike[];
		abortSignal: AbortSignal | undefined;
	}): Promise<ReadableStream<Chunk>>;
	/** The reply that is being written, from its beginning. */
	reconnectToStream(options: object): Promise<ReadableStream<Chunk> | null>;
};

/** Sends the last message, and streams the reply to it. The conversation's other messages are in `state`. */
export type ChatTransport = (chat: ParleyClient) => Transport;

/** The messages of a conversation as the AI SDK has them, such as for `messages` of `useChat`. */
export type UIMessages = (state: State) => TextMessage[];
