// The channel between the tabs of one person in one browser. The server does not notify readers who
// have a conversation open, so that tab tells the lists in the other tabs what has been read. Must
// not depend on anything but BroadcastChannel.

import type { ConversationView } from "./list.ts";

export type TabMessage =
	/** A conversation is open in this tab, and this is visible of it. */
	| { type: "viewed"; view: ConversationView }
	/** A list was replaced: the other tabs repeat their views. */
	| { type: "views requested" };

export type OtherTabs = { send(message: TabMessage): void; close(): void };
export type OpenOtherTabs = (receive: (message: TabMessage) => void) => OtherTabs;

export function openOtherTabs(userId: string): OpenOtherTabs {
	return (receive) => {
		const channel = new BroadcastChannel(JSON.stringify(["list", userId]));
		channel.onmessage = ({ data }: MessageEvent<TabMessage>) => receive(data);
		return { send: (message) => channel.postMessage(message), close: () => channel.close() };
	};
}
