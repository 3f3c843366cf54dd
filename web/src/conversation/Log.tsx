// What was said, in order, with what is still on its way at the end. Follows the end while the reader is there.

import { type ComponentProps, memo, type ReactNode } from "react";
import type { Message } from "../../../src/protocol/message.ts";
import { Icon } from "../icons.tsx";
import { formatDay, strings } from "../strings.ts";
import type { Chat } from "../useChatWebSocket.ts";
import styles from "./Log.module.css";
import { MessageArticle, OutgoingArticle } from "./MessageArticle.tsx";
import { useStickToBottom } from "./useStickToBottom.ts";

/** In ms: what the same person says within it stands under one name. */
const groupedWithin = 5 * 60_000;

export function Log({ chat, userId, children }: { chat: Chat; userId: string; children: ReactNode }) {
	const { messages, outgoing, older, you, isConnected, heldUntil } = chat;
	const { scroller, content, isAtBottom, jump } = useStickToBottom({
		firstKey: messages[0]?.id,
		lastOwnKey: outgoing.at(-1)?.clientId,
		onNearTop: older === "some" ? chat.loadOlder : undefined,
	});
	// The buttons go, and the focus should not go with them.
	const settle = (act: (clientId: string) => void) => (clientId: string) => {
		act(clientId);
		scroller.current?.focus({ preventScroll: true });
	};
	const lastReply = messages.findLast(({ role }) => role === "assistant");
	return (
		<div className={styles.frame}>
			<div ref={scroller} className={styles.log} role="log" aria-label={strings.conversation} aria-live="off">
				<div ref={content} className={styles.content}>
					{you === null && <p className={styles.quiet}>{strings.joining}</p>}
					{older !== "none" && (
						<button type="button" className={styles.older} onClick={chat.loadOlder} aria-disabled={older === "loading"}>
							{older === "loading" ? strings.olderLoading : older === "failed" ? strings.olderFailed : strings.older}
						</button>
					)}
					{children}
					{messages.map((message, index) => (
						<Entry
							// One's own keeps its place when it is stored; others' clientIds are not unique here.
							key={(message.author.userId === userId && message.clientId) || message.id}
							message={message}
							before={messages[index - 1]}
							isOwn={message.author.userId === userId}
							isLast={index === messages.length - 1 && outgoing.length === 0}
							onRetry={isConnected && message === lastReply && message.status === "failed" ? chat.regenerate : undefined}
						/>
					))}
					{outgoing.map((one, index) => (
						<OutgoingArticle
							key={one.clientId}
							outgoing={one}
							isContinued={index > 0 || continues(messages.at(-1), userId, one.saidAt)}
							author={you?.username ?? ""}
							note={isConnected ? (heldUntil > Date.now() ? strings.held : strings.sending) : strings.waiting}
							onRetry={settle(chat.retry)}
							onDiscard={settle(chat.discard)}
						/>
					))}
				</div>
			</div>
			{!isAtBottom && (
				<button type="button" className={styles.jump} onClick={jump}>
					<Icon name="down" />
					{strings.jumpToLatest}
				</button>
			)}
		</div>
	);
}

type EntryProps = Omit<ComponentProps<typeof MessageArticle>, "isContinued"> & { before: Message | undefined };

/** A message, below the day if that is another one than before. */
const Entry = memo(({ before, ...props }: EntryProps) => {
	const { message } = props;
	const at = Date.parse(message.createdAt);
	const isNewDay = before === undefined || dayOf(Date.parse(before.createdAt)) !== dayOf(at);
	const isContinued = !isNewDay && continues(before, message.author.userId, at);
	return (
		<>
			{isNewDay && <p className={styles.day}>{formatDay(at)}</p>}
			<MessageArticle {...props} isContinued={isContinued} />
		</>
	);
});

function continues(before: Message | undefined, userId: string, at: number): boolean {
	return before?.author.userId === userId && at - Date.parse(before.createdAt) < groupedWithin;
}

function dayOf(at: number): string {
	return new Date(at).toDateString();
}
