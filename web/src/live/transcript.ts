// What a reader of one conversation sees, computed from what the server said and what was done here. Pure.
// Knows the events; nothing of sockets, of React or of the clock.

import type { ConversationInfo, Member, MemberRole } from "../../../src/protocol/conversation.ts";
import { reasons } from "../../../src/protocol/errors.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Mention, Message } from "../../../src/protocol/message.ts";
import type { Person } from "../../../src/protocol/person.ts";
import type { CachedConversation } from "./cachedConversation.ts";
import { extentOf, type History, mergeWindow, type PageAction, receiveChange, reduceHistory, reloadWindow } from "./historyWindow.ts";
import { appendText, appendThinking, beginReply, markBusy } from "./messages.ts";
import { firstUnread, type Reads, readsOf, withRead } from "./readPositions.ts";

/** What somebody says: a text, perhaps in answer to a message, perhaps naming members. */
export type NewMessage = { content: string; replyTo?: string; mentions?: readonly Mention[] };

/** Why the server refused something: its code, for the page to put into words, and its own English text. */
export type Refusal = { code: string; text: string };

/** Something said here that the server has not acknowledged. Sent one by one, in order, until each is. */
export type OutgoingMessage = NewMessage & {
	clientId: string;
	/** In ms, by this device's clock; later than that of what was said before it. */
	saidAt: number;
	state: { type: "waiting" } | { type: "sent" } | ({ type: "failed" } & Refusal);
};

/** `until` in ms: a sign of typing that is not renewed fades by itself. */
export type Typing = Person & { until: number };

/** Of its `messages` a reply that is being written grows in its place. */
export type Transcript = History & {
	readonly outgoing: readonly OutgoingMessage[];
	readonly participants: readonly Person[];
	readonly typing: readonly Typing[];
	/** `null` until the server has said who is speaking here. */
	readonly you: Person | null;
	/** `null` until they are known. */
	readonly conversation: ConversationInfo | null;
	readonly role: MemberRole | null;
	readonly members: readonly Member[] | null;
	readonly reads: Reads;
	/** The place from which on there was news when this was opened, or is what one has marked unread since. */
	readonly unreadFrom: number | null;
	/** Something is known to be missing: to be asked for again. */
	readonly isBehind: boolean;
	/** Nothing is to be sent before this time, in ms. */
	readonly heldUntil: number;
	/** What the server refused and no message shows. */
	readonly notice: Refusal | null;
};

/** `now` in ms. */
export type Action =
	| { type: "received"; events: readonly ServerEvent[]; now: number }
	| { type: "disconnected" }
	/** CachedConversation on this device from the last visit, before the server has said anything in this one. */
	| { type: "recalled"; kept: CachedConversation }
	/** CachedConversation on this device from before this page was opened, in its order. */
	| { type: "restored"; outgoing: readonly OutgoingMessage[] }
	/** CachedConversation by another tab since. */
	| { type: "mirrored"; outgoing: OutgoingMessage }
	/** What is to be known of the conversation besides its events, once after each time of joining. */
	| { type: "described"; conversation: ConversationInfo; members: readonly Member[] }
	| ({ type: "said"; clientId: string; now: number } & NewMessage)
	| { type: "sent"; clientId: string }
	| { type: "retried"; clientId: string }
	| { type: "discarded"; clientId: string }
	| PageAction
	| { type: "time passed"; now: number }
	| { type: "notice dismissed" };

export const emptyTranscript: Transcript = {
	messages: [],
	outgoing: [],
	participants: [],
	typing: [],
	you: null,
	conversation: null,
	role: null,
	members: null,
	reads: new Map(),
	unreadFrom: null,
	older: "none",
	historyWindow: null,
	changes: [],
	isBehind: false,
	heldUntil: 0,
	notice: null,
};

/** How long a sign of typing counts, in ms: two that are lost in a row still leave one. */
const typingLasts = limits.typingInterval * 3;

