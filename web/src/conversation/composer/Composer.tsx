// Writes and sends messages. An unsent draft survives the page.

import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { limits } from "../../../../src/protocol/limits.ts";
import { isVisible, sanitize } from "../../../../src/protocol/text/sanitize.ts";
import { hasSoftKeyboard } from "../../browser.ts";
import { lineOf } from "../../files/fileLine.ts";
import { useComposerFiles } from "../../files/useComposerFiles.tsx";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { visibleHistory } from "../../live/historyWindow.ts";
import { runningReply } from "../../live/transcript.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { ariaKeysOf, isPressed, privateKeys, steerKeys } from "../../useShortcut.ts";
import { useDraft } from "../../writing/currentDrafts.ts";
import type { Answered } from "../../writing/drafts.ts";
import type { Mentionable } from "../../writing/mentionQuery.ts";
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
	people: Mentionable;
	/** A new key moves the focus here. The first one does not where it would raise a keyboard over what one came to read. */
	focusKey: number;
	onEditLast(): void;
};

const emptied = { text: "", answered: undefined, named: undefined, steers: undefined };

export function Composer({ conversationId, userId, hasOthers, chat, people, focusKey, onEditLast }: Props) {
	const strings = useStrings();
	const [{ text, named = [], ...draft }, change] = useDraft(userId, conversationId);
	const form = useRef<HTMLFormElement>(null);
	const focusField = () => form.current?.querySelector("textarea")?.focus();
	const { isPrivate, mayAskPrivately, togglePrivate, askPrivately, keyDown } = usePrivate(chat, focusField);
	const { hasFiles, ...files } = useComposerFiles({ userId, conversationId, chat, form, isPrivate });
	const canSend = (isVisible(text) || hasFiles) && text.length <= limits.content;
	const reply = runningReply(chat);
	const answered = isDeleted(chat, draft.answered?.id) ? undefined : draft.answered;
	// Where Claude is off, a message does not redirect it.
	const canSteer = reply !== undefined && canSend && chat.conversation?.assistant !== "off";
	const say = (content: string, steer: boolean) => {
		const mentions = mentionsOf(content, named);
		const about = {
			...(answered && { replyTo: answered.id }),
			...(mentions.length > 0 && { mentions }),
			...(steer && { steer }),
		};
		if (hasFiles) files.send({ content, ...about });
		else chat.sendMessage(content, about);
	};
	const send = (steer = draft.steers ?? false) => {
		if (!canSend) return;
		const content = isVisible(text) ? sanitize(text) : "";
		const isSent = !isPrivate || askPrivately(content);
		if (!isSent) return;
		if (!isPrivate) say(content, steer);
		change(emptied);
		focusField();
	};
	const cancelQuote = () => {
		change({ answered: undefined });
		focusField();
	};

	return (
		<form ref={form} onSubmit={submitting(send)} onKeyDown={keyDown}>
			{isPrivate && <PrivateBar onCancel={togglePrivate} />}
			{answered && !isPrivate && <AnsweredBar answered={answered} onCancel={cancelQuote} />}
			{files.tray}
			<Remaining length={text.length} />
			<MessageField
				text={text}
				placeholder={strings.messagePlaceholder(hasOthers)}
				people={people}
				onText={(text) => {
					change(text === "" ? { ...emptied, answered } : { text });
					chat.sendTyping(!isPrivate && text.trim() !== "");
				}}
				onMention={(person) => change({ named: [...named, person].slice(-limits.mentions) })}
				onEnter={() => send()}
				onSteer={canSteer && !isPrivate ? () => send(true) : undefined}
				onEscape={isPrivate ? togglePrivate : cancelQuote}
				onUp={onEditLast}
				focusKey={focusKey === 0 && hasSoftKeyboard() ? undefined : String(focusKey)}
			>
				{files.button(row.add, mayAskPrivately ? togglePrivate : undefined)}
				{chat.conversation?.assistant !== "off" && <PrivateButton isPrivate={isPrivate} onToggle={togglePrivate} />}
				{canSteer && !isPrivate && <SteerButton onSteer={() => send(true)} />}
				{reply && <StopButton chat={chat} replyId={reply.id} onStopped={focusField} />}
				<SendButton label={isPrivate ? strings.askPrivately : strings.send} isDisabled={!canSend} />
			</MessageField>
		</form>
	);
}

/** The quoted message may have been deleted since. */
function isDeleted(chat: Chat, messageId: string | undefined): boolean {
	return visibleHistory(chat).messages.some(({ id, deletedAt }) => id === messageId && deletedAt !== undefined);
}

function submitting(send: () => void) {
	return (event: FormEvent) => {
		event.preventDefault();
		send();
	};
}

export function SendButton({ label, isDisabled }: { label: string; isDisabled: boolean }) {
	return (
		<button type="submit" className={row.send} aria-label={label} aria-disabled={isDisabled}>
			<Icon name="send" />
		</button>
	);
}

function AnsweredBar({ answered: { username, line, files }, onCancel }: { answered: Answered; onCancel(): void }) {
	const strings = useStrings();
	const title = strings.replyingTo(username || strings.somebody);
	return <ContextBar title={title} line={lineOf({ content: line, files }, strings)} cancel={strings.cancelReply} onCancel={onCancel} />;
}

function PrivateBar({ onCancel }: { onCancel(): void }) {
	const { onlyYouSee, askEverybody } = useStrings();
	return <ContextBar title={onlyYouSee} line="" cancel={askEverybody} onCancel={onCancel} />;
}

/** Whether the next message is a private question. Such a question is not kept for later, as messages are: it would read another conversation then. */
function usePrivate(chat: Chat, focusField: () => void) {
	const [isPrivate, setIsPrivate] = useState(false);
	const mayAskPrivately = chat.conversation !== null && chat.conversation?.assistant !== "off";
	const togglePrivate = () => {
		if (!mayAskPrivately) return;
		setIsPrivate(!isPrivate);
		focusField();
	};
	const askPrivately = (content: string) => {
		const isSent = chat.askPrivately(content);
		if (isSent) setIsPrivate(false);
		return isSent;
	};
	const keyDown = (event: KeyboardEvent) => {
		if (!mayAskPrivately || !isPressed(privateKeys, event.nativeEvent)) return;
		event.preventDefault();
		togglePrivate();
	};
	return { isPrivate, mayAskPrivately, togglePrivate, askPrivately, keyDown };
}

/** The answer to what is written next is for its author alone. */
function PrivateButton({ isPrivate, onToggle }: { isPrivate: boolean; onToggle(): void }) {
	const { askPrivately } = useStrings();
	return (
		<button
			type="button"
			className={row.private}
			aria-label={askPrivately}
			aria-pressed={isPrivate}
			aria-keyshortcuts={ariaKeysOf(privateKeys)}
			title={askPrivately}
			onClick={onToggle}
		>
			<Icon name="private" />
		</button>
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
