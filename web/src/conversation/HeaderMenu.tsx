// The menu in a conversation's header: what its menu in the list has, and the buttons for which a narrow header has no room. A component
// of its own, so that the header does not render again with every change of the list.

import { useState } from "react";
import type { ConversationInfo, ListEntry, MemberRole } from "../../../src/protocol/conversation.ts";
import buttons from "../controls/IconButton.module.css";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { Menu, type MenuItem } from "../controls/Menu.tsx";
import { Problem } from "../controls/Problem.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { useListSnapshot, usePersonalList } from "../list/usePersonalList.ts";
import type { Asking } from "../sidebar/ConversationDialog.tsx";
import { menuOf } from "../sidebar/ConversationItem.tsx";
import styles from "./ConversationHeader.module.css";

const ConversationDialog = lazyDialog(async () => (await import("../sidebar/ConversationDialog.tsx")).ConversationDialog);

type Props = { conversation: ConversationInfo; role: MemberRole; userId: string; items: readonly MenuItem[]; onLeft(): void };

export function HeaderMenu({ conversation, role, userId, items, onLeft }: Props) {
	const strings = useStrings();
	const client = usePersonalList();
	const { list } = useListSnapshot(client);
	const [asking, setAsking] = useState<Asking["type"]>();
	const [problem, setProblem] = useState("");
	const listed = list.conversations.find(({ id }) => id === conversation.id) ?? unlisted(conversation, role);
	const own = menuOf(
		listed,
		strings,
		async (change) => setProblem((await client.change(listed, change)) ? "" : strings.notChanged),
		setAsking,
	);
	return (
		<>
			<Menu
				opener={{ label: strings.conversationMenu(listed.title), className: buttons.button }}
				// The settings have the title.
				items={[...items, ...own.filter(({ label }) => label !== strings.rename)]}
			/>
			<Problem className={styles.problem}>{problem}</Problem>
			{asking && (
				<ConversationDialog asking={{ type: asking, listed }} userId={userId} onClose={() => setAsking(undefined)} onGone={onLeft} />
			)}
		</>
	);
}

/** It may be too old for the loaded part of the list. */
function unlisted({ id, title, createdAt, assistant }: ConversationInfo, role: MemberRole): ListEntry {
	const read = { unread: 0, mentions: 0, readUpTo: 0, lastActivityAt: createdAt };
	return { id, title, createdAt, assistant, role, ...read, muted: false, pinned: false, archived: false };
}
