// Who asked Claude while it was answering: their questions are answered next, together.

import type { Message } from "../../../../src/protocol/message.ts";
import { waiting } from "../../live/replyStatus.ts";
import type { Names } from "../../markdown/MentionedText.tsx";
import { namesOf } from "../../people/names.ts";
import { strings } from "../../strings.ts";

export function Waiting({ messages, people, className }: { messages: readonly Message[]; people: Names; className: string | undefined }) {
	const names = namesOf(waiting(messages), people);
	if (names.length === 0) return null;
	const line = strings.waitingForClaude(names);
	return (
		<p className={className} title={line}>
			{line}
		</p>
	);
}
