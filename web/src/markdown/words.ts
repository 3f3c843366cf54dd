// The texts of footnotes and of the contents of a long answer, in English and German: they are loaded with the parts that need them.

import { laterWords } from "../languages/laterWords.ts";

export const en = {
	footnotes: "Footnotes",
	footnote: (number: number) => `Footnote ${number}`,
	backToText: "Back to the text",
	/** Of a long answer. */
	contents: "Contents",
};

export type Words = typeof en;

export const de: Words = {
	footnotes: "Fußnoten",
	footnote: (number) => `Fußnote ${number}`,
	backToText: "Zurück zum Text",
	contents: "Inhalt",
};

export const { useWords } = laterWords("markdown", { en, de });
