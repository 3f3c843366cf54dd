// Shows the message at a `seq` as soon as it is loaded. The `seq` comes from the address, a quote, or the bar for unread messages.

import { useCallback, useLayoutEffect, useMemo, useState } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { visibleHistory } from "../../live/historyWindow.ts";
import type { Chat } from "../../useChatWebSocket.ts";

type Options = { target: number | undefined; chat: Chat; show(message: Message): void; onShown(): void };

export function useTarget({ target, chat, show, onShown }: Options) {
	const { messages, newer } = visibleHistory(chat);
	const [requested, setRequested] = useState<number>();
	const load = chat.goTo;
	const goTo = useCallback(
		(seq: number) => {
			setRequested(seq);
			load(seq);
		},
		[load],
	);
	const seq = requested ?? target;
	const message = useMemo(() => {
		if (seq === undefined) return undefined;
		// Beyond the end, the last message is shown.
		const last = newer === "none" ? messages.at(-1) : undefined;
		return messages.find((one) => one.seq === seq) ?? (last && last.seq < seq ? last : undefined);
	}, [seq, messages, newer]);
	// Before the paint, so that the former position does not flash up.
	useLayoutEffect(() => {
		if (!message) return;
		show(message);
		setRequested(undefined);
		onShown();
	});
	return { goTo, cancel: () => setRequested(undefined) };
}
