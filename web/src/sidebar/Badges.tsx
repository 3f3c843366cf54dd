// The badges of a conversation: muted, pinned, mentioned, unread.

import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { Icon } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./Badges.module.css";

export function Badges({ listed: { muted, pinned, mentions, unread } }: { listed: ListEntry }) {
	const strings = useStrings();
	return (
		<span className={styles.badges} data-muted={muted}>
			{muted && <Sign icon="muted" name={strings.muted} />}
			{pinned && <Sign icon="pin" name={strings.pinned} />}
			{mentions > 0 && (
				<span className={styles.mention} title={strings.mentioned}>
					<span aria-hidden="true">@</span>
					<span className="visually-hidden">{strings.mentioned}</span>
				</span>
			)}
			{unread > 0 && (
				<span className={styles.unread}>
					<span aria-hidden="true">{strings.unreadShort(unread)}</span>
					<span className="visually-hidden">{strings.unread(unread)}</span>
				</span>
			)}
		</span>
	);
}

function Sign({ icon, name }: { icon: "muted" | "pin"; name: string }) {
	return (
		<span className={styles.sign} title={name}>
			<Icon name={icon} />
			<span className="visually-hidden">{name}</span>
		</span>
	);
}
