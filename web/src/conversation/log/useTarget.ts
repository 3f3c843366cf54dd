// Shows the message at a `seq` as soon as it is loaded. The `seq` comes from the address, a quote, the bar for unread messages, or the
// last visit.

import { useCallback, useLayoutEffect, useMemo, useState } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { visibleHistory } from "../../live/historyWindow.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { useKeptPlace } from "../useKeptPlace.ts";
import type { Goal } from "./goal.ts";
import type { Viewport } from "./viewport.ts";

type Options = {
	/** The id of the conversation. */
	id: string;
	userId: string;
	target: number | undefined;
	chat: Chat;
	viewport: Viewport;
	keyOf(message: Message): string;
	reveal(message: Message, align: Goal["align"], then: (article: HTMLElement | null) => void): void;
	onShown(): void;
};

/** `isLeaving`: the end is on screen only until the message to show is loaded. */
export function useTarget({ id, userId, target, chat, viewport, keyOf, reveal, onShown }: Options) {
	const { place, onReturned } = useKeptPlace({ id, userId, hasTarget: target !== undefined, chat, viewport, keyOf });
	const { messages, newer, older } = visibleHistory(chat);
	const [requested, setRequested] = useState<number>();
	const load = chat.goTo;
	const goTo = useCallback(
		(seq: number) => {
			setRequested(seq);
			load(seq);
		},
		[load],
	);
	const wanted = requested ?? target;
	const seq = wanted ?? place?.seq;
	const message = useMemo(() => {
		if (seq === undefined) return undefined;
		// Beyond the end, the last message is shown, and before the beginning the first one.
		const last = newer === "none" ? messages.at(-1) : undefined;
		const first = older === "none" ? messages[0] : undefined;
		return messages.find((one) => one.seq === seq) ?? (last && last.seq < seq ? last : first && first.seq > seq ? first : undefined);
	}, [seq, messages, newer, older]);
	// Before the paint, so that the former position does not flash up.
	useLayoutEffect(() => {
		// Gives up the place if something else came first, such as a message of the reader's own.
		if (place && !message && chat.you !== null && chat.historyWindow === null) onReturned();
		if (!message) return;
		if (wanted !== undefined) reveal(message, "center", focusAndHighlight);
		else if (place) reveal(message, place.top, () => {});
		setRequested(undefined);
		if (place) onReturned();
		if (target !== undefined) onShown();
	});
	const cancel = () => {
		setRequested(undefined);
		onReturned();
	};
	return { goTo, cancel, isLeaving: seq !== undefined && chat.historyWindow?.type !== "failed" };
}

/** The highlight fades, and nothing moves. */
function focusAndHighlight(article: HTMLElement | null): void {
	article?.focus({ preventScroll: true });
	article?.animate([{ backgroundColor: "var(--mention)" }, { backgroundColor: "transparent" }], { duration: 1_600 });
}
