// The messages of one conversation, ordered by `seq`: inserting, updating, and growing a reply while it streams. Pure.

import type { ServerEvent } from "../../../src/protocol/events.ts";
import { briefOf } from "../../../src/protocol/files/brief.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { claude } from "../../../src/protocol/person.ts";

/** Ordered by `seq`, without gaps. */
export type Messages = readonly Message[];

type Event<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;

/**
 * Inserts or updates a message. One older than the first loaded message is left out, as it would leave a gap: it is loaded with its page.
 * Quotes of it are updated in any case.
 */
export function applyMessage(messages: Messages, message: Message): Messages {
	return message.seq < (messages[0]?.seq ?? 0) ? requote(messages, message) : upsert(messages, message);
}

/** Updates a message if it is loaded. Quotes of it are updated in any case. */
export function reviseMessage(messages: Messages, message: Message): Messages {
	return messages.some(({ id }) => id === message.id) ? upsert(messages, message) : requote(messages, message);
}

/** Updates the reactions of a message, if it is loaded and not newer. */
export function react(messages: Messages, { messageId, reactions, revision }: Event<"chat:reacted">): Messages {
	return messages.map((one) => {
		if (one.id !== messageId || one.revision >= revision) return one;
		const { reactions: _, ...rest } = one;
		return { ...rest, revision, ...(reactions.length > 0 && { reactions }) };
	});
}

/** Inserts a message by `seq`, or replaces an older revision of it. */
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

/** Adds a page. Usually it continues the messages at one end, and then its quotes are current: it is added without looking at each message. */
export function mergePage(messages: Messages, page: Messages): Messages {
	const [first, last] = [messages[0], messages.at(-1)];
	const [pageFirst, pageLast] = [page[0], page.at(-1)];
	if (!first || !last || !pageFirst || !pageLast) return messages.length > 0 ? messages : page;
	if (pageLast.seq < first.seq) return [...page, ...messages];
	if (pageFirst.seq > last.seq) return [...messages, ...page];
	return page.reduce(upsert, messages);
}

/** Updates quotes of a message that was edited or deleted. */
export function requote(messages: Messages, { id, author, content, seq, editedAt, deletedAt, files }: Message): Messages {
	if (editedAt === undefined && deletedAt === undefined) return messages;
	const quoted = { author, content: content.slice(0, limits.excerpt), seq, ...(files && { files: files.map(briefOf) }) };
	const isOld = (shown: Message["quoted"]) => shown?.content !== quoted.content || shown.files?.length !== quoted.files?.length;
	return messages.map((one) => (one.replyTo === id && isOld(one.quoted) ? { ...one, quoted } : one));
}

/** Appends an empty reply. Every message with a lower `seq` arrives before it, so its `seq` is the next one. */
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

/** Sets the reason for a delay on a streaming reply; its next chunk clears it. */
export function markBusy(messages: Messages, { messageId, reason }: Event<"chat:busy">): Messages {
	return messages.map((one) => (one.id === messageId && one.status === "streaming" ? { ...one, reason } : one));
}

/** Appends a chunk to the reply's text; `undefined` if an earlier chunk is missing. */
export function appendText(messages: Messages, part: Event<"chat:streaming">): Messages | undefined {
	return grow(messages, part, "content");
}

/** Appends a chunk to the reply's thinking; `undefined` if an earlier chunk is missing. */
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
	const added = chunk.slice(held.length - offset);
	if (added === "") return messages;
	const grown = { ...reply, reason: undefined, [field]: held + added };
	return messages.map((one) => (one === reply ? grown : one));
}
