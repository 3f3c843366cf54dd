// One conversation in the list: title, last message, badges and menu.

import { Link } from "wouter";
import type { ListEntry, ListEntryChange } from "../../../src/protocol/conversation.ts";
import { Menu, type MenuItem } from "../controls/Menu.tsx";
import type { Catalogue } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import { titleOf } from "../list/titles.ts";
import { useWrittenDraft } from "../writing/currentDrafts.ts";
import { Badges } from "./Badges.tsx";
import type { Asking } from "./ConversationDialog.tsx";
import styles from "./ConversationItem.module.css";
import { draftLineOf, lastLineOf } from "./lastLine.ts";

type Props = {
	listed: ListEntry;
	userId: string;
	isOpen: boolean;
	onChange(change: ListEntryChange): void;
	onAsk(about: Asking["type"]): void;
};

export function ConversationItem({ listed, userId, isOpen, onChange, onAsk }: Props) {
	const strings = useStrings();
	const { id, lastActivityAt, unread, muted } = listed;
	const at = Date.parse(lastActivityAt);
	const title = titleOf(listed, strings);
	const written = useWrittenDraft(userId, id);
	// The field shows it where the conversation is open.
	const draft = isOpen ? undefined : written;
	return (
		<li className={styles.item} data-open={isOpen} data-muted={muted} data-unread={unread > 0}>
			<Link href={`/c/${id}`} className={styles.link} aria-current={isOpen ? "page" : undefined}>
				<span className={styles.title} dir="auto">
					{title}
				</span>
				<time dateTime={lastActivityAt} title={strings.formatDayAndTime(at)}>
					{strings.formatWhen(at, Date.now())}
				</time>
				<span className={styles.last} dir="auto">
					{draft && <strong className={styles.draft}>{strings.draft} </strong>}
					{draft ? draftLineOf(draft, strings) : lastLineOf(listed, userId, strings)}
				</span>
				<Badges listed={listed} />
			</Link>
			<Menu opener={{ label: strings.conversationMenu(title), className: styles.menu }} items={menuOf(listed, strings, onChange, onAsk)} />
		</li>
	);
}

/** Also for the header of the open conversation. */
export function menuOf(
	{ pinned, muted, archived, role }: ListEntry,
	strings: Catalogue,
	onChange: Props["onChange"],
	onAsk: Props["onAsk"],
): MenuItem[] {
	return [
		{ label: pinned ? strings.unpin : strings.pin, act: () => onChange({ pinned: !pinned }) },
		{ label: muted ? strings.unmute : strings.mute, act: () => onChange({ muted: !muted }) },
		{ label: strings.notificationsHere, act: () => onAsk("notifications") },
		{ label: archived ? strings.unarchive : strings.archive, act: () => onChange({ archived: !archived }) },
		...(role === "owner" ? [{ label: strings.rename, act: () => onAsk("rename") }] : []),
		{ label: strings.export, act: () => onAsk("export") },
		{ label: strings.leave, isDanger: true, act: () => onAsk("leave") },
		...(role === "owner" ? [{ label: strings.deleteConversation, isDanger: true, act: () => onAsk("delete") }] : []),
	];
}
