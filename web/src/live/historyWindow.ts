// The part of a conversation's history that is on screen: the live end, or a window around an older message. Pure.
// The window joins the end once it reaches it. Until then the two are never mixed, as messages between them may be missing.

import type { Member } from "../../../src/protocol/conversation.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { applyMessage, type Messages, mergePage, react, requote, reviseMessage } from "./messages.ts";

/** What is known about messages beyond the loaded ones. */
export type Extent = "none" | "some" | "loading" | "failed";

/** `at`: the `seq` that was asked for. */
export type HistoryWindow =
	| { type: "loading" | "failed"; at: number }
	| { type: "loaded"; at: number; messages: Messages; older: Extent; newer: Extent };

type LoadedWindow = Extract<HistoryWindow, { type: "loaded" }>;

/** A message in its present state, or only its reactions. */
export type MessageChange = Message | Extract<ServerEvent, { type: "chat:reacted" }>;

export type History = {
	/** The live end. */
	readonly messages: Messages;
	/** What is known about messages before the live end. */
	readonly older: Extent;
	readonly historyWindow: HistoryWindow | null;
	/** Received while a page is being loaded: the server may have read the page before them. */
	readonly changes: readonly MessageChange[];
};

/** `members`: in a large conversation, those whose names the messages need. */
export type Page = { messages: readonly Message[]; hasMore: boolean; hasNewer: boolean; members?: readonly Member[] | undefined };

/** `page` is `null` if it could not be loaded. */
export type PageAction =
	| { type: "older requested" }
	/** `before`: the `seq` of the first message at the time of the request. */
	| { type: "older loaded"; before: number; page: Page | null }
	| { type: "newer requested" }
	| { type: "newer loaded"; after: number; page: Page | null }
	| { type: "window requested"; at: number }
	| { type: "window loaded"; at: number; page: Page | null }
	| { type: "window closed" };

/** The messages on screen. */
export function visibleHistory({ messages, older, historyWindow }: History): { messages: Messages; older: Extent; newer: Extent } {
	return historyWindow?.type === "loaded" ? historyWindow : { messages, older, newer: "none" };
}

export function reduceHistory<T extends History>(history: T, action: PageAction): T {
	const turned = turnPage(history, action);
	const changed = turned.changes.reduce<T>((before, change) => applyChange(before, change, unlessApplied), turned);
	return isLoading(changed) || changed.changes.length === 0 ? changed : { ...changed, changes: [] };
}

/** Applies a change wherever its message is, and remembers it for a page that is being loaded. */
export function receiveChange<T extends History>(history: T, change: MessageChange): T {
	const changed = applyChange(history, change);
	return isLoading(history) ? { ...changed, changes: [...history.changes, change] } : changed;
}

type Apply = (messages: Messages, message: Message) => Messages;

function applyChange<T extends History>(history: T, change: MessageChange, guard: (apply: Apply) => Apply = (apply) => apply): T {
	const { messages, historyWindow } = history;
	const applied = (held: Messages, apply: Apply) => ("id" in change ? guard(apply)(held, change) : react(held, change));
	return {
		...history,
		messages: applied(messages, applyMessage),
		historyWindow:
			historyWindow?.type === "loaded" ? { ...historyWindow, messages: applied(historyWindow.messages, reviseMessage) } : historyWindow,
	};
}

/** Skips a change that was applied before: a reply at the same revision may have grown since, and must keep its text. */
function unlessApplied(apply: Apply): Apply {
	return (messages, message) => {
		const held = messages.find(({ id }) => id === message.id);
		return held && held.revision >= message.revision ? requote(messages, held) : apply(messages, message);
	};
}

function isLoading({ older, historyWindow }: History): boolean {
	if (older === "loading" || historyWindow?.type === "loading") return true;
	return historyWindow?.type === "loaded" && (historyWindow.older === "loading" || historyWindow.newer === "loading");
}

function turnPage<T extends History>(history: T, action: PageAction): T {
	const { historyWindow } = history;
	const loaded = historyWindow?.type === "loaded" ? historyWindow : undefined;
	switch (action.type) {
		case "older requested":
			return loaded ? { ...history, historyWindow: { ...loaded, older: "loading" } } : { ...history, older: "loading" };
		case "older loaded":
			// The view may have started anew since the request.
			if (loaded && awaitsOlder(loaded, action.before)) return mergeWindow({ ...history, historyWindow: prepend(loaded, action.page) });
			return awaitsOlder(history, action.before) ? prepend(history, action.page) : history;
		case "newer requested":
			return loaded ? { ...history, historyWindow: { ...loaded, newer: "loading" } } : history;
		case "newer loaded":
			return loaded?.newer === "loading" && loaded.messages.at(-1)?.seq === action.after
				? mergeWindow({ ...history, historyWindow: append(loaded, action.page) })
				: history;
		case "window requested":
			if (includes(visibleHistory(history).messages, action.at)) return history;
			return { ...history, historyWindow: includes(history.messages, action.at) ? null : { type: "loading", at: action.at } };
		case "window loaded":
			return historyWindow?.type === "loading" && historyWindow.at === action.at
				? mergeWindow({ ...history, historyWindow: windowOf(action.at, action.page) })
				: history;
		case "window closed":
			return { ...history, historyWindow: null };
		default:
			return action satisfies never;
	}
}

/** Requests the window again, after changes to it may have been missed. */
export function reloadWindow(historyWindow: HistoryWindow | null): HistoryWindow | null {
	return historyWindow && { type: "loading", at: historyWindow.at };
}

/** Joins a window that has reached the live end to it. A requested one is not needed once its message is in the live end. */
export function mergeWindow<T extends History>(history: T): T {
	const { historyWindow, messages } = history;
	if (historyWindow?.type === "loading" && includes(messages, historyWindow.at)) return { ...history, historyWindow: null };
	const first = messages[0]?.seq;
	if (historyWindow?.type !== "loaded" || first === undefined) return history;
	const windowStart = historyWindow.messages[0]?.seq ?? 0;
	const windowEnd = historyWindow.messages.at(-1)?.seq ?? 0;
	if (windowEnd + 1 < first) return history;
	const older = first <= windowStart ? history.older : historyWindow.older;
	return { ...history, messages: mergePage(messages, historyWindow.messages), older, historyWindow: null };
}

function windowOf(at: number, page: Page | null): HistoryWindow | null {
	if (!page) return { type: "failed", at };
	if (page.messages.length === 0) return null;
	return { type: "loaded", at, messages: page.messages, older: extentOf(page.hasMore), newer: extentOf(page.hasNewer) };
}

function awaitsOlder({ messages, older }: { messages: Messages; older: Extent }, before: number): boolean {
	return older === "loading" && messages[0]?.seq === before;
}

function prepend<T extends { messages: Messages; older: Extent }>(held: T, page: Page | null): T {
	if (!page) return { ...held, older: "failed" };
	return { ...held, messages: mergePage(held.messages, page.messages), older: extentOf(page.hasMore) };
}

function append(held: LoadedWindow, page: Page | null): HistoryWindow {
	if (!page) return { ...held, newer: "failed" };
	return { ...held, messages: mergePage(held.messages, page.messages), newer: extentOf(page.hasNewer) };
}

export function extentOf(hasMore: boolean): Extent {
	return hasMore ? "some" : "none";
}

function includes(messages: Messages, at: number): boolean {
	return messages.some(({ seq }) => seq === at);
}
