// The state of a conversation, computed from the server's events. Pure. Reads only what the package shows of an event.

import { appendText, applyMessage, markBusy, react } from "../src/live/messages.ts";
import type { Message, Outgoing, Person, State } from "./types.ts";
import type { ServerEvent as WireEvent, Message as WireMessage } from "./wire.ts";

export type Model = State & {
	/** Something is known to be missing: the client joins again. */
	readonly isBehind: boolean;
	/** The `clientId` of the message that was sent and has no answer yet. */
	readonly inFlight?: string | undefined;
	/** In ms: nothing is sent before. */
	readonly heldUntil: number;
};

export const emptyModel: Model = {
	status: "connecting",
	messages: [],
	outgoing: [],
	participants: [],
	typing: [],
	isBehind: false,
	heldUntil: 0,
};

/** `now` in ms. An unknown event changes nothing. */
export function reduce(model: Model, event: WireEvent, now: number): Model {
	switch (event.type) {
		case "chat:joined": {
			const { reset, messages, participants, you } = event;
			const base = { ...model, you, participants, typing: [], isBehind: false, messages: reset ? [] : model.messages };
			return messages.reduce(withMessage, base);
		}
		case "chat:message":
		case "chat:updated":
			return { ...withMessage(model, event.message), typing: without(model.typing, event.message.author.userId) };
		case "chat:reacted":
			return { ...model, messages: react(model.messages as WireMessage[], event) };
		case "chat:thinking":
			return model.messages.some(({ id }) => id === event.messageId)
				? model
				: { ...model, messages: [...model.messages, beginning(model, event, now)] };
		case "chat:busy":
			return { ...model, messages: markBusy(model.messages as WireMessage[], event) };
		case "chat:streaming": {
			const messages = appendText(model.messages as WireMessage[], event);
			return messages ? { ...model, messages } : { ...model, isBehind: true };
		}
		case "chat:complete":
			return model.messages.some(({ id, status }) => id === event.messageId && status !== "streaming")
				? model
				: { ...model, isBehind: true };
		case "chat:user-joined":
			return { ...model, participants: [...without(model.participants, event.userId), personOf(event)] };
		case "chat:user-left":
			return { ...model, participants: without(model.participants, event.userId), typing: without(model.typing, event.userId) };
		case "chat:user-typing": {
			const others = without(model.typing, event.userId);
			return { ...model, typing: event.isTyping ? [...others, personOf(event)] : others };
		}
		case "chat:error":
			return refuse(model, event, now);
		default:
			return model;
	}
}

/** The message to send next: one is in flight at a time, which keeps them in order. */
export function nextToSend({ outgoing, inFlight, heldUntil }: Model, now: number): Outgoing | undefined {
	return inFlight !== undefined || heldUntil > now ? undefined : outgoing.find(({ failed }) => !failed);
}

function withMessage(model: Model, message: WireMessage): Model {
	const isOurs = message.clientId !== undefined && message.author.userId === model.you?.userId;
	const settled = isOurs ? settle(model, message.clientId as string) : model;
	return { ...settled, messages: applyMessage(settled.messages as WireMessage[], message) };
}

/** The server has stored it. */
function settle(model: Model, clientId: string): Model {
	const outgoing = model.outgoing.filter((one) => one.clientId !== clientId);
	return { ...model, outgoing, inFlight: model.inFlight === clientId ? undefined : model.inFlight };
}

function refuse(
	model: Model,
	{ code, error, retryAfterMs, messageId, clientId }: Extract<WireEvent, { type: "chat:error" }>,
	now: number,
): Model {
	// An error without an id is about the message in flight, or about nothing that was sent here.
	const about = clientId ?? (messageId === undefined ? model.inFlight : undefined);
	// The connection renews its token, and sends it again.
	if (about === undefined || code === "token_expired") return model;
	const freed = { ...model, inFlight: model.inFlight === about ? undefined : model.inFlight };
	if (retryAfterMs !== undefined) return { ...freed, heldUntil: now + retryAfterMs };
	const failed = { code, text: error };
	return { ...freed, outgoing: model.outgoing.map((one) => (one.clientId === about ? { ...one, failed } : one)) };
}

function beginning({ messages }: Model, event: Extract<WireEvent, { type: "chat:thinking" }>, now: number): Message {
	const { conversationId, messageId: id } = event;
	return {
		id,
		conversationId,
		role: "assistant",
		content: "",
		createdAt: new Date(now).toISOString(),
		author: { userId: "claude", username: "Claude" },
		status: "streaming",
		seq: (messages.at(-1)?.seq ?? 0) + 1,
		revision: 0,
	};
}

const personOf = ({ userId, username }: Person): Person => ({ userId, username });

const without = (people: readonly Person[], userId: string) => people.filter((one) => one.userId !== userId);
