// What conversation this is, how the connection is, who is here.

import { Link } from "wouter";
import { Icon } from "../icons.tsx";
import { hueOf } from "../person.ts";
import { strings } from "../strings.ts";
import type { Chat } from "../useChatWebSocket.ts";
import { ConnectionStatus } from "./ConnectionStatus.tsx";
import styles from "./Header.module.css";
import { Invite } from "./Invite.tsx";

export function Header({ id, title, canInvite, chat }: { id: string; title: string | undefined; canInvite: boolean; chat: Chat }) {
	const { participants, you, connection } = chat;
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
			{canInvite && <Invite id={id} />}
		</header>
	);
}
