// The public types of the adapter for TanStack AI, by its structure. The build publishes this file as declarations.

import type { ParleyClient, State } from "./types.ts";

type Part = { type: string; content?: unknown };

/** A message of TanStack AI, as far as it is read. */
export type MessageLike = { id?: string; role: string; parts?: readonly Part[]; content?: unknown };

export type TextMessage = { id: string; role: "user" | "assistant"; parts: { type: "text"; content: string }[] };

/**
 * A `ConnectConnectionAdapter` of TanStack AI. Its chunks are events of AG-UI, whose types are enumerations: what is written in text
 * cannot have them, so that their type is open.
 */
export type Adapter = {
	// biome-ignore lint/suspicious/noExplicitAny: see above.
	connect(messages: readonly MessageLike[], data?: object, abortSignal?: AbortSignal, run?: object): AsyncIterable<any>;
};

/** Sends the last message, and streams the reply to it. The conversation's other messages are in `state`. */
export type Connection = (chat: ParleyClient) => Adapter;

/** The messages of a conversation as TanStack AI has them, such as for `initialMessages` of `useChat`. */
export type UIMessages = (state: State) => TextMessage[];
