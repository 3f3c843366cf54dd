// The conversations of the deployment: their size, activity and retention.

import { useState } from "react";
import type { ConversationRecord } from "../../../src/protocol/admin/records.ts";
import styles from "./AdminPage.module.css";
import { conversationsAfter } from "./api.ts";
import { Pages } from "./Pages.tsx";
import type { Draft } from "./Requests.tsx";
import { Retention } from "./Retention.tsx";
import { usePages } from "./usePages.ts";
import { useWords } from "./words.ts";

async function load(token: string, after: string | undefined) {
	const result = await conversationsAfter(token, after);
	return "error" in result ? result : { value: { entries: result.value.conversations, next: result.value.next } };
}

/** `onAsk`: begins a legal request. */
export function Conversations({ onAsk }: { onAsk: (draft: Draft) => void }) {
	const words = useWords();
	return (
		<Pages
			of={usePages(load)}
			label={words.parts.conversations}
			empty={words.nothing}
			row={(conversation) => (
				<Conversation
					key={conversation.conversationId}
					conversation={conversation}
					onAsk={() => onAsk({ kind: "export", id: conversation.conversationId })}
				/>
			)}
		/>
	);
}

function Conversation({
	conversation: { conversationId, lastActivityAt, members, messages, connections, bytes },
	onAsk,
}: {
	conversation: ConversationRecord;
	onAsk: () => void;
}) {
	const words = useWords();
	const [isOpen, setOpen] = useState(false);
	return (
		<li>
			<div className={styles.what}>
				<code>{conversationId}</code>
				<small>{words.active(words.formats.dayAndTime(Date.parse(lastActivityAt)))}</small>
				<small>
					{[words.members(members), words.messages(messages), words.connections(connections), words.size(Math.ceil(bytes / 1000))].join(
						" · ",
					)}
				</small>
			</div>
			<button type="button" aria-expanded={isOpen} aria-label={words.retentionOf(conversationId)} onClick={() => setOpen(!isOpen)}>
				{words.retention}
			</button>
			<button type="button" aria-label={words.askAbout(conversationId)} onClick={onAsk}>
				{words.ask}
			</button>
			{isOpen && <Retention id={conversationId} />}
		</li>
	);
}
