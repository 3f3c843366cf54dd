// What was said, in order, with what is still on its way at the end. Only what is near the screen is on the page: see viewport.ts.

import {
	type FocusEvent,
	type KeyboardEvent,
	type MouseEvent,
	type ReactNode,
	useCallback,
	useEffect,
	useLayoutEffect,
	useMemo,
	useRef,
	useState,
} from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { MoreButton } from "../../controls/MoreButton.tsx";
import pill from "../../controls/Pill.module.css";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { type Extent, visibleHistory } from "../../live/historyWindow.ts";
import type { Messages } from "../../live/messages.ts";
import { countUnread, seenBy } from "../../live/readPositions.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { useIsLooking } from "../../useIsLooking.ts";
import type { Fate } from "../message/MessageArticle.tsx";
import { OutgoingArticle } from "../message/OutgoingArticle.tsx";
import { GoTo } from "../message/Quote.tsx";
import { continues, Entry } from "./Entry.tsx";
import styles from "./Log.module.css";
import { NewsBar } from "./NewsBar.tsx";
import { Skeleton } from "./Skeleton.tsx";
import { useViewport } from "./useViewport.ts";

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
	const strings = useStrings();
	const { outgoing, historyWindow, you, isConnected, heldUntil } = chat;
	const { messages, older, newer } = visibleHistory(chat);
	const isEnd = historyWindow?.type !== "loaded";
	const onWay = isEnd ? outgoing : [];
	const last = messages.at(-1);
	const isLost = useLoss(chat.connection);
	const [activeId, setActiveId] = useState<string>();
	// The tab key comes to the message that one was at, and first to the last one.
	const active = messages.find(({ id }) => id === activeId) ?? last;
	// One's own keeps its place when it is stored; others' clientIds are not unique here.
	const keyOf = useCallback((message: Message) => (message.author.userId === userId && message.clientId) || message.id, [userId]);
	const { viewport, frame, list, above } = useViewport({
		pinnedKey: active && keyOf(active),
		lastOwnKey: outgoing.at(-1)?.clientId,
		isEnd,
		onNearTop: older === "some" ? chat.loadOlder : undefined,
		onNearEnd: newer === "some" ? chat.loadNewer : undefined,
	});
	const keys = [...messages.map(keyOf), ...onWay.map(({ clientId }) => clientId)];
	const { rows, after } = viewport.rows(keys, (index) => guess((messages[index] ?? onWay[index - messages.length])?.content ?? ""));
	const { isAtEnd } = viewport;
	// What is still being written, nobody has read.
	const lastWhole = messages.findLast(({ status }) => status !== "streaming");
	useSeeing(chat.markRead, isAtEnd && isEnd ? lastWhole?.seq : undefined);
	const missed = useMissed(chat.messages, userId, isAtEnd && isEnd);

	// The buttons go, and the focus should not go with them.
	const stay = useCallback(() => frame.current?.focus({ preventScroll: true }), [frame]);
	const settle = (act: (id: string) => void) => (id: string) => {
		act(id);
		stay();
	};
	const [wanted, setWanted] = useState<number>();
	const { goTo } = chat;
	const go = useCallback(
		(seq: number) => {
			setWanted(seq);
			goTo(seq);
		},
		[goTo],
	);
	const show = (message: Message) => {
		viewport.reveal(keyOf(message), "center", (row) => {
			const article = row.querySelector("article");
			article?.focus({ preventScroll: true });
			// It fades, and nothing moves.
			article?.animate([{ backgroundColor: "var(--mention)" }, { backgroundColor: "transparent" }], { duration: 1_600 });
		});
		setWanted(undefined);
		onShown();
	};
	useTarget(wanted ?? target, messages, newer, show);
	const lastReply = messages.findLast(({ role }) => role === "assistant");
	const lastOwn = messages.findLast(({ author }) => author.userId === userId);
	const fate = useFate(lastOwn, chat);
	const firstNew = newsIn(messages, chat.unreadFrom, older);

	/** Up and down from one message to the next, while one is at a message and not at something in it. */
	const moveBetweenMessages = (event: KeyboardEvent<HTMLElement>) => {
		const article = articleOf(event);
		if (article === null || article !== event.target) return;
		const at = messages.findIndex(({ id }) => id === article.dataset.id);
		const to = { ArrowUp: Math.max(0, at - 1), ArrowDown: at + 1, Home: 0, End: messages.length - 1 }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		const next = messages[to];
		if (next) viewport.reveal(keyOf(next), "nearest", (row) => row.querySelector("article")?.focus({ preventScroll: true }));
	};
	const row = (index: number) => {
		const message = messages[index];
		if (message)
			return (
				<Entry
					message={message}
					before={messages[index - 1]}
					isNew={message === firstNew}
					isOwn={message.author.userId === userId}
					isActive={message === active}
					fate={message === lastOwn ? fate : undefined}
					onRetry={isConnected && message === lastReply && message.status === "failed" ? settle(chat.regenerate) : undefined}
				/>
			);
		const one = onWay[index - messages.length];
		if (!one) return null;
		return (
			<OutgoingArticle
				outgoing={one}
				answered={one.replyTo === undefined ? undefined : messages.find(({ id }) => id === one.replyTo)}
				isContinued={index > messages.length || continues(last, userId, one.saidAt)}
				author={you?.username ?? name}
				note={isConnected ? (heldUntil > Date.now() ? strings.held : strings.sending) : strings.waiting}
				onRetry={settle(chat.retry)}
				onDiscard={settle(chat.discard)}
			/>
		);
	};
	return (
		<div className={styles.frame}>
			<div
				ref={frame}
				className={styles.log}
				role="log"
				aria-label={strings.conversation}
				aria-live="off"
				onFocus={(event) => setActiveId(articleOf(event)?.dataset.id ?? activeId)}
				onKeyDown={moveBetweenMessages}
				onClick={beAt}
			>
				<div className={styles.content}>
					<MoreButton
						extent={older}
						words={{ more: strings.older, loading: strings.olderLoading, failed: strings.olderFailed }}
						onMore={chat.loadOlder}
					/>
					{children}
					<GoTo value={go}>
						<div ref={list} className={styles.rows}>
							<div ref={above} style={{ blockSize: rows[0]?.before }} />
							{rows.flatMap(({ index, before }, nth) => [
								nth > 0 && before > 0 && <div key={`before ${keys[index]}`} style={{ blockSize: before }} />,
								<div key={keys[index]} className={styles.row} data-row={keys[index]}>
									{row(index)}
								</div>,
							])}
							{after > 0 && <div style={{ blockSize: after }} />}
						</div>
					</GoTo>
					<MoreButton
						extent={newer}
						words={{ more: strings.newer, loading: strings.newerLoading, failed: strings.newerFailed }}
						onMore={chat.loadNewer}
					/>
				</div>
			</div>
			{you === null && messages.length === 0 && (isLost ? <p className={styles.absent}>{strings.notKept}</p> : <Skeleton />)}
			{isEnd && chat.unreadFrom !== null && (
				<NewsBar
					key={chat.unreadFrom}
					viewport={viewport}
					rowKey={firstNew && keyOf(firstNew)}
					count={countUnread(messages, chat.unreadFrom - 1, userId)}
					since={firstNew && Date.parse(firstNew.createdAt)}
					onGo={() => go(chat.unreadFrom ?? 0)}
					onGone={stay}
				/>
			)}
			{historyWindow && historyWindow.type !== "loaded" && (
				<p className={`${pill.pill} ${styles.place}`} role="status">
					{historyWindow.type === "loading" ? strings.placeLoading : strings.placeFailed}
					{historyWindow.type === "failed" && (
						<button type="button" onClick={() => chat.goTo(historyWindow.at)}>
							{strings.tryAgain}
						</button>
					)}
				</p>
			)}
			{(!isAtEnd || !isEnd) && (
				<button
					type="button"
					className={`${pill.pill} ${styles.jump}`}
					onClick={() => {
						setWanted(undefined);
						chat.goToEnd();
						viewport.jumpToEnd();
						stay();
					}}
				>
					<Icon name="down" />
					{strings.jumpToLatest(missed)}
				</button>
			)}
		</div>
	);
}

