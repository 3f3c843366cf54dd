// Chooses the texts of the administration: they are loaded with its page.

import { formats as arabicFormats } from "../languages/arForms.ts";
import { type Formats, formatsOf } from "../languages/formats.ts";
import type { Language } from "../languages/language.ts";
import { useStrings } from "../languages/useStrings.ts";
import { ar } from "./languages/arabic.ts";
import { en, type Words } from "./languages/english.ts";
import { fr } from "./languages/french.ts";
import { de } from "./languages/german.ts";
import { es } from "./languages/spanish.ts";

export { ar, de, en, es, fr, type Words };

const formats = {
	en: formatsOf("en"),
	de: formatsOf("de"),
	fr: formatsOf("fr"),
	es: formatsOf("es"),
	ar: arabicFormats,
};

const words: Record<Language, Words> = { en, de, fr, es, ar };

/** Follows the language of the page, like the formats beside it. */
export function useWords(): Words & { formats: Formats } {
	useStrings();
	const language = document.documentElement.lang as Language;
	return { ...(words[language] ?? en), formats: formats[language] ?? formats.en };
}
