// Follows the reply to one message, for the adapters: what libraries call a stream or a run. Everything else that happens in the
// conversation passes it by.

import type { Message, ParleyClient } from "./types.ts";

/** `id`: of the reply, which begins, and grows by `text`. `error`: a sentence, if there is no whole reply. */
export type Step =
	| { type: "begin"; id: string }
	| { type: "text"; id: string; text: string }
	| { type: "end"; id?: string; error?: string };

/** The message that is answered, or the reply that is followed. */
type Target = { clientId: string } | { replyId: string };

/** Sends a message and follows the reply to it, if there will be one. Aborting stops the reply for everybody. */
export function ask(chat: ParleyClient, content: string, signal?: AbortSignal): AsyncIterable<Step> {
	return follow(chat, { clientId: chat.send(content) }, signal);
}

/** Lets Claude write the last reply anew, and follows it. */
export function regenerate(chat: ParleyClient, signal?: AbortSignal): AsyncIterable<Step> {
	const last = chat.state.messages.findLast(isReply);
	if (!last || !chat.emit({ type: "chat:regenerate", messageId: last.id })) return failed("There is no connection, or no reply.");
	return follow(chat, { replyId: last.id }, signal, last.revision);
}

/** The reply that is being written, if there is one. */
export function running(chat: ParleyClient): AsyncIterable<Step> | undefined {
	const reply = chat.state.messages.findLast(({ status }) => status === "streaming");
	return reply && follow(chat, { replyId: reply.id });
}

async function* failed(error: string): AsyncIterable<Step> {
	yield { type: "end", error };
}

/** `after`: the revision of the text that is to be replaced. */
async function* follow(chat: ParleyClient, target: Target, signal?: AbortSignal, after = -1): AsyncIterable<Step> {
	let id: string | undefined;
	let length = 0;
	const stop = () => id !== undefined && chat.emit({ type: "chat:stop", messageId: id });
	signal?.addEventListener("abort", stop, { once: true });
	try {
		for (;;) {
			const change = nextChange(chat);
			const reply = replyOf(chat, target, after);
			if (reply && id === undefined) {
				id = reply.id;
				yield { type: "begin", id };
				if (signal?.aborted) stop();
			}
			if (reply && reply.content.length > length) {
				yield { type: "text", id: reply.id, text: reply.content.slice(length) };
				length = reply.content.length;
			}
			const end = reply ? endOf(reply) : withoutReply(chat, target, signal);
			if (end) {
				yield { type: "end", ...(id !== undefined && { id }), ...end };
				return;
			}
			await change;
		}
	} finally {
		signal?.removeEventListener("abort", stop);
	}
}

/** Asked for before the state is read, so that no change is missed in between. */
function nextChange(chat: ParleyClient): Promise<void> {
	return new Promise((resolve) => {
		const stop = chat.subscribe(() => {
			stop();
			resolve();
		});
	});
}

function isReply({ role, sharedBy }: Message): boolean {
	return role === "assistant" && sharedBy === undefined;
}

function replyOf({ state }: ParleyClient, target: Target, after: number): Message | undefined {
	if ("replyId" in target) return state.messages.find(({ id, revision }) => id === target.replyId && revision > after);
	const question = questionOf(state.messages, target.clientId, state.you?.userId);
	return question && state.messages.find((message) => isReply(message) && message.seq > question.seq);
}

function questionOf(messages: readonly Message[], clientId: string, userId: string | undefined): Message | undefined {
	return messages.find((message) => message.clientId === clientId && message.author.userId === userId);
}

function endOf({ status, reason, deletedAt }: Message): { error?: string } | undefined {
	if (status === "streaming") return undefined;
	if (deletedAt !== undefined) return { error: "The reply was deleted." };
	return status === "failed" ? { error: `The reply failed: ${reason ?? "unknown"}.` } : {};
}

/** The end of what nobody replies to: it was refused, or asks nobody. */
function withoutReply({ state }: ParleyClient, target: Target, signal?: AbortSignal): { error?: string } | undefined {
	if (state.status === "ended") return { error: "The conversation is closed." };
	if (!("clientId" in target)) return undefined;
	const { failed: refused } = state.outgoing.find(({ clientId }) => clientId === target.clientId) ?? {};
	if (refused) return { error: refused.text };
	const question = questionOf(state.messages, target.clientId, state.you?.userId);
	return question && (!question.asksClaude || signal?.aborted) ? {} : undefined;
}
