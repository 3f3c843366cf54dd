// The languages that the page speaks, and which of them somebody gets. Pure.

export const languages = ["en", "de"] as const;

export type Language = (typeof languages)[number];

/** `wanted`: what the device asks for, the dearest first, such as `de-AT`. Who asks for none of ours gets English. */
export function languageFor(chosen: Language | "system", wanted: readonly string[]): Language {
	if (chosen !== "system") return chosen;
	const known = wanted.map((tag) => languages.find((language) => language === tag.split("-")[0]?.toLowerCase()));
	return known.find((language) => language !== undefined) ?? "en";
}
