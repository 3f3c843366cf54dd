// The one banner of a page, for the conversation that is open, if one is, and the list beside it: they have a socket each and one network.
// What it says is fetched once the page stands.

import { useEffect } from "react";
import { useLazy } from "../controls/useLazy.ts";
import { useListSnapshot, usePersonalList } from "../list/usePersonalList.ts";
import type { Chat } from "../useChatWebSocket.ts";

const load = () => import("./ConnectionBanner.tsx");

export function LazyConnectionBanner({ chat }: { chat?: Chat }) {
	const list = usePersonalList();
	const { connection } = useListSnapshot(list);
	const isListConnected = connection.type === "connected";
	const isConnected = chat?.isConnected ?? false;
	const reconnect = chat?.reconnect;
	// Where the one has come through, the other does not wait for its turn.
	useEffect(() => {
		if (isListConnected) reconnect?.();
	}, [isListConnected, reconnect]);
	useEffect(() => {
		if (isConnected) list.wake();
	}, [isConnected, list]);
	const late = useLazy(load, true);
	const tryNow = () => {
		reconnect?.();
		list.wake();
	};
	return late ? <late.ConnectionBanner conversation={chat} list={connection} onTry={tryNow} /> : null;
}
