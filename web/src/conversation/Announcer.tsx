// Says to screen readers what happened, once and whole: the log itself is silent, or every token would be read out.

import { useEffect, useRef, useState } from "react";
import { type Reason, reasons } from "../../../src/protocol/errors.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { strings } from "../strings.ts";

export function Announcer({ messages, notice, userId }: { messages: readonly Message[]; notice: string | null; userId: string }) {
	const last = messages.at(-1);
	const known = useRef<Message>(undefined);
	const [text, setText] = useState("");

	useEffect(() => {
		if (!last) return;
		const before = known.current;
		known.current = last;
		// What was there on arrival is no news.
		if (before === undefined || (before.id === last.id && before.status === last.status)) return;
		if (last.author.userId !== userId) setText(announcement(last));
	}, [last, userId]);

	return (
		<output className="visually-hidden" aria-live="polite">
			{notice ?? text}
		</output>
	);
}

function announcement({ role, status, reason, author, content }: Message): string {
	if (role === "user") return strings.somebodySaid(author.username, content.slice(0, 300));
	switch (status) {
		case "streaming":
			return strings.claudeAnswering;
		case "stopped":
			return strings.claudeStopped;
		case "failed":
			return reasons[reason as Reason] ?? reasons.internal;
		case "complete":
			return strings.claudeAnswered;
		default:
			return status satisfies never;
	}
}
