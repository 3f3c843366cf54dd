// What is below a message of one's own that the server has not acknowledged: its state, or why it was refused and what can be done.

import { useContext } from "react";
import type { MessageFile } from "../../../../src/protocol/files/file.ts";
import type { Mention, Message } from "../../../../src/protocol/message.ts";
import type { Person } from "../../../../src/protocol/person.ts";
import { refusalText } from "../../languages/catalogue.ts";
import { useStrings } from "../../languages/useStrings.ts";
import type { OutgoingMessage } from "../../live/outgoing.ts";
import styles from "./Article.module.css";
import { MessageActions } from "./MessageActions.ts";

export type UnsentState = {
	outgoing: OutgoingMessage;
	/** The message that it quotes, if loaded. */
	quoted: Message | undefined;
	/** Its state, unless it was refused. */
	note: string;
	onRetry(clientId: string): void;
	onDiscard(clientId: string): void;
};

/**
 * The message as it will be stored, so that nothing is drawn anew when it is. Its id and `seq` are not known yet. `quoted`: the message that
 * it quotes, if loaded.
 */
export function unsentMessage(outgoing: OutgoingMessage, author: Person, conversationId: string, quoted?: Message): Message {
	const { clientId, content, mentions, saidAt, files } = outgoing;
	return {
		id: clientId,
		clientId,
		conversationId,
		role: "user",
		content,
		createdAt: new Date(saidAt).toISOString(),
		author,
		status: "complete",
		seq: 0,
		revision: 0,
		...(quoted && { quoted }),
		// The same lists, so that the text is not read again each time it is drawn.
		...(mentions && { mentions: mentions as Mention[] }),
		...(files && { files: files as MessageFile[] }),
	};
}

export function Unsent({ outgoing, quoted, note, onRetry, onDiscard }: UnsentState) {
	const strings = useStrings();
	const { actor, editUnsent } = useContext(MessageActions);
	const { clientId, state } = outgoing;
	if (state.type !== "failed") return <p className={styles.note}>{note}</p>;
	return (
		<>
			<p role="alert" className={styles.problem}>
				{refusalText(strings, state)}
			</p>
			<p className={styles.actions}>
				<button type="button" onClick={() => onRetry(clientId)}>
					{strings.retry}
				</button>
				{actor.role !== "reader" && (
					<button type="button" onClick={() => editUnsent(outgoing, quoted)}>
						{strings.edit}
					</button>
				)}
				<button type="button" onClick={() => onDiscard(clientId)}>
					{strings.discard}
				</button>
			</p>
		</>
	);
}
