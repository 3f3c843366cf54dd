// The language of this page: as is set, else as the device likes it. English is always here; any other is fetched when it is wanted.

import { useSyncExternalStore } from "react";
import { preferences } from "../account/currentPreferences.ts";
import { clock } from "../browser.ts";
import { speak } from "../strings.ts";
import type { Catalogue } from "./catalogue.ts";
import { en, formats } from "./en.ts";
import type { Formats } from "./formats.ts";
import { type Language, languageFor } from "./language.ts";

/** In ms: nobody looks at nothing for longer. */
const patience = 3_000;

const fetched: Record<Exclude<Language, "en">, () => Promise<[Catalogue, Formats]>> = {
	de: async () => {
		const { de, formats } = await import("./de.ts");
		return [de, formats];
	},
};

let spoken: Language = "en";
let asked: Language = "en";
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

export function useLanguage(): Language {
	return useSyncExternalStore(subscribe, () => spoken);
}

/** From now on. Resolves when there is something to be read, in most cases in the right language. */
export async function followLanguage(): Promise<void> {
	preferences.subscribe(follow);
	addEventListener("languagechange", follow);
	const tired = Promise.withResolvers<void>();
	const cancel = clock.after(patience, tired.resolve);
	await Promise.race([follow(), tired.promise]);
	cancel();
}

async function follow(): Promise<void> {
	const wanted = languageFor(preferences.state().language, navigator.languages);
	if (wanted === asked) return;
	asked = wanted;
	if (wanted === "en") return become("en", en, formats);
	try {
		const [catalogue, formats] = await fetched[wanted]();
		if (asked === wanted) become(wanted, catalogue, formats);
	} catch {
		// Then it stays as it is: browsers do not ask again before the page is loaded anew.
		if (asked === wanted) asked = spoken;
	}
}

function become(language: Language, catalogue: Catalogue, formats: Formats): void {
	spoken = language;
	speak(catalogue, formats);
	document.documentElement.lang = language;
	for (const listener of listeners) listener();
}