/** Whether a try has failed: while the next ones are under way, nothing more is known. */
function useLoss({ type }: Chat["connection"]): boolean {
	const [isLost, setIsLost] = useState(false);
	if (!isLost && (type === "offline" || type === "waiting")) setIsLost(true);
	return isLost;
}

/** In px: how tall a message with this text may be, until it is measured. */
function guess(content: string): number {
	return 56 + 24 * Math.floor(content.length / 65);
}

/** What was on the screen of somebody who looks at it is read. */
function useSeeing(see: (upTo: number) => void, upTo: number | undefined): void {
	const isLooking = useIsLooking();
	useEffect(() => {
		if (isLooking && upTo !== undefined) see(upTo);
	}, [see, isLooking, upTo]);
}

/** How much others have said since the reader left the end. */
function useMissed(messages: Messages, userId: string, isAtEnd: boolean): number {
	const left = useRef<number>(undefined);
	const last = messages.at(-1)?.seq;
	if (isAtEnd || left.current === undefined) left.current = last;
	return isAtEnd || left.current === undefined ? 0 : countUnread(messages, left.current, userId);
}

/** Brings the message at a place before the reader's eyes once it is here; past the end, the last one. */
function useTarget(target: number | undefined, messages: Messages, newer: Extent, show: (message: Message) => void): void {
	const message = useMemo(() => {
		if (target === undefined) return undefined;
		const last = newer === "none" ? messages.at(-1) : undefined;
		return messages.find(({ seq }) => seq === target) ?? (last && last.seq < target ? last : undefined);
	}, [target, messages, newer]);
	// Before it is painted: one does not see where one was any more.
	useLayoutEffect(() => {
		if (message) show(message);
	});
}

/** The first message that was new when the conversation was opened, once it is clear that none before it is. */
function newsIn(messages: Messages, newFrom: number | null, older: Extent): Message | undefined {
	if (newFrom === null) return undefined;
	const first = messages.findIndex(({ seq }) => seq >= newFrom);
	return first > 0 || older === "none" ? messages[first] : undefined;
}

/** What became of one's newest message on its way to the others. The same names stay the same: it is not drawn anew for them. */
function useFate(message: Message | undefined, { messages, outgoing, reads, members }: Chat): Fate {
	const strings = useStrings();
	const names = useMemo(
		() => (message ? seenBy(message, reads, members ?? []).map(({ username }) => username) : []),
		[message, reads, members],
	);
	if (message?.deletedAt !== undefined) return undefined;
	if (names.length > 0) return names;
	// Where something came after it, it arrived.
	return message && message === messages.at(-1) && outgoing.length === 0 ? strings.sent : undefined;
}

function articleOf({ target }: FocusEvent | KeyboardEvent | MouseEvent): HTMLElement | null {
	return (target as Element).closest<HTMLElement>("article[data-id]");
}

/** A finger that touches a message is at it, as a mouse that points at it: its buttons appear. */
function beAt(event: MouseEvent<HTMLElement>): void {
	// What is touched in a message may lead elsewhere.
	if ((event.target as Element).closest("button, a, input")) return;
	const article = articleOf(event);
	if (!article?.contains(document.activeElement)) article?.focus({ preventScroll: true });
}
