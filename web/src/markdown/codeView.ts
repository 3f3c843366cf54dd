// How this device shows code: with numbers beside its lines, and with long lines wrapped. One choice for all code.

import { useSyncExternalStore } from "react";
import { readStored, writeStored } from "../browser.ts";

export type CodeView = { isNumbered: boolean; isWrapped: boolean };

const key = "code";
const listeners = new Set<() => void>();
let view: CodeView | undefined;

export function useCodeView(): CodeView {
	return useSyncExternalStore(subscribe, current, current);
}

export function changeCodeView(change: Partial<CodeView>): void {
	view = { ...current(), ...change };
	writeStored(key, [view.isNumbered && "numbered", view.isWrapped && "wrapped"].filter(Boolean).join(" "));
	for (const listener of listeners) listener();
}

function current(): CodeView {
	if (!view) {
		const words = readStored(key)?.split(" ") ?? [];
		view = { isNumbered: words.includes("numbered"), isWrapped: words.includes("wrapped") };
	}
	return view;
}

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}
