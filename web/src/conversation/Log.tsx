// What was said, in order, with what is still on its way at the end. Follows the end while the reader is there.

import {
	type ComponentProps,
	type FocusEvent,
	type KeyboardEvent,
	type MouseEvent,
	memo,
	type ReactNode,
	useCallback,
	useEffect,
	useMemo,
	useState,
} from "react";
import type { Message } from "../../../src/protocol/message.ts";
import { Icon } from "../icons.tsx";
import type { Messages } from "../messages.ts";
import { type Extent, shown } from "../passage.ts";
import { seenBy } from "../reads.ts";
import { formatDay, strings } from "../strings.ts";
import type { Chat } from "../useChatWebSocket.ts";
import { useIsLooking } from "../useIsLooking.ts";
import styles from "./Log.module.css";
import { type Fate, MessageArticle } from "./MessageArticle.tsx";
import { OutgoingArticle } from "./OutgoingArticle.tsx";
import { Show } from "./Quote.tsx";
import { useStickToBottom } from "./useStickToBottom.ts";

/** In ms: what the same person says within it stands under one name. */
const groupedWithin = 5 * 60_000;

type Props = {
	chat: Chat;
	userId: string;
	/** Of whoever reads. */
	name: string;
	/** The place that is to be shown. */
	target: number | undefined;
	onShown(): void;
	children: ReactNode;
};

export function Log({ chat, userId, name, target, onShown, children }: Props) {
	const { outgoing, passage, you, isConnected, heldUntil } = chat;
	const { messages, older, newer } = shown(chat);
	const isEnd = passage?.type !== "here";
	const { scroller, content, isAtBottom, jump, leave } = useStickToBottom({
		firstKey: messages[0]?.id,
		lastOwnKey: outgoing.at(-1)?.clientId,
		isEnd,
		onNearTop: older === "some" ? chat.loadOlder : undefined,
		onNearEnd: newer === "some" ? chat.loadNewer : undefined,
	});
	const [activeId, setActiveId] = useState<string>();
	const last = messages.at(-1);
	// What is still being written, nobody has read.
	const lastWhole = messages.findLast(({ status }) => status !== "streaming");
	useSeeing(chat.see, isAtBottom && isEnd ? lastWhole?.seq : undefined);
	// The buttons go, and the focus should not go with them.
	const settle = (act: (id: string) => void) => (id: string) => {
		act(id);
		scroller.current?.focus({ preventScroll: true });
	};
	const show = useCallback(
		(messageId: string) => {
			leave();
			const article = scroller.current?.querySelector<HTMLElement>(`article[data-id="${CSS.escape(messageId)}"]`);
			article?.focus({ preventScroll: true });
			article?.scrollIntoView({ block: "center" });
			// It fades, and nothing moves.
			article?.animate([{ backgroundColor: "var(--mention)" }, { backgroundColor: "transparent" }], { duration: 1_600 });
		},
		[leave, scroller],
	);
	useTarget(target, messages, newer, show, onShown);
	const lastReply = messages.findLast(({ role }) => role === "assistant");
	const lastOwn = messages.findLast(({ author }) => author.userId === userId);
	const firstNew = newsIn(messages, chat.newFrom, older);
	const ids = useMemo(() => new Set(messages.map(({ id }) => id)), [messages]);
	// The tab key comes to the message that one was at, and first to the last one.
	const active = activeId !== undefined && ids.has(activeId) ? activeId : last?.id;
	return (
		<div className={styles.frame}>
			<div
				ref={scroller}
				className={styles.log}
				role="log"
				aria-label={strings.conversation}
				aria-live="off"
				onFocus={(event) => setActiveId(articleOf(event)?.dataset.id ?? activeId)}
				onKeyDown={moveBetweenMessages}
				onClick={goTo}
			>
				<div ref={content} className={styles.content}>
					{you === null && <p className={styles.quiet}>{strings.joining}</p>}
					{older !== "none" && (
						<button type="button" className={styles.older} onClick={chat.loadOlder} aria-disabled={older === "loading"}>
							{older === "loading" ? strings.olderLoading : older === "failed" ? strings.olderFailed : strings.older}
						</button>
					)}
					{children}
					<Show value={show}>
						{messages.map((message, index) => (
							<Entry
								// One's own keeps its place when it is stored; others' clientIds are not unique here.
								key={(message.author.userId === userId && message.clientId) || message.id}
								message={message}
								before={messages[index - 1]}
								isNew={message === firstNew}
								isOwn={message.author.userId === userId}
								isActive={message.id === active}
								isQuoteHere={message.replyTo !== undefined && ids.has(message.replyTo)}
								fate={message === lastOwn ? fateOf(message, chat) : undefined}
								onRetry={isConnected && message === lastReply && message.status === "failed" ? settle(chat.regenerate) : undefined}
							/>
						))}
						{newer !== "none" && (
							<button type="button" className={styles.older} onClick={chat.loadNewer} aria-disabled={newer === "loading"}>
								{newer === "loading" ? strings.newerLoading : newer === "failed" ? strings.newerFailed : strings.newer}
							</button>
						)}
						{(isEnd ? outgoing : []).map((one, index) => (
							<OutgoingArticle
								key={one.clientId}
								outgoing={one}
								answered={one.replyTo === undefined ? undefined : messages.find(({ id }) => id === one.replyTo)}
								isContinued={index > 0 || continues(last, userId, one.saidAt)}
								author={you?.username ?? name}
								note={isConnected ? (heldUntil > Date.now() ? strings.held : strings.sending) : strings.waiting}
								onRetry={settle(chat.retry)}
								onDiscard={settle(chat.discard)}
							/>
						))}
					</Show>
				</div>
			</div>
			{passage && passage.type !== "here" && (
				<p className={styles.place} role="status">
					{passage.type === "asked" ? strings.placeLoading : strings.placeFailed}
					{passage.type === "failed" && (
						<button type="button" onClick={() => chat.goTo(passage.at)}>
							{strings.tryAgain}
						</button>
					)}
				</p>
			)}
			{(!isAtBottom || !isEnd) && (
				<button
					type="button"
					className={styles.jump}
					onClick={() => {
						chat.leavePlace();
						jump();
					}}
				>
					<Icon name="down" />
					{strings.jumpToLatest}
				</button>
			)}
		</div>
	);
}

