// A conversation's title, connection and participants, with buttons for its dialogs.

import { useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import type { MemberRole } from "../../../src/protocol/conversation.ts";
import { IconButton } from "../controls/IconButton.tsx";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { Icon } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { usePersonalList } from "../list/usePersonalList.ts";
import { hueOf } from "../people/person.ts";
import { inOrder } from "../people/roster.ts";
import type { LastSearch } from "../search/useConversationSearch.ts";
import type { Chat } from "../useChatWebSocket.ts";
import { searchKeys, useShortcut } from "../useShortcut.ts";
import { ConnectionStatus } from "./ConnectionStatus.tsx";
import styles from "./ConversationHeader.module.css";
import { InviteButton } from "./dialogs/InviteButton.tsx";

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
	const { participants, participantCount, you, members, role, conversation, connection } = chat;
	const list = usePersonalList();
	const [, navigate] = useLocation();
	const [open, setOpen] = useState<DialogName>();
	const lastSearch = useRef<LastSearch>(null);
	const close = () => setOpen(undefined);
	useShortcut(searchKeys, () => setOpen("search"));
	return (
		<header className={styles.header}>
			<Link href="/" className={styles.back} aria-label={strings.home}>
				<Icon name="back" />
			</Link>
			<div className={styles.what}>
				<h1 dir="auto">{title}</h1>
				<ConnectionStatus connection={connection} wasConnected={you !== null} />
			</div>
			<ul
				className={styles.participants}
				aria-label={strings.participants}
				title={participants.length > 0 ? strings.hereNow(participants.map(({ username }) => username)) : undefined}
			>
				{inOrder(participants, userId).map(({ userId, username }) => (
					<li key={userId} data-hue={hueOf(userId)}>
						<bdi>{userId === you?.userId ? strings.you(username) : username}</bdi>
					</li>
				))}
				{participantCount !== null && <li>{strings.countHere(participantCount)}</li>}
			</ul>
			<div className={styles.buttons}>
				{/* All at once: later ones would move those that somebody is about to press. */}
				{conversation && role && <Buttons id={id} userId={userId} role={role} nameOf={nameOf} members={members} onOpen={setOpen} />}
			</div>
			{open === "members" && (
				<MembersDialog
					id={id}
					userId={userId}
					chat={chat}
					onLeft={() => {
						list.left(id);
						navigate("/");
					}}
					onClose={close}
				/>
			)}
			{open === "search" && <SearchDialog id={id} userId={userId} people={members ?? []} lastSearch={lastSearch} onClose={close} />}
			{open === "files" && <FilesDialog id={id} onClose={close} />}
			{open === "pins" && <PinsDialog id={id} onClose={close} />}
			{open === "settings" && conversation && (
				<ConversationSettingsDialog conversation={conversation} claude={conversation} isOwner={role === "owner"} onClose={close} />
			)}
		</header>
	);
}

type ButtonsProps = Pick<Props, "id" | "userId" | "nameOf"> & Pick<Chat, "members"> & { role: MemberRole; onOpen(name: DialogName): void };

function Buttons({ id, userId, nameOf, members, role, onOpen }: ButtonsProps) {
	const strings = useStrings();
	return (
		<>
			<IconButton icon="search" name={strings.searchHere} shortcut={searchKeys} onClick={() => onOpen("search")} />
			<IconButton icon="file" name={strings.filesHere} onClick={() => onOpen("files")} />
			<IconButton icon="pin" name={strings.pins} onClick={() => onOpen("pins")} />
			<IconButton
				icon="members"
				name={strings.membersButton(members?.length)}
				title={strings.members}
				isDisabled={members === null}
				onClick={() => onOpen("members")}
			>
				<span className={styles.count}>{members && strings.count(members.length)}</span>
			</IconButton>
			<IconButton icon="adjust" name={strings.settingsOf} onClick={() => onOpen("settings")} />
			{role === "owner" && <InviteButton id={id} userId={userId} nameOf={nameOf} />}
		</>
	);
}