export function reduce(transcript: Transcript, action: Action): Transcript {
	switch (action.type) {
		case "received":
			return action.events.reduce((before, event) => receive(before, event, action.now), transcript);
		case "disconnected":
			return {
				...transcript,
				typing: [],
				isBehind: false,
				outgoing: transcript.outgoing.map((one) => (one.state.type === "sent" ? { ...one, state: { type: "waiting" } } : one)),
			};
		case "recalled": {
			const { joined, members } = action.kept;
			// Nobody has said yet who is speaking here today.
			return { ...receive(transcript, joined, 0), members, you: null, unreadFrom: null };
		}
		case "restored":
			return restore(transcript, action.outgoing);
		case "mirrored":
			return mirror(transcript, action.outgoing);
		case "described": {
			const { conversation, members } = action;
			return { ...transcript, conversation, members, role: members.find(isYou(transcript))?.role ?? transcript.role };
		}
		case "said": {
			const { type: _, now, ...said } = action;
			const saidAt = Math.max(now, (transcript.outgoing.at(-1)?.saidAt ?? 0) + 1);
			// One sees it where it stands: at the end.
			return { ...transcript, historyWindow: null, outgoing: [...transcript.outgoing, { ...said, saidAt, state: { type: "waiting" } }] };
		}
		case "sent":
			return setOutgoing(transcript, action.clientId, { type: "sent" });
		case "retried":
			return setOutgoing(transcript, action.clientId, { type: "waiting" });
		case "discarded":
			return { ...transcript, outgoing: transcript.outgoing.filter(({ clientId }) => clientId !== action.clientId) };
		case "older asked":
		case "older came":
		case "newer asked":
		case "newer came":
		case "place asked":
		case "place came":
		case "place left":
			return reduceHistory(transcript, action);
		case "time passed":
			return { ...transcript, typing: transcript.typing.filter(({ until }) => until > action.now) };
		case "notice dismissed":
			return { ...transcript, notice: null };
		default:
			return action satisfies never;
	}
}

/** What goes out next: nothing before the one under way is acknowledged, so that what was said in order stays in order. */
export function nextToSend({ outgoing, heldUntil }: Transcript, now: number): OutgoingMessage | undefined {
	if (heldUntil > now || outgoing.some(({ state }) => state.type === "sent")) return undefined;
	return outgoing.find(({ state }) => state.type === "waiting");
}

/** The reply that Claude is writing, if it is. */
export function runningReply({ messages }: Transcript): Message | undefined {
	return messages.findLast(({ status }) => status === "streaming");
}

function receive(transcript: Transcript, event: ServerEvent, now: number): Transcript {
	switch (event.type) {
		case "chat:joined":
			return joined(transcript, event);
		case "chat:message":
		case "chat:updated": {
			const { message } = event;
			return { ...receiveMessage(transcript, message), typing: without(transcript.typing, message.author.userId) };
		}
		case "chat:reacted":
			return receiveChange(transcript, event);
		case "chat:thinking":
			return { ...transcript, messages: beginReply(transcript.messages, event, now) };
		case "chat:busy":
			return { ...transcript, messages: markBusy(transcript.messages, event) };
		case "chat:thought": {
			const messages = appendThinking(transcript.messages, event);
			return messages ? { ...transcript, messages } : { ...transcript, isBehind: true };
		}
		case "chat:streaming": {
			const messages = appendText(transcript.messages, event);
			return messages ? { ...transcript, messages } : { ...transcript, isBehind: true };
		}
		case "chat:complete":
			// Its message has come before it, or was lost.
			return transcript.messages.some(({ id, status }) => id === event.messageId && status !== "streaming")
				? transcript
				: { ...transcript, isBehind: true };
		case "chat:user-joined":
			return { ...transcript, participants: [...without(transcript.participants, event.userId), personOf(event)] };
		case "chat:user-left":
			return {
				...transcript,
				participants: without(transcript.participants, event.userId),
				typing: without(transcript.typing, event.userId),
			};
		case "chat:user-typing": {
			const others = without(transcript.typing, event.userId);
			return { ...transcript, typing: event.isTyping ? [...others, { ...personOf(event), until: now + typingLasts }] : others };
		}
		case "chat:conversation":
			return { ...transcript, conversation: event.conversation };
		case "chat:member":
			return applyMember(transcript, event.member);
		case "chat:member-left":
			return { ...transcript, members: transcript.members && without(transcript.members, event.userId) };
		case "chat:read":
			return {
				...transcript,
				reads: withRead(transcript.reads, event),
				unreadFrom: event.unread && event.userId === transcript.you?.userId ? event.upTo + 1 : transcript.unreadFrom,
			};
		case "chat:error":
			return refused(transcript, event, now);
		default:
			return event satisfies never;
	}
}

type Event<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;

