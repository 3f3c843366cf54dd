// Where somebody reads in the history: at its end, which is live, or in a passage around a place, which joins the end once it reaches it.
// Between the two may be anything: they are never mixed. Pure.

import type { ServerEvent } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { applyMessage, type Messages, mergePage, react, requote, reviseMessage } from "./messages.ts";

/** What is known of more messages beyond those that are here. */
export type Extent = "none" | "some" | "loading" | "failed";

/** `at`: the place one wanted to see. */
export type HistoryWindow =
	| { type: "asked" | "failed"; at: number }
	| { type: "here"; at: number; messages: Messages; older: Extent; newer: Extent };

/** A message as it stands now, or only its reactions. */
export type Change = Message | Extract<ServerEvent, { type: "chat:reacted" }>;

/** Of the end, and of a passage if one is read. */
export type History = {
	readonly messages: Messages;
	readonly older: Extent;
	readonly historyWindow: HistoryWindow | null;
	/** Received while a page is being loaded: the page may have been read before them. */
	readonly changes: readonly Change[];
};

export type Page = { messages: readonly Message[]; hasMore: boolean; hasNewer: boolean };

/** `page` is `null` if it could not be had. */
export type PageAction =
	| { type: "older asked" }
	/** The page before the message at `before`. */
	| { type: "older came"; before: number; page: Page | null }
	| { type: "newer asked" }
	| { type: "newer came"; after: number; page: Page | null }
	| { type: "place asked"; at: number }
	| { type: "place came"; at: number; page: Page | null }
	| { type: "place left" };

/** What is read. */
export function visibleHistory({ messages, older, historyWindow }: History): { messages: Messages; older: Extent; newer: Extent } {
	return historyWindow?.type === "here" ? historyWindow : { messages, older, newer: "none" };
}

export function reduceHistory<T extends History>(history: T, action: PageAction): T {
	const reduced = reducePage(history, action);
	const changed = reduced.changes.reduce<T>((before, one) => applyChange(before, one, applyAgain), reduced);
	return isLoading(changed) || changed.changes.length === 0 ? changed : { ...changed, changes: [] };
}

/** Applies a change wherever its message is. A page that is being loaded gets it as well. */
export function receiveChange<T extends History>(history: T, received: Change): T {
	const changed = applyChange(history, received);
	return isLoading(history) ? { ...changed, changes: [...history.changes, received] } : changed;
}

type Apply = (messages: Messages, message: Message) => Messages;

function applyChange<T extends History>(history: T, changed: Change, guard: (apply: Apply) => Apply = (apply) => apply): T {
	const { messages, historyWindow } = history;
	const applied = (held: Messages, apply: Apply) => ("id" in changed ? guard(apply)(held, changed) : react(held, changed));
	return {
		...history,
		messages: applied(messages, applyMessage),
		historyWindow:
			historyWindow?.type === "here" ? { ...historyWindow, messages: applied(historyWindow.messages, reviseMessage) } : historyWindow,
	};
}

/** Applies a change that was applied before. What is held at the same revision may have grown since, and stays. */
function applyAgain(apply: Apply): Apply {
	return (messages, message) => {
		const held = messages.find(({ id }) => id === message.id);
		return held && held.revision >= message.revision ? requote(messages, held) : apply(messages, message);
	};
}

function isLoading({ older, historyWindow }: History): boolean {
	if (older === "loading" || historyWindow?.type === "asked") return true;
	return historyWindow?.type === "here" && (historyWindow.older === "loading" || historyWindow.newer === "loading");
}

function reducePage<T extends History>(history: T, action: PageAction): T {
	const { historyWindow } = history;
	const here = historyWindow?.type === "here" ? historyWindow : undefined;
	switch (action.type) {
		case "older asked":
			return here ? { ...history, historyWindow: { ...here, older: "loading" } } : { ...history, older: "loading" };
		case "older came":
			// Meanwhile the view may have begun anew.
			if (here && awaitsOlder(here, action.before)) return mergeWindow({ ...history, historyWindow: prepended(here, action.page) });
			return awaitsOlder(history, action.before) ? prepended(history, action.page) : history;
		case "newer asked":
			return here ? { ...history, historyWindow: { ...here, newer: "loading" } } : history;
		case "newer came":
			return here?.newer === "loading" && here.messages.at(-1)?.seq === action.after
				? mergeWindow({ ...history, historyWindow: appended(here, action.page) })
				: history;
		case "place asked":
			if (includes(visibleHistory(history).messages, action.at)) return history;
			return { ...history, historyWindow: includes(history.messages, action.at) ? null : { type: "asked", at: action.at } };
		case "place came":
			return historyWindow?.type === "asked" && historyWindow.at === action.at
				? mergeWindow({ ...history, historyWindow: openWindow(action.at, action.page) })
				: history;
		case "place left":
			return { ...history, historyWindow: null };
		default:
			return action satisfies never;
	}
}

/** What changed meanwhile is not known of it: it is asked for once more. */
export function reloadWindow(historyWindow: HistoryWindow | null): HistoryWindow | null {
	return historyWindow && { type: "asked", at: historyWindow.at };
}

/** A passage that has reached the end is no passage any more. */
export function mergeWindow<T extends History>(history: T): T {
	const { historyWindow, messages } = history;
	const first = messages[0]?.seq;
	if (historyWindow?.type !== "here" || first === undefined) return history;
	const begins = historyWindow.messages[0]?.seq ?? 0;
	const ends = historyWindow.messages.at(-1)?.seq ?? 0;
	if (ends + 1 < first) return history;
	const older = first <= begins ? history.older : historyWindow.older;
	return { ...history, messages: mergePage(messages, historyWindow.messages), older, historyWindow: null };
}

function openWindow(at: number, page: Page | null): HistoryWindow | null {
	if (!page) return { type: "failed", at };
	if (page.messages.length === 0) return null;
	return { type: "here", at, messages: page.messages, older: extentOf(page.hasMore), newer: extentOf(page.hasNewer) };
}

function awaitsOlder({ messages, older }: { messages: Messages; older: Extent }, before: number): boolean {
	return older === "loading" && messages[0]?.seq === before;
}

function prepended<T extends { messages: Messages; older: Extent }>(held: T, page: Page | null): T {
	if (!page) return { ...held, older: "failed" };
	return { ...held, messages: mergePage(held.messages, page.messages), older: extentOf(page.hasMore) };
}

function appended(held: Extract<HistoryWindow, { type: "here" }>, page: Page | null): HistoryWindow {
	if (!page) return { ...held, newer: "failed" };
	return { ...held, messages: mergePage(held.messages, page.messages), newer: extentOf(page.hasNewer) };
}

export function extentOf(hasMore: boolean): Extent {
	return hasMore ? "some" : "none";
}

function includes(messages: Messages, at: number): boolean {
	return messages.some(({ seq }) => seq === at);
}
