// The questions that wait for Claude, in the order in which the next reply answers them. Their authors can take them back.

import { useRef } from "react";
import { Modal } from "../../controls/Modal.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { plainLine } from "../../list/plainLine.ts";
import { waitingQuestions } from "../../live/replyStatus.ts";
import type { Names } from "../../markdown/MentionedText.tsx";
import { namesOf } from "../../people/names.ts";
import { allowedActions } from "../../people/permissions.ts";
import { hueOf } from "../../people/person.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import type { MessageActions } from "../message/MessageActions.ts";
import styles from "./WaitingDialog.module.css";

type Props = { chat: Chat; actions: MessageActions; people: Names; onClose(): void };

export function WaitingDialog({ chat, actions, people, onClose }: Props) {
	const strings = useStrings();
	const waiting = waitingQuestions(chat.messages);
	const status = useRef<HTMLParagraphElement>(null);
	// The question disappears with its buttons, and the focus must not be lost with it.
	const leaving = (act: () => void) => () => {
		status.current?.focus();
		act();
	};
	return (
		<Modal title={strings.waitingQuestions} onClose={onClose}>
			<p ref={status} role="status" tabIndex={-1}>
				{waiting.length > 0 ? strings.waitingOrder : strings.nobodyWaits}
			</p>
			<ol className={styles.questions}>
				{waiting.map((message, nth) => {
					const may = allowedActions(message, actions.actor).has("withdraw");
					return (
						<li key={message.id} data-hue={hueOf(message.author.userId)}>
							<bdi className={styles.by}>{namesOf([message.author], people, strings, strings.youAlone)}</bdi>
							<span className={styles.text} dir="auto">
								{plainLine(message.content)}
							</span>
							{may && (
								<span className={styles.buttons}>
									<button type="button" onClick={leaving(() => actions.withdraw(message.id))}>
										{strings.withdraw}
									</button>
									{nth < waiting.length - 1 && (
										<button type="button" onClick={leaving(() => actions.askLast(message))}>
											{strings.askLast}
										</button>
									)}
								</span>
							)}
						</li>
					);
				})}
			</ol>
		</Modal>
	);
}
