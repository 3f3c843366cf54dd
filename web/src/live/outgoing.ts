// Messages sent from this device that the server has not acknowledged yet, as part of a transcript. Pure.
// They are sent one at a time, in order, until each is acknowledged.

import type { ClientEvent } from "../../../src/protocol/events.ts";
import type { MessageFile } from "../../../src/protocol/files/file.ts";
import type { Mention, Message } from "../../../src/protocol/message.ts";
import type { Person } from "../../../src/protocol/person.ts";
import type { Messages } from "./messages.ts";

/** `replyTo`: the id of the message that it quotes. `steer`: ends the running reply, and asks again. `files`: they are uploaded already. */
export type NewMessage = {
	content: string;
	replyTo?: string;
	mentions?: readonly Mention[];
	steer?: boolean;
	files?: readonly MessageFile[];
};

/** Why the server refused something: its code, for the page to put into words, and its own English text. */
export type Refusal = { code: string; text: string };

export type OutgoingMessage = NewMessage & {
	clientId: string;
	/** In ms by this device's clock, and above that of the message before it. Part of the outbox's key on disk: the name must stay. */
	saidAt: number;
	state: { type: "waiting" } | { type: "sent" } | ({ type: "failed" } & Refusal);
};

export type OutgoingAction =
	| ({ type: "enqueued"; clientId: string; now: number } & NewMessage)
	| { type: "sent"; clientId: string }
	| { type: "retried"; clientId: string }
	| { type: "discarded"; clientId: string }
	/** The outbox was read from disk; in its order. */
	| { type: "outbox restored"; outgoing: readonly OutgoingMessage[] }
	/** Another tab saved a message to the outbox. */
	| { type: "outbox updated"; outgoing: OutgoingMessage };

export type Outbound = {
	readonly messages: Messages;
	readonly you: Person | null;
	readonly outgoing: readonly OutgoingMessage[];
	/** In ms: nothing may be sent before this time. */
	readonly heldUntil: number;
};

export function reduceOutgoing<T extends Outbound>(transcript: T, action: OutgoingAction): T {
	switch (action.type) {
		case "enqueued": {
			const { type: _, now, ...message } = action;
			// A message whose files had to be uploaded is enqueued again if the page was closed just then.
			if (isStored(transcript, message) || transcript.outgoing.some(({ clientId }) => clientId === message.clientId)) return transcript;
			const saidAt = Math.max(now, (transcript.outgoing.at(-1)?.saidAt ?? 0) + 1);
			return { ...transcript, outgoing: [...transcript.outgoing, { ...message, saidAt, state: { type: "waiting" } }] };
		}
		case "sent":
			return setState(transcript, action.clientId, { type: "sent" });
		case "retried":
			return setState(transcript, action.clientId, { type: "waiting" });
		case "discarded":
			return { ...transcript, outgoing: transcript.outgoing.filter(({ clientId }) => clientId !== action.clientId) };
		case "outbox restored":
			return restore(transcript, action.outgoing);
		case "outbox updated":
			return insert(transcript, action.outgoing);
		default:
			return action satisfies never;
	}
}

export function sendEventOf(message: OutgoingMessage, conversationId: string): ClientEvent {
	const { clientId, content, replyTo, mentions, steer, files } = message;
	const about = {
		...(replyTo !== undefined && { replyTo }),
		...(mentions && { mentions: [...mentions] }),
		...(steer && { steer }),
		...(files && { files: files.map(({ id, alt }) => (alt ? { id, alt } : id)) }),
	};
	return { type: "chat:send", conversationId, content, ...about, role: "user", clientId };
}

/** The message to send next. Only one is in flight at a time, which keeps messages in order. */
export function nextToSend({ outgoing, heldUntil }: Outbound, now: number): OutgoingMessage | undefined {
	if (heldUntil > now || inFlight(outgoing)) return undefined;
	return outgoing.find(({ state }) => state.type === "waiting");
}

/** The message that was sent and has no answer yet. */
export function inFlight(outgoing: readonly OutgoingMessage[]): OutgoingMessage | undefined {
	return outgoing.find(({ state }) => state.type === "sent");
}

/** A lost connection takes the message in flight with it: it is sent again on the next one. */
export function resetInFlight(outgoing: readonly OutgoingMessage[]): readonly OutgoingMessage[] {
	return outgoing.map((one) => (one.state.type === "sent" ? { ...one, state: { type: "waiting" } } : one));
}

/** Removes the outgoing message that has been stored as this one. */
export function acknowledge<T extends Outbound>(transcript: T, { author, clientId }: Message): T {
	if (clientId === undefined || author.userId !== transcript.you?.userId) return transcript;
	return { ...transcript, outgoing: transcript.outgoing.filter((one) => one.clientId !== clientId) };
}

/** True if the message is in the transcript already: its acknowledgement came before it was read from disk. */
export function isStored({ messages, you }: Outbound, { clientId }: Pick<OutgoingMessage, "clientId">): boolean {
	return messages.some((message) => message.clientId === clientId && message.author.userId === you?.userId);
}

export function setState<T extends Outbound>(transcript: T, clientId: string, state: OutgoingMessage["state"]): T {
	return { ...transcript, outgoing: transcript.outgoing.map((one) => (one.clientId === clientId ? { ...one, state } : one)) };
}

/** Saved messages go before those written since the page was opened. The state in memory is newer than the one on disk. */
function restore<T extends Outbound>(transcript: T, saved: readonly OutgoingMessage[]): T {
	const known = new Map(transcript.outgoing.map((one) => [one.clientId, one]));
	const restored = saved.filter((one) => !isStored(transcript, one)).map((one) => known.get(one.clientId) ?? one);
	for (const { clientId } of restored) known.delete(clientId);
	return { ...transcript, outgoing: [...restored, ...known.values()] };
}

/** Inserts another tab's message by time, as if it had been written here. */
function insert<T extends Outbound>(transcript: T, saved: OutgoingMessage): T {
	if (isStored(transcript, saved)) return transcript;
	const others = transcript.outgoing.filter(({ clientId }) => clientId !== saved.clientId);
	const at = others.findLastIndex(({ saidAt }) => saidAt <= saved.saidAt) + 1;
	return { ...transcript, outgoing: others.toSpliced(at, 0, saved) };
}

type Commands =
	| "chat:edit"
	| "chat:delete"
	| "chat:react"
	| "chat:regenerate"
	| "chat:stop"
	| "chat:withdraw"
	| "chat:continue"
	| "chat:pin"
	| "chat:approve"
	| "chat:ask-privately"
	| "chat:stop-aside"
	| "chat:share";
type CommandOf<T> = T extends unknown ? Omit<T, "conversationId"> : never;

/** A change of a message in the conversation, or a private question. */
export type MessageCommand = CommandOf<Extract<ClientEvent, { type: Commands }>>;
