// The people who asked Claude during a reply: the next reply answers them all. Opens the list of their questions.

import { useState } from "react";
import { lazyDialog } from "../../controls/lazyDialog.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { peopleWaiting } from "../../live/replyStatus.ts";
import type { Names } from "../../markdown/MentionedText.tsx";
import { namesOf } from "../../people/names.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import type { MessageActions } from "../message/MessageActions.ts";

const WaitingDialog = lazyDialog(async () => (await import("./WaitingDialog.tsx")).WaitingDialog);

type Props = { chat: Chat; actions: MessageActions; people: Names; className: string | undefined };

export function WaitingPeople({ chat, actions, people, className }: Props) {
	const strings = useStrings();
	const [isOpen, setIsOpen] = useState(false);
	const names = namesOf(peopleWaiting(chat.messages), people, strings, strings.youAlone);
	const line = strings.waitingForClaude(names);
	return (
		<>
			{names.length > 0 && (
				<button type="button" className={className} title={line} aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
					{line}
				</button>
			)}
			{isOpen && <WaitingDialog chat={chat} actions={actions} people={people} onClose={() => setIsOpen(false)} />}
		</>
	);
}
