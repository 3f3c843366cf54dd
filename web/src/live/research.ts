// What Claude looks up for a running reply, as events bring it: tools, sources and cited passages.

import type { ServerEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/message.ts";

type Event<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;
type Reply = Pick<Message, "reason" | "tools" | "sources" | "citations">;

/** The messages with what the event adds to its reply; `undefined` if something before it is missing. */
export function addResearch(messages: readonly Message[], event: Event<"chat:tool" | "chat:source">): readonly Message[] | undefined {
	const reply = messages.find(({ id }) => id === event.messageId);
	if (!reply) return undefined;
	if (reply.status !== "streaming") return messages;
	const grown = event.type === "chat:tool" ? withTool(reply, event) : withSource(reply, event);
	return grown && messages.map((one) => (one === reply ? grown : one));
}

/** A reply, or a private answer, with a tool; `undefined` if one before it is missing. */
export function withTool<T extends Reply>(reply: T, { index, tool }: Pick<Event<"chat:tool">, "index" | "tool">): T | undefined {
	const tools = placed(reply.tools, index, tool);
	return tools && { ...reply, reason: undefined, tools };
}

/** The same with a source. */
export function withSource<T extends Reply>(
	reply: T,
	{ index, source, citation }: Omit<Event<"chat:source">, "type" | "conversationId" | "messageId">,
): T | undefined {
	const sources = placed(reply.sources, index, source);
	if (!sources) return undefined;
	const { citations = [] } = reply;
	const isKnown = !citation || citations.some(({ end, source }) => end === citation.end && source === citation.source);
	return { ...reply, sources, ...(!isKnown && { citations: [...citations, citation] }) };
}

function placed<T>(items: readonly T[] = [], index: number, item: T): T[] | undefined {
	return index > items.length ? undefined : items.toSpliced(index, 1, item);
}
