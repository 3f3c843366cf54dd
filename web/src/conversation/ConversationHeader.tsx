// A conversation's title, connection and participants, with buttons for its dialogs.

import { useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import type { ConversationInfo, MemberRole } from "../../../src/protocol/conversation.ts";
import { IconButton } from "../controls/IconButton.tsx";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import type { MenuItem } from "../controls/Menu.tsx";
import { useLazy } from "../controls/useLazy.ts";
import { Icon } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { usePersonalList } from "../list/usePersonalList.ts";
import { visibleHistory } from "../live/historyWindow.ts";
import { hueOf } from "../people/person.ts";
import { inOrder } from "../people/roster.ts";
import type { LastSearch } from "../search/useConversationSearch.ts";
import type { Chat } from "../useChatWebSocket.ts";
import { findKeys, searchKeys, useShortcut } from "../useShortcut.ts";
import { ConnectionStatus } from "./ConnectionStatus.tsx";
import styles from "./ConversationHeader.module.css";
import { useInvite } from "./dialogs/useInvite.tsx";
import { alwaysRendered } from "./log/viewport.ts";

const loadParts = () => import("./laterParts.ts");
const MembersDialog = lazyDialog(async () => (await import("./dialogs/MembersDialog.tsx")).MembersDialog);
const SearchDialog = lazyDialog(async () => (await import("../search/SearchDialog.tsx")).SearchDialog);
const PinsDialog = lazyDialog(async () => (await import("./dialogs/PinsDialog.tsx")).PinsDialog);
const FilesDialog = lazyDialog(async () => (await import("../files/FilesDialog.tsx")).FilesDialog);
const ConversationSettingsDialog = lazyDialog(
	async () => (await import("./dialogs/ConversationSettingsDialog.tsx")).ConversationSettingsDialog,
);

type Props = { id: string; title: string | undefined; userId: string; nameOf(userId: string): string | undefined; chat: Chat };

type DialogName = "members" | "search" | "settings" | "pins" | "files";

export function ConversationHeader({ id, title, userId, nameOf, chat }: Props) {
	const strings = useStrings();
	const { participants, participantCount, you, members, memberCount, role, conversation, connection } = chat;
	const hasOthers = (participantCount ?? participants.length) > 1;
	const list = usePersonalList();
	const [, navigate] = useLocation();
	const [open, setOpen] = useState<DialogName>();
	const lastSearch = useRef<LastSearch>(null);
	const close = () => setOpen(undefined);
	const left = () => {
		list.left(id);
		navigate("/");
	};
	useShortcut(searchKeys, () => setOpen("search"));
	// The browser's search finds only what is on the page. In the dialog, the same keys open it.
	useShortcut(findKeys, () => setOpen("search"), !isWholeOnPage(chat));
	return (
		<header className={styles.header} data-others={hasOthers}>
			<Link href="/" className={styles.back} aria-label={strings.home}>
				<Icon name="back" />
			</Link>
			<div className={styles.what}>
				<h1 dir="auto">{title}</h1>
				<ConnectionStatus connection={connection} wasConnected={you !== null} />
			</div>
			<Participants chat={chat} userId={userId} />
			<div className={styles.buttons}>
				{/* All at once: later ones would move those that somebody is about to press. */}
				{conversation && role && (
					<Buttons {...{ id, userId, nameOf, conversation, role }} count={memberCount ?? members?.length} onOpen={setOpen} onLeft={left} />
				)}
			</div>
			{open === "members" && <MembersDialog id={id} userId={userId} title={title ?? ""} chat={chat} onLeft={left} onClose={close} />}
			{open === "search" && (
				<SearchDialog {...{ id, userId, lastSearch }} people={members ?? []} isPart={memberCount !== null} onClose={close} />
			)}
			{open === "files" && <FilesDialog id={id} onClose={close} />}
			{open === "pins" && <PinsDialog id={id} onClose={close} />}
			{open === "settings" && conversation && (
				<ConversationSettingsDialog conversation={conversation} claude={conversation} isOwner={role === "owner"} onClose={close} />
			)}
		</header>
	);
}

function isWholeOnPage(chat: Chat): boolean {
	const { messages, older, newer } = visibleHistory(chat);
	return messages.length <= alwaysRendered && older === "none" && newer === "none";
}

/** Who is here. */
function Participants({ chat: { participants, participantCount, you }, userId }: Pick<Props, "chat" | "userId">) {
	const strings = useStrings();
	const all = inOrder(participants, userId);
	return (
		<ul
			className={styles.participants}
			aria-label={strings.participants}
			title={all.length > 0 ? strings.hereNow(all.map(({ username }) => username)) : undefined}
		>
			{all.map(({ userId, username }) => (
				<li key={userId} data-hue={hueOf(userId)} data-own={userId === you?.userId}>
					<bdi>{userId === you?.userId ? strings.you(username) : username}</bdi>
				</li>
			))}
			{participantCount !== null && <li>{strings.countHere(participantCount)}</li>}
		</ul>
	);
}

type ButtonsProps = Pick<Props, "id" | "userId" | "nameOf"> & {
	conversation: ConversationInfo;
	role: MemberRole;
	/** Of members, if it is known. */
	count: number | undefined;
	onOpen(name: DialogName): void;
	onLeft(): void;
};

/** A narrow header has some of them in its menu. */
function Buttons({ id, userId, nameOf, count, conversation, role, onOpen, onLeft }: ButtonsProps) {
	const strings = useStrings();
	const invite = useInvite({ id, userId, nameOf });
	const parts = useLazy(loadParts, true);
	const inMenu: MenuItem[] = [
		...(role === "owner" ? [{ label: strings.invite, act: invite.open, className: styles.onPhone }] : []),
		{ label: strings.filesHere, act: () => onOpen("files"), className: styles.onNarrow },
		{ label: strings.pins, act: () => onOpen("pins"), className: styles.onNarrow },
		{ label: strings.settingsOf, act: () => onOpen("settings"), className: styles.onNarrow },
	];
	return (
		<>
			<IconButton icon="search" name={strings.searchHere} shortcut={searchKeys} onClick={() => onOpen("search")} />
			<span className={styles.onWide}>
				<IconButton icon="file" name={strings.filesHere} onClick={() => onOpen("files")} />
				<IconButton icon="pin" name={strings.pins} onClick={() => onOpen("pins")} />
			</span>
			<IconButton
				icon="members"
				name={strings.membersButton(count)}
				title={strings.members}
				isDisabled={count === undefined}
				onClick={() => onOpen("members")}
			>
				<span className={styles.count}>{count !== undefined && strings.count(count)}</span>
			</IconButton>
			<span className={styles.onWide}>
				<IconButton icon="adjust" name={strings.settingsOf} onClick={() => onOpen("settings")} />
			</span>
			{role === "owner" && (
				<button type="button" className={styles.invite} onClick={invite.open}>
					<Icon name="link" />
					<span>{strings.invite}</span>
				</button>
			)}
			{invite.dialog}
			{/* Keeps its place before it is there. */}
			<span className={styles.menu}>{parts && <parts.HeaderMenu {...{ conversation, role, userId, onLeft }} items={inMenu} />}</span>
		</>
	);
}
