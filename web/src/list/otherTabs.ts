// What the tabs of one person in one browser tell each other of the conversations that are open in them: who looks at a conversation is
// not told of news in it by the server, and the list in another tab would show what is long read. Knows the browser's channels alone.

import type { Sight } from "./list.ts";

export type TabWord =
	/** This is seen of a conversation that is open in a tab. */
	| { type: "looked"; sight: Sight }
	/** A list has begun anew: what is open? */
	| { type: "asked" };

export type Tabs = { tell(word: TabWord): void; close(): void };
export type OpenTabs = (hear: (word: TabWord) => void) => Tabs;

export function tabsOf(userId: string): OpenTabs {
	return (hear) => {
		const channel = new BroadcastChannel(JSON.stringify(["list", userId]));
		channel.onmessage = ({ data }: MessageEvent<TabWord>) => hear(data);
		return { tell: (word) => channel.postMessage(word), close: () => channel.close() };
	};
}
