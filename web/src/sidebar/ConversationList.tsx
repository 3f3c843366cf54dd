// The person's conversations by the time of their last activity, with the archived ones folded away below, and the dialogs that a
// conversation's menu opens.

import { type ReactNode, type UIEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { moveBetween } from "../controls/arrowKeys.ts";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { MoreButton } from "../controls/MoreButton.tsx";
import { keepFocusIn } from "../keyboard/landmarks.ts";
import { useStrings } from "../languages/useStrings.ts";
import { type List, sections } from "../list/list.ts";
import type { ListSnapshot } from "../list/listClient.ts";
import { groupsOf } from "../list/periods.ts";
import { usePersonalList } from "../list/usePersonalList.ts";
import type { Asking } from "./ConversationDialog.tsx";
import { ConversationItem } from "./ConversationItem.tsx";
import styles from "./Sidebar.module.css";
import { useToday } from "./useToday.ts";

const ConversationDialog = lazyDialog(async () => (await import("./ConversationDialog.tsx")).ConversationDialog);

/** In px: older conversations are loaded when the end is this close. */
const nearEnd = 300;

type Props = {
	snapshot: ListSnapshot;
	userId: string;
	openId: string | undefined;
	isHidden: boolean;
	/** `text`: empty where a change succeeded. */
	onProblem(text: string): void;
};

export function ConversationList({ snapshot: { list, connection }, userId, openId, isHidden, onProblem }: Props) {
	const strings = useStrings();
	const client = usePersonalList();
	const [, navigate] = useLocation();
	const [asking, setAsking] = useState<Asking | null>(null);
	const { main, archived } = sections(list);
	const { scroller, isUnfolded, setIsUnfolded } = useOpenInView(list, openId);
	// One that has the focus may be removed, or drawn anew among those of today.
	// biome-ignore lint/correctness/useExhaustiveDependencies: with every change of them.
	useLayoutEffect(() => keepFocusIn("nav"), [list.conversations]);

	const loadNearEnd = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent) => {
		if (list.older === "some" && scrollHeight - scrollTop - clientHeight < nearEnd) void client.loadOlder();
	};
	const item = (listed: ListEntry) => (
		<ConversationItem
			key={listed.id}
			listed={listed}
			userId={userId}
			isOpen={listed.id === openId}
			onChange={async (change) => onProblem((await client.change(listed, change)) ? "" : strings.notChanged)}
			onAsk={(type) => setAsking({ type, listed })}
		/>
	);
	return (
		<>
			{/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys move between the links in it. */}
			<div
				ref={scroller}
				className={styles.scroller}
				hidden={isHidden}
				onScroll={loadNearEnd}
				onKeyDown={(event) => moveBetween(event, "a, summary")}
			>
				{!list.isKnown && list.conversations.length === 0 && (
					<Loading isDisconnected={connection.type === "waiting" || connection.type === "offline"} />
				)}
				{list.isKnown && main.length === 0 && (
					<p className={styles.quiet}>{archived.length > 0 ? strings.allArchived : strings.noConversations}</p>
				)}
				<ByTime conversations={main} isHome={openId === undefined} item={item} />
				{archived.length > 0 && (
					<details className={styles.archive} open={isUnfolded} onToggle={({ currentTarget }) => setIsUnfolded(currentTarget.open)}>
						<summary>{strings.archived(archived.length)}</summary>
						<ul className={styles.list}>{archived.map(item)}</ul>
					</details>
				)}
				<MoreButton
					extent={list.older}
					words={{ more: strings.moreConversations, loading: strings.loading, failed: strings.moreFailed }}
					onMore={() => void client.loadOlder()}
				/>
			</div>
			{asking && (
				<ConversationDialog
					asking={asking}
					userId={userId}
					onClose={() => setAsking(null)}
					onGone={() => {
						client.left(asking.listed.id);
						if (asking.listed.id === openId) navigate("/");
					}}
				/>
			)}
		</>
	);
}

type ByTimeProps = { conversations: readonly ListEntry[]; isHome: boolean; item(listed: ListEntry): ReactNode };

/** One list with headings in it: a conversation that moves to another day stays the same element. */
function ByTime({ conversations, isHome, item }: ByTimeProps) {
	const strings = useStrings();
	const now = useToday();
	// Below the heading of the sidebar.
	const Heading = isHome ? "h2" : "h3";
	return (
		<ul className={styles.list}>
			{groupsOf(conversations, now).flatMap(({ key, period, conversations }) => [
				<li key={key} className={styles.period}>
					<Heading>{strings.period(period, now)}</Heading>
				</li>,
				...conversations.map(item),
			])}
		</ul>
	);
}

/**
 * Unfolds the archive if the open conversation is in it, and scrolls to the open conversation:
 * after a reload it may be far down.
 */
function useOpenInView(list: List, openId: string | undefined) {
	const scroller = useRef<HTMLDivElement>(null);
	const [isUnfolded, setIsUnfolded] = useState(false);
	const open = list.conversations.find(({ id }) => id === openId);
	const isArchived = open?.archived === true;
	const isListed = open !== undefined;
	useEffect(() => {
		if (isArchived) setIsUnfolded(true);
	}, [isArchived]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another one is open.
	useEffect(() => {
		if (isListed) scroller.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
	}, [openId, isListed, isUnfolded]);
	return { scroller, isUnfolded, setIsUnfolded };
}

/** Stands in for the list until it is known. */
function Loading({ isDisconnected }: { isDisconnected: boolean }) {
	const strings = useStrings();
	if (isDisconnected) return <p className={styles.quiet}>{strings.listWaiting}</p>;
	return (
		<div className={styles.skeleton}>
			<p className="visually-hidden">{strings.loading}</p>
		</div>
	);
}
