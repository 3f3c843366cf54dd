// The languages for which the build generates an emoji file.

export const emojiLanguages = ["en", "de", "fr", "es"] as const;

export type EmojiLanguage = (typeof emojiLanguages)[number];

/** The language of the page, or English if it has no emoji file. */
export function emojiLanguage(): EmojiLanguage {
	return emojiLanguages.find((language) => language === document.documentElement.lang) ?? "en";
}
