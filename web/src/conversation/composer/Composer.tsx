// Writes and sends messages. An unsent draft survives the page.

import { type FormEvent, useRef } from "react";
import { limits } from "../../../../src/protocol/limits.ts";
import type { Person } from "../../../../src/protocol/person.ts";
import { isVisible, sanitize } from "../../../../src/protocol/text/sanitize.ts";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { visibleHistory } from "../../live/historyWindow.ts";
import { runningReply } from "../../live/transcript.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { ariaKeysOf, steerKeys } from "../../useShortcut.ts";
import { useDraft } from "../../writing/currentDrafts.ts";
import { mentionsOf } from "../../writing/mentions.ts";
import { ContextBar } from "./ContextBar.tsx";
import row from "./MessageField.module.css";
import { MessageField } from "./MessageField.tsx";
import { Remaining } from "./Remaining.tsx";

type Props = {
	conversationId: string;
	userId: string;
	hasOthers: boolean;
	chat: Chat;
	people: readonly Person[];
	/** A new key moves the focus here. */
	focusKey: number;
	onEditLast(): void;
};

export function Composer({ conversationId, userId, hasOthers, chat, people, focusKey, onEditLast }: Props) {
	const strings = useStrings();
	const [{ text, named = [], ...draft }, change] = useDraft(userId, conversationId);
	const form = useRef<HTMLFormElement>(null);
	const canSend = isVisible(text) && text.length <= limits.content;
	const reply = runningReply(chat);
	// The quoted message may have been deleted since.
	const isDeleted = visibleHistory(chat).messages.some(({ id, deletedAt }) => id === draft.answered?.id && deletedAt !== undefined);
	const answered = isDeleted ? undefined : draft.answered;

	// Where Claude is off, a message does not redirect it.
	const canSteer = reply !== undefined && canSend && chat.conversation?.assistant !== "off";
	const send = (steer = false) => {
		if (!canSend) return;
		const content = sanitize(text);
		const mentions = mentionsOf(content, named);
		chat.sendMessage(content, {
			...(answered && { replyTo: answered.id }),
			...(mentions.length > 0 && { mentions }),
			...(steer && { steer }),
		});
		change({ text: "", answered: undefined, named: undefined });
		focusField();
	};
	const submit = (event: FormEvent) => {
		event.preventDefault();
		send();
	};
	const focusField = () => form.current?.querySelector("textarea")?.focus();
	const cancelQuote = () => change({ answered: undefined });

	return (
		<form ref={form} onSubmit={submit}>
			{answered && (
				<ContextBar
					title={strings.replyingTo(answered.username || strings.somebody)}
					line={answered.line}
					cancel={strings.cancelReply}
					onCancel={() => {
						cancelQuote();
						focusField();
					}}
				/>
			)}
			<Remaining length={text.length} />
			<MessageField
				text={text}
				placeholder={strings.messagePlaceholder(hasOthers)}
				people={people}
				onText={(text) => {
					change({ text, ...(text === "" && { named: undefined }) });
					chat.sendTyping(text.trim() !== "");
				}}
				onMention={(person) => change({ named: [...named, person].slice(-limits.mentions) })}
				onEnter={() => send()}
				onSteer={canSteer ? () => send(true) : undefined}
				onEscape={cancelQuote}
				onUp={onEditLast}
				focusKey={String(focusKey)}
			>
				{canSteer && <SteerButton onSteer={() => send(true)} />}
				{reply && <StopButton chat={chat} replyId={reply.id} onStopped={focusField} />}
				<button type="submit" className={row.send} aria-label={strings.send} aria-disabled={!canSend}>
					<Icon name="send" />
				</button>
			</MessageField>
		</form>
	);
}

/** Ends the running reply and asks again with this message. */
function SteerButton({ onSteer }: { onSteer(): void }) {
	const { steer } = useStrings();
	return (
		<button
			type="button"
			className={row.steer}
			aria-label={steer}
			aria-keyshortcuts={ariaKeysOf(steerKeys)}
			title={steer}
			onClick={onSteer}
		>
			<Icon name="steer" />
		</button>
	);
}

/** `onStopped`: the button disappears, so the focus has to move. */
function StopButton({ chat, replyId, onStopped }: { chat: Chat; replyId: string; onStopped(): void }) {
	const strings = useStrings();
	const stop = () => {
		chat.stopReply(replyId);
		onStopped();
	};
	return (
		<button type="button" className={row.stop} disabled={!chat.isConnected} onClick={stop}>
			<Icon name="stop" />
			<span>{strings.stop}</span>
		</button>
	);
}
