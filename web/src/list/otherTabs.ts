// What the tabs of one person in one browser tell each other of the conversations that are open in them: who looks at a conversation is
// not told of news in it by the server, and the list in another tab would show what is long read. Knows the browser's channels alone.

import type { ConversationView } from "./list.ts";

export type TabMessage =
	/** This is seen of a conversation that is open in a tab. */
	| { type: "viewed"; view: ConversationView }
	/** A list has begun anew: what is open? */
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
