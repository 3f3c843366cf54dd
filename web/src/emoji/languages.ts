// The languages for which the build generates an emoji file.

import type { Language } from "../languages/language.ts";

/** Those of the page that `emojibase-data` has. */
export const emojiLanguages = ["en", "de", "fr", "es"] as const satisfies Language[];

export type EmojiLanguage = (typeof emojiLanguages)[number];

/** The language of the page, or English if it has no emoji file. */
export function emojiLanguage(): EmojiLanguage {
	const language = document.documentElement.lang as Language;
	return language === "ar" ? "en" : language;
}
