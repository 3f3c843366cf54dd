// A conversation's transcript, computed from the server's events and this device's actions. Pure.
// Must not depend on sockets, React, the clock, or the page's strings.

import { isAsideEvent } from "../../../src/protocol/claude/aside.ts";
import type { ConversationInfo, Member, MemberRole } from "../../../src/protocol/conversation.ts";
import { reasons } from "../../../src/protocol/errors.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import type { SummaryPlace } from "../../../src/protocol/memory/summary.ts";
import type { Message } from "../../../src/protocol/message.ts";
import type { May } from "../../../src/protocol/people/link.ts";
import type { Person } from "../../../src/protocol/person.ts";
import type { Description } from "./description.ts";
import { extentOf, type History, mergeWindow, type PageAction, receiveChange, reduceHistory, reloadWindow } from "./historyWindow.ts";
import { appendText, appendThinking, beginReply, markBusy } from "./messages.ts";
import {
	acknowledge,
	inFlight,
	isStored,
	type OutgoingAction,
	type OutgoingMessage,
	type Refusal,
	reduceOutgoing,
	resetInFlight,
	setState,
} from "./outgoing.ts";
import { applyMember } from "./people/applyMember.ts";
import { applyPresence } from "./people/applyPresence.ts";
import { applyTyping, type Typing, withoutPerson } from "./people/applyTyping.ts";
import { changedMembers, type KnownMembers, toldMembers, withMembers } from "./people/knownMembers.ts";
import { applyNotice, type Notices, withNotices } from "./people/notices.ts";
import { firstUnread, type Reads, readsOf, withRead } from "./readPositions.ts";
import { addResearch } from "./research.ts";

type Event<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;

/** Whose budget for Claude is used up, and when it is filled again (ISO 8601); never without that. */
export type Unpaid = Pick<Event<"chat:error">, "scope" | "resetsAt">;

/** A reply that is being written is one of the `messages`, and grows in its place. */
export type Transcript = History &
	KnownMembers & {
		readonly outgoing: readonly OutgoingMessage[];
		/** Empty where only their number is known. */
		readonly participants: readonly Person[];
		/** How many people are here, where too many are to be told by name. */
		readonly participantCount: number | null;
		readonly typing: readonly Typing[];
		/** `null` until the server has said whose connection this is. */
		readonly you: Person | null;
		/** `null` until they are known, as `role` and `members` are. */
		readonly conversation: ConversationInfo | null;
		readonly role: MemberRole | null;
		/** What one may who came by a link that limits them. */
		readonly may: May | null;
		readonly reads: Reads;
		/** The `seq` of the first message that was unread when the conversation was opened, or that was marked unread since. */
		readonly unreadFrom: number | null;
		/** An event is known to be missing and must be requested again. */
		readonly isBehind: boolean;
		/** In ms: nothing may be sent before this time. */
		readonly heldUntil: number;
		/** The messages that Claude does not answer because a budget is used up, by their ids. */
		readonly unpaid: ReadonlyMap<string, Unpaid>;
		/** The place of the summary that Claude reads instead of old messages. */
		readonly summary: SummaryPlace | null;
		/** Who joined, left or was removed, and new titles, beside the messages that are loaded. */
		readonly notices: Notices;
		/** A refusal that no message shows. */
		readonly notice: Refusal | null;
	};

/** `now` in ms. */
export type Action =
	| { type: "received"; events: readonly ServerEvent[]; now: number }
	| { type: "disconnected" }
	/** The last visit's state was read from the device cache, before the server has sent anything. */
	| { type: "cache restored"; joined: Event<"chat:joined">; members: readonly Member[] | null; notices?: Notices }
	/** They were fetched. `former`: those that were known before. */
	| { type: "notices loaded"; notices: Notices; former: Notices }
	/** The conversation and its members were fetched, once after each join. */
	| ({ type: "described" } & Description)
	| { type: "time passed"; now: number }
	| { type: "notice dismissed" }
	| OutgoingAction
	| PageAction;

