// The conversations of the list, the archived ones folded away below them, and what is asked about one of them.

import { type UIEvent, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { moveBetween } from "../controls/arrowKeys.ts";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { MoreButton } from "../controls/MoreButton.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { sections } from "../list/list.ts";
import type { ListSnapshot } from "../list/listClient.ts";
import { usePersonalList } from "../list/usePersonalList.ts";
import type { Asking } from "./ConversationDialog.tsx";
import { ConversationItem } from "./ConversationItem.tsx";
import styles from "./Sidebar.module.css";

const ConversationDialog = lazyDialog(async () => (await import("./ConversationDialog.tsx")).ConversationDialog);

/** In px: how near to the end more is fetched. */
const nearEnd = 300;

type Props = {
	snapshot: ListSnapshot;
	userId: string;
	openId: string | undefined;
	isHidden: boolean;
	/** What went wrong, in a sentence; nothing where it did not. */
	onProblem(text: string): void;
};

export function ConversationList({ snapshot: { list, connection }, userId, openId, isHidden, onProblem }: Props) {
	const strings = useStrings();
	const client = usePersonalList();
	const [, navigate] = useLocation();
	const [asking, setAsking] = useState<Asking | null>(null);
	const [isUnfolded, setIsUnfolded] = useState(false);
	const scroller = useRef<HTMLDivElement>(null);
	const { main, archived } = sections(list);

	const isOpenArchived = archived.some(({ id }) => id === openId);
	useEffect(() => {
		if (isOpenArchived) setIsUnfolded(true);
	}, [isOpenArchived]);
	// After a reload the one that is open may be far down.
	const isOpenListed = list.conversations.some(({ id }) => id === openId);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another one is open.
	useEffect(() => {
		if (isOpenListed) scroller.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
	}, [openId, isOpenListed, isUnfolded]);

	const loadNearEnd = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent) => {
		if (list.older === "some" && scrollHeight - scrollTop - clientHeight < nearEnd) void client.loadOlder();
	};
	const items = (conversations: readonly ListEntry[]) => (
		<ul className={styles.list}>
			{conversations.map((listed) => (
				<ConversationItem
					key={listed.id}
					listed={listed}
					userId={userId}
					isOpen={listed.id === openId}
					onChange={async (change) => onProblem((await client.change(listed, change)) ? "" : strings.notChanged)}
					onAsk={(type) => setAsking({ type, listed })}
				/>
			))}
		</ul>
	);
	return (
		<>
			{/* biome-ignore lint/a11y/noStaticElementInteractions: the keys go from one link to the next. */}
			<div
				ref={scroller}
				className={styles.scroller}
				hidden={isHidden}
				onScroll={loadNearEnd}
				onKeyDown={(event) => moveBetween(event, "a, summary")}
			>
				{!list.isKnown && list.conversations.length === 0 && (
					<Unknown isWaiting={connection.type === "waiting" || connection.type === "offline"} />
				)}
				{list.isKnown && main.length === 0 && (
					<p className={styles.quiet}>{archived.length > 0 ? strings.allArchived : strings.noConversations}</p>
				)}
				{items(main)}
				{archived.length > 0 && (
					<details className={styles.archive} open={isUnfolded} onToggle={({ currentTarget }) => setIsUnfolded(currentTarget.open)}>
						<summary>{strings.archived(archived.length)}</summary>
						{items(archived)}
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

/** In place of what is not told yet. */
function Unknown({ isWaiting }: { isWaiting: boolean }) {
	const strings = useStrings();
	if (isWaiting) return <p className={styles.quiet}>{strings.listWaiting}</p>;
	return (
		<div className={styles.skeleton}>
			<p className="visually-hidden">{strings.loading}</p>
		</div>
	);
}
