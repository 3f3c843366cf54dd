// The page's only connection banner, for the open conversation and the list: they have a socket each, but share the network.
// Its code is loaded after the page has rendered.

import { useEffect } from "react";
import { useLazy } from "../controls/useLazy.ts";
import { useListSnapshot, usePersonalList } from "../list/usePersonalList.ts";
import type { Chat } from "../useChatWebSocket.ts";

const loadParts = () => import("./laterParts.ts");

export function LazyConnectionBanner({ chat }: { chat?: Chat }) {
	const list = usePersonalList();
	const { connection } = useListSnapshot(list);
	const isListConnected = connection.type === "connected";
	const isConnected = chat?.isConnected ?? false;
	const reconnect = chat?.reconnect;
	// Once one socket is connected, the other need not wait for its next attempt.
	useEffect(() => {
		if (isListConnected) reconnect?.();
	}, [isListConnected, reconnect]);
	useEffect(() => {
		if (isConnected) list.wake();
	}, [isConnected, list]);
	const parts = useLazy(loadParts, true);
	const tryNow = () => {
		reconnect?.();
		list.wake();
	};
	return parts ? <parts.ConnectionBanner conversation={chat} list={connection} onTry={tryNow} /> : null;
}
