// The line in a fork below the last message that was copied. It links to the original if the reader may open it.

import { useEffect, useState } from "react";
import { Link } from "wouter";
import type { ConversationInfo } from "../../../../src/protocol/conversation.ts";
import { session } from "../../account/currentSession.ts";
import { describeConversation } from "../../api.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { titleOf } from "../../list/titles.ts";
import { pathOf } from "../../paths.ts";
import styles from "./ForkedFrom.module.css";
import { useWords } from "./forkWords.ts";

export function ForkedFrom({ conversationId, seq }: NonNullable<ConversationInfo["forkedFrom"]>) {
	const strings = useStrings();
	const words = useWords();
	const [original, setOriginal] = useState<ConversationInfo>();
	useEffect(() => {
		let isCurrent = true;
		void session
			.call((token) => describeConversation(token, conversationId))
			.then((result) => isCurrent && setOriginal("value" in result ? result.value.conversation : undefined));
		return () => {
			isCurrent = false;
		};
	}, [conversationId]);
	return (
		<p className={styles.forked}>
			{original ? (
				<span>
					{words.from}{" "}
					<Link href={pathOf(conversationId, seq)}>
						<bdi>{titleOf(original, strings)}</bdi>
					</Link>
				</span>
			) : (
				words.fromAnother
			)}
		</p>
	);
}
