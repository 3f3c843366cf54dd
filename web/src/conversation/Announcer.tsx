// Says to screen readers what happened, once and whole: the log itself is silent, or every token would be read out.

import { useEffect, useRef, useState } from "react";
import type { Reason } from "../../../src/protocol/errors.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { type Phase, phaseOf } from "../replies.ts";
import { strings } from "../strings.ts";

/** In ms: how long Claude may take before it is said again that it does. */
const saidAgainAfter = 7_000;

export function Announcer({ messages, notice, userId }: { messages: readonly Message[]; notice: string | null; userId: string }) {
	const said = useSaid(messages, userId);
	const progress = useProgress(messages);
	return (
		<>
			<output className="visually-hidden" aria-live="polite">
				{notice ?? said}
			</output>
			<output className="visually-hidden" aria-live="polite">
				{progress}
			</output>
		</>
	);
}

/** What somebody else has said since one came. */
function useSaid(messages: readonly Message[], userId: string): string {
	const last = messages.findLast(({ role }) => role === "user");
	const known = useRef<string>(undefined);
	const [text, setText] = useState("");
	useEffect(() => {
		if (!last) return;
		// What was there on arrival is no news.
		if (known.current !== undefined && known.current !== last.id && last.author.userId !== userId)
			setText(strings.somebodySaid(last.author.username, last.content.slice(0, 300)));
		known.current = last.id;
	}, [last, userId]);
	return text;
}

/** How far Claude's answer is, whatever is said meanwhile; while it takes long, from time to time. */
function useProgress(messages: readonly Message[]): string {
	const reply = messages.findLast(({ role, deletedAt }) => role === "assistant" && deletedAt === undefined);
	const phase = reply && phaseOf(reply);
	const state = reply && `${reply.id} ${phase}`;
	const reason = reply?.reason;
	const known = useRef<string>(undefined);
	const [text, setText] = useState("");
	useEffect(() => {
		if (phase === undefined) return;
		const line = lineOf(phase, reason);
		if (known.current !== undefined && known.current !== state) setText(line);
		known.current = state;
		const still = stillOf(phase);
		if (still === undefined) return;
		// What is the same as before would not be said.
		const timer = setInterval(() => setText((before) => (before === still ? line : still)), saidAgainAfter);
		return () => clearInterval(timer);
	}, [state, phase, reason]);
	return text;
}

function lineOf(phase: Phase, reason: string | undefined): string {
	switch (phase) {
		case "thinking":
			return strings.claudeThinking;
		case "busy":
			return strings.busy;
		case "answering":
			return strings.claudeAnswering;
		case "complete":
			return strings.claudeAnswered;
		case "stopped":
			return strings.claudeStopped;
		case "failed":
			return strings.reasons[reason as Reason] ?? strings.reasons.internal;
		default:
			return phase satisfies never;
	}
}

function stillOf(phase: Phase): string | undefined {
	if (phase === "thinking") return strings.claudeStillThinking;
	return phase === "answering" ? strings.claudeStillAnswering : undefined;
}
