// What lies over a log: placeholders while it is empty, the bar for unread messages, the state of a history window, the button to the end.

import { useRef, useState } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import pill from "../../controls/Pill.module.css";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { type HistoryWindow, visibleHistory } from "../../live/historyWindow.ts";
import type { Messages } from "../../live/messages.ts";
import { countUnread } from "../../live/readPositions.ts";
import { phaseOf } from "../../live/replyStatus.ts";
import { useResearchParts } from "../../research/useResearchParts.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import styles from "./Log.module.css";
import { Skeleton } from "./Skeleton.tsx";
import { UnreadBar } from "./UnreadBar.tsx";
import type { Viewport } from "./viewport.ts";

type Props = {
	chat: Chat;
	userId: string;
	viewport: Viewport;
	firstUnread: Message | undefined;
	/** The row of `firstUnread`. */
	unreadKey: string | undefined;
	goTo(seq: number): void;
	/** Cancels `goTo`. */
	cancel(): void;
	keepFocus(): void;
	/** Sums up what came after this `seq`. */
	onCatchUp(after: number): void;
};

export function LogOverlays({ chat, userId, viewport, firstUnread, unreadKey, goTo, cancel, keepFocus, onCatchUp }: Props) {
	const { historyWindow, unreadFrom } = chat;
	const { messages } = visibleHistory(chat);
	const isLive = historyWindow?.type !== "loaded";
	const isAtLiveEnd = viewport.isAtEnd && isLive;
	const missed = useMissed(chat.messages, userId, isAtLiveEnd);
	return (
		<>
			{chat.you === null && messages.length === 0 && <NoMessages connection={chat.connection} />}
			{isLive && unreadFrom !== null && (
				<UnreadBar
					key={unreadFrom}
					viewport={viewport}
					rowKey={unreadKey}
					count={countUnread(messages, unreadFrom - 1, userId)}
					since={firstUnread && Date.parse(firstUnread.createdAt)}
					onGo={() => goTo(unreadFrom)}
					onCatchUp={chat.role === "reader" || !chat.isConnected ? undefined : () => onCatchUp(unreadFrom - 1)}
					keepFocus={keepFocus}
				/>
			)}
			{historyWindow && historyWindow.type !== "loaded" && <WindowStatus historyWindow={historyWindow} onRetry={chat.goTo} />}
			{!isAtLiveEnd && (
				<JumpButton
					missed={missed}
					isAsking={chat.messages.some((message) => phaseOf(message) === "asking")}
					onJump={() => {
						cancel();
						chat.goToEnd();
						viewport.jumpToEnd();
						keepFocus();
					}}
				/>
			)}
		</>
	);
}

/** Once an attempt to connect has failed, the placeholder says that nothing is cached, also while the next attempts are made. */
function NoMessages({ connection: { type } }: { connection: Chat["connection"] }) {
	const strings = useStrings();
	const [hasFailed, setHasFailed] = useState(false);
	if (!hasFailed && (type === "offline" || type === "waiting")) setHasFailed(true);
	return hasFailed ? <p className={styles.absent}>{strings.notKept}</p> : <Skeleton />;
}

type PendingWindow = Exclude<HistoryWindow, { type: "loaded" }>;

function WindowStatus({ historyWindow: { type, at }, onRetry }: { historyWindow: PendingWindow; onRetry(seq: number): void }) {
	const strings = useStrings();
	return (
		<p className={`${pill.pill} ${styles.place}`} role="status">
			{type === "loading" ? strings.placeLoading : strings.placeFailed}
			{type === "failed" && (
				<button type="button" onClick={() => onRetry(at)}>
					{strings.tryAgain}
				</button>
			)}
		</p>
	);
}

/** A call that waits for a decision is at the end. */
function JumpButton({ missed, isAsking, onJump }: { missed: number; isAsking: boolean; onJump(): void }) {
	const strings = useStrings();
	const parts = useResearchParts(isAsking);
	return (
		<button type="button" className={`${pill.pill} ${styles.jump}`} onClick={onJump}>
			<Icon name="down" />
			{parts ? <parts.Pending /> : strings.jumpToLatest(missed)}
		</button>
	);
}

/** The number of others' messages since the reader left the end. */
function useMissed(messages: Messages, userId: string, isAtEnd: boolean): number {
	const leftAt = useRef<number>(undefined);
	const last = messages.at(-1)?.seq;
	if (isAtEnd || leftAt.current === undefined) leftAt.current = last;
	return isAtEnd || leftAt.current === undefined ? 0 : countUnread(messages, leftAt.current, userId);
}