function joined(transcript: Transcript, event: Event<"chat:joined">): Transcript {
	const { reset, messages, hasMore, participants, you, conversation, role } = event;
	const known: Transcript = {
		...transcript,
		older: transcript.older === "failed" ? "some" : transcript.older,
		participants,
		you,
		conversation: conversation ?? transcript.conversation,
		role: role ?? transcript.role,
		reads: event.reads ? readsOf(event.reads) : transcript.reads,
		isBehind: false,
	};
	// Nobody was asked for a place before.
	const isFirst = transcript.you === null;
	const historyWindow =
		reset || isFirst || transcript.historyWindow?.type === "failed" ? reloadWindow(transcript.historyWindow) : transcript.historyWindow;
	const base: Transcript = reset
		? { ...known, messages: [], typing: [], older: extentOf(hasMore), historyWindow, changes: [] }
		: { ...known, historyWindow };
	// A page that takes the place of everything is in its order, and what it quotes reads as it does now.
	const come = mergeWindow(reset ? messages.reduce(acknowledge, { ...base, messages }) : messages.reduce(receiveMessage, base));
	if (!isFirst) return come;
	// Of what was kept from the last visit, the server says nothing more.
	const outgoing = come.outgoing.filter((one) => !isStored(come, one));
	return { ...come, outgoing, unreadFrom: firstUnread(come.messages, come.reads, you.userId) };
}

/** A message as it stands now. */
function receiveMessage(transcript: Transcript, message: Message): Transcript {
	return receiveChange(acknowledge(transcript, message), message);
}

/** A member who is new, or has another role or name. */
function applyMember(transcript: Transcript, member: Member): Transcript {
	const { you, role, members, participants } = transcript;
	const isMember = ({ userId }: Person) => userId === member.userId;
	return {
		...transcript,
		you: you && isMember(you) ? personOf(member) : you,
		role: you && isMember(you) ? member.role : role,
		members: members && (members.some(isMember) ? members.map((one) => (isMember(one) ? member : one)) : [...members, member]),
		participants: participants.map((one) => (isMember(one) ? personOf(member) : one)),
	};
}

/** A message of one's own that is stored is no longer on its way. */
function acknowledge(transcript: Transcript, { author, clientId }: Message): Transcript {
	if (clientId === undefined || author.userId !== transcript.you?.userId) return transcript;
	return { ...transcript, outgoing: transcript.outgoing.filter((one) => one.clientId !== clientId) };
}

function refused(transcript: Transcript, event: Event<"chat:error">, now: number): Transcript {
	const { code, retryAfterMs, messageId } = event;
	const refusal: Refusal = { code, text: event.error };
	// Who has no ids to go by means what is under way, or nothing that could be helped here.
	const clientId = event.clientId ?? (messageId === undefined ? underWay(transcript)?.clientId : undefined);
	if (clientId !== undefined && retryAfterMs !== undefined)
		return { ...setOutgoing(transcript, clientId, { type: "waiting" }), heldUntil: now + retryAfterMs };
	// The connection sees to it: another token, then the same again.
	if (code === "token_expired") return transcript;
	if (clientId !== undefined) return setOutgoing(transcript, clientId, { type: "failed", ...refusal });
	const isShown = messageId !== undefined && retryAfterMs === undefined && code in reasons;
	return isShown ? transcript : { ...transcript, notice: refusal };
}

function underWay({ outgoing }: Transcript): OutgoingMessage | undefined {
	return outgoing.find(({ state }) => state.type === "sent");
}

/** Before whatever was said meanwhile. What is known of here is known better here. */
function restore(transcript: Transcript, kept: readonly OutgoingMessage[]): Transcript {
	const known = new Map(transcript.outgoing.map((one) => [one.clientId, one]));
	const restored = kept.filter((one) => !isStored(transcript, one)).map((one) => known.get(one.clientId) ?? one);
	for (const { clientId } of restored) known.delete(clientId);
	return { ...transcript, outgoing: [...restored, ...known.values()] };
}

/** Where it would stand if it had been said here. */
function mirror(transcript: Transcript, kept: OutgoingMessage): Transcript {
	if (isStored(transcript, kept)) return transcript;
	const others = transcript.outgoing.filter(({ clientId }) => clientId !== kept.clientId);
	const at = others.findLastIndex(({ saidAt }) => saidAt <= kept.saidAt) + 1;
	return { ...transcript, outgoing: others.toSpliced(at, 0, kept) };
}

/** Its acknowledgement was here before it. */
function isStored({ messages, you }: Transcript, { clientId }: OutgoingMessage): boolean {
	return messages.some((message) => message.clientId === clientId && message.author.userId === you?.userId);
}

function setOutgoing(transcript: Transcript, clientId: string, state: OutgoingMessage["state"]): Transcript {
	return { ...transcript, outgoing: transcript.outgoing.map((one) => (one.clientId === clientId ? { ...one, state } : one)) };
}

function isYou({ you }: Transcript) {
	return ({ userId }: Person) => userId === you?.userId;
}

function personOf({ userId, username }: Person): Person {
	return { userId, username };
}

function without<T extends Person>(people: readonly T[], userId: string): readonly T[] {
	return people.filter((person) => person.userId !== userId);
}
