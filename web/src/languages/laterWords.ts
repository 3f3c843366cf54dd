// Texts that are loaded with the parts that need them, in the language of the page and the name of the deployment's assistant.

import { assistantName, written } from "../../../src/protocol/text/assistant-name.ts";
import type { LaterPart } from "./catalogue.ts";
import { currentStrings } from "./currentLanguage.ts";
import { inNameOf } from "./inNameOf.ts";
import { useStrings } from "./useStrings.ts";

/** English and German are in the part itself. Other languages have the texts of all parts in one file, in which this one is called `part`. */
export function laterWords<T>(part: LaterPart, texts: Record<"en" | "de", T>): { currentWords(): T; useWords(): T } {
	/** The name may become known later. */
	let named = { assistant: written, texts };
	const currentWords = () => {
		const translated = currentStrings().later?.[part];
		if (translated) return translated as T;
		const assistant = assistantName();
		if (named.assistant !== assistant) named = { assistant, texts: inNameOf(texts) };
		return document.documentElement.lang === "de" ? named.texts.de : named.texts.en;
	};
	const useWords = () => {
		// Redraws the component when the language changes.
		useStrings();
		return currentWords();
	};
	return { currentWords, useWords };
}
