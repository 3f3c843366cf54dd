// The AI SDK's `useChat` on a Parley conversation. It keeps its own list of messages, in which one person and Claude take turns.

import type { ChatTransport, Chunk, UIMessages } from "./ai-sdk-types.ts";
import { ask, regenerate, running, type Step } from "./reply.ts";

export const chatTransport: ChatTransport = (chat) => ({
	async sendMessages({ trigger, messages, abortSignal }) {
		if (trigger === "regenerate-message") return streamOf(regenerate(chat, abortSignal));
		const text = (messages.at(-1)?.parts ?? []).map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");
		return streamOf(ask(chat, text, abortSignal));
	},
	async reconnectToStream() {
		const steps = running(chat);
		return steps ? streamOf(steps) : null;
	},
});

export const uiMessages: UIMessages = ({ messages }) =>
	messages
		.filter(({ content, status }) => content !== "" && status !== "streaming")
		.map(({ id, role, content }) => ({ id, role, parts: [{ type: "text", text: content }] }));

/** A reader that goes away ends the stream, and not the reply. */
function streamOf(steps: AsyncIterable<Step>): ReadableStream<Chunk> {
	const iterator = steps[Symbol.asyncIterator]();
	return new ReadableStream({
		async pull(controller) {
			const { value, done } = await iterator.next();
			if (done) controller.close();
			else for (const chunk of chunksOf(value)) controller.enqueue(chunk);
		},
		async cancel() {
			await iterator.return?.();
		},
	});
}

function chunksOf(step: Step): Chunk[] {
	switch (step.type) {
		case "begin":
			return [
				{ type: "start", messageId: step.id },
				{ type: "text-start", id: step.id },
			];
		case "text":
			return [{ type: "text-delta", id: step.id, delta: step.text }];
		default:
			return [
				...(step.id === undefined ? [] : [{ type: "text-end" as const, id: step.id }]),
				step.error === undefined ? { type: "finish" } : { type: "error", errorText: step.error },
			];
	}
}
