// The languages that the build makes a file of emoji for.

export const emojiLanguages = ["en", "de"] as const;

export type EmojiLanguage = (typeof emojiLanguages)[number];

/** That of the page, as far as there is one. */
export function emojiLanguage(): EmojiLanguage {
	return document.documentElement.lang.startsWith("de") ? "de" : "en";
}
