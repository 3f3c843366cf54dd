// What an empty conversation shows: an explanation and some prompts to begin with.

import { claudeMention } from "../../../../src/protocol/text/claude-mention.ts";
import { useStrings } from "../../languages/useStrings.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import styles from "./EmptyConversation.module.css";

type Props = { chat: Pick<Chat, "conversation" | "role" | "sendMessage">; hasOthers: boolean };

export function EmptyConversation({ chat: { conversation, role, sendMessage }, hasOthers }: Props) {
	const strings = useStrings();
	const { assistant = "auto" } = conversation ?? {};
	const asked = assistant === "auto" && hasOthers ? "mention" : assistant;
	return (
		<section className={styles.empty}>
			<h2>{strings.emptyTitle}</h2>
			<p>{strings.emptyText(asked, role === "owner")}</p>
			{asked !== "off" && role !== "reader" && (
				<ul>
					{strings.prompts.map((prompt) => (
						<li key={prompt}>
							<button type="button" onClick={() => sendMessage(asked === "mention" ? `${claudeMention()} ${prompt}` : prompt)}>
								{prompt}
							</button>
						</li>
					))}
				</ul>
			)}
		</section>
	);
}
