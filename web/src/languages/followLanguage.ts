// Keeps the page in the language that is set, or else in the device's. English is part of the page;
// other languages are downloaded when they are needed.

import { preferences } from "../account/currentPreferences.ts";
import { clock } from "../browser.ts";
import type { Catalogue } from "./catalogue.ts";
import { setStrings } from "./currentLanguage.ts";
import { en } from "./en.ts";
import { type Language, languageFor } from "./language.ts";

/** In ms: the page starts in English if its language takes longer than this to load. */
const patience = 3_000;

const load: Record<Exclude<Language, "en">, () => Promise<Catalogue>> = {
	de: async () => (await import("./de.ts")).de,
	ar: async () => (await import("./ar.ts")).ar,
	es: async () => (await import("./es.ts")).es,
	fr: async () => (await import("./fr.ts")).fr,
};

let shown: Language = "en";
let requested: Language = "en";

/** Resolves when the page can be drawn, in most cases in the right language. */
export async function followLanguage(): Promise<void> {
	preferences.subscribe(follow);
	addEventListener("languagechange", follow);
	const timeout = Promise.withResolvers<void>();
	const cancel = clock.after(patience, timeout.resolve);
	await Promise.race([follow(), timeout.promise]);
	cancel();
}

async function follow(): Promise<void> {
	const wanted = languageFor(preferences.state().language, navigator.languages);
	if (wanted === requested) return;
	requested = wanted;
	if (wanted === "en") return show(wanted, en);
	try {
		const catalogue = await load[wanted]();
		if (requested === wanted) show(wanted, catalogue);
	} catch {
		// The language stays as it is: a browser does not repeat a failed import before the page is
		// reloaded.
		if (requested === wanted) requested = shown;
	}
}

function show(language: Language, catalogue: Catalogue): void {
	shown = language;
	document.documentElement.lang = language;
	document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
	setStrings(catalogue);
}
