// Says that a legal hold keeps everything in the conversation.

import type { Chat } from "../useChatWebSocket.ts";
import styles from "./ConversationFooter.module.css";
import { useWords } from "./dialogs/words.ts";

export function KeptNote({ chat: { conversation } }: { chat: Chat }) {
	const words = useWords();
	return conversation?.held ? <p className={styles.notice}>{words.held}</p> : null;
}
