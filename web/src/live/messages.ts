// The messages of one conversation in the order of their places, and how they change: as they come, and while a reply is being written. Pure.

import type { ServerEvent } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { claude } from "../../../src/protocol/person.ts";

/** By `seq`, without holes. */
export type Messages = readonly Message[];

type Event<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;

/** What is older than the view comes with its page and not before: there would be a hole. What quotes it follows it all the same. */
export function applyMessage(messages: Messages, message: Message): Messages {
	return message.seq < (messages[0]?.seq ?? 0) ? requote(messages, message) : upsert(messages, message);
}

/** As it stands now, if it is here. What quotes it follows it all the same. */
export function reviseMessage(messages: Messages, message: Message): Messages {
	return messages.some(({ id }) => id === message.id) ? upsert(messages, message) : requote(messages, message);
}

/** A message with its reactions as they stand now, if it is here and not newer. */
export function react(messages: Messages, { messageId, reactions, revision }: Event<"chat:reacted">): Messages {
	return messages.map((one) => {
		if (one.id !== messageId || one.revision >= revision) return one;
		const { reactions: _, ...rest } = one;
		return { ...rest, revision, ...(reactions.length > 0 && { reactions }) };
	});
}

/** In its place by `seq`, instead of an older state of itself. */
export function upsert(messages: Messages, message: Message): Messages {
	const held = messages.find(({ id }) => id === message.id);
	if (held && held.revision > message.revision) return messages;
	if (held?.seq === message.seq) {
		const replaced = messages.map((one) => (one === held ? message : one));
		return requote(replaced, message);
	}
	const others = messages.filter((one) => one !== held);
	const at = others.findLastIndex(({ seq }) => seq < message.seq) + 1;
	return requote(others.toSpliced(at, 0, message), message);
}

/** A page of messages in their places. One that joins on at either end is the rule, and what is quoted in it reads as it does now. */
export function mergePage(messages: Messages, page: Messages): Messages {
	const [first, last] = [messages[0], messages.at(-1)];
	const [begins, ends] = [page[0], page.at(-1)];
	if (!first || !last || !begins || !ends) return messages.length > 0 ? messages : page;
	if (ends.seq < first.seq) return [...page, ...messages];
	if (begins.seq > last.seq) return [...messages, ...page];
	return page.reduce(upsert, messages);
}

/** A quote reads as its message does now. */
export function requote(messages: Messages, { id, author, content, seq, editedAt, deletedAt }: Message): Messages {
	if (editedAt === undefined && deletedAt === undefined) return messages;
	const quoted = { author, content: content.slice(0, limits.excerpt), seq };
	return messages.map((one) => (one.replyTo === id && one.quoted?.content !== quoted.content ? { ...one, quoted } : one));
}

/** Everything with a lower `seq` was said before a reply begins, so that its place is the next one. */
export function beginReply(messages: Messages, { conversationId, messageId, askedBy }: Event<"chat:thinking">, now: number): Messages {
	if (messages.some(({ id }) => id === messageId)) return messages;
	const reply: Message = {
		id: messageId,
		conversationId,
		role: "assistant",
		content: "",
		createdAt: new Date(now).toISOString(),
		author: claude,
		status: "streaming",
		seq: (messages.at(-1)?.seq ?? 0) + 1,
		revision: 0,
		...(askedBy && { askedBy }),
	};
	return [...messages, reply];
}

/** Said of a reply until more of it comes. */
export function markBusy(messages: Messages, { messageId, reason }: Event<"chat:busy">): Messages {
	return messages.map((one) => (one.id === messageId && one.status === "streaming" ? { ...one, reason } : one));
}

/** A reply by so much longer; `undefined` if something before that is missing. */
export function appendText(messages: Messages, part: Event<"chat:streaming">): Messages | undefined {
	return grow(messages, part, "content");
}

/** What is thought before a reply, by so much longer; in the same way. */
export function appendThinking(messages: Messages, part: Event<"chat:thought">): Messages | undefined {
	return grow(messages, part, "thinking");
}

function grow(
	messages: Messages,
	{ messageId, chunk, offset }: Event<"chat:streaming" | "chat:thought">,
	field: "content" | "thinking",
): Messages | undefined {
	const reply = messages.find(({ id }) => id === messageId);
	if (!reply) return undefined;
	if (reply.status !== "streaming") return messages;
	const held = reply[field] ?? "";
	if (offset > held.length) return undefined;
	const news = chunk.slice(held.length - offset);
	if (news === "") return messages;
	const grown = { ...reply, reason: undefined, [field]: held + news };
	return messages.map((one) => (one === reply ? grown : one));
}
