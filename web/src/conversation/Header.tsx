// What conversation this is, how the connection is, who is here; and what one opens from there.

import { useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { later } from "../controls/later.tsx";
import { Icon } from "../icons.tsx";
import { hueOf } from "../person.ts";
import type { Looked } from "../search/SearchDialog.tsx";
import { strings } from "../strings.ts";
import type { Chat } from "../useChatWebSocket.ts";
import { usePersonalList } from "../usePersonalList.ts";
import { ConnectionStatus } from "./ConnectionStatus.tsx";
import styles from "./Header.module.css";
import { Invite } from "./Invite.tsx";

const MembersDialog = later(async () => (await import("./MembersDialog.tsx")).MembersDialog);
const SearchDialog = later(async () => (await import("../search/SearchDialog.tsx")).SearchDialog);
const SettingsForm = later(async () => (await import("./SettingsForm.tsx")).SettingsForm);

type Props = { id: string; title: string | undefined; userId: string; nameOf(userId: string): string | undefined; chat: Chat };

export function Header({ id, title, userId, nameOf, chat }: Props) {
	const { participants, you, members, role, conversation, connection } = chat;
	const list = usePersonalList();
	const [, navigate] = useLocation();
	const [open, setOpen] = useState<"members" | "search" | "settings">();
	const looked = useRef<Looked>(null);
	const close = () => setOpen(undefined);
	const isOwner = role === "owner";
	return (
		<header className={styles.header}>
			<Link href="/" className={styles.back} aria-label={strings.home}>
				<Icon name="back" />
			</Link>
			<div className={styles.what}>
				<h1 dir="auto">{title}</h1>
				<ConnectionStatus connection={connection} wasConnected={you !== null} />
			</div>
			<ul className={styles.participants} aria-label={strings.participants}>
				{participants.map(({ userId, username }) => (
					<li key={userId} data-hue={hueOf(userId)}>
						<bdi>{userId === you?.userId ? strings.you(username) : username}</bdi>
					</li>
				))}
			</ul>
			<div className={styles.buttons}>
				<button
					type="button"
					className={styles.button}
					aria-label={strings.searchHere}
					title={strings.searchHere}
					onClick={() => setOpen("search")}
				>
					<Icon name="search" />
				</button>
				{members && (
					<button
						type="button"
						className={styles.button}
						aria-label={strings.membersButton(members.length)}
						title={strings.members}
						onClick={() => setOpen("members")}
					>
						<Icon name="members" />
						<span>{strings.count(members.length)}</span>
					</button>
				)}
				{isOwner && conversation && (
					<button
						type="button"
						className={styles.button}
						aria-label={strings.settingsOf}
						title={strings.settingsOf}
						onClick={() => setOpen("settings")}
					>
						<Icon name="adjust" />
					</button>
				)}
				{isOwner && <Invite id={id} nameOf={nameOf} />}
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
			{open === "search" && <SearchDialog id={id} looked={looked} onClose={close} />}
			{open === "settings" && conversation && <SettingsForm conversation={conversation} onClose={close} />}
		</header>
	);
}
