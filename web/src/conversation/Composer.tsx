// Where one writes. What is written and not sent stays over a reload of this tab.

import { type FormEvent, useRef, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/message.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { harmless, isSeen } from "../../../src/protocol/text.ts";
import { readDraft, writeDraft } from "../drafts.ts";
import { Icon } from "../icons.tsx";
import { lineOf } from "../line.ts";
import { mentionsOf } from "../mentions.ts";
import { strings } from "../strings.ts";
import { runningReply } from "../transcript.ts";
import type { Chat } from "../useChatWebSocket.ts";
import { About } from "./About.tsx";
import styles from "./Composer.module.css";
import row from "./Field.module.css";
import { Field } from "./Field.tsx";

type Props = {
	conversationId: string;
	hasOthers: boolean;
	chat: Chat;
	people: readonly Person[];
	/** The message that is answered. */
	answered: Message | undefined;
	/** It is answered no more. */
	onAnswered(): void;
	onEditLast(): void;
};

export function Composer({ conversationId, hasOthers, chat, people, answered, onAnswered, onEditLast }: Props) {
	const [draft, setDraft] = useState(() => readDraft(conversationId));
	const form = useRef<HTMLFormElement>(null);
	const named = useRef<Person[]>([]);
	const over = draft.length - limits.content;
	const canSend = isSeen(draft) && over <= 0;
	const reply = runningReply(chat);

	const change = (text: string) => {
		setDraft(text);
		writeDraft(conversationId, text);
	};
	const send = () => {
		if (!canSend) return;
		const content = harmless(draft);
		const mentions = mentionsOf(content, named.current);
		chat.sendMessage(content, { ...(answered && { replyTo: answered.id }), ...(mentions.length > 0 && { mentions }) });
		named.current = [];
		change("");
		onAnswered();
		focusField();
	};
	const submit = (event: FormEvent) => {
		event.preventDefault();
		send();
	};
	const stop = (messageId: string) => {
		chat.stopReply(messageId);
		// The button goes, and the focus should not go with it.
		focusField();
	};
	const focusField = () => form.current?.querySelector("textarea")?.focus();

	return (
		<form ref={form} onSubmit={submit}>
			{over > 0 && (
				<p role="alert" className={styles.problem}>
					{strings.tooLong(over)}
				</p>
			)}
			{answered && (
				<About
					title={strings.replyingTo(answered.author.username)}
					line={lineOf(answered.content.slice(0, limits.excerpt))}
					cancel={strings.cancelReply}
					onCancel={onAnswered}
				/>
			)}
			<Field
				text={draft}
				placeholder={strings.messagePlaceholder(hasOthers)}
				people={people}
				onText={(text) => {
					change(text);
					chat.sendTyping(text.trim() !== "");
				}}
				onName={(person) => named.current.push(person)}
				onEnter={send}
				onEscape={onAnswered}
				onUp={onEditLast}
				focusKey={answered?.id ?? ""}
			>
				{reply && (
					<button type="button" className={row.stop} disabled={!chat.isConnected} onClick={() => stop(reply.id)}>
						<Icon name="stop" />
						{strings.stop}
					</button>
				)}
				<button type="submit" className={row.send} aria-label={strings.send} aria-disabled={!canSend}>
					<Icon name="send" />
				</button>
			</Field>
		</form>
	);
}
