// The messages of a conversation in order, with unacknowledged ones at the end. Only rows near the screen are on the page: see viewport.ts.

import { type FocusEvent, type KeyboardEvent, type MouseEvent, type ReactNode, useCallback, useMemo, useState } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { MoreButton } from "../../controls/MoreButton.tsx";
import { useLazy } from "../../controls/useLazy.ts";
import { heightOf } from "../../files/room.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { type Extent, visibleHistory } from "../../live/historyWindow.ts";
import type { Messages } from "../../live/messages.ts";
import type { NewMessage } from "../../live/outgoing.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { GoToMessage } from "../message/Quote.tsx";
import { usePrinting } from "../usePrinting.ts";
import { dayOf } from "./Entry.tsx";
import type { Goal } from "./goal.ts";
import styles from "./Log.module.css";
import { LogOverlays } from "./LogOverlays.tsx";
import { LogRows } from "./LogRows.tsx";
import { useMarkRead } from "./useMarkRead.ts";
import { useTarget } from "./useTarget.ts";
import { useViewport } from "./useViewport.ts";

const loadParts = () => import("../laterParts.ts");

type Props = {
	/** Of the conversation. */
	id: string;
	chat: Chat;
	userId: string;
	/** The reader's name, until the server has sent it. */
	name: string;
	/** The `seq` of a message to show. */
	target: number | undefined;
	onShown(): void;
	children: ReactNode;
};

export function Log({ id, chat, userId, name, target, onShown, children }: Props) {
	const strings = useStrings();
	const { messages, older, newer } = visibleHistory(chat);
	const isPrinting = usePrinting();
	const isLive = chat.historyWindow?.type !== "loaded";
	const outgoing = isLive ? chat.outgoing : [];
	const [activeId, setActiveId] = useState<string>();
	// The tab key goes to the message that had the focus last, and at first to the last one.
	const active = messages.find(({ id }) => id === activeId) ?? messages.at(-1);
	// A person's own message keeps its key when it is stored. The clientIds of others are not unique here.
	const keyOf = useCallback((message: Message) => (message.author.userId === userId && message.clientId) || message.id, [userId]);
	const { viewport, frame, list, above } = useViewport({
		pinnedKey: active && keyOf(active),
		lastOwnKey: chat.outgoing.at(-1)?.clientId,
		isEnd: isLive,
		isPrinting,
		onNearTop: older === "some" ? chat.loadOlder : undefined,
		onNearEnd: newer === "some" ? chat.loadNewer : undefined,
	});
	const keys = [...messages.map(keyOf), ...outgoing.map(({ clientId }) => clientId)];
	const rows = viewport.rows(keys, (index) => guessHeight(messages[index] ?? outgoing[index - messages.length]));
	const reveal = (message: Message, align: Goal["align"], then: (article: HTMLElement | null) => void) =>
		viewport.reveal(keyOf(message), align, (row) => then(row.querySelector("article")));
	const { goTo, cancel, isLeaving } = useTarget({ id, userId, target, chat, viewport, keyOf, reveal, onShown });
	useMarkRead(chat, viewport.isAtEnd && isLive && !isLeaving);
	// For buttons that disappear when pressed: the focus must not be lost with them.
	const keepFocus = useCallback(() => frame.current?.focus({ preventScroll: true }), [frame]);
	const { summaryDialog, onSummary, onCatchUp } = useSummary(id);
	const notices = useNotices(chat, userId);
	const firstUnread = firstUnreadIn(messages, chat.unreadFrom, older);
	return (
		<div className={styles.frame}>
			<div
				ref={frame}
				className={styles.log}
				role="log"
				aria-label={strings.conversation}
				aria-live="off"
				onFocus={(event) => setActiveId(articleOf(event)?.dataset.id ?? activeId)}
				onKeyDown={(event) => {
					const next = nextMessage(event, messages);
					if (next) reveal(next, "nearest", focus);
				}}
				onClick={focusMessage}
			>
				<div className={styles.content}>
					<Older extent={older} isPrinting={isPrinting} onMore={chat.loadOlder} />
					{children}
					{older === "none" && notices.before(messages[0])}
					<GoToMessage value={goTo}>
						<LogRows
							{...{ list, above, rows, keys, chat, userId, name, messages, outgoing, active, firstUnread, keepFocus, notices }}
							onSummary={onSummary}
						/>
					</GoToMessage>
					<Newer extent={newer} isPrinting={isPrinting} onMore={chat.loadNewer} />
				</div>
			</div>
			<LogOverlays
				{...{ chat, userId, viewport, goTo, cancel, keepFocus, firstUnread, onCatchUp }}
				unreadKey={firstUnread && keyOf(firstUnread)}
			/>
			{summaryDialog}
		</div>
	);
}