type EntryProps = Omit<ComponentProps<typeof MessageArticle>, "isContinued"> & { before: Message | undefined; isNew: boolean };

/** A message, below the day if that is another one than before, and below a line where the new begins. */
const Entry = memo(({ before, isNew, ...props }: EntryProps) => {
	const { message } = props;
	const at = Date.parse(message.createdAt);
	const isNewDay = before === undefined || dayOf(Date.parse(before.createdAt)) !== dayOf(at);
	const isContinued = !isNewDay && !isNew && continues(before, message.author.userId, at);
	return (
		<>
			{isNewDay && <p className={styles.day}>{formatDay(at)}</p>}
			{isNew && <p className={styles.new}>{strings.newSince}</p>}
			<MessageArticle {...props} isContinued={isContinued} />
		</>
	);
});

/** What was on the screen of somebody who looks at it is read. */
function useSeeing(see: (upTo: number) => void, upTo: number | undefined): void {
	const isLooking = useIsLooking();
	useEffect(() => {
		if (isLooking && upTo !== undefined) see(upTo);
	}, [see, isLooking, upTo]);
}

/** Brings the message at a place before the reader's eyes once it is here; past the end, the last one. */
function useTarget(
	target: number | undefined,
	messages: Messages,
	newer: Extent,
	show: (messageId: string) => void,
	onShown: () => void,
): void {
	const last = newer === "none" ? messages.at(-1) : undefined;
	const message =
		target === undefined ? undefined : (messages.find(({ seq }) => seq === target) ?? (last && last.seq < target ? last : undefined));
	const id = message?.id;
	useEffect(() => {
		if (id === undefined) return;
		show(id);
		onShown();
	}, [id, show, onShown]);
}

/** The first message that was new when the conversation was opened, once it is clear that none before it is. */
function newsIn(messages: Messages, newFrom: number | null, older: Extent): Message | undefined {
	if (newFrom === null) return undefined;
	const first = messages.findIndex(({ seq }) => seq >= newFrom);
	return first > 0 || older === "none" ? messages[first] : undefined;
}

/** What became of one's newest message on its way to the others. */
function fateOf(message: Message, { messages, outgoing, reads, members }: Chat): Fate {
	if (message.deletedAt !== undefined) return undefined;
	const names = seenBy(message, reads, members ?? []).map(({ username }) => username);
	if (names.length > 0) return names;
	// Where something came after it, it arrived.
	return message === messages.at(-1) && outgoing.length === 0 ? strings.sent : undefined;
}

function articleOf({ target }: FocusEvent | KeyboardEvent | MouseEvent): HTMLElement | null {
	return (target as Element).closest<HTMLElement>("article[data-id]");
}

/** A finger that touches a message is at it, as a mouse that points at it: its buttons appear. */
function goTo(event: MouseEvent<HTMLElement>): void {
	// What is touched in a message may lead elsewhere.
	if ((event.target as Element).closest("button, a, input")) return;
	const article = articleOf(event);
	if (!article?.contains(document.activeElement)) article?.focus({ preventScroll: true });
}

/** Up and down from one message to the next, while one is at a message and not at something in it. */
function moveBetweenMessages(event: KeyboardEvent<HTMLElement>): void {
	const article = articleOf(event);
	if (article !== event.target) return;
	const articles = [...event.currentTarget.querySelectorAll<HTMLElement>("article[data-id]")];
	const at = articles.indexOf(article as HTMLElement);
	const next = { ArrowUp: Math.max(0, at - 1), ArrowDown: at + 1, Home: 0, End: articles.length - 1 }[event.key];
	if (next === undefined) return;
	event.preventDefault();
	articles[next]?.focus();
}

function continues(before: Message | undefined, userId: string, at: number): boolean {
	return before?.author.userId === userId && at - Date.parse(before.createdAt) < groupedWithin;
}

function dayOf(at: number): string {
	return new Date(at).toDateString();
}
