// The languages of the page, and how one is chosen. Pure.

export const languages = ["en", "de", "fr", "es", "ar"] as const;

export type Language = (typeof languages)[number];

/**
 * `wanted`: the device's languages in order of preference, such as `de-AT`. English if none of them
 * is known.
 */
export function languageFor(chosen: Language | "system", wanted: readonly string[]): Language {
	if (chosen !== "system") return chosen;
	const known = wanted.map((tag) => languages.find((language) => language === tag.split("-")[0]?.toLowerCase()));
	return known.find((language) => language !== undefined) ?? "en";
}
