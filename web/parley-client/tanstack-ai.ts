// TanStack AI's `useChat` on a Parley conversation. It keeps its own list of messages, in which one person and Claude take turns.

import { ask, regenerate, type Step } from "./reply.ts";
import type { Connection, MessageLike, UIMessages } from "./tanstack-ai-types.ts";

export const connection: Connection = (chat) => {
	/** Ids of its messages that were sent. It lets a reply be written anew by sending the question again. */
	const sent = new Set<string>();
	return {
		async *connect(messages, _data, abortSignal, run) {
			const { threadId = "parley", runId = crypto.randomUUID() } = (run ?? {}) as { threadId?: string; runId?: string };
			yield { type: "RUN_STARTED", threadId, runId, timestamp: Date.now() };
			const last = messages.at(-1);
			const isAgain = last?.id !== undefined && sent.has(last.id);
			if (last?.id !== undefined) sent.add(last.id);
			const steps = isAgain ? regenerate(chat, abortSignal) : ask(chat, last ? textOf(last) : "", abortSignal);
			for await (const step of steps) yield* chunksOf(step, { threadId, runId });
		},
	};
};

export const uiMessages: UIMessages = ({ messages }) =>
	messages
		.filter(({ content, status }) => content !== "" && status !== "streaming")
		.map(({ id, role, content }) => ({ id, role, parts: [{ type: "text", content }] }));

function textOf({ parts, content }: MessageLike): string {
	if (!parts) return typeof content === "string" ? content : "";
	return parts.map((part) => (part.type === "text" ? String(part.content ?? "") : "")).join("");
}

function chunksOf(step: Step, run: { threadId: string; runId: string }): object[] {
	const timestamp = Date.now();
	switch (step.type) {
		case "begin":
			return [{ type: "TEXT_MESSAGE_START", messageId: step.id, role: "assistant", timestamp }];
		case "text":
			return [{ type: "TEXT_MESSAGE_CONTENT", messageId: step.id, delta: step.text, timestamp }];
		default:
			return [
				...(step.id === undefined ? [] : [{ type: "TEXT_MESSAGE_END", messageId: step.id, timestamp }]),
				step.error === undefined
					? { type: "RUN_FINISHED", ...run, finishReason: "stop", timestamp }
					: { type: "RUN_ERROR", message: step.error, timestamp },
			];
	}
}
