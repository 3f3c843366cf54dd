// The preferences of this page, the hook by which components use them, and their effect on the
// document.

import { useSyncExternalStore } from "react";
import { changeSettings } from "../api.ts";
import { readStored, writeStored } from "../browser.ts";
import type { ListClient } from "../list/listClient.ts";
import { session } from "./currentSession.ts";
import { type Preferences, PreferencesStore, type Theme } from "./preferences.ts";

const key = "preferences";

export const preferences = new PreferencesStore({
	read: () => readStored(key),
	keep: (text) => writeStored(key, text),
	send: async (change) => "value" in (await session.call((token) => changeSettings(token, change))),
});

export function usePreferences(): Preferences {
	return useSyncExternalStore(preferences.subscribe, preferences.state);
}

/** Adopts settings that another device has changed. Returns how to stop. */
export function followSettings(client: ListClient): () => void {
	let adopted: object | undefined;
	return client.subscribe(() => {
		const { isKnown, settings } = client.snapshot().list;
		if (!isKnown || settings === adopted) return;
		adopted = settings;
		preferences.adopt(settings);
	});
}

/** Keeps the document in the chosen theme and density. */
export function followTheme(): void {
	let shown: Theme | undefined;
	const follow = () => {
		const { theme, density } = preferences.state();
		document.documentElement.dataset.density = density;
		if (theme === shown) return;
		shown = theme;
		document.documentElement.dataset.theme = theme;
		// The colour of the browser's toolbar, once for light and once for dark.
		for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color][data-for]")) {
			const own = meta.dataset.for;
			meta.media = theme === "system" ? `(prefers-color-scheme: ${own})` : theme === own ? "all" : "not all";
		}
	};
	follow();
	preferences.subscribe(follow);
}

let owner: string | undefined;

session.subscribe(() => {
	const state = session.state();
	const user = "user" in state ? state.user.id : undefined;
	// Another tab may have signed in somebody else.
	const isAnother = owner !== undefined && user !== undefined && user !== owner;
	owner = user ?? owner;
	if (state.type === "signed_out" || isAnother) preferences.forget();
});
