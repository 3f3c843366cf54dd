// Warns before the page is closed while a draft or an unsent message is not on disk.

import { useEffect } from "react";
import type { Chat } from "../useChatWebSocket.ts";
import { useIsDraftKept } from "./currentDrafts.ts";

export function useLeaveWarning(userId: string, conversationId: string, chat?: Pick<Chat, "outgoing" | "isSaved">): void {
	const isDraftKept = useIsDraftKept(userId, conversationId);
	const isWaiting = chat !== undefined && chat.outgoing.length > 0;
	const isSaved = chat?.isSaved ?? nothingWaits;
	useEffect(() => {
		if (isDraftKept && !isWaiting) return;
		const warn = (event: BeforeUnloadEvent) => {
			if (!isDraftKept || !isSaved()) event.preventDefault();
		};
		addEventListener("beforeunload", warn);
		return () => removeEventListener("beforeunload", warn);
	}, [isDraftKept, isWaiting, isSaved]);
}

const nothingWaits = () => true;
