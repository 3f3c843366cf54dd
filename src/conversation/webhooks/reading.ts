// Turns the changes of a conversation into the events that webhooks are told of, one after another from a place. Must not know who is
// told, or how.

import { isoTime } from "../../protocol/iso-time.ts";
import type { Message } from "../../protocol/message.ts";
import type { WebhookEvent } from "../../protocol/webhooks/webhook.ts";
import type { Delivery } from "../../webhooks/send.ts";
import type { Store } from "../store/store.ts";
import type { MemberChange, MessageChange, Place } from "../store/webhooks/feed.ts";

/** `event` is absent for a change that nobody is told of. `place`: where the next one is looked for. */
export type Step = { event?: Delivery & { type: WebhookEvent }; place: Place };

/** Changes that are remembered as told already. A message that is told twice does no harm. */
const mostAhead = 500;

/** The next change after a place, or `undefined` if there is none. Membership comes before messages. */
export function nextStep(store: Store, place: Place, now: number): Step | undefined {
	const member = store.feed.nextMember(place);
	if (member) return { event: memberEvent(store, member), place: { ...place, audit: member.id } };
	const change = store.feed.nextMessage(place);
	if (!change) return undefined;
	const message = store.feed.messageAt(change.seq);
	const event = message && messageEvent(store, message, change, place, now);
	return { ...(event && { event }), place: placeAfter(place, change, message) };
}

function memberEvent({ members, info, log }: Store, { id, at, action, userId }: MemberChange): Delivery & { type: WebhookEvent } {
	const hasLeft = action === "left" || action === "ended" || action === "removed";
	const type = hasLeft ? "member.left" : action === "joined" ? "member.joined" : "member.changed";
	const member = (!hasLeft && members.find(userId)) || { userId };
	return { id: `msg_${log.head.lineage}_a${id}`, type, timestamp: isoTime(at), data: { conversationId: info.id, member } };
}

function messageEvent({ info, log }: Store, message: Message, change: MessageChange, { running, ahead }: Place, now: number) {
	const { seq, number, isNew } = change;
	const type = typeOf(message, isNew || running.includes(seq), isNew);
	const isTold = (ahead[seq] ?? 0) >= number;
	if (isTold || type === undefined) return undefined;
	const id = `msg_${log.head.lineage}_${seq}_${number}`;
	return { id, type, timestamp: isoTime(now), data: { conversationId: info.id, message } };
}

/** `isFirst`: its final text was never told. */
function typeOf({ role, status, deletedAt, sharedBy }: Message, isFirst: boolean, isNew: boolean): WebhookEvent | undefined {
	if (status === "streaming") return undefined;
	if (deletedAt !== undefined) return isNew ? undefined : "message.deleted";
	if (!isFirst) return "message.changed";
	return role === "assistant" && !sharedBy ? "reply.completed" : "message.sent";
}

function placeAfter(place: Place, { seq, number }: MessageChange, message: Message | undefined): Place {
	const isRunning = message?.status === "streaming";
	const others = place.running.filter((running) => running !== seq);
	const ahead = Object.entries(place.ahead).filter(([key, revision]) => revision > number && key !== String(seq));
	const isAhead = message !== undefined && !isRunning && message.revision > number && ahead.length < mostAhead;
	return {
		...place,
		revision: number,
		within: seq,
		seq: Math.max(place.seq, seq),
		running: isRunning ? [...others, seq] : others,
		ahead: Object.fromEntries(isAhead ? [...ahead, [seq, message.revision]] : ahead),
	};
}
