// Texts that are loaded with the parts that need them, in the language of the page and the name of the deployment's assistant.

import { assistantName, written } from "../../../src/protocol/text/assistant-name.ts";
import { inNameOf } from "./inNameOf.ts";
import type { Language } from "./language.ts";
import { useStrings } from "./useStrings.ts";

export function laterWords<T>(texts: Record<Language, T>): { currentWords(): T; useWords(): T } {
	/** The name may become known later. */
	let named = { name: written, texts };
	const currentWords = () => {
		const name = assistantName();
		if (named.name !== name) named = { name, texts: inNameOf(texts) };
		return named.texts[document.documentElement.lang as Language] ?? named.texts.en;
	};
	const useWords = () => {
		// Redraws the component when the language changes.
		useStrings();
		return currentWords();
	};
	return { currentWords, useWords };
}
