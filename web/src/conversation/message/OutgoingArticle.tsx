// A message of one's own that the server has not acknowledged.

import { useContext } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { Files } from "../../files/Files.tsx";
import { refusalText } from "../../languages/catalogue.ts";
import { useStrings } from "../../languages/useStrings.ts";
import type { OutgoingMessage } from "../../live/outgoing.ts";
import styles from "./Article.module.css";
import { Article } from "./Article.tsx";
import { MessageActions } from "./MessageActions.ts";
import { Text } from "./MessageArticle.tsx";
import { Quote } from "./Quote.tsx";

type Props = {
	conversationId: string;
	outgoing: OutgoingMessage;
	/** The message that it quotes, if loaded. */
	quoted: Message | undefined;
	author: string;
	isContinued: boolean;
	/** Its state. */
	note: string;
	onRetry(clientId: string): void;
	onDiscard(clientId: string): void;
};

export function OutgoingArticle({ conversationId, outgoing, quoted, author, isContinued, note, onRetry, onDiscard }: Props) {
	const strings = useStrings();
	const { actor, editUnsent } = useContext(MessageActions);
	const { clientId, content, mentions, saidAt, state, files } = outgoing;
	const canWrite = actor.role !== "reader";
	return (
		<Article author={author} at={saidAt} kind="own" hue={0} isContinued={isContinued}>
			{quoted && <Quote quoted={quoted} />}
			{files && <Files conversationId={conversationId} files={files} />}
			{content !== "" && <Text content={content} mentions={mentions} />}
			{state.type === "failed" ? (
				<>
					<p role="alert" className={styles.problem}>
						{refusalText(strings, state)}
					</p>
					<p className={styles.actions}>
						<button type="button" onClick={() => onRetry(clientId)}>
							{strings.retry}
						</button>
						{canWrite && (
							<button type="button" onClick={() => editUnsent(outgoing, quoted)}>
								{strings.edit}
							</button>
						)}
						<button type="button" onClick={() => onDiscard(clientId)}>
							{strings.discard}
						</button>
					</p>
				</>
			) : (
				<p className={styles.note}>{note}</p>
			)}
		</Article>
	);
}
