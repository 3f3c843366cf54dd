// Hands the first message of a conversation from the home page to the conversation that was created for it. Until it is sent it is
// that conversation's draft: nothing is lost if the page goes away in between.

import type { NewMessage } from "../live/outgoing.ts";
import { drafts } from "../writing/currentDrafts.ts";

/** Where drafts are kept that have no conversation yet. */
export const noConversation = "new";

export type FirstMessage = Pick<NewMessage, "content" | "mentions">;
/** `rest`: what was written after it, while the conversation was created. */
type Begun = { message: FirstMessage; rest: string };

const begun = new Map<string, Begun>();

export function begin(userId: string, conversationId: string, message: FirstMessage, rest: string): void {
	drafts.change(userId, conversationId, { text: rest === "" ? message.content : `${message.content}\n\n${rest}` });
	begun.set(conversationId, { message, rest });
}

/** Sends the first message of a conversation that began in this page. Does nothing the next time. */
export function sendBegun(
	userId: string,
	conversationId: string,
	send: (content: string, about: Pick<NewMessage, "mentions">) => void,
): void {
	const first = begun.get(conversationId);
	if (!first) return;
	begun.delete(conversationId);
	const { content, ...about } = first.message;
	send(content, about);
	drafts.change(userId, conversationId, { text: first.rest });
}