export const emptyTranscript: Transcript = {
	messages: [],
	outgoing: [],
	participants: [],
	participantCount: null,
	typing: [],
	you: null,
	conversation: null,
	role: null,
	may: null,
	members: null,
	memberCount: null,
	reads: new Map(),
	unreadFrom: null,
	older: "none",
	historyWindow: null,
	changes: [],
	isBehind: false,
	heldUntil: 0,
	unpaid: new Map(),
	summary: null,
	notices: [],
	notice: null,
};

export function reduce(transcript: Transcript, action: Action): Transcript {
	switch (action.type) {
		case "received":
			return action.events.reduce((before, event) => receive(before, event, action.now), transcript);
		case "disconnected":
			return { ...transcript, typing: [], isBehind: false, outgoing: resetInFlight(transcript.outgoing) };
		case "cache restored":
			// The cached `joined` is of the last visit: the server has not said yet whose connection this one is.
			return {
				...receive(transcript, action.joined, 0),
				members: action.members,
				notices: action.notices ?? [],
				you: null,
				unreadFrom: null,
			};
		case "notices loaded":
			return { ...transcript, notices: withNotices(transcript.notices, action.notices, action.former) };
		case "described": {
			const role = action.members.find(isYou(transcript))?.role ?? transcript.role;
			return { ...transcript, conversation: action.conversation, ...toldMembers(transcript, action), role };
		}
		case "time passed":
			return { ...transcript, typing: transcript.typing.filter(({ until }) => until > action.now) };
		case "notice dismissed":
			return { ...transcript, notice: null };
		case "enqueued":
			// The new message is at the end, and its author should see it.
			return { ...reduceOutgoing(transcript, action), historyWindow: null };
		case "sent":
		case "retried":
		case "discarded":
		case "outbox restored":
		case "outbox updated":
			return reduceOutgoing(transcript, action);
		case "older requested":
		case "older loaded":
		case "newer requested":
		case "newer loaded":
		case "window requested":
		case "window loaded":
		case "window closed":
			return reduceHistory("page" in action ? withMembers(transcript, action.page?.members) : transcript, action);
		default:
			return action satisfies never;
	}
}

/** The reply that Claude is writing. */
export function runningReply({ messages }: Transcript): Message | undefined {
	return messages.findLast(({ status }) => status === "streaming");
}

function receive(transcript: Transcript, event: ServerEvent, now: number): Transcript {
	if (isAsideEvent(event)) return transcript;
	switch (event.type) {
		case "chat:joined":
			return join(transcript, event);
		case "chat:message":
		case "chat:updated": {
			const { message } = event;
			const unpaid = message.asksClaude ? withoutUnpaid(transcript, message.id) : transcript.unpaid;
			return { ...receiveMessage(transcript, message), unpaid, typing: withoutPerson(transcript.typing, message.author.userId) };
		}
		case "chat:reacted":
			return receiveChange(transcript, event);
		case "chat:thinking":
			return { ...transcript, messages: beginReply(transcript.messages, event, now), unpaid: withoutUnpaid(transcript, event.messageId) };
		case "chat:busy":
			return { ...transcript, messages: markBusy(transcript.messages, event) };
		case "chat:thought":
			return grown(transcript, appendThinking(transcript.messages, event));
		case "chat:tool":
		case "chat:source":
			return grown(transcript, addResearch(transcript.messages, event));
		case "chat:streaming":
			return grown(transcript, appendText(transcript.messages, event));
		case "chat:complete":
			// The finished message precedes this event; if it is not here, it was lost.
			return transcript.messages.some(({ id, status }) => id === event.messageId && status !== "streaming")
				? transcript
				: { ...transcript, isBehind: true };
		case "chat:presence":
		case "chat:user-joined":
			return { ...transcript, ...applyPresence(transcript, event) };
		case "chat:user-left":
			return { ...transcript, ...applyPresence(transcript, event), typing: withoutPerson(transcript.typing, event.userId) };
		case "chat:user-typing":
			return { ...transcript, typing: applyTyping(transcript.typing, event, now) };
		case "chat:conversation":
		case "chat:may":
			return { ...transcript, ...("may" in event ? { may: event.may } : { conversation: event.conversation }) };
		case "chat:member":
			return applyMember(transcript, event.member);
		case "chat:members":
		case "chat:member-left":
			return { ...transcript, ...changedMembers(transcript, event) };
		case "chat:read":
			return {
				...transcript,
				reads: withRead(transcript.reads, event),
				unreadFrom: event.unread && event.userId === transcript.you?.userId ? event.upTo + 1 : transcript.unreadFrom,
			};
		case "chat:notice":
		case "chat:notices-gone":
			return { ...transcript, notices: applyNotice(transcript.notices, event) };
		case "chat:summary":
			return { ...transcript, summary: event.summary };
		case "chat:file":
		case "chat:left":
		case "chat:member-page":
			return transcript; // They are no part of the log, and this connection is in one conversation.
		case "chat:error":
			return refuse(transcript, event, now);
		default:
			return event satisfies never;
	}
}

