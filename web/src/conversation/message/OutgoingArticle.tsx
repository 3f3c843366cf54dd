// One's own message that is not yet known to be stored.

import { useContext } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { refusalText } from "../../languages/catalogue.ts";
import { useStrings } from "../../languages/useStrings.ts";
import type { OutgoingMessage } from "../../live/outgoing.ts";
import { Acting } from "./Acting.ts";
import styles from "./Article.module.css";
import { Article } from "./Article.tsx";
import { Text } from "./MessageArticle.tsx";
import { Quote } from "./Quote.tsx";

type Props = {
	outgoing: OutgoingMessage;
	/** What it answers, where that is in the view. */
	answered: Message | undefined;
	author: string;
	isContinued: boolean;
	/** What becomes of it. */
	note: string;
	onRetry(clientId: string): void;
	onDiscard(clientId: string): void;
};

export function OutgoingArticle({ outgoing, answered, author, isContinued, note, onRetry, onDiscard }: Props) {
	const strings = useStrings();
	const { doer, takeBack } = useContext(Acting);
	const { clientId, content, mentions, saidAt, state } = outgoing;
	const canWrite = doer.role !== "reader";
	return (
		<Article author={author} at={saidAt} kind="own" hue={0} isContinued={isContinued}>
			{answered && <Quote quoted={answered} />}
			<Text content={content} mentions={mentions} />
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
							<button type="button" onClick={() => takeBack(outgoing, answered)}>
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
