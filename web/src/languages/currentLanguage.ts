// The words and formats of the language that the page is in now. Code outside React asks for them
// at the moment it needs a text; components call `useStrings()` instead, which redraws them when
// the language changes. Must not import the rest of the page.

import type { Catalogue } from "./catalogue.ts";
import { en } from "./en.ts";

let current: Catalogue = en;
const listeners = new Set<() => void>();

export function currentStrings(): Catalogue {
	return current;
}

export function setStrings(strings: Catalogue): void {
	current = strings;
	for (const listener of listeners) listener();
}

/** Returns how to unsubscribe. */
export function subscribeToLanguage(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}
