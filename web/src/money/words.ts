// The texts about money, in every language: they are loaded with the parts that need them, and not with the first view.

import { formatsOf } from "../languages/formats.ts";
import type { Language } from "../languages/language.ts";
import { useStrings } from "../languages/useStrings.ts";

export type Words = typeof en;

function wordsIn(locale: Language) {
	const { number, usd, percent, seconds, form } = formatsOf(locale);
	return { number, usd, percent, seconds, form };
}

const english = wordsIn("en");
const german = wordsIn("de");

export const en = {
	...english,
	model: "Model",
	time: "Time",
	promptNew: "Prompt, new",
	promptCached: "Prompt, from the cache",
	promptWritten: "Prompt, newly cached",
	answer: "Answer",
	tokens: (count: number) => `${english.number(count)} ${english.form(count, { one: "token", other: "tokens" })}`,
	atLeast: (tokens: string) => `at least ${tokens}`,
	cost: "Cost",
	unknown: "unknown",
	unknownWhy: "No price is known for this model.",
	about: (usd: string) => `about ${usd}`,
	aboutWhy: "Partly estimated: the reply ended before Claude reported its tokens.",
	requests: "Requests",
};

export const de: Words = {
	...german,
	model: "Modell",
	time: "Dauer",
	promptNew: "Gelesen, neu",
	promptCached: "Gelesen, aus dem Cache",
	promptWritten: "Gelesen, neu im Cache",
	answer: "Geschrieben",
	tokens: (count) => `${german.number(count)} ${german.form(count, { one: "Token", other: "Tokens" })}`,
	atLeast: (tokens) => `mindestens ${tokens}`,
	cost: "Kosten",
	unknown: "unbekannt",
	unknownWhy: "Für dieses Modell ist kein Preis bekannt.",
	about: (usd) => `etwa ${usd}`,
	aboutWhy: "Zum Teil geschätzt: Die Antwort endete, bevor Claude die Tokens gemeldet hat.",
	requests: "Anfragen",
};

const words: Record<Language, Words> = { en, de };

/** Follows the language of the page. */
export function useWords(): Words {
	useStrings();
	return words[document.documentElement.lang as Language] ?? en;
}