/** A running reply has grown. No messages: something before that is missing. */
function grown(transcript: Transcript, messages: History["messages"] | undefined): Transcript {
	return messages ? { ...transcript, messages } : { ...transcript, isBehind: true };
}

function join(transcript: Transcript, event: Event<"chat:joined">): Transcript {
	const { reset, messages, hasMore, you, conversation, role, may = null, summary = null } = event;
	const known: Transcript = {
		...transcript,
		older: transcript.older === "failed" ? "some" : transcript.older,
		...applyPresence(transcript, event),
		you,
		summary,
		conversation: conversation ?? transcript.conversation,
		role: role ?? transcript.role,
		may,
		...toldMembers(transcript, event),
		reads: event.reads ? readsOf(event.reads) : transcript.reads,
		isBehind: false,
	};
	// A window that was requested before the first join has not been fetched yet.
	const isFirst = transcript.you === null;
	const historyWindow =
		reset || isFirst || transcript.historyWindow?.type === "failed" ? reloadWindow(transcript.historyWindow) : transcript.historyWindow;
	const base: Transcript = reset
		? { ...known, messages: [], typing: [], older: extentOf(hasMore), historyWindow, changes: [] }
		: { ...known, historyWindow };
	// After a reset the page replaces everything: it is ordered, and its quotes are current.
	const caughtUp = mergeWindow(reset ? messages.reduce(acknowledge, { ...base, messages }) : messages.reduce(receiveMessage, base));
	if (!isFirst) return caughtUp;
	// The server does not send again what was restored from the cache, so its acknowledgements may be there already.
	const outgoing = caughtUp.outgoing.filter((one) => !isStored(caughtUp, one));
	return { ...caughtUp, outgoing, unreadFrom: firstUnread(caughtUp.messages, caughtUp.reads, you.userId) };
}

function receiveMessage(transcript: Transcript, message: Message): Transcript {
	return receiveChange(acknowledge(transcript, message), message);
}

function refuse(transcript: Transcript, event: Event<"chat:error">, now: number): Transcript {
	const { code, retryAfterMs, messageId } = event;
	const refusal: Refusal = { code, text: event.error };
	// An error without an id is about the message in flight, or about nothing that a person could mend.
	const clientId = event.clientId ?? (messageId === undefined ? inFlight(transcript.outgoing)?.clientId : undefined);
	if (clientId !== undefined && retryAfterMs !== undefined)
		return { ...setState(transcript, clientId, { type: "waiting" }), heldUntil: now + retryAfterMs };
	// A reply that waits for somebody's decision goes on waiting, and says nothing about it.
	if (messageId !== undefined && messageId === runningReply(transcript)?.id) return { ...transcript, notice: refusal };
	if (code === "budget_exceeded" && messageId !== undefined) {
		const { scope, resetsAt } = event;
		return { ...transcript, unpaid: new Map(transcript.unpaid).set(messageId, { scope, resetsAt }) };
	}
	// The connection renews its token and sends the message again.
	if (code === "token_expired") return transcript;
	if (clientId !== undefined) return setState(transcript, clientId, { type: "failed", ...refusal });
	const isShown = messageId !== undefined && retryAfterMs === undefined && code in reasons;
	return isShown ? transcript : { ...transcript, notice: refusal };
}

/** Claude is asked again. */
function withoutUnpaid({ unpaid }: Transcript, messageId: string): Transcript["unpaid"] {
	return unpaid.has(messageId) ? new Map([...unpaid].filter(([id]) => id !== messageId)) : unpaid;
}

function isYou({ you }: Transcript) {
	return ({ userId }: Person) => userId === you?.userId;
}
