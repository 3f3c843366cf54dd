// An event as somebody receives it who may see the conversation only from a place on: nothing in it is older. Pages, searches and
// everything else that is read are cut by `Store.readerFor`. Pure.

import type { ConversationInfo } from "../../protocol/conversation.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import { type Message, placeOf } from "../../protocol/message.ts";

/** `infoFrom`: the conversation as it is for them. `undefined` if the event is about something older. */
export function eventFrom(event: ServerEvent, from: number, infoFrom: (from: number) => ConversationInfo): ServerEvent | undefined {
	switch (event.type) {
		case "chat:joined": {
			const { summary, conversation, ...joined } = event;
			const messages = joined.messages.filter(({ seq }) => seq >= from).map((message) => withoutOlderQuote(message, from));
			const place = summary && summary.fromSeq >= from && { summary };
			return { ...joined, messages, ...(conversation && { conversation: infoFrom(from) }), ...place };
		}
		case "chat:conversation":
			return { ...event, conversation: infoFrom(from) };
		case "chat:summary":
			return event.summary && event.summary.fromSeq < from ? undefined : event;
		case "chat:message":
		case "chat:updated":
			return event.message.seq < from ? undefined : { ...event, message: withoutOlderQuote(event.message, from) };
		case "chat:reacted": {
			const { message, ...reacted } = event;
			return isOlder(event.messageId, from) ? undefined : { ...reacted, ...(message && { message: withoutOlderQuote(message, from) }) };
		}
		// Refusals name what the receiver has sent.
		case "chat:error":
			return event;
		default:
			return "messageId" in event && isOlder(event.messageId, from) ? undefined : event;
	}
}

function isOlder(messageId: string, from: number): boolean {
	return (placeOf(messageId) ?? from) < from;
}

/** A message that quotes an older one quotes nothing. */
export function withoutOlderQuote<T extends Pick<Message, "quoted" | "replyTo">>(message: T, from: number): T {
	if ((message.quoted?.seq ?? from) >= from) return message;
	const { quoted: _, replyTo: __, ...rest } = message;
	return rest as T;
}
