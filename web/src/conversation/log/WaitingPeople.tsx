// The people who asked Claude during a reply: the next reply answers them all.

import type { Message } from "../../../../src/protocol/message.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { peopleWaiting } from "../../live/replyStatus.ts";
import type { Names } from "../../markdown/MentionedText.tsx";
import { namesOf } from "../../people/names.ts";

export function WaitingPeople({
	messages,
	people,
	className,
}: {
	messages: readonly Message[];
	people: Names;
	className: string | undefined;
}) {
	const strings = useStrings();
	const names = namesOf(peopleWaiting(messages), people, strings);
	if (names.length === 0) return null;
	const line = strings.waitingForClaude(names);
	return (
		<p className={className} title={line}>
			{line}
		</p>
	);
}
