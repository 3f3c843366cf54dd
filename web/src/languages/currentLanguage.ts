// The words and formats of the language that the page is in now. Code outside React asks for them
// at the moment it needs a text; components call `useStrings()` instead, which redraws them when
// the language changes. Must not import the rest of the page.

import type { Catalogue } from "./catalogue.ts";
import { en } from "./en.ts";

/** As it is written: about Claude. */
let written: Catalogue = en;
let current: Catalogue = en;
let adapt = (catalogue: Catalogue): Catalogue => catalogue;
const listeners = new Set<() => void>();

export function currentStrings(): Catalogue {
	return current;
}

export function setStrings(strings: Catalogue): void {
	written = strings;
	current = adapt(strings);
	for (const listener of listeners) listener();
}

/** For an assistant of another name. */
export function adaptStrings(change: (strings: Catalogue) => Catalogue): void {
	adapt = change;
	setStrings(written);
}

/** Returns how to unsubscribe. */
export function subscribeToLanguage(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}
