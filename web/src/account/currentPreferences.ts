// The preferences of whoever sits at this page, how components see them, and what they do to the document.

import { useSyncExternalStore } from "react";
import { changeSettings } from "../api.ts";
import { recall, remember } from "../browser.ts";
import type { ListClient } from "../list/listClient.ts";
import { session } from "./currentSession.ts";
import { type Preferences, PreferencesStore, type Theme } from "./preferences.ts";

const key = "preferences";

export const preferences = new PreferencesStore({
	read: () => recall(key),
	keep: (text) => remember(key, text),
	send: async (change) => "value" in (await session.call((token) => changeSettings(token, change))),
});

export function usePreferences(): Preferences {
	return useSyncExternalStore(preferences.subscribe, preferences.state);
}

/** What is set on another device holds here too. Answers how to stop. */
export function followSettings(client: ListClient): () => void {
	let adopted: object | undefined;
	return client.subscribe(() => {
		const { isKnown, settings } = client.snapshot().list;
		if (!isKnown || settings === adopted) return;
		adopted = settings;
		preferences.adopt(settings);
	});
}

/** From now on the document looks as is set. */
export function followTheme(): void {
	let shown: Theme | undefined;
	const follow = () => {
		const { theme } = preferences.state();
		if (theme === shown) return;
		shown = theme;
		document.documentElement.dataset.theme = theme;
		// Of the browser's own bar, for each of the two.
		for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color][data-for]")) {
			const own = meta.dataset.for;
			meta.media = theme === "system" ? `(prefers-color-scheme: ${own})` : theme === own ? "all" : "not all";
		}
	};
	follow();
	preferences.subscribe(follow);
}

session.subscribe(() => {
	if (session.state().type === "signed_out") preferences.forget();
});
