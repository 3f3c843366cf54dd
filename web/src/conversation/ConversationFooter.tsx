// The lower part of a conversation: who is typing or waiting, what was refused, and the composer, or the editor of a message.

import type { Message } from "../../../src/protocol/message.ts";
import { useLazy } from "../controls/useLazy.ts";
import { goTo } from "../keyboard/landmarks.ts";
import { refusalText } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import type { Names } from "../markdown/MentionedText.tsx";
import { useMentionable } from "../people/useMentionable.ts";
import type { Chat } from "../useChatWebSocket.ts";
import styles from "./ConversationFooter.module.css";
import { Composer } from "./composer/Composer.tsx";
import { WaitingPeople } from "./log/WaitingPeople.tsx";
import type { MessageActions } from "./message/MessageActions.ts";

const loadParts = () => import("./laterParts.ts");

type Props = {
	id: string;
	userId: string;
	chat: Chat;
	people: Names;
	actions: MessageActions;
	hasOthers: boolean;
	/** The message that is being edited. */
	editing: Message | undefined;
	onEdited(): void;
	onEditLast(): void;
	/** A new key moves the focus to the composer. */
	focusKey: number;
};

export function ConversationFooter({ id, userId, chat, people, actions, hasOthers, editing, onEdited, onEditLast, focusKey }: Props) {
	const strings = useStrings();
	// Loaded before the editor is needed, as the focus moves into it at once.
	const parts = useLazy(loadParts, true);
	const isReader = chat.role === "reader";
	const mentionable = useMentionable(id, userId, chat);
	return (
		<footer className={styles.footer}>
			<div className={styles.status}>
				<p className={styles.typing}>{strings.typing(chat.typing.map(({ username }) => username))}</p>
				<WaitingPeople chat={chat} actions={actions} people={people} className={styles.waiting} />
			</div>
			{parts && <parts.Asides id={id} chat={chat} />}
			{parts && <parts.KeptNote chat={chat} />}
			{parts && <parts.ReadingBar key={id} />}
			<Notice chat={chat} />
			{isReader && <p className={`${styles.notice} ${styles.readOnly}`}>{strings.readOnly}</p>}
			{parts && chat.may && !isReader && <parts.YourLimits may={chat.may} />}
			{parts && <parts.UnsentBar chat={chat} />}
			{!isReader && editing && parts && (
				<parts.Editor key={editing.id} message={editing} chat={chat} people={mentionable} onDone={onEdited} />
			)}
			{!isReader && !(editing && parts) && (
				<Composer
					conversationId={id}
					userId={userId}
					hasOthers={hasOthers}
					chat={chat}
					people={mentionable}
					focusKey={focusKey}
					onEditLast={onEditLast}
				/>
			)}
		</footer>
	);
}

/** The server's last refusal that no message shows. */
function Notice({ chat: { notice, dismissNotice } }: { chat: Chat }) {
	const strings = useStrings();
	if (notice === null) return null;
	const dismiss = () => {
		dismissNotice();
		// The button disappears, and the focus must not be lost with it.
		goTo("main > footer");
	};
	return (
		<p className={styles.notice}>
			{refusalText(strings, notice)}
			<button type="button" onClick={dismiss}>
				{strings.dismiss}
			</button>
		</p>
	);
}
