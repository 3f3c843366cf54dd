// Returns to where the reader was in a conversation, and keeps that place when they leave.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Message } from "../../../src/protocol/message.ts";
import { isUser } from "../account/currentSession.ts";
import { visibleHistory } from "../live/historyWindow.ts";
import type { Chat } from "../useChatWebSocket.ts";
import type { Viewport } from "./log/viewport.ts";
import { keepPlace, placeIn } from "./places.ts";

type Options = {
	id: string;
	userId: string;
	/** The address asks for a message instead. */
	hasTarget: boolean;
	chat: Chat;
	viewport: Viewport;
	keyOf(message: Message): string;
};

/** `place`: where to return to. Call `onReturned` once it is reached, or given up. */
export function useKeptPlace({ id, userId, hasTarget, chat, viewport, keyOf }: Options) {
	const [place, setPlace] = useState(() => (hasTarget ? undefined : placeIn(userId, id)));
	const onReturned = useCallback(() => setPlace(undefined), []);
	const load = chat.goTo;
	useEffect(() => {
		if (place) load(place.seq);
	}, [place, load]);

	const keep = useRef(() => {});
	useLayoutEffect(() => {
		keep.current = () => {
			// A place that was not reached yet is still the right one. Nothing is kept for people who have signed out.
			if (place || !isUser(userId)) return;
			const at = viewport.place;
			const message = at && visibleHistory(chat).messages.find((message) => keyOf(message) === at.key);
			keepPlace(userId, id, message && at && { seq: message.seq, top: at.top });
		};
	});
	useEffect(() => {
		const leave = () => keep.current();
		// Browsers may discard a hidden page without another event.
		document.addEventListener("visibilitychange", leave);
		addEventListener("pagehide", leave);
		return () => {
			document.removeEventListener("visibilitychange", leave);
			removeEventListener("pagehide", leave);
			leave();
		};
	}, []);
	return { place, onReturned };
}
