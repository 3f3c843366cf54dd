// The drafts of this page, and the hooks by which components use them.

import { useCallback, useSyncExternalStore } from "react";
import { clock } from "../browser.ts";
import { type Draft, Drafts } from "./drafts.ts";

export const drafts = new Drafts(
	{
		keys: () => Object.keys(localStorage),
		read: (key) => localStorage.getItem(key),
		write: (key, text) => localStorage.setItem(key, text),
		remove: (key) => localStorage.removeItem(key),
	},
	clock.now,
);

addEventListener("storage", ({ key, newValue }) => {
	if (key !== null) drafts.changed(key, newValue);
});

/** Returns the draft and a function that changes parts of it. */
export function useDraft(userId: string, conversationId: string): [Draft, (change: Partial<Draft>) => void] {
	const draft = useSyncExternalStore(drafts.subscribe, () => drafts.of(userId, conversationId));
	const change = useCallback((change: Partial<Draft>) => drafts.change(userId, conversationId, change), [userId, conversationId]);
	return [draft, change];
}

/** `undefined` if it is empty. Only drafts that are not are read from the device. */
export function useWrittenDraft(userId: string, conversationId: string): Draft | undefined {
	return useSyncExternalStore(drafts.subscribe, () => (drafts.has(userId, conversationId) ? drafts.of(userId, conversationId) : undefined));
}

export function useIsDraftKept(userId: string, conversationId: string): boolean {
	return useSyncExternalStore(drafts.subscribe, () => drafts.isKept(userId, conversationId));
}