type MoreProps = { extent: Extent; isPrinting: boolean; onMore(): void };

function Older({ extent, isPrinting, onMore }: MoreProps) {
	const strings = useStrings();
	if (isPrinting && extent !== "none") return <p className={styles.note}>{strings.olderNotPrinted}</p>;
	const words = { more: strings.older, loading: strings.olderLoading, failed: strings.olderFailed };
	return <MoreButton extent={extent} words={words} onMore={onMore} />;
}

function Newer({ extent, isPrinting, onMore }: MoreProps) {
	const strings = useStrings();
	if (isPrinting && extent !== "none") return <p className={styles.note}>{strings.newerNotPrinted}</p>;
	const words = { more: strings.newer, loading: strings.newerLoading, failed: strings.newerFailed };
	return <MoreButton extent={extent} words={words} onMore={onMore} />;
}

/** The dialog with a summary: the one that Claude reads, or one of what came after a `seq`. */
function useSummary(id: string) {
	const [summary, setSummary] = useState<{ after?: number }>();
	const parts = useLazy(loadParts, summary !== undefined);
	const onSummary = useCallback(() => setSummary({}), []);
	const onCatchUp = useCallback((after: number) => setSummary({ after }), []);
	const summaryDialog = summary && parts && <parts.SummaryDialog id={id} after={summary.after} onClose={() => setSummary(undefined)} />;
	return { summaryDialog, onSummary, onCatchUp };
}

/** The lines about who came and went, and about new titles. */
function useNotices({ notices, members, memberCount }: Chat, userId: string) {
	const parts = useLazy(loadParts, notices.length > 0);
	const isAlone = memberCount === null && (members?.length ?? 1) < 2;
	return useMemo(() => {
		const lines = parts?.linesOf(notices, userId, isAlone);
		return {
			/** Those above the first message. */
			before: (message: Message | undefined) => {
				const above = [...(lines ?? [])].flatMap(([after, some]) => (message && after >= message.seq ? [] : some));
				return parts && <parts.NoticeLines lines={above} day={dayOf(message ? Date.parse(message.createdAt) : Date.now())} />;
			},
			after: (message: Message | undefined) => message && lines?.get(message.seq),
			Lines: parts?.NoticeLines,
		};
	}, [parts, notices, userId, isAlone]);
}

/** In px: the height of a message until it is measured. */
function guessHeight({ content = "", files = [] }: Partial<Pick<NewMessage, "content" | "files">> = {}): number {
	return 56 + 24 * Math.floor(content.length / 65) + 16 * heightOf(files);
}

/** The first message that was unread when the conversation was opened; `undefined` while an earlier one may not be loaded. */
function firstUnreadIn(messages: Messages, unreadFrom: number | null, older: Extent): Message | undefined {
	if (unreadFrom === null) return undefined;
	const first = messages.findIndex(({ seq }) => seq >= unreadFrom);
	return first > 0 || older === "none" ? messages[first] : undefined;
}

/** The message to which an arrow key moves, while a message itself has the focus and not something in it. */
function nextMessage(event: KeyboardEvent<HTMLElement>, messages: Messages): Message | undefined {
	const article = articleOf(event);
	if (article === null || article !== event.target) return undefined;
	const at = messages.findIndex(({ id }) => id === article.dataset.id);
	const to = { ArrowUp: Math.max(0, at - 1), ArrowDown: at + 1, Home: 0, End: messages.length - 1 }[event.key];
	if (to === undefined) return undefined;
	event.preventDefault();
	return messages[to];
}

function focus(article: HTMLElement | null): void {
	article?.focus({ preventScroll: true });
}

function articleOf({ target }: FocusEvent | KeyboardEvent | MouseEvent): HTMLElement | null {
	return (target as Element).closest<HTMLElement>("article[data-id]");
}

/** Touching a message shows its buttons, as pointing at it with a mouse does. */
function focusMessage(event: MouseEvent<HTMLElement>): void {
	// Controls in a message may move the focus elsewhere.
	if ((event.target as Element).closest("button, a, input")) return;
	const article = articleOf(event);
	if (!article?.contains(document.activeElement)) focus(article);
}
