// The actions on a message: visible when it is pointed at or focused, and always there for screen readers.

import { useContext } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { copyText } from "../../browser.ts";
import { Menu, type MenuItem } from "../../controls/Menu.tsx";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { pathOf } from "../../paths.ts";
import { allowedActions } from "../../people/permissions.ts";
import { MessageActions } from "./MessageActions.ts";
import { GoToMessage } from "./Quote.tsx";
import { ReactionPicker } from "./Reactions.tsx";
import styles from "./Toolbar.module.css";

const readAloud = async (text: string) => (await import("../../files/readAloud.ts")).readAloud(text);

type Props = {
	message: Message;
	/** Its time is in no header. */
	isContinued: boolean;
	/** The tab key goes only to the buttons of the active message. */
	isActive: boolean;
};

/** For a person's message. */
export function Toolbar({ message, isContinued, isActive }: Props) {
	return (
		<div className={styles.toolbar}>
			{isContinued && <Time at={Date.parse(message.createdAt)} />}
			<MessageButtons message={message} tabIndex={isActive ? 0 : -1} />
		</div>
	);
}

/** Screen readers have it in the name of the message. */
export function Time({ at }: { at: number }) {
	const strings = useStrings();
	return (
		<time className={styles.time} dateTime={new Date(at).toISOString()} title={strings.formatDayAndTime(at)} aria-hidden="true">
			{strings.formatTime(at)}
		</time>
	);
}

export function MessageButtons({ message, tabIndex }: { message: Message; tabIndex: number }) {
	const strings = useStrings();
	const { actor, quote, edit, askToDelete, regenerate, markUnread, withdraw, askLast, pin, fork, showSeen, questionOf } =
		useContext(MessageActions);
	const goTo = useContext(GoToMessage);
	const may = allowedActions(message, actor);
	const copy = async (text: string) => ((await copyText(text)) ? strings.copied : strings.copyFailed);
	const items: MenuItem[] = [
		...(message.role === "assistant" && !message.sharedBy ? [{ label: strings.toQuestion, act: () => goTo(questionOf(message)) }] : []),
		// A reply has a button of its own for copying.
		...(message.role === "user" && message.content !== "" ? [{ label: strings.copyText, say: () => copy(message.content) }] : []),
		...("speechSynthesis" in window && message.content !== "" && message.status !== "streaming"
			? [{ label: strings.readAloud, act: () => void readAloud(message.content) }]
			: []),
		{ label: strings.copyLink, say: () => copy(new URL(pathOf(message.conversationId, message.seq), location.origin).href) },
		...(may.has("withdraw")
			? [
					{ label: strings.withdraw, act: () => withdraw(message.id) },
					{ label: strings.askLast, act: () => askLast(message) },
				]
			: []),
		...(may.has("pin")
			? [{ label: message.pinned ? strings.unpinMessage : strings.pinMessage, act: () => pin(message.id, message.pinned === undefined) }]
			: []),
		...(message.role === "assistant" && message.status !== "streaming"
			? [{ label: strings.whatClaudeSaw, act: () => showSeen(message) }]
			: []),
		...(actor.isConnected ? [{ label: strings.fork, act: () => fork(message) }] : []),
		...(actor.isConnected ? [{ label: strings.markUnread, act: () => markUnread(message) }] : []),
		...(may.has("edit")
			? [{ label: message.id === actor.askableId ? strings.editOrAskAgain : strings.edit, act: () => edit(message) }]
			: []),
		...(may.has("delete") ? [{ label: strings.deleteMessage, isDanger: true, act: () => askToDelete(message) }] : []),
	];
	return (
		<>
			{/* A failed reply has a button of its own to retry. */}
			{may.has("regenerate") && message.status !== "failed" && (
				<button
					type="button"
					className={styles.button}
					tabIndex={tabIndex}
					aria-label={strings.regenerate}
					title={strings.regenerate}
					onClick={({ currentTarget }) => {
						// The button disappears, and the focus must not be lost with it.
						currentTarget.closest("article")?.focus({ preventScroll: true });
						regenerate(message.id);
					}}
				>
					<Icon name="again" />
				</button>
			)}
			{may.has("react") && <ReactionPicker message={message} tabIndex={tabIndex} />}
			{may.has("reply") && (
				<button
					type="button"
					className={styles.button}
					tabIndex={tabIndex}
					aria-label={strings.reply}
					title={strings.reply}
					onClick={() => quote(message)}
				>
					<Icon name="reply" />
				</button>
			)}
			<Menu opener={{ label: strings.more, className: styles.button, tabIndex }} items={items} />
		</>
	);
}
