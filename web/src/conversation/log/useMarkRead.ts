// Reports messages as read while the live end of a conversation is on screen and somebody is looking.

import { useEffect } from "react";
import { visibleHistory } from "../../live/historyWindow.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { useIsLooking } from "../../useIsLooking.ts";

export function useMarkRead(chat: Chat, isAtLiveEnd: boolean): void {
	const { markRead } = chat;
	const isLooking = useIsLooking();
	// A reply that is still being written cannot have been read.
	const lastComplete = visibleHistory(chat).messages.findLast(({ status }) => status !== "streaming");
	const upTo = isAtLiveEnd ? lastComplete?.seq : undefined;
	useEffect(() => {
		if (isLooking && upTo !== undefined) markRead(upTo);
	}, [markRead, isLooking, upTo]);
}
